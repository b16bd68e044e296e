"""Figures and tables of the papers: the list is complete, every entry has a result or a reason."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from vibrates.core.errors import UserError

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "validation"))
from paper_items import (  # noqa: E402
    Facts,
    effort,
    entries,
    kept,
    kernels,
    ladders,
    learned,
    page,
    production,
    published,
    surfaces,
)

CATALOGUE = entries.read()
NAMES = [item.name for item in CATALOGUE.items]
# Hong et al. Figures 1-10, Table S1, Figures S1-S12; Mihalik et al. Tables I-V, Figures 3 and 4;
# Hong, Huang, Zhang Figures 2-4.
ASKED = [
    *(f"hong2023_figure_{n}" for n in range(1, 11)),
    "hong2023_table_S1",
    *(f"hong2023_figure_S{n}" for n in range(1, 13)),
    *(f"mihalik2024_table_{n}" for n in ("I", "II", "III", "IV", "V")),
    "mihalik2024_figure_3",
    "mihalik2024_figure_4",
    *(f"hong2024_figure_{n}" for n in (2, 3, 4)),
]


@pytest.fixture(scope="module")
def shown():
    """All items as the kept tables and pictures give them."""
    found = []
    for item in CATALOGUE.items:
        picture = ROOT / production.PICTURES / f"{item.name}.png"
        numbers = production.kept(item, ROOT)
        found.append(page.entry(item, numbers, picture.read_bytes() if picture.is_file() else b""))
    return found


@pytest.mark.parametrize("name", ASKED)
def test_every_item_that_was_asked_for_is_in_the_list(name):
    assert name in NAMES


def test_every_item_has_a_result_or_a_reason(shown):
    for e in shown:
        if e.numbers is None:
            assert e.facts.missing and not e.picture, e.item.name
        else:
            assert len(e.numbers) > 0 and e.facts.agrees + e.facts.differs + e.facts.missing
            draw, settings = e.item.maker.draw, dict(e.item.settings)
            drawn = draw is not None and draw(e.numbers, **settings) is not None
            assert bool(e.picture) == drawn, e.item.name


def test_the_page_is_what_the_kept_tables_give(shown):
    """Its sentences follow from them, and nothing else stands on it."""
    assert (ROOT / "docs" / "paper.md").read_text(encoding="utf-8") == page.text(CATALOGUE, shown)


def test_the_report_is_one_file_with_all_pictures(shown):
    """Also those of earlier runs; no picture is loaded from elsewhere."""
    text = page.report(CATALOGUE, shown, ROOT)
    assert text.count("<h3 ") == len(shown)
    pictures = [e for e in shown if e.picture or e.item.picture]
    assert len(re.findall(r'<img [^>]*src="data:image/png;base64,', text)) == len(pictures)
    assert "http" not in text and "](" not in text


def test_kept_files_belong_to_an_item_and_are_small():
    files = [*(ROOT / production.TABLES).iterdir(), *(ROOT / production.PICTURES).iterdir()]
    assert {path.stem for path in files} <= set(NAMES)
    pictures = (path for path in files if path.suffix == ".png")
    assert sum(path.stat().st_size for path in pictures) < 2e6


def test_files_and_targets_that_the_list_names_exist():
    targets = (ROOT / "Makefile").read_text(encoding="utf-8")
    for source in CATALOGUE.sources.values():
        _, target, *_ = source.command.split()
        assert re.search(rf"^[\w -]*\b{target}\b[\w -]*:", targets, re.MULTILINE), source.command
        for campaign in source.campaigns:
            assert (ROOT / campaign).is_file()
    for item in CATALOGUE.items:
        here = [need for need in item.needs if not need.startswith("results")]
        assert [need for need in here if not (ROOT / need).exists()] == []
        assert not item.picture or (ROOT / "docs" / "figures" / item.picture).is_file()


@pytest.mark.slow
def test_every_item_is_a_target():
    """In a dry run: a job for each, with its own CSV and PNG."""
    command = "snakemake -s workflow/modules/paper.smk --cores 1 --forceall --dry-run -p page"
    ran = subprocess.run(
        command.split(), cwd=ROOT, text=True, capture_output=True, check=False,
        env=os.environ | {"PUBLISHED": "", "PYTHONPATH": str(ROOT / "src")},
    )  # fmt: skip
    said = ran.stdout + ran.stderr
    assert ran.returncode == 0, said
    assert set(re.findall(r"^(?:local)?rule (\w+):", said, re.MULTILINE)) == {*NAMES, "page"}
    for name in NAMES:
        assert f"python validation/paper.py item {name} >" in said


def test_core_hours_are_the_sum_of_forecasts_and_known_ones():
    """Of a campaign the forecast of `vibrates plan`; the sum stands in the last line."""
    sources = {
        "tiny": entries.Source("make run", campaigns=("config/tiny.yaml",)),
        "search": entries.Source("make search", core_hours=2.5, basis="an earlier run"),
    }
    hours, said = effort.core_hours(sources["tiny"], ROOT)
    assert 0.0 <= hours < 1.0 and "at most" in said
    text = effort.text(entries.Catalogue({}, sources, []), ROOT).splitlines()
    assert len(text) == 3 and "an earlier run" in text[1]
    assert text[2].split() == ["together", f"{hours + 2.5:.1f}", "core", "hours"]


ENTRY = {"paper": "p", "kind": "figure", "number": 1, "title": "t", "shows": "s", "missing": "m"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "picture"}, "kind 'picture'; choose of figure, table"),
        ({"missing": None}, "neither 'make' nor 'missing'"),
        ({"make": "surfaces.cut"}, "make 'surfaces.cut' is no maker"),
        ({"paper": "q"}, "paper 'q' is not under papers"),
        ({"source": "mill"}, "source 'mill' is not under sources"),
        ({"colour": "red"}, "key 'colour' is unknown"),
    ],
)
def test_a_wrong_entry_is_one_line(tmp_path, change, message):
    path = tmp_path / "items.yaml"
    entry = {k: v for k, v in (ENTRY | change).items() if v is not None}
    path.write_text(yaml.safe_dump({"papers": {"p": "A. B, C (2023)"}, "items": [entry]}))
    with pytest.raises(UserError, match=re.escape(message)) as raised:
        entries.read(path)
    assert "\n" not in str(raised.value)


def test_an_entry_that_stands_twice_or_lacks_a_key_is_refused(tmp_path):
    path = tmp_path / "items.yaml"
    papers = {"p": "A. B, C (2023)"}
    path.write_text(yaml.safe_dump({"papers": papers, "items": [ENTRY, ENTRY]}))
    with pytest.raises(UserError, match="p_figure_1 stands twice"):
        entries.read(path)
    short = {k: v for k, v in ENTRY.items() if k != "title"}
    path.write_text(yaml.safe_dump({"papers": papers, "items": [short]}))
    with pytest.raises(UserError, match="item 1: key 'title' is missing"):
        entries.read(path)


def test_an_item_without_numbers_says_why():
    item = CATALOGUE.item("hong2023_figure_8")
    assert page.entry(item, None, b"").facts.missing == [item.without]
    with pytest.raises(UserError, match="no figure or table of this name"):
        CATALOGUE.item("hong2023_figure_99")


# --- numbers ---


@pytest.fixture
def tables(tmp_path, monkeypatch):
    """Directory of published rates of one quantum: v = 1, 2 at 300 K."""
    (tmp_path / "n2h2_vt_dv1.csv").write_text("v,T_K,k_cm3_s\n1,300,1e-15\n2,300,4e-15\n")
    monkeypatch.setenv("PUBLISHED", str(tmp_path))
    return tmp_path


def test_ratios_stay_where_the_rates_stay(tables, monkeypatch):
    """Published values are not kept; a ratio is, until our rate changes."""
    own = pd.DataFrame({"v": [1, 2, 3], "temperature_K": 300.0, "k": [2e-15, 2e-15, 2e-15]})
    every = pd.Series([True] * 3)
    found = published.with_ratios(own, None, 1, every)
    assert found["ratio"].tolist()[:2] == pytest.approx([2.0, 0.5]) and np.isnan(found["ratio"][2])
    assert published.drawn(found)["k"].tolist() == pytest.approx([1e-15, 4e-15])
    monkeypatch.delenv("PUBLISHED")
    changed = own.assign(k=[2e-15, 3e-15, 2e-15])
    again = published.with_ratios(changed, found, 1, every)["ratio"]
    assert again[0] == pytest.approx(2.0) and again[1:].isna().all()
    assert published.with_ratios(own, None, 1, every)["ratio"].isna().all()


def made_up_ladder(ratio):
    rows = [
        {"kind": kind, "v": v, "temperature_K": t, "k": 1e-16 * v * t * factor,
         "lower": 1e-16, "upper": 1e-16, "ratio": ratio if kind == "computed" else np.nan}
        for kind, factor in (("computed", 1.0), ("scaling_law", 7.0))
        for v in (1, 2, 10, 40) for t in (300.0, 5000.0)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_a_ladder_is_judged_by_the_accuracy_that_the_paper_states():
    near = ladders.vt.facts(made_up_ladder(1.1), dv=1)
    assert "100 % of 8 rates are within 20 %" in near.differs[0]
    assert "0 % of 8 rates" in ladders.vt.facts(made_up_ladder(1.3), dv=1).differs[0]
    assert "it is 7 at v = 2, 7 at v = 10" in near.agrees[1]
    unnamed = ladders.vt.facts(made_up_ladder(np.nan), dv=1)
    assert "PUBLISHED=DIRECTORY" in unnamed.missing[0] and not unnamed.differs


def test_panels_that_are_not_computed_are_counted():
    settings = dict(CATALOGUE.item("hong2023_figure_3").settings)
    table = ladders.exchange.measure(ROOT, None, **settings)
    facts = ladders.exchange.facts(table, **settings)
    assert "for w = 9" in facts.missing[0] and "config/paper/exchange.yaml" in facts.missing[0]
    v = np.arange(0, 41, 8)
    full = pd.concat(
        [table]
        + [pd.DataFrame({"panel": w, "x": v, "temperature_K": 300.0, "k": 1e-15, "stderr": 1e-17,
                         "kind": "computed"}) for w in settings["panels"]]
    )  # fmt: skip
    assert ladders.exchange.facts(full, **settings).missing == []


def test_rates_of_an_earlier_run_stay_without_its_products(tmp_path):
    """A tree without results: the kept table is not replaced by the little that JSON files have."""
    for figure in ("hong2023_figure_4", "hong2023_figure_5", "hong2023_figure_9"):
        item = CATALOGUE.item(figure)
        before = production.kept(item, ROOT)
        (tmp_path / production.TABLES).mkdir(parents=True, exist_ok=True)
        before.to_csv(tmp_path / production.TABLES / f"{figure}.csv", index=False)
        after = production.table(item, tmp_path)
        assert len(after) == len(before)
        number = "k" if "k" in before else "mse_normalised"
        assert np.sort(after[number]) == pytest.approx(np.sort(before[number]), rel=1e-5)


def test_a_new_rate_replaces_the_kept_one():
    kept_one = pd.DataFrame({"kind": ["computed", "SSH"], "x": [1, 1], "k": [1.0, 9.0]})
    fresh = pd.DataFrame({"x": [1, 2], "k": [3.0, 4.0]})
    for rows, expected in ((fresh, [3.0, 4.0]), (fresh[1:], [1.0, 4.0]), (fresh[:0], [1.0])):
        found = ladders.completed(rows, kept_one, "computed", ["x"])
        assert found["k"].tolist() == expected


def test_a_kept_rate_of_a_campaign_stays_before_that_of_a_page():
    ours = pd.DataFrame({"kind": ["computed"], "x": [1], "k": [1.0], "source": ["results-ladder"]})
    of_page = pd.DataFrame({"x": [1, 2], "k": [3.0, 4.0], "source": "docs/evidence/page.json"})
    assert ladders.completed(of_page, ours, "computed", ["x"])["k"].tolist() == [1.0, 4.0]


def test_a_transition_at_300_K_needs_no_value_at_295_K():
    table = pd.DataFrame(
        {"panel": [0, 0, 1], "x": 0, "temperature_K": [295.0, 300.0, 295.0], "k": [1.0, 2.0, 3.0]}
    )
    assert ladders._at_paper_temperatures(table)["k"].tolist() == [2.0, 3.0]


def test_the_campaign_of_the_exchange_figures_has_their_states():
    """Each panel of Figures 3, 4 and S7 gets enough initial states for a curve."""
    from vibrates.config import load

    states = set(load(ROOT / "config" / "paper" / "exchange.yaml").states)
    for figure, shift in (("hong2023_figure_3", 1), ("hong2023_figure_4", 0)):
        for w in dict(CATALOGUE.item(figure).settings)["panels"]:
            assert sum(own == w + shift for _, own in states) >= ladders.FEW_LEVELS
    assert {(0, w) for w in range(1, 11)} <= states


def test_printed_constants_and_parameters_are_those_of_the_configuration():
    for name, maker in (
        ("hong2023_table_1", surfaces.constants),
        ("hong2023_table_2", surfaces.parameters),
    ):
        settings = dict(CATALOGUE.item(name).settings)
        table = maker.measure(ROOT, None, **settings)
        assert maker.facts(table, **settings).differs == []
        wrong = table.copy()
        wrong.iloc[0, 1] *= 1.01
        assert "values are the printed ones" in maker.facts(wrong, **settings).differs[0]


def test_the_surface_nearer_to_the_points_is_found():
    """Points of a made-up cut that lie on the modified surface."""
    r = np.linspace(2.0, 5.0, 31)
    curves = {"original": 1.5, "modified": 1.02, "fitted": 1.1}
    parts = [
        pd.DataFrame(
            {"source": n, "configuration": "H", "R_angstrom": r, "V_meV": 1e4 * f / r**6 - 5}
        )
        for n, f in curves.items()
    ]
    parts.append(
        pd.DataFrame(
            {
                "source": "ab initio",
                "configuration": "H",
                "R_angstrom": r[::5],
                "V_meV": 1e4 / r[::5] ** 6 - 5,
            }
        )  # fmt: skip
    )
    facts = surfaces.cuts.facts(pd.concat(parts, ignore_index=True))
    assert "modified surface is closer" in facts.agrees[1] and "H 2 of 2" in facts.agrees[1]


def test_scores_are_read_from_the_page_and_from_the_table_of_a_run(tmp_path):
    settings = {"scenario": "sets", "models": ["GP", "NN", "ladder"]}
    (tmp_path / "docs" / "evidence").mkdir(parents=True)
    page_of_scores = tmp_path / "docs" / "evidence" / "learning.md"
    page_of_scores.write_text(
        "<!-- published sets -->\n| | GP | NN | NN2 | ours |\n|---|---|---|---|---|\n"
        "| dv = 1, set 1 | 1e-6 | 2e-6 | 3e-6 | 1e-8 |\n| set 2 | 8e-6 | 4e-6 | | 1e-8 |\n"
        "| v = 40 removed | 5e-4 | 1e-4 | 3e-4 | 1e-6 |\n<!-- end published sets -->\n"
    )
    found = learned.scores.measure(tmp_path, None, **settings)
    assert len(found) == 6 and set(found["label"]) == {1.0, 2.0}
    facts = learned.scores.facts(found, **settings)
    assert "GP errs less than NN in 1 of 2" in facts.differs[0]
    assert "Kept are the errors at 1, 2 alone" in facts.missing[0]
    run = tmp_path / learned.SCORES["published"]
    run.parent.mkdir(parents=True)
    rows = [
        {"family": "dv1", "scenario": "sets", "label": label, "model": model, "start": 0,
         "mse_normalised": 1e-6 * (2 if model == "NN" else 1), "mean_mse_normalised": 1e-2,
         "mse_dex2": 1e-6, "worst_dex": 1e-3, "coverage_1": 0.7, "coverage_2": 0.9,
         "n_train": 100, "fit_seconds": 4.0 if model == "GP" else 0.2}
        for label in (1.0, 2.0, 3.0, 4.0) for model in ("GP", "NN", "ladder")
    ]  # fmt: skip
    pd.DataFrame(rows).to_csv(run, index=False)
    again = learned.scores.measure(tmp_path, None, **settings)
    assert "GP errs less than NN in 4 of 4" in learned.scores.facts(again, **settings).agrees[0]
    assert learned.scores.draw(again, **settings) is not None
    times = learned.times.facts(learned.times.measure(tmp_path, None))
    assert "20.0 times as fast" in times.agrees[0]


def test_tables_of_the_search_are_numbers():
    training = kernels.training.measure(ROOT, None)
    assert training["N"].tolist() == [2, 3, 4, 5, 6]
    assert training["paper: transitions"].tolist() == [195, 309, 393, 498, 600]
    counts = kernels.counts.measure(ROOT, None)
    assert (counts["predicted"] + counts["training"] + counts["validation"]).eq(1953).all()
    hours = kernels.hours.measure(ROOT, None)
    assert hours["paper: saved_percent"].tolist() == [86.08, 74.26, 76.05, 68.04, 63.12]


def test_adjacent_levels_are_noticed():
    table = kernels.training.measure(ROOT, None)
    assert "in 5 of 5 cases" in kernels.training.facts(table).agrees[0]
    table.loc[0, "levels"] = "4, 5"
    assert "in 4 of 5 cases" in kernels.training.facts(table).differs[0]


def test_cells_of_pages_become_numbers():
    assert kept.numbers("0.021 (52.8)") == [0.021, 52.8]
    assert kept.numbers("5.3e-4 (3.4e-4, 9.0e-4)") == [5.3e-4, 3.4e-4, 9.0e-4]
    assert kept.numbers("1.73 %, 0.49 dex") == [1.73, 0.49]
    assert kept.numbers("15 +- 0.7") == [15.0, 0.7]


def test_sentences_keep_their_order():
    item = CATALOGUE.item("hong2023_figure_5")
    e = page.Entry(item, None, b"", Facts(["a"], ["d"], ["m"]))
    assert [label for label, _ in page.sentences(e)] == ["Agrees.", "Differs.", "Why.", "Missing."]
