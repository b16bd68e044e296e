# Long-range surfaces: points, networks for C_m, and what they are worth. A workflow of its own:
#   snakemake -s workflow/rules/longrange.smk --configfile config/longrange/h3.yaml --cores 2 [points | properties | dispersion]
# The ab initio points are in data/; the target `points` computes them (PySCF: make abinitio) into the results directory,
# `properties` the moments and polarizabilities of a polar molecule, `dispersion` C_6 from dipole spectra.
import json
import os
import sys
from pathlib import Path

from vibrates.core.code import code_fingerprint
from vibrates.core.errors import UserError
from vibrates.core.files import write_text
from vibrates.longrange import description as descriptions, sources

os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
DESCRIPTION = (workflow.overwrite_configfiles or ["config/longrange/h3.yaml"])[0]
try:
    described = descriptions.load(DESCRIPTION)
except UserError as error:
    sys.exit(f"error: {error}")

WORK = Path(described["results"])
KNOWN = descriptions.is_known(described)


wildcard_constraints:
    block=r"\d+",
    member=r"\d+",


rule report:
    default_target: True
    input:
        *filter(None, [described["report"].get("response_C6")]),
        points=described["points"],
        surfaces=expand(WORK / "member_{member}.nc", member=range(described["ensemble"])),
        errors=expand(WORK / "member_{member}.csv", member=range(described["ensemble"])),
        holdout=WORK / "holdout.json",
    output:
        report=WORK / "report.json",
        coefficients=WORK / "coefficients.csv",
        figure=WORK / "figures/fit.png",
        cut=WORK / "figures/cut.csv",
        bond_figure=WORK / "figures/coefficients.png",
        bonds=WORK / "figures/coefficients.csv",
    params:
        description=DESCRIPTION,
        content=described,
    script:
        "../scripts/longrange_report.py"


# A training that is killed goes on from its last state.
rule member:
    input:
        points=described["points"],
    output:
        surface=WORK / "member_{member}.nc",
        errors=WORK / "member_{member}.csv",
    params:
        description=DESCRIPTION,
        fingerprint=lambda wildcards: descriptions.member_settings(described, int(wildcards.member)),
    threads: described.get("threads", 1)
    resources:
        mem_mb=lambda wildcards, attempt: 3000 * attempt,
        runtime=lambda wildcards, attempt: 120 * attempt,
    script:
        "../scripts/longrange_member.py"


rule holdout:
    input:
        points=described["points"],
    output:
        scores=WORK / "holdout.json",
        table=WORK / "figures/holdout.csv",
        figure=WORK / "figures/holdout.png",
    params:
        description=DESCRIPTION,
        content={k: described[k] for k in (*descriptions.FITTED, "holdout")},
        code=code_fingerprint("vibrates.longrange.study"),
    threads: 1
    script:
        "../scripts/longrange_holdout.py"


if KNOWN:

    rule known:
        input:
            described["source"].get("properties") or described["source"]["surface"],
        output:
            described["points"],
        params:
            description=DESCRIPTION,
            fingerprint=sources.known_fingerprint(described),
            task="known",
            values=lambda wildcards, output: {"output": output[0]},
        localrule: True
        script:
            "../scripts/longrange_points.py"

    if "molecule" in described["source"]:
        MOLECULAR_PYTHON = described["source"]["molecule"]["python"]

        rule molecule:
            output:
                WORK / "molecule.json",
            params:
                content=sources.molecule(described),
            localrule: True
            run:
                write_text(output[0], json.dumps(params.content))

        # Every finished bond length is kept.
        rule properties:
            input:
                WORK / "molecule.json",
            output:
                WORK / "properties.csv",
            params:
                fingerprint=sources.molecule_fingerprint(described),
            resources:
                mem_mb=lambda wildcards, attempt: 4000 * attempt,
                runtime=lambda wildcards, attempt: 120 * attempt,
            shell:
                "OMP_NUM_THREADS=1 PYTHONPATH=src {MOLECULAR_PYTHON} -m vibrates.abinitio.polar {input} {output}"
                " --fingerprint {params.fingerprint}"

else:
    PYTHON = f"OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 PYTHONPATH=src {described['source']['python']}"
    # Of every block: what its points depend on. It, and not the age of files, decides what is computed again.
    FINGERPRINTS = sources.block_fingerprints(described)
    BLOCKS = range(len(FINGERPRINTS))

    # A checkpoint: what a rule takes through ancient() is not asked for changed parameters in a run in which that is made
    # anew, but for those of a checkpoint it is, once they are there.
    checkpoint geometries:
        output:
            geometries=WORK / "geometries.csv",
            settings=WORK / "settings.json",
        params:
            description=DESCRIPTION,
            content=described["source"],
            fingerprints=FINGERPRINTS,
            task="prepare",
            values=lambda wildcards, output: {"table": output.geometries, "settings": output.settings},
        localrule: True
        script:
            "../scripts/longrange_points.py"

    # Every finished point is kept: a job that dies is continued by the next attempt.
    rule block:
        input:
            geometries=ancient(WORK / "geometries.csv"),
            settings=ancient(WORK / "settings.json"),
        output:
            WORK / "blocks/{block}.csv",
        params:
            fingerprint=lambda wildcards: FINGERPRINTS[int(wildcards.block)],
        resources:
            mem_mb=lambda wildcards, attempt: 3000 * attempt,
            runtime=lambda wildcards, attempt: 60 * attempt,
        shell:
            PYTHON + " -m vibrates.abinitio.atom_diatom {input} {wildcards.block} {output}"
            " --fingerprint {params.fingerprint}"

    rule points:
        input:
            blocks=expand(WORK / "blocks/{block}.csv", block=BLOCKS),
        output:
            WORK / "points.csv",
        params:
            description=DESCRIPTION,
            fingerprints=FINGERPRINTS,
            task="collect",
            values=lambda wildcards, input, output: {"blocks": list(input.blocks), "output": output[0]},
        localrule: True
        script:
            "../scripts/longrange_points.py"

    if "dispersion" in described["source"]:

        rule dispersion_settings:
            output:
                WORK / "dispersion.json",
            params:
                content={
                    name: described["source"][name]
                    for name in ("element", "core_orbitals", "basis", "leave_out", "diffuse")
                } | described["source"]["dispersion"],
                code=code_fingerprint("vibrates.abinitio.dispersion"),
            localrule: True
            run:
                write_text(output[0], json.dumps(params.content))

        rule dispersion:
            input:
                WORK / "dispersion.json",
            output:
                WORK / "dispersion.csv",
            resources:
                mem_mb=lambda wildcards, attempt: 4000 * attempt,
                runtime=lambda wildcards, attempt: 60 * attempt,
            shell:
                PYTHON + " -m vibrates.abinitio.dispersion {input} {output}"
