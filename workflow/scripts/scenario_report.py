"""Scores of all models: table, fit times (Table S1), verdict, and Figures 6-9 and S9-S12."""

import re
from functools import partial
from pathlib import Path

import pandas as pd

from vibrates.core.files import write_text
from vibrates.core.scripts import run
from vibrates.figures import scenarios, style
from vibrates.learning import verdict


def main(scores: list[str], table: str, times: str, judged: str, figures: list[str]) -> None:
    parts = []
    for path in scores:
        part = pd.read_csv(path)
        part.insert(0, "family", re.search(r"_(dv\d+)_", Path(path).name).group(1))
        parts.append(part)
    everything = pd.concat([part for part in parts if len(part)], ignore_index=True)
    write_text(table, everything.to_csv(index=False))
    write_text(times, verdict.times(everything).to_csv(index=False))
    write_text(judged, verdict.verdict(everything).to_csv(index=False))
    for path in figures:
        name = re.search(r"_(temperature|level|random|sets)(_with_NN2)?\.png$", path)
        shown = verdict.medians(everything[everything["scenario"] == name.group(1)])
        if name.group(2) is None:
            shown = shown[shown["model"] != "NN2"]
        style.write(
            partial(scenarios.draw, scenario=name.group(1)),
            shown,
            path,
            str(Path(path).with_suffix(".csv")),
        )


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        scores=list(snakemake.input.scores),
        table=snakemake.output.scores,
        times=snakemake.output.times,
        judged=snakemake.output.verdict,
        figures=list(snakemake.output.figures),
    )
