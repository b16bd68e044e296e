"""`vibrates run`: check a configuration, then hand over to Snakemake."""

import os
import shlex
import sys
from pathlib import Path
from typing import NoReturn

from vibrates.core.errors import UserError


def main(path: Path, options: list[str]) -> NoReturn:
    """Replace this process by Snakemake on a configuration that was checked before.

    Snakemake reads its ``--configfile`` before it reads any file of this project: of a file that is
    missing or malformed it prints its own traceback. Here it has been read once already.

    Parameters
    ----------
    path
        The configuration.
    options
        Options and targets for Snakemake; without any of ``--cores``, ``--jobs`` and ``--profile``
        it uses all cores of this machine.

    Raises
    ------
    UserError
        As `snakemake`.
    """
    stated = ("-c", "--cores", "-j", "--jobs", "--profile", "-n", "--dry-run", "--dryrun")
    if not any(one.split("=")[0] in stated or one[:2] in ("-c", "-j") for one in options):
        options = ["--cores", "all", *options]
    # Behind options that take several values, a target needs the two dashes of its own.
    snakemake(["--configfile", str(path), *options])


def snakemake(arguments: list[str]) -> NoReturn:
    """Replace this process by Snakemake, and print its command line.

    Raises
    ------
    UserError
        There is no Snakefile here, or Snakemake is not installed.
    """
    program = Path(sys.executable).with_name("snakemake")
    if not program.exists():
        raise UserError(
            f"{program}: not installed; install the packages of envs/requirements.txt, or run "
            "'make run' in the project's directory"
        )
    if not any(Path(name).exists() for name in ("Snakefile", "workflow/Snakefile")):
        raise UserError(
            f"{Path.cwd()}: holds no Snakefile; go to the directory of the project, a checkout"
        )
    print("snakemake " + shlex.join(arguments), flush=True)
    os.execv(program, [str(program), *arguments])
