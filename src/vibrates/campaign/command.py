"""`vibrates run`: check a configuration, then hand over to Snakemake."""

import os
import shlex
import sys
from pathlib import Path

from vibrates.campaign.kinds import Kind
from vibrates.core.errors import UserError
from vibrates.hpc import screen


def main(path: Path, kind: Kind, options: list[str]) -> int:
    """Run Snakemake on a configuration that was checked before.

    Snakemake reads its ``--configfile`` before it reads any file of this project: of a file that is
    missing or malformed it prints its own traceback. Here it has been read once already.

    Parameters
    ----------
    path
        The configuration.
    kind
        What kind of configuration it is.
    options
        Options and targets for Snakemake; without any of ``--cores``, ``--jobs`` and ``--profile``
        it uses all cores of this machine.

    Returns
    -------
    int
        Exit status.

    Raises
    ------
    UserError
        If no workflow takes such a file, and as `snakemake`.
    """
    if kind.snakefile is None:
        raise UserError(f"{path}: {kind.name}: nothing to run; name a file that extends it")
    stated = ("-c", "--cores", "-j", "--jobs", "--profile", "-n", "--dry-run", "--dryrun")
    if not any(one.split("=")[0] in stated or one[:2] in ("-c", "-j") for one in options):
        options = ["--cores", "all", *options]
    module = [] if kind.snakefile == "Snakefile" else ["--snakefile", kind.snakefile]
    return snakemake([*module, "--configfile", str(path), *options])


def snakemake(arguments: list[str]) -> int:
    """Run Snakemake in this process, and print its command line.

    Parameters
    ----------
    arguments
        Its command line.

    Returns
    -------
    int
        Its exit status, 130 after Ctrl-C.

    Raises
    ------
    UserError
        There is no Snakefile here, or Snakemake is not installed.
    """
    if not any(Path(name).exists() for name in ("Snakefile", "workflow/Snakefile")):
        raise UserError(
            f"{Path.cwd()}: holds no Snakefile; go to the directory of the project, a checkout"
        )
    print("snakemake " + shlex.join(arguments), flush=True)
    program = Path(sys.executable).with_name("snakemake")
    os.environ["PATH"] = os.pathsep.join([str(program.parent), os.environ.get("PATH", "")])
    # Snakemake and the record of the run (`driver.record`) read it.
    sys.argv = [str(program), *arguments]
    try:
        from snakemake.cli import main

        main(arguments)
    except ImportError:
        raise UserError(
            f"Snakemake is not installed for {sys.executable}; install the packages of "
            "envs/requirements.txt, or run 'make run' in the project's directory"
        ) from None
    except KeyboardInterrupt:
        screen.stopped()
    except SystemExit as ended:
        if not screen.is_stopped():
            return int(ended.code or 0)
    return 130
