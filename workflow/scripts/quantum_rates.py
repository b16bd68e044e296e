"""Cross sections, rate coefficients, checks and core hours from opacities of all jobs."""

import json
from itertools import groupby
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
import yaml

from vibrates.core import netcdf as storage
from vibrates.core import tables
from vibrates.core.files import write_text
from vibrates.core.scripts import run
from vibrates.scattering import (
    calculation,
    cumulative,
    hours,
    job_file,
    pair_calculation,
    product,
    settings,
    work,
)


def main(
    description: str, waves: list[str], rates: str, cross_sections: str, hours_csv: str,
    checks: str, thermal: str | None, final_levels: str | None,
) -> None:  # fmt: skip
    described = settings.load(description)
    asked = calculation.of(described)
    places = [tuple(map(int, Path(path).stem.split("_"))) for path in waves]
    expected = work.fingerprints(described, places).values()
    jobs = [job_file.read(*one) for one in zip(waves, expected, strict=True)]
    numbers = [block for block, _ in places]
    blocks, seconds = [], []
    for _, group in groupby(zip(numbers, jobs, strict=True), key=lambda item: item[0]):
        mine = [job for _, job in group]
        blocks.append(product.joined(mine))
        seconds.append(sum(float(job.attrs["seconds"]) for job in mine))
    planned = asked.blocks()
    temperatures = np.array(described.temperatures_K, float)
    provenance = asked.provenance() | {
        "method": described.method, "core_hours": round(sum(seconds) / 3600.0, 4),
        "transitions": "exothermic: each pair of levels once, from the higher to the lower",
    }  # fmt: skip
    found, of_rates, datasets = {}, [], []
    for modification in dict.fromkeys(block.modification for block in planned):
        own = [
            block
            for block, plan in zip(blocks, planned, strict=True)
            if plan.modification == modification
        ]
        found[modification] = product.cross_sections(own, asked)
        if modification:
            # Energies need not reach the highest levels of the basis, to which k is negligible.
            found[modification] = found[modification].known()
        of_rates.append(product.rates(found[modification], asked.reduced_mass, temperatures))
        datasets.append(product.table(found[modification], of_rates[-1]))
    table = pd.concat(of_rates, ignore_index=True)
    columns = [*asked.names, *calculation.final(asked.names), "T_K", "k_cm3_s"]
    head = f"# {json.dumps(provenance)}\n"
    write_text(rates, head + table[columns].to_csv(index=False, float_format="%.5g"))
    dataset = datasets[0] if len(datasets) == 1 else xr.concat(datasets, "pair", join="outer")
    dataset.attrs = storage.provenance(described, [yaml.safe_dump(provenance)])
    storage.write_atomic(dataset, cross_sections)
    stated = [product.checks(*one) for one in zip(found.values(), of_rates, strict=True)]
    if isinstance(asked, pair_calculation.PairCalculation):
        parts = {
            one: cumulative.partial_rates(own, asked, one, temperatures)
            for one, own in found.items()
        }
        averaged = cumulative.thermal_rates(parts, asked)
        write_text(thermal, head + averaged.to_csv(index=False, float_format="%.5g"))
        ends = cumulative.final_levels(parts)
        write_text(final_levels, head + ends.to_csv(index=False, float_format="%.5g"))
        left_out = {"largest_rms_error_of_the_angular_expansion_over_anisotropy": asked.remainder()}
        for own, part in zip(stated, parts.values(), strict=True):
            own |= cumulative.checks(part) | left_out
        served = pd.DataFrame(
            {"modification": [" ".join(block.modification) for block in planned],
             "core_hours": np.array(seconds) / 3600.0}
        ).groupby("modification", as_index=False, sort=False).sum()  # fmt: skip
        summary = dict(zip((" ".join(one) for one in parts), stated, strict=True))
    else:
        levels = settings.rotor(described).energies
        served = hours.by_served_levels(planned, seconds, levels, described.levels)
        (summary,) = stated
    tables.write(hours_csv, served, {"calculation": described.name})
    write_text(checks, json.dumps(summary, indent=2) + "\n")


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        description=snakemake.params.description,
        waves=list(snakemake.input.waves),
        rates=snakemake.output.rates,
        cross_sections=snakemake.output.cross_sections,
        hours_csv=snakemake.output.hours,
        checks=snakemake.output.checks,
        thermal=snakemake.output.get("thermal"),
        final_levels=snakemake.output.get("final_levels"),
    )
