"""One data set of the data model: a family of the campaign's rates, or reference rates."""

import numpy as np

from vibrates.core.errors import UserError
from vibrates.core.netcdf import write_atomic
from vibrates.core.scripts import run
from vibrates.learning.edge import without_edge_temperatures
from vibrates.learning.readers import from_campaign, read
from vibrates.rates.compare import read_rates


def main(
    path: str,
    source: str,
    transitions: list[list[int]],
    initial_w: list[int],
    maximum_temperature_K: float,
    output: str,
) -> None:
    if source == "campaign":
        data = from_campaign(read_rates(path), path, transitions, initial_w)
        data = without_edge_temperatures(data)
    elif source.startswith("campaign_dv"):
        data = from_campaign(read_rates(path), path, [[-int(source[11:]), 0]], initial_w)
    elif source.startswith("published_dv"):
        data = read(path, int(source[12:]))
    else:
        data = read(path)
    if source.startswith("published_"):
        shown = data["temperature"].values <= maximum_temperature_K
        data = data.isel(temperature=np.flatnonzero(shown))
        if data.sizes["temperature"] < 2:
            raise UserError(
                f"{path}: {data.sizes['temperature']} temperatures up to "
                f"{maximum_temperature_K} K; raise "
                "learning.scenarios.maximum_temperature_K"
            )
    write_atomic(data, output)


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        path=snakemake.input[0],
        source=snakemake.params.source,
        transitions=snakemake.params.transitions,
        initial_w=snakemake.params.initial_w,
        maximum_temperature_K=snakemake.params.maximum_temperature_K,
        output=snakemake.output[0],
    )
