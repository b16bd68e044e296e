"""`vibrates resume`: the last run's command once more, after it ended in whatever way."""

import os
import shlex
import sys
from pathlib import Path

from vibrates.campaign import driver
from vibrates.config import Campaign
from vibrates.core.errors import UserError


def main(config: Campaign, path: Path, options: list[str]) -> int:
    """Replace this process by Snakemake; what it finds and mends, `driver.prepare` says.

    options: for Snakemake; those of the last run if empty, all local cores if there was none.
    UserError if a driver is running.
    """
    results = Path(config.results)
    last = driver.record(results)
    if driver.running(results):
        raise UserError(
            f"{results}: the campaign is running (process {last.get('pid')} on "
            f"{last.get('host')}, since {last.get('started')}); nothing to resume"
        )
    if options:
        arguments = ["--configfile", str(path), *options]
    elif last:
        arguments = last["arguments"]
    else:
        arguments = ["--configfile", str(path), "--cores", "all"]
    print(
        f"{results}: "
        + (f"last run began {last['started']} on {last['host']}" if last else "no run so far")
    )
    print("snakemake " + shlex.join(arguments), flush=True)
    program = Path(sys.executable).with_name("snakemake")
    os.execv(program, [str(program), *arguments])
