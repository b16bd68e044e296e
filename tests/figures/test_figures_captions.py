"""Captions are templates of the configuration; every one must render to clean text."""

import io
from pathlib import Path
from types import SimpleNamespace

import docutils.core
import jinja2
import pytest

from vibrates.config import load

ROOT = Path(__file__).parents[2]
CAPTIONS = sorted((ROOT / "workflow" / "report").glob("*.rst"))


def render(path, published):
    config = load(ROOT / "config" / "config.yaml").to_mapping()
    config["reference"]["published_rates"] = published
    template = jinja2.Template(path.read_text(), undefined=jinja2.StrictUndefined)
    return template.render(snakemake=SimpleNamespace(config=config))


@pytest.mark.parametrize("path", CAPTIONS, ids=lambda path: path.stem)
@pytest.mark.parametrize("published", [{}, {"dv1": "some/table_dv1.csv"}], ids=["without", "with"])
def test_a_caption_renders_without_a_warning(path, published, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    opening = tmp_path / "results" / "logs" / "opening.html"  # of the summary
    opening.parent.mkdir(parents=True)
    opening.write_text("<pre>k</pre>")
    warnings = io.StringIO()
    docutils.core.publish_parts(
        render(path, published),
        writer="html",
        settings_overrides={"warning_stream": warnings, "report_level": 1},
    )
    assert warnings.getvalue() == ""


@pytest.mark.parametrize("name", ["ladder", "temperature"])
def test_a_caption_says_whether_published_rates_are_shown(name):
    path = ROOT / "workflow" / "report" / f"{name}.rst"
    assert "names no published rates" in render(path, {})
    assert "some/table_dv1.csv" in render(path, {"dv1": "some/table_dv1.csv"})


def test_every_figure_of_the_campaign_has_a_caption():
    scripts = (ROOT / "workflow" / "scripts").glob("figure_*.py")
    figures = {path.stem.removeprefix("figure_") for path in scripts}
    assert figures <= {path.stem for path in CAPTIONS}
    assert len(figures) == 5
