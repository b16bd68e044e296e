"""Cross sections, rate coefficients, checks and the cost of each j from opacities of all jobs."""

import json
from itertools import groupby
from pathlib import Path

import numpy as np
import yaml

from vibrates.core import netcdf as storage
from vibrates.core import tables
from vibrates.core.files import write_text
from vibrates.core.scripts import run
from vibrates.scattering import hours, job_file, plan, product, settings, work


def main(
    description: str, waves: list[str], rates: str, cross_sections: str, hours_csv: str, checks: str
) -> None:
    described = settings.load(description)
    levels = settings.rotor(described).energies
    mass = settings.reduced_masses(described)[1]
    places = [tuple(map(int, Path(path).stem.split("_"))) for path in waves]
    expected = work.fingerprints(described, places).values()
    jobs = [job_file.read(*one) for one in zip(waves, expected, strict=True)]
    numbers = [block for block, _ in places]
    blocks, seconds = [], []
    for _, group in groupby(zip(numbers, jobs, strict=True), key=lambda item: item[0]):
        mine = [job for _, job in group]
        blocks.append(product.joined(mine))
        seconds.append(sum(float(job.attrs["seconds"]) for job in mine))
    found = product.cross_sections(blocks, levels, mass)
    table = product.rates(found, mass, np.array(described.temperatures_K, float))
    provenance = {
        "molecule": described.molecule.name, "atom": described.atom.name,
        "method": described.method, "surface": described.surface,
        "core_hours": round(sum(seconds) / 3600.0, 4),
        "transitions": "exothermic: each pair of levels once, from the higher to the lower",
    }  # fmt: skip
    if settings.like_nuclei(described.molecule):
        provenance["weights_of_even_and_odd_j"] = list(settings.spin_weights(described.molecule))
    columns = [*product.NUMBERS, "T_K", "k_cm3_s"]
    text = table[columns].to_csv(index=False, float_format="%.5g")
    write_text(rates, f"# {json.dumps(provenance)}\n{text}")
    dataset = product.table(found, table)
    dataset.attrs = storage.provenance(described, [yaml.safe_dump(provenance)])
    storage.write_atomic(dataset, cross_sections)
    planned = plan.blocks(described, levels, mass)
    served = hours.by_served_levels(planned, seconds, levels, described.levels)
    tables.write(hours_csv, served, {"calculation": described.name})
    write_text(checks, json.dumps(product.checks(found, table), indent=2) + "\n")


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
    )
