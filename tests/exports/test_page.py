"""The code of docs/exports.md, run as it stands."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

pytestmark = pytest.mark.exports


def test_the_blocks_of_the_page_run_in_their_order(rates, tmp_path, monkeypatch, root, capsys):
    for name in ("cantera", "pycollisiondb"):
        pytest.importorskip(name, reason=f"{name} is not installed")
    from vibrates.cli import main

    source = Path(rates.source).resolve()
    results = tmp_path / "results"
    if source.is_dir():
        results.symlink_to(source)
    else:
        results.mkdir()
        shutil.copy(source, results / source.name)
    monkeypatch.chdir(tmp_path)
    page = (root / "docs/exports.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", page, re.M | re.S)
    assert len(blocks) >= 7
    for language, text in blocks:
        if language == "python":
            exec(compile(text, "docs/exports.md", "exec"), {})
            continue
        for line in text.splitlines():
            program, *arguments = shlex.split(line)
            assert program == "vibrates" and main(arguments) == 0, capsys.readouterr().err
    made = {"n2h2.yaml", "n2h2.inp", "n2h2.chem", "n2h2_collisiondb", "n2h2_mw.csv"}
    assert made <= {path.name for path in tmp_path.iterdir()}
