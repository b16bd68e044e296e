# Long-range surfaces: points, networks for C_m, and what they are worth. A workflow of its own:
#   snakemake -s workflow/rules/longrange.smk --configfile config/longrange/h3.yaml --cores 2 [points | properties | dispersion]
# The ab initio points are in data/; the target `points` computes them (PySCF: make abinitio) into the results directory,
# `properties` the moments and polarizabilities of a polar molecule, `dispersion` C_6 from dipole spectra.
import json
import os
import sys
from pathlib import Path

from vibrates.core.errors import UserError
from vibrates.core.files import write_text
from vibrates.longrange import description as descriptions
from vibrates.longrange.geometries import geometries

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


# A training that is killed goes on from {surface}.part.
rule member:
    input:
        points=described["points"],
    output:
        surface=WORK / "member_{member}.nc",
        errors=WORK / "member_{member}.csv",
    params:
        description=DESCRIPTION,
        content={k: described[k] for k in ("powers", "coordinates", "training", "energy_column")},
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
        content={k: described[k] for k in ("powers", "coordinates", "training", "holdout")},
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
            content=described["source"],
            task="known",
            values=lambda wildcards, output: {"output": output[0]},
        localrule: True
        script:
            "../scripts/longrange_points.py"

    if "molecule" in described["source"]:
        MOLECULE = dict(described["source"]["molecule"])
        MOLECULAR_PYTHON = MOLECULE.pop("python")

        rule molecule:
            output:
                WORK / "molecule.json",
            params:
                content=MOLECULE,
            localrule: True
            run:
                write_text(output[0], json.dumps(params.content))

        # Every finished bond length is kept in {output}.part.
        rule properties:
            input:
                WORK / "molecule.json",
            output:
                WORK / "properties.csv",
            resources:
                mem_mb=lambda wildcards, attempt: 4000 * attempt,
                runtime=lambda wildcards, attempt: 120 * attempt,
            shell:
                "OMP_NUM_THREADS=1 PYTHONPATH=src {MOLECULAR_PYTHON} -m vibrates.abinitio.polar {input} {output}"

else:
    PYTHON = f"OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 PYTHONPATH=src {described['source']['python']}"
    BLOCKS = range(int(geometries(described["source"]["geometries"])["block"].max()) + 1)

    rule geometries:
        output:
            geometries=WORK / "geometries.csv",
            settings=WORK / "settings.json",
        params:
            description=DESCRIPTION,
            content=described["source"],
            task="prepare",
            values=lambda wildcards, output: {"table": output.geometries, "settings": output.settings},
        localrule: True
        script:
            "../scripts/longrange_points.py"

    # Every finished point is kept in {output}.part: a job that dies is continued by the next attempt.
    rule block:
        input:
            geometries=ancient(WORK / "geometries.csv"),
            settings=ancient(WORK / "settings.json"),
        output:
            WORK / "blocks/{block}.csv",
        resources:
            mem_mb=lambda wildcards, attempt: 3000 * attempt,
            runtime=lambda wildcards, attempt: 60 * attempt,
        shell:
            PYTHON + " -m vibrates.abinitio.atom_diatom {input} {wildcards.block} {output}"

    rule points:
        input:
            blocks=expand(WORK / "blocks/{block}.csv", block=BLOCKS),
            settings=WORK / "settings.json",
        output:
            WORK / "points.csv",
        params:
            description=DESCRIPTION,
            task="collect",
            values=lambda wildcards, input, output: {
                "blocks": list(input.blocks), "settings": input.settings, "output": output[0],
            },
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
