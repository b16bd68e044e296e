"""Tables I to V and Figures 3 and 4 of a kernel search."""

import json
from pathlib import Path

import pandas as pd

from vibrates.core.files import write_text
from vibrates.core.netcdf import read_product
from vibrates.core.scripts import run
from vibrates.figures import search as figures
from vibrates.figures import style
from vibrates.learning.search import tables
from vibrates.learning.search.cost import fourth_power, recorded_hours
from vibrates.learning.search.training_sets import levels


def main(
    sets: list[str],
    growths: list[str],
    source: str,
    hours: str | None,
    outputs: list[str],
    level_csv: str,
    transition_csv: str,
    pictures: list[str],
) -> None:
    data = read_product(source)
    ranked = [json.loads(Path(path).read_text(encoding="utf-8")) for path in sets]
    grown = [g for path in growths for g in json.loads(Path(path).read_text(encoding="utf-8"))]
    cost = fourth_power(levels(data)) if hours is None else recorded_hours(hours, data)
    made = {
        "I": tables.training_table([entries[0] for entries in ranked]),
        "II": pd.concat([tables.deviating_table(entries) for entries in ranked]),
        "III": tables.kernel_table(grown),
        "IV": tables.count_table(grown),
        "V": tables.time_table(grown, cost),
    }
    for (_, table), path in zip(made.items(), outputs, strict=True):
        write_text(path, table.to_csv(index=False, float_format="%.6g"))
    by_level = tables.level_table(grown)
    write_text(level_csv, by_level.to_csv(index=False, float_format="%.6g"))
    transitions = tables.transition_table(grown, data)
    write_text(transition_csv, transitions.to_csv(index=False, float_format="%.4g"))
    for draw, table, path in zip(
        (figures.draw_sizes, figures.draw_levels), (made["III"], by_level), pictures, strict=True
    ):
        style.write(draw, table, path, str(Path(path).with_suffix(".csv")))


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        sets=list(snakemake.input.sets),
        growths=list(snakemake.input.growths),
        source=snakemake.input.source,
        hours=snakemake.input.get("hours") or None,
        outputs=list(snakemake.output.tables),
        level_csv=snakemake.output.levels,
        transition_csv=snakemake.output.transitions,
        pictures=list(snakemake.output.figures),
    )
