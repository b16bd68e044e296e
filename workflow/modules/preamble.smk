# What every module begins with. A module is used alone, with a description of its work,
#   snakemake -s workflow/modules/NAME.smk --configfile DESCRIPTION --cores N
# or by the campaign, whose configuration then names the description under `modules`.
include: "../rules/preamble.smk"


if RUNS and not COMMAND_LINE.verbose:
    quieten(workflow.logger_manager.logger, count=True)


def description_file(otherwise):
    """The file that describes the module's work; `otherwise` where none was named."""
    return config.get("description") or (workflow.overwrite_configfiles or [otherwise])[0]


def points_fingerprint(level, table, block):
    """What the ab initio points of a block depend on: the level of theory and their own geometries.

    table: all geometries, with a column `block`.
    """
    return preamble.fingerprint(level, table[table["block"] == int(block)].to_dict("list"))


def with_pyscf(described_python, program):
    """The beginning of a shell command: a program of vibrates.abinitio in the optional environment."""
    # With Snakemake's conda it is the environment of the rule, else the one that is described.
    deployed = map(str, workflow.deployment_settings.deployment_method)
    python = "python" if "conda" in deployed else described_python
    threads = "OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1"
    return f"{threads} PYTHONPATH=src {python} -m vibrates.abinitio.{program}"
