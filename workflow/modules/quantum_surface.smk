# Ab initio points of a diatom and an atom, the diatom's curve, and the surface fitted to them. A module,
# because all but the fit need PySCF (make abinitio):
#   snakemake -s workflow/modules/quantum_surface.smk --configfile config/quantum/heh2.yaml --cores 2 points|curve|fit
# Points and curve of He + H2 are in data/; `fit` reads them.
from pathlib import Path

from vibrates.core.code import code_fingerprint
from vibrates.scattering import surface


include: "preamble.smk"


DESCRIPTION = description_file("quantum_surface", "config/quantum/heh2.yaml")
described = preamble.or_exit(surface.load, DESCRIPTION)

WORK = Path(described.results)
LOGS = WORK / "logs"
# What the geometries and energies of a set of points depend on.
SETS = dict(described.sets)
LEVELS = {name: surface.level(described, points) for name, points in SETS.items()}
# Of every block what its points depend on: level of theory, geometries, code.
FINGERPRINTS = {name: surface.fingerprints(described, points) for name, points in SETS.items()}


wildcard_constraints:
    set="small|large",
    block=r"\d+",


rule fit:
    default_target: True
    input:
        small=described.data.small,
        large=described.data.large,
    output:
        surface=WORK / "surface.yaml",
        errors=WORK / "errors.csv",
        figure=WORK / "figures/surface.png",
    log:
        LOGS / "fit.log",
    conda:
        "../../envs/learning.yaml"
    params:
        description=DESCRIPTION,
        fingerprint=preamble.fingerprint(
            described.fit, code_fingerprint("vibrates.scattering.surface")
        ),
    script:
        "../scripts/quantum_surface_fit.py"


# A checkpoint and not a rule: Snakemake does not compare the parameters of jobs with ancient() input
# while a rule makes this input again, but does so after a checkpoint.
checkpoint geometries:
    output:
        geometries=WORK / "{set}.csv",
        level=WORK / "{set}.json",
    log:
        LOGS / "{set}_geometries.log",
    localrule: True
    conda:
        "../../envs/dynamics.yaml"
    params:
        points=lambda wildcards: SETS[wildcards.set].to_mapping(),
        level_of_theory=lambda wildcards: LEVELS[wildcards.set].to_mapping(),
        fingerprints=lambda wildcards: FINGERPRINTS[wildcards.set],
    script:
        "../scripts/quantum_geometries.py"


# Every finished point is stored: a job that is killed is continued by the next attempt.
rule block:
    input:
        # The fingerprint, not the age of these files, decides whether a block is computed again.
        geometries=ancient(WORK / "{set}.csv"),
        level=ancient(WORK / "{set}.json"),
    output:
        WORK / "blocks/{set}_{block}.csv",
    log:
        LOGS / "blocks/{set}_{block}.log",
    conda:
        "../../envs/abinitio.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        fingerprint=lambda wildcards: FINGERPRINTS[wildcards.set][int(wildcards.block)],
    shell:
        f"{with_pyscf(described.python, 'blocks')} "
        f"{{input:q}} {{wildcards.block}} {{output:q}} --fingerprint {{params.fingerprint}} {LOGGED}"


rule gather:
    input:
        blocks=lambda wildcards: expand(
            WORK / "blocks/{set}_{block}.csv",
            set=wildcards.set,
            block=blocks_in(checkpoints.geometries.get(set=wildcards.set).output.geometries),
        ),
        level=WORK / "{set}.json",
    output:
        WORK / "{set}_points.csv",
    log:
        LOGS / "{set}_gather.log",
    localrule: True
    conda:
        "../../envs/dynamics.yaml"
    params:
        fingerprints=lambda wildcards: FINGERPRINTS[wildcards.set],
    script:
        "../scripts/points.py"


rule points:
    input:
        expand(WORK / "{set}_points.csv", set=["small", "large"]),


rule curve:
    output:
        WORK / "curve.csv",
    log:
        LOGS / "curve.log",
    conda:
        "../../envs/abinitio.yaml"
    params:
        symbols=",".join(described.symbols[:2]),
        basis=described.curve.basis,
        bonds=",".join(map(str, described.curve.to_mapping()["bonds_bohr"])),
        code=code_fingerprint("vibrates.abinitio.curve"),
    shell:
        f"{with_pyscf(described.python, 'curve')} "
        f"{{params.symbols}} {{params.basis}} {{params.bonds}} {{output:q}} {LOGGED}"
