"""One data set of the data model: a family of the campaign's rates, or a file of reference rates."""

from typing import Any

import numpy as np

from vibrates.core.errors import UserError
from vibrates.core.netcdf import write_atomic
from vibrates.core.scripts import run
from vibrates.learning.edge import without_edge_temperatures
from vibrates.learning.readers import from_campaign, read
from vibrates.rates.compare import read_rates


def main(path: str, source: str, learning: dict[str, Any], output: str) -> None:
    w = learning["initial_w"]
    if source == "campaign":
        data = from_campaign(read_rates(path), path, learning["transitions"], w)
        data = without_edge_temperatures(data)
    elif source.startswith("campaign_dv"):
        data = from_campaign(read_rates(path), path, [[-int(source[11:]), 0]], w)
    else:
        data = read(path)
    if source.startswith("published_"):
        limit = learning["scenarios"]["maximum_temperature_K"]
        data = data.isel(temperature=np.flatnonzero(data["temperature"].values <= limit))
        if data.sizes["temperature"] < 2:
            raise UserError(
                f"{path}: {data.sizes['temperature']} temperatures up to {limit} K; raise "
                "learning.scenarios.maximum_temperature_K"
            )
    write_atomic(data, output)


if __name__ == "__main__":
    run(
        main,
        path=snakemake.input[0],
        source=snakemake.params.source,
        learning=snakemake.params.learning,
        output=snakemake.output[0],
    )
