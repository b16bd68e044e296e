"""`vibrates resume`: repeat the command of the last run, which may have ended for any reason."""

from pathlib import Path

from vibrates.campaign import driver
from vibrates.campaign.command import snakemake
from vibrates.config import Campaign
from vibrates.core.errors import UserError


def main(config: Campaign, path: Path, options: list[str]) -> int:
    """Run Snakemake again; for what it repairs, see `driver.prepare`.

    Parameters
    ----------
    config
        The campaign.
    path
        Its configuration file.
    options
        Options for Snakemake; if empty those of the last run, or all local cores if there was none.

    Returns
    -------
    int
        Exit status.

    Raises
    ------
    UserError
        If a driver is running, and as `command.snakemake`.
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
        + (f"last run began {last['started']} on {last['host']}" if last else "no run so far"),
        flush=True,
    )
    return snakemake(arguments)
