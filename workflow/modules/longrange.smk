# Long-range surfaces: points, networks for C_m, and their errors. A module:
#   snakemake -s workflow/modules/longrange.smk --configfile config/longrange/h3.yaml --cores 2 [points | properties | dispersion]
# The ab initio points are in data/; the target `points` computes them (PySCF: make abinitio) into the results directory,
# `properties` the moments and polarizabilities of a polar molecule, `dispersion` C_6 from dipole spectra.
from pathlib import Path

from vibrates.core.code import code_fingerprint
from vibrates.longrange import description as descriptions, sources
from vibrates.longrange.models import AnalyticSource


include: "preamble.smk"


DESCRIPTION = description_file("longrange", "config/longrange/h3.yaml")
described = preamble.or_exit(descriptions.load, DESCRIPTION)

WORK = Path(described.results)
LOGS = WORK / "logs"
SOURCE = described.source
STATED = described.to_mapping()
REPORT = {
    key: STATED[key]
    for key in (
        "name",
        "title",
        "energy_column",
        "powers",
        "coordinates",
        "cut",
        "report",
        "source",
    )
}


wildcard_constraints:
    block=r"\d+",
    member=r"\d+",


rule report:
    default_target: True
    input:
        *filter(None, [described.report.response_C6]),
        points=described.points,
        surfaces=expand(WORK / "member_{member}.nc", member=range(described.ensemble)),
        errors=expand(WORK / "member_{member}.csv", member=range(described.ensemble)),
        holdout=WORK / "holdout.json",
    output:
        report=WORK / "report.json",
        coefficients=WORK / "coefficients.csv",
        figure=WORK / "figures/fit.png",
        cut=WORK / "figures/cut.csv",
        bond_figure=WORK / "figures/coefficients.png",
        bonds=WORK / "figures/coefficients.csv",
    log:
        LOGS / "report.log",
    conda:
        "../../envs/learning.yaml"
    params:
        description=DESCRIPTION,
        fingerprint=preamble.fingerprint(REPORT),
    script:
        "../scripts/longrange_report.py"


# A training that is killed continues from its last state.
rule member:
    input:
        points=described.points,
    output:
        surface=WORK / "member_{member}.nc",
        errors=WORK / "member_{member}.csv",
    log:
        LOGS / "member_{member}.log",
    conda:
        "../../envs/learning.yaml"
    threads: described.threads or 1
    resources:
        mem_mb=lambda wildcards, attempt: 3000 * attempt,
        runtime=lambda wildcards, attempt: 120 * attempt,
    params:
        description=DESCRIPTION,
        fingerprint=lambda wildcards: descriptions.member_settings(described, int(wildcards.member)),
    script:
        "../scripts/longrange_member.py"


rule holdout:
    input:
        points=described.points,
    output:
        scores=WORK / "holdout.json",
        table=WORK / "figures/holdout.csv",
        figure=WORK / "figures/holdout.png",
    log:
        LOGS / "holdout.log",
    conda:
        "../../envs/learning.yaml"
    threads: 1
    params:
        description=DESCRIPTION,
        fingerprint=preamble.fingerprint(
            {key: STATED[key] for key in (*descriptions.FITTED, "holdout", "title")},
            code_fingerprint("vibrates.longrange.study"),
        ),
    script:
        "../scripts/longrange_holdout.py"


if descriptions.is_known(SOURCE):

    rule known:
        input:
            SOURCE.properties if isinstance(SOURCE, AnalyticSource) else SOURCE.surface,
        output:
            described.points,
        log:
            LOGS / "known.log",
        localrule: True
        conda:
            "../../envs/learning.yaml"
        params:
            description=DESCRIPTION,
            fingerprint=sources.known_fingerprint(described),
            task="known",
            values=lambda wildcards, output: {"output": output[0]},
        script:
            "../scripts/longrange_points.py"

    if isinstance(SOURCE, AnalyticSource) and SOURCE.molecule:

        rule molecule:
            output:
                WORK / "molecule.json",
            log:
                LOGS / "molecule.log",
            localrule: True
            conda:
                "../../envs/learning.yaml"
            params:
                content=sources.molecule(SOURCE.molecule).to_mapping(),
            script:
                "../scripts/settings.py"

        # Every finished bond length is stored.
        rule properties:
            input:
                WORK / "molecule.json",
            output:
                WORK / "properties.csv",
            log:
                LOGS / "properties.log",
            conda:
                "../../envs/abinitio.yaml"
            resources:
                mem_mb=lambda wildcards, attempt: 4000 * attempt,
                runtime=lambda wildcards, attempt: 120 * attempt,
            params:
                fingerprint=sources.molecule_fingerprint(SOURCE.molecule),
            shell:
                f"{with_pyscf(SOURCE.molecule.python, 'monomers')} polar {{input:q}} {{output:q}} "
                f"--fingerprint {{params.fingerprint}} {LOGGED}"

else:
    # Of every block what its points depend on: level of theory, geometries, code.
    FINGERPRINTS = sources.block_fingerprints(SOURCE)

    # A checkpoint and not a rule: Snakemake does not compare the parameters of jobs with ancient()
    # input while a rule makes this input again, but does so after a checkpoint.
    checkpoint geometries:
        output:
            geometries=WORK / "geometries.csv",
            settings=WORK / "settings.json",
        log:
            LOGS / "geometries.log",
        localrule: True
        conda:
            "../../envs/learning.yaml"
        params:
            description=DESCRIPTION,
            fingerprints=FINGERPRINTS,
            task="prepare",
            values=lambda wildcards, output: {
                "table": output.geometries,
                "settings": output.settings,
            },
        script:
            "../scripts/longrange_points.py"

    # Every finished point is stored: a job that is killed is continued by the next attempt.
    rule block:
        input:
            # The fingerprint, not the age of these files, decides whether a block is computed again.
            geometries=ancient(WORK / "geometries.csv"),
            settings=ancient(WORK / "settings.json"),
        output:
            WORK / "blocks/{block}.csv",
        log:
            LOGS / "blocks/{block}.log",
        conda:
            "../../envs/abinitio.yaml"
        resources:
            mem_mb=lambda wildcards, attempt: 3000 * attempt,
            runtime=lambda wildcards, attempt: 60 * attempt,
        params:
            fingerprint=lambda wildcards: FINGERPRINTS[int(wildcards.block)],
        shell:
            f"{with_pyscf(SOURCE.python, 'atom_diatom')} "
            f"{{input:q}} {{wildcards.block}} {{output:q}} --fingerprint {{params.fingerprint}} {LOGGED}"

    rule points:
        input:
            blocks=lambda wildcards: expand(
                WORK / "blocks/{block}.csv",
                block=blocks_in(checkpoints.geometries.get().output.geometries),
            ),
        output:
            WORK / "points.csv",
        log:
            LOGS / "points.log",
        localrule: True
        conda:
            "../../envs/learning.yaml"
        params:
            description=DESCRIPTION,
            fingerprints=FINGERPRINTS,
            task="collect",
            values=lambda wildcards, input, output: {
                "blocks": list(input.blocks),
                "output": output[0],
            },
        script:
            "../scripts/longrange_points.py"

    if SOURCE.dispersion:
        DISPERSION = sources.dispersion(SOURCE, SOURCE.dispersion).to_mapping()

        rule dispersion_settings:
            output:
                WORK / "dispersion.json",
            log:
                LOGS / "dispersion_settings.log",
            localrule: True
            conda:
                "../../envs/learning.yaml"
            params:
                content=DISPERSION,
            script:
                "../scripts/settings.py"

        rule dispersion:
            input:
                WORK / "dispersion.json",
            output:
                WORK / "dispersion.csv",
            log:
                LOGS / "dispersion.log",
            conda:
                "../../envs/abinitio.yaml"
            resources:
                mem_mb=lambda wildcards, attempt: 4000 * attempt,
                runtime=lambda wildcards, attempt: 60 * attempt,
            params:
                fingerprint=preamble.fingerprint(
                    DISPERSION, code_fingerprint("vibrates.abinitio.dispersion")
                ),
            shell:
                f"{with_pyscf(SOURCE.python, 'dispersion')} {{input:q}} {{output:q}} {LOGGED}"
