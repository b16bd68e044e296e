# Quantum scattering: cross sections and rate coefficients of AB(v, j) + X. A module:
#   snakemake -s workflow/modules/quantum.smk --configfile config/quantum/small.yaml --cores 2
# Jobs are blocks of energies and shares of the partial waves; MPI ranks share the projections Omega (or J, parity).
from pathlib import Path

from vibrates.core.code import code_fingerprint
from vibrates.scattering import plan, settings, work


include: "preamble.smk"


DESCRIPTION = description_file("quantum", "config/quantum/small.yaml")
described = preamble.or_exit(settings.load, DESCRIPTION)
blocks = preamble.or_exit(
    lambda: plan.blocks(
        described, settings.rotor(described).energies, settings.reduced_masses(described)[1]
    )
)

WORK = Path(described.results)
LOGS = WORK / "logs"
JOBS = [(b, c) for b in range(len(blocks)) for c in range(described.jobs.chunks)]
# Of the matrices of every job: all that they depend on, files by their content.
FINGERPRINTS = preamble.or_exit(work.fingerprints, described, JOBS)


wildcard_constraints:
    block=r"\d+",
    chunk=r"\d+",


rule all:
    default_target: True
    input:
        WORK / "rates.csv",
        WORK / "figures/rates.png",


# Every finished piece is stored: a job that is killed is continued by the next attempt. The fingerprint, not the age
# of files, decides whether a job is computed again.
rule waves:
    input:
        surface=ancient(described.surface),
        curve=ancient(described.molecule.curve),
    output:
        WORK / "waves/{block}_{chunk}.nc",
    log:
        LOGS / "waves/{block}_{chunk}.log",
    conda:
        "../../envs/dynamics.yaml"
    threads: described.jobs.ranks
    resources:
        mpi="mpiexec",
        tasks=lambda wildcards, threads: threads,
        nodes=1,
        cpus_per_task=1,
        mem_mb=lambda wildcards, attempt: 1500 * attempt,
        runtime=lambda wildcards, attempt: 30 * attempt,
    params:
        description=DESCRIPTION,
        fingerprint=lambda wildcards: FINGERPRINTS[int(wildcards.block), int(wildcards.chunk)],
    shell:
        "{resources.mpi} -n {resources.tasks} python -m vibrates.scattering.batch "
        "{params.description:q} {wildcards.block} {wildcards.chunk} {output:q} "
        f"--ranks {{resources.tasks}} --fingerprint {{params.fingerprint}} {LOGGED}"


rule rates:
    input:
        waves=[WORK / f"waves/{block}_{chunk}.nc" for block, chunk in JOBS],
    output:
        rates=WORK / "rates.csv",
        cross_sections=WORK / "cross_sections.nc",
        hours=WORK / "hours.csv",
        checks=WORK / "checks.json",
    log:
        LOGS / "rates.log",
    conda:
        "../../envs/dynamics.yaml"
    params:
        description=DESCRIPTION,
        temperatures_K=described.to_mapping()["temperatures_K"],
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
    log:
        LOGS / "figures.log",
    conda:
        "../../envs/learning.yaml"
    script:
        "../scripts/quantum_figures.py"
