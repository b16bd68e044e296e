# Ab initio points, monomer properties and the surface fitted to them. A workflow of its own, because it needs
# PySCF (make abinitio) for all but the fit:
#   snakemake -s workflow/rules/potential.smk --configfile config/abinitio/n2h2.yaml --cores 2 points|larger_basis|properties|fit
# The points of N2 + H2 are in data/; `fit` reads them and needs no PySCF.
import os
import sys
from pathlib import Path

from vibrates.abinitio import settings as descriptions
from vibrates.core.errors import UserError

os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
DESCRIPTION = (workflow.overwrite_configfiles or ["config/abinitio/n2h2.yaml"])[0]
try:
    described = descriptions.load(DESCRIPTION)
except UserError as error:
    sys.exit(f"error: {error}")

WORK = Path(described["results"])
PYTHON = f"OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 PYTHONPATH=src {described['python']}"
# Two sets of points: those of the fit, and some of them in a larger basis.
SETS = {"points": described, "larger_basis": descriptions.larger_basis(described)}
# Of every block: what its points depend on. It, and not the age of files, decides what is computed again.
FINGERPRINTS = {name: descriptions.fingerprints(one) for name, one in SETS.items()}


def blocks(wildcards):
    last = descriptions.geometry_table(SETS[wildcards.set])["block"].max()
    return expand(WORK / "{set}/{block}.csv", set=wildcards.set, block=range(int(last) + 1))


wildcard_constraints:
    set="|".join(SETS),
    block=r"\d+",
    molecule=r"\w+",


rule fit:
    default_target: True
    input:
        points=described["fit"]["points"],
    output:
        surface=WORK / f"{described['name']}_surface.yaml",
        report=WORK / "fit.json",
        errors=WORK / "fit.csv",
    params:
        description=DESCRIPTION,
        content=described,
    script:
        "../scripts/fit_surface.py"


rule figures:
    input:
        points=described["fit"]["points"],
        surface="config/surfaces/fitted.yaml",
        virial="data/n2h2_b12_gerg2008.csv",
    output:
        cuts=WORK / "figures/cuts.png",
        stretched=WORK / "figures/stretched.png",
        virial=WORK / "figures/virial.png",
    params:
        description=DESCRIPTION,
        content=described,
    script:
        "../scripts/surface_checks.py"


# A checkpoint: what a rule takes through ancient() is not asked for changed parameters in a run in which that is made
# anew, but for those of a checkpoint it is, once they are there.
checkpoint geometries:
    output:
        geometries=WORK / "{set}/geometries.csv",
        level=WORK / "{set}/level.json",
    params:
        content=lambda wildcards: SETS[wildcards.set],
        fingerprints=lambda wildcards: FINGERPRINTS[wildcards.set],
    localrule: True
    script:
        "../scripts/geometries.py"


# Every finished point is kept: a job that dies is continued by the next attempt.
rule block:
    input:
        geometries=ancient(WORK / "{set}/geometries.csv"),
        level=ancient(WORK / "{set}/level.json"),
    output:
        WORK / "{set}/{block}.csv",
    params:
        fingerprint=lambda wildcards: FINGERPRINTS[wildcards.set][int(wildcards.block)],
    resources:
        # Integrals of a larger basis that do not fit are kept on disk, which takes three times as long.
        mem_mb=lambda wildcards, attempt: (9000 if wildcards.set == "larger_basis" else 4000) * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    shell:
        "PYSCF_MAX_MEMORY={resources.mem_mb} " + PYTHON + " -m vibrates.abinitio.blocks {input} {wildcards.block} {output}"
        " --fingerprint {params.fingerprint}"


rule collect:
    input:
        blocks=blocks,
        level=WORK / "{set}/level.json",
    output:
        WORK / "{set}.csv",
    params:
        fingerprints=lambda wildcards: FINGERPRINTS[wildcards.set],
    localrule: True
    script:
        "../scripts/points.py"


rule points:
    input:
        WORK / "points.csv",
    localrule: True


rule larger_basis:
    input:
        WORK / "larger_basis.csv",
    localrule: True


rule properties_settings:
    output:
        WORK / "monomer_{molecule}.json",
    params:
        content=lambda wildcards: descriptions.monomer(described, wildcards.molecule),
    localrule: True
    script:
        "../scripts/properties_settings.py"


rule monomer:
    input:
        WORK / "monomer_{molecule}.json",
    output:
        WORK / "{molecule}_properties.csv",
    params:
        fingerprint=lambda wildcards: descriptions.monomer_fingerprint(described, wildcards.molecule),
    resources:
        mem_mb=lambda wildcards, attempt: 3000 * attempt,
        runtime=lambda wildcards, attempt: 120 * attempt,
    shell:
        PYTHON + " -m vibrates.abinitio.properties {input} {output}"
        " --fingerprint {params.fingerprint}"


rule properties:
    input:
        expand(WORK / "{molecule}_properties.csv", molecule=described["properties"]),
