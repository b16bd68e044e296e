# Ab initio points of a diatom and an atom, the diatom's curve, and the surface fitted to them. A workflow of its own,
# because all but the fit need PySCF (make abinitio):
#   snakemake -s workflow/rules/quantum_surface.smk --configfile config/quantum/heh2.yaml --cores 2 points|curve|fit
# Points and curve of He + H2 are in data/; `fit` reads them.
import os
import sys
from pathlib import Path

from vibrates.core.code import code_fingerprint
from vibrates.core.errors import UserError
from vibrates.scattering import surface

os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
DESCRIPTION = (workflow.overwrite_configfiles or ["config/quantum/heh2.yaml"])[0]
try:
    described = surface.load(DESCRIPTION)
except UserError as error:
    sys.exit(f"error: {error}")

WORK = Path(described["results"])
PYTHON = f"OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 PYTHONPATH=src {described['python']}"


# Of every block: what its points depend on. It, and not the age of files, decides what is computed again.
FINGERPRINTS = {name: surface.fingerprints(described, name) for name in ("small", "large")}


def block_count(name):
    return len(FINGERPRINTS[name])


wildcard_constraints:
    set="small|large",
    block=r"\d+",


rule fit:
    default_target: True
    input:
        small=described["data"]["small"],
        large=described["data"]["large"],
    output:
        surface=WORK / "surface.yaml",
        errors=WORK / "errors.csv",
        figure=WORK / "figures/surface.png",
    params:
        description=DESCRIPTION,
        content=described,
    script:
        "../scripts/quantum_surface_fit.py"


# A checkpoint: what a rule takes through ancient() is not asked for changed parameters in a run in which that is made
# anew, but for those of a checkpoint it is, once they are there.
checkpoint geometries:
    output:
        geometries=WORK / "{set}.csv",
        level=WORK / "{set}.json",
    params:
        description=DESCRIPTION,
        content=described,
        fingerprints=lambda wildcards: FINGERPRINTS[wildcards.set],
    localrule: True
    script:
        "../scripts/quantum_geometries.py"


# Every finished point is kept: a job that dies is continued by the next attempt.
rule block:
    input:
        geometries=ancient(WORK / "{set}.csv"),
        level=ancient(WORK / "{set}.json"),
    output:
        WORK / "blocks/{set}_{block}.csv",
    params:
        fingerprint=lambda wildcards: FINGERPRINTS[wildcards.set][int(wildcards.block)],
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    shell:
        PYTHON + " -m vibrates.abinitio.blocks {input} {wildcards.block} {output}"
        " --fingerprint {params.fingerprint}"


rule gather:
    input:
        blocks=lambda wildcards: [
            WORK / f"blocks/{wildcards.set}_{b}.csv" for b in range(block_count(wildcards.set))
        ],
        level=WORK / "{set}.json",
    output:
        WORK / "{set}_points.csv",
    params:
        fingerprints=lambda wildcards: FINGERPRINTS[wildcards.set],
    localrule: True
    script:
        "../scripts/points.py"


rule points:
    input:
        expand(WORK / "{set}_points.csv", set=["small", "large"]),


rule curve:
    output:
        WORK / "curve.csv",
    params:
        symbols=",".join(described["symbols"][:2]),
        basis=described["curve"]["basis"],
        bonds=",".join(map(str, described["curve"]["bonds_bohr"])),
        code=code_fingerprint("vibrates.abinitio.curve"),
    shell:
        PYTHON + " -m vibrates.abinitio.curve {params.symbols} {params.basis} {params.bonds} {output}"
