# Ab initio points, monomer properties and the surface fitted to them. A module, because it needs PySCF
# (make abinitio) for all but the fit:
#   snakemake -s workflow/modules/potential.smk --configfile config/abinitio/n2h2.yaml --cores 2 points|larger_basis|properties|fit|campaign
# or the name of a further set of points (`further` in the description). `design` chooses geometries, `checked_points` makes tables
# of moments and of long bonds. The points of N2 + H2 are in data/; `fit` and these two read them and need no PySCF.
import os
from functools import cache
from pathlib import Path

from vibrates.abinitio import settings as descriptions
from vibrates.core.code import code_fingerprint


include: "preamble.smk"


DESCRIPTION = description_file("potential", "config/abinitio/n2h2.yaml")
described = preamble.or_exit(descriptions.load, DESCRIPTION)

SETTINGS = described.settings
WORK = Path(SETTINGS.results)
LOGS = WORK / "logs"
# Sets of points: those of the fit, some of them in a larger basis, and further ones. Of each what its
# geometries and energies depend on, the program that computes it, and the data file whose points are not computed again.
SETS = {
    "points": described.points,
    **({} if SETTINGS.larger_basis is None else {"larger_basis": described.larger_basis}),
    **described.further,
}
PROGRAMS = {name: descriptions.program(one) for name, one in SETS.items()}
STORED = {name: one.points for name, one in (SETTINGS.further or {}).items()}
if SETTINGS.points is not None:
    STORED["points"] = SETTINGS.points


# Of every block of a set what its points depend on: level of theory, geometries, code. On demand: the list of a
# further set may come from a file that only its own jobs need.
fingerprints = cache(lambda name: preamble.or_exit(descriptions.fingerprints, SETS[name]))
MONOMERS = {
    name: preamble.or_exit(descriptions.monomer, described, name) for name in SETTINGS.properties
}
POINTS = [] if SETTINGS.fit is None else [source.path for source in SETTINGS.fit.sources()]
FIT = [SETTINGS.name, SETTINGS.pair, described.molecules, SETTINGS.fit]


wildcard_constraints:
    set="|".join(SETS),
    block=r"\d+",
    molecule=r"\w+",


if SETTINGS.fit is not None:

    rule fit:
        default_target: True
        input:
            points=POINTS,
        output:
            surface=WORK / f"{SETTINGS.name}_surface.yaml",
            # The values with their covariance: a file to be kept beside the surface.
            known=WORK / f"{SETTINGS.name}_fit.nc",
            report=WORK / "fit.json",
            errors=WORK / "fit.csv",
        log:
            LOGS / "fit.log",
        conda:
            "../../envs/dynamics.yaml"
        params:
            description=DESCRIPTION,
            fingerprint=preamble.fingerprint(FIT, code_fingerprint("vibrates.potential.fit")),
        script:
            "../scripts/fit_surface.py"


if SETTINGS.fit is not None and SETTINGS.fit.increment is not None:

    rule increment:
        input:
            points=POINTS,
            larger=list(SETTINGS.fit.increment.points),
            known=rules.fit.output.known,
        output:
            surface=WORK / f"{SETTINGS.name}_sum.yaml",
            summed=WORK / f"{SETTINGS.name}_sum.nc",
            report=WORK / "increment.json",
        log:
            LOGS / "increment.log",
        conda:
            "../../envs/dynamics.yaml"
        params:
            description=DESCRIPTION,
            fingerprint=preamble.fingerprint(FIT, code_fingerprint("vibrates.potential.basis_set")),
        script:
            "../scripts/surface_increment.py"


# Of the sum, if there is one: the surface that campaigns use.
if SETTINGS.fit is not None and SETTINGS.fit.draws is not None:

    rule draws:
        input:
            known=(
                rules.increment.output.summed
                if SETTINGS.fit.increment is not None
                else rules.fit.output.known
            ),
        output:
            [
                WORK / f"draws/{SETTINGS.name}_{number:03}.yaml"
                for number in range(1, SETTINGS.fit.draws.count + 1)
            ],
        log:
            LOGS / "draws.log",
        localrule: True
        conda:
            "../../envs/dynamics.yaml"
        params:
            seed=SETTINGS.fit.draws.seed,
            molecules=os.path.relpath(Path(DESCRIPTION).parent / SETTINGS.molecules, WORK / "draws"),
            code=code_fingerprint("vibrates.potential.drawn"),
        script:
            "../scripts/surface_draws.py"


if SETTINGS.fit is not None and SETTINGS.fit.moments is not None:

    rule moments:
        input:
            points=POINTS,
            known=rules.fit.output.known,
        output:
            table=WORK / "moment_estimates.csv",
            report=WORK / "moment_estimates.json",
        log:
            LOGS / "moments.log",
        conda:
            "../../envs/dynamics.yaml"
        params:
            description=DESCRIPTION,
            fingerprint=preamble.fingerprint(
                FIT, code_fingerprint("vibrates.potential.moment_estimates")
            ),
        script:
            "../scripts/surface_moments.py"


# The published surfaces and the virial coefficient in them are those of N2 + H2.
if SETTINGS.fit is not None and SETTINGS.pair == ("N2", "H2"):

    rule figures:
        input:
            points=SETTINGS.fit.points,
            known=rules.fit.output.known,
            surface="config/surfaces/fitted.yaml",
            virial="data/n2h2_b12_gerg2008.csv",
        output:
            cuts=WORK / "figures/cuts.png",
            stretched=WORK / "figures/stretched.png",
            virial=WORK / "figures/virial.png",
        log:
            LOGS / "figures.log",
        conda:
            "../../envs/learning.yaml"
        params:
            description=DESCRIPTION,
            fingerprint=preamble.fingerprint(
                SETTINGS.pair, described.molecules, SETTINGS.fit.stretch_keys()
            ),
        script:
            "../scripts/surface_checks.py"


# The campaign that the description names, on the surface of the points.
if SETTINGS.campaign is not None:
    SURFACE = WORK / f"{SETTINGS.name}_surface.yaml"
    if SETTINGS.fit is None:
        kept = SETTINGS.points is not None and Path(SETTINGS.points).exists()
        SURFACE = SETTINGS.points if kept else WORK / "points.csv"

    rule campaign:
        input:
            SURFACE,
        output:
            WORK / "campaign.yaml",
        log:
            LOGS / "campaign.log",
        localrule: True
        conda:
            "../../envs/dynamics.yaml"
        params:
            description=DESCRIPTION,
            campaign=str(Path(DESCRIPTION).parent / SETTINGS.campaign),
            fingerprint=preamble.fingerprint(
                FIT, code_fingerprint("vibrates.abinitio.surface_points")
            ),
        script:
            "../scripts/fitted_campaign.py"


# Geometries of further points, and those to compute once more in a larger basis.
if SETTINGS.design:
    DESIGNED = preamble.fingerprint(
        FIT, SETTINGS.design, code_fingerprint("vibrates.abinitio.design")
    )

    rule design:
        input:
            points=SETTINGS.design.points,
        output:
            geometries=WORK / "design.csv",
            report=WORK / "design.json",
        log:
            LOGS / "design.log",
        conda:
            "../../envs/dynamics.yaml"
        params:
            description=DESCRIPTION,
            fingerprint=DESIGNED,
        script:
            "../scripts/design.py"

    if SETTINGS.design.increment:

        rule design_increment:
            input:
                points=SETTINGS.design.points,
                larger=SETTINGS.design.increment.points,
            output:
                geometries=WORK / "design_increment.csv",
                report=WORK / "design_increment.json",
            log:
                LOGS / "design_increment.log",
            conda:
                "../../envs/dynamics.yaml"
            params:
                description=DESCRIPTION,
                fingerprint=DESIGNED,
            script:
                "../scripts/design.py"


# The further points of N2 + H2: angular moments, and the joint of the two methods at long bonds.
if SETTINGS.design and {"designed", "long_bonds_a", "long_bonds_a_ccsdt"} <= set(STORED):

    rule checked_points:
        input:
            known=SETTINGS.design.points,
            designed=STORED["designed"],
            nevpt2=STORED["long_bonds_a"],
            coupled=STORED["long_bonds_a_ccsdt"],
            # Without the increment, in the basis of the points.
            surface=rules.fit.output.known,
        output:
            moments=WORK / "moments.csv",
            overlap=WORK / "long_bonds_overlap.csv",
            joined=WORK / "long_bonds.csv",
            reached=WORK / "design_reached.csv",
        log:
            LOGS / "checked_points.log",
        conda:
            "../../envs/dynamics.yaml"
        params:
            description=DESCRIPTION,
            fingerprint=preamble.fingerprint(
                FIT,
                SETTINGS.design,
                code_fingerprint("vibrates.abinitio.design", "vibrates.potential.long_bonds"),
            ),
        script:
            "../scripts/point_tables.py"


checkpoint geometries:
    output:
        geometries=WORK / "{set}/geometries.csv",
        level=WORK / "{set}/level.json",
    log:
        LOGS / "{set}/geometries.log",
    localrule: True
    conda:
        "../../envs/dynamics.yaml"
    params:
        content=lambda wildcards: SETS[wildcards.set].to_mapping(),
        fingerprints=lambda wildcards: fingerprints(wildcards.set),
        forecast=lambda wildcards: preamble.or_exit(descriptions.forecast, described, wildcards.set),
    script:
        "../scripts/geometries.py"


# Every finished point is stored: a job that is killed is continued by the next attempt.
rule block:
    input:
        # The fingerprint, not the age of these files, decides whether a block is computed again.
        geometries=ancient(WORK / "{set}/geometries.csv"),
        level=ancient(WORK / "{set}/level.json"),
    output:
        WORK / "{set}/{block}.csv",
    log:
        LOGS / "{set}/{block}.log",
    conda:
        "../../envs/abinitio.yaml"
    resources:
        # Integrals of a larger basis that exceed this memory are stored on disk, which takes three times as long.
        mem_mb=lambda wildcards, attempt: (
            (4000 if SETS[wildcards.set].basis.endswith("dz") else 9000) * attempt
        ),
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        fingerprint=lambda wildcards: fingerprints(wildcards.set)[int(wildcards.block)],
        program=lambda wildcards: PROGRAMS[wildcards.set],
        known=lambda wildcards: (
            f"--known {STORED[wildcards.set]}" if wildcards.set in STORED else ""
        ),
    shell:
        f"PYSCF_MAX_MEMORY={{resources.mem_mb}} {with_pyscf(SETTINGS.python, '{params.program}')} "
        f"{{input:q}} {{wildcards.block}} {{output:q}} --fingerprint {{params.fingerprint}} "
        f"{{params.known}} {LOGGED}"


rule collect:
    input:
        blocks=lambda wildcards: expand(
            WORK / "{set}/{block}.csv",
            set=wildcards.set,
            block=blocks_in(checkpoints.geometries.get(set=wildcards.set).output.geometries),
        ),
        level=WORK / "{set}/level.json",
    output:
        WORK / "{set}.csv",
    log:
        LOGS / "{set}/collect.log",
    localrule: True
    conda:
        "../../envs/dynamics.yaml"
    params:
        content=lambda wildcards: SETS[wildcards.set].to_mapping(),
        fingerprints=lambda wildcards: fingerprints(wildcards.set),
    script:
        "../scripts/points.py"


for each in SETS:

    rule:
        name:
            each
        input:
            WORK / f"{each}.csv",
        localrule: True


rule monomer_settings:
    output:
        WORK / "monomer_{molecule}.json",
    log:
        LOGS / "monomer_{molecule}_settings.log",
    localrule: True
    conda:
        "../../envs/dynamics.yaml"
    params:
        content=lambda wildcards: MONOMERS[wildcards.molecule].to_mapping(),
    script:
        "../scripts/settings.py"


rule monomer:
    input:
        WORK / "monomer_{molecule}.json",
    output:
        WORK / "{molecule}_properties.csv",
    log:
        LOGS / "{molecule}_properties.log",
    conda:
        "../../envs/abinitio.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 3000 * attempt,
        runtime=lambda wildcards, attempt: 120 * attempt,
    params:
        table=lambda wildcards: descriptions.monomer_program(described, wildcards.molecule),
        fingerprint=lambda wildcards: descriptions.monomer_fingerprint(
            described, wildcards.molecule
        ),
    shell:
        f"{with_pyscf(SETTINGS.python, 'monomers')} {{params.table}} {{input:q}} {{output:q}} "
        f"--fingerprint {{params.fingerprint}} {LOGGED}"


rule properties:
    input:
        expand(WORK / "{molecule}_properties.csv", molecule=SETTINGS.properties),
