# Quantum scattering: cross sections and rate coefficients of AB(v, j) + X. A workflow of its own:
#   snakemake -s workflow/rules/quantum.smk --configfile config/quantum/small.yaml --cores 2
# Jobs are blocks of energies and shares of the partial waves; MPI ranks share the projections Omega (or J, parity).
import os
import sys
from pathlib import Path

from vibrates.core.code import code_fingerprint
from vibrates.core.errors import UserError
from vibrates.scattering import plan, settings, work

os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
DESCRIPTION = (workflow.overwrite_configfiles or ["config/quantum/small.yaml"])[0]
try:
    described = settings.load(DESCRIPTION)
    blocks = plan.blocks(
        described, settings.rotor(described).energies, settings.reduced_masses(described)[1]
    )
except UserError as error:
    sys.exit(f"error: {error}")

WORK = Path(described["results"])
JOBS = [(b, c) for b in range(len(blocks)) for c in range(described["jobs"]["chunks"])]

FINGERPRINTS = work.fingerprints(described, JOBS)


wildcard_constraints:
    block=r"\d+",
    chunk=r"\d+",


rule quantum:
    default_target: True
    input:
        WORK / "rates.csv",
        WORK / "figures/rates.png",


# Every finished piece is kept: a job that dies is continued by the next attempt. The fingerprint, and not the age of
# files, decides whether a job is computed again.
rule waves:
    input:
        surface=ancient(described["surface"]),
        curve=ancient(described["molecule"]["curve"]),
    output:
        WORK / "waves/{block}_{chunk}.nc",
    params:
        description=DESCRIPTION,
        fingerprint=lambda wildcards: FINGERPRINTS[int(wildcards.block), int(wildcards.chunk)],
    threads: described["jobs"]["ranks"]
    resources:
        mpi="mpiexec",
        tasks=lambda wildcards, threads: threads,
        nodes=1,
        cpus_per_task=1,
        mem_mb=lambda wildcards, attempt: 1500 * attempt,
        runtime=lambda wildcards, attempt: 30 * attempt,
    shell:
        "{resources.mpi} -n {resources.tasks} python -m vibrates.scattering.batch "
        "{params.description} {wildcards.block} {wildcards.chunk} {output} --ranks {resources.tasks} "
        "--fingerprint {params.fingerprint}"


rule rates:
    input:
        waves=[WORK / f"waves/{block}_{chunk}.nc" for block, chunk in JOBS],
    output:
        rates=WORK / "rates.csv",
        cross_sections=WORK / "cross_sections.nc",
        hours=WORK / "hours.csv",
        checks=WORK / "checks.json",
    params:
        description=DESCRIPTION,
        content=described,
        fingerprints=list(FINGERPRINTS.values()),
        code=code_fingerprint("vibrates.scattering.product", "vibrates.scattering.hours"),
    script:
        "../scripts/quantum_rates.py"


rule figures:
    input:
        rates=WORK / "rates.csv",
        cross_sections=WORK / "cross_sections.nc",
    output:
        rates=WORK / "figures/rates.png",
        cross_sections=WORK / "figures/cross_sections.png",
    script:
        "../scripts/quantum_figures.py"
