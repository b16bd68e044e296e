"""Cross sections and rate coefficients of a calculation, drawn."""

import pandas as pd

from vibrates.core import netcdf as storage
from vibrates.core.scripts import run
from vibrates.figures import quantum as figures
from vibrates.figures import style

# Rotation within v, and the loss of vibrational quanta, from low and middle j.
SHOWN = [
    (0, 1, 0, 0),
    (0, 2, 0, 0),
    (0, 2, 0, 1),
    (0, 10, 0, 9),
    (1, 0, 0, 0),
    (1, 0, 0, 5),
    (1, 5, 0, 5),
    (2, 0, 1, 0),
    (2, 0, 0, 0),
]


def main(
    rates: str, cross_sections: str, rates_png: str, second_png: str,
    thermal: str | None, final_levels: str | None,
) -> None:  # fmt: skip
    csv = {png: png.replace(".png", ".csv") for png in (rates_png, second_png)}
    if thermal is not None and final_levels is not None:
        averaged, ends = (pd.read_csv(path, comment="#") for path in (thermal, final_levels))
        style.write(figures.draw_thermal, averaged, rates_png, csv[rates_png])
        style.write(figures.draw_final_levels, ends, second_png, csv[second_png])
        return
    table = pd.read_csv(rates, comment="#")
    key = pd.MultiIndex.from_frame(table[["v", "j", "vp", "jp"]])
    style.write(figures.draw_rates, table[key.isin(SHOWN)], rates_png, csv[rates_png])
    data = storage.read_product(cross_sections, "run the calculation again")
    v_max = int(data["v"].max())
    changes = [(v, v - 1) for v in range(1, v_max + 1)] + ([(2, 0)] if v_max > 1 else [])
    style.write(
        figures.draw_cross_sections,
        figures.cross_sections(data, changes or [(0, 0)]),
        second_png,
        csv[second_png],
    )


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        rates=snakemake.input.rates,
        cross_sections=snakemake.input.cross_sections,
        rates_png=snakemake.output.rates,
        second_png=snakemake.output.second,
        thermal=snakemake.input.get("thermal"),
        final_levels=snakemake.input.get("final_levels"),
    )
