# Common beginning of all modules. A module is run alone, with a description of its work,
#   snakemake -s workflow/modules/NAME.smk --configfile DESCRIPTION --cores N
# or as a part of the campaign, whose configuration then names the description under `modules`.
import pandas

from vibrates.campaign import kinds


include: "../rules/preamble.smk"


if RUNS and not COMMAND_LINE.verbose:
    quieten(workflow.logger_manager.logger, total=lambda: jobs(workflow).total)
    screen.take(lambda: jobs(workflow))


def description_file(kind, otherwise):
    """The file that describes the work of the module, a configuration of this kind; `otherwise` if none is named."""
    path = config.get("description") or (workflow.overwrite_configfiles or [otherwise])[0]
    if RUNS:
        preamble.or_exit(kinds.check, path, kind)
    return path


def blocks_in(geometries):
    """The numbers of all blocks in a list of geometries, the output of a checkpoint.

    The list is made by a checkpoint. If it runs again, Snakemake compares the parameters
    of dependent jobs after a checkpoint in the same run, but after a rule only in its next run.
    """
    return sorted(set(pandas.read_csv(geometries)["block"]))


def with_pyscf(described_python, program):
    """The beginning of a shell command: a program of vibrates.abinitio in the optional environment."""
    # With Snakemake's conda it is the environment of the rule, else the one that is described.
    deployed = map(str, workflow.deployment_settings.deployment_method)
    python = "python" if "conda" in deployed else described_python
    threads = "OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1"
    return f"{threads} PYTHONPATH=src {python} -m vibrates.abinitio.{program}"
