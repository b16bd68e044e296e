"""The command line ``vibrates``: tools for campaigns, which are run by Snakemake."""

import argparse
import sys
from pathlib import Path

from vibrates import __version__
from vibrates.config import load
from vibrates.core.errors import UserError

EPILOG = """\
A campaign is run with 'make run' or, inside the environment, 'snakemake --cores N
[--configfile FILE]'. All keys of a configuration, with units: config/README.md.
Exit codes: 0 success, 1 a comparison or check failed, 2 invalid input."""


def main(arguments: list[str] | None = None) -> int:
    """Run one sub-command; invalid input is reported by one line, with exit code 2."""
    options = parser().parse_args(arguments)
    try:
        return options.run(options)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        sys.stderr.close()
        return 0


def parser() -> argparse.ArgumentParser:
    """All sub-commands and their options."""
    p = argparse.ArgumentParser(
        prog="vibrates",
        epilog=EPILOG,
        description="State-to-state vibrational rate coefficients.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    p.add_argument("--version", action="version", version=f"vibrates {__version__}")
    commands = p.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, run, summary: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=summary, description=summary)
        sub.set_defaults(run=run)
        return sub

    def campaign_command(name: str, run, summary: str) -> argparse.ArgumentParser:
        sub = command(name, run, summary)
        sub.add_argument("config", type=Path, help="configuration (YAML)")
        return sub

    campaign_command("check", _check, "validate a configuration and show the size of the campaign")

    campaign_command(
        "plan", _plan, "forecast of the cost of a campaign: jobs, core hours, files, bytes"
    )

    campaign_command("status", _status, "progress, failures and remaining core hours of a campaign")

    sub = campaign_command("resume", _resume, "continue a campaign after an interruption")
    sub.add_argument(
        "snakemake",
        nargs=argparse.REMAINDER,
        metavar="...",
        help="options for snakemake, as --profile slurm (default: those of the last run)",
    )

    sub = command("doctor", _doctor, "check that the campaign can run here under SLURM")
    sub.add_argument(
        "--profile",
        type=Path,
        default=Path("slurm"),
        help="directory of the Snakemake profile (default: %(default)s)",
    )
    sub.add_argument(
        "--config",
        type=Path,
        default=Path("config/config.yaml"),
        help="campaign whose kernel the test job loads (default: %(default)s)",
    )
    sub.add_argument(
        "--wait",
        type=float,
        default=15.0,
        metavar="MINUTES",
        help="how long the test job may wait in the queue (default: %(default)s)",
    )

    sub = command("verify", _verify, "read every batch file of a campaign and list damaged ones")
    sub.add_argument("campaign", type=Path, help="configuration (YAML) or results directory")
    sub.add_argument(
        "--remove",
        action="store_true",
        help="delete damaged files; the next run computes them again",
    )

    sub = command("summary", _summary, "table of k with errors, and the list of files")
    sub.add_argument("results", type=Path, help="results directory of a campaign")

    campaign_command("results", _results, "print the results directory of a configuration")

    sub = command("k", _k, "rate coefficient of a transition at temperatures, with its error")
    sub.add_argument(
        "rates", type=Path, help="results directory, learned.nc, rates.nc or CSV of quantum rates"
    )
    sub.add_argument("transition", help='such as "N2(7) + H2(0) -> N2(6) + H2(0)"')
    sub.add_argument("temperature", type=float, nargs="+", metavar="T", help="temperatures, K")

    _add_export(commands)

    sub = command("compare", _compare, "ratio of computed to published rates per v and T")
    sub.add_argument("rates", type=Path, help="rates.nc of a campaign")
    sub.add_argument(
        "published",
        type=Path,
        nargs="+",
        metavar="CSV",
        help="published rates: columns v, T_K, k_cm3_s",
    )
    sub.add_argument(
        "--symmetrisation",
        default="all",
        choices=["configured", "translational", "total", "initial", "all"],
        help="symmetrisation of the computed rates (default: %(default)s)",
    )
    sub.add_argument("--dv", type=int, help="quanta lost, if the file does not state them")

    sub = command(
        "measured", _measured, "rates of N2 + H2 beside measured ones, with all errors by source"
    )
    sub.add_argument("rates", type=Path, help="rates.nc of a campaign")
    sub.add_argument(
        "--figure", type=Path, metavar="PNG", help="draw them as well; their numbers as CSV beside"
    )

    sub = command("oracle", _oracle, "run stored trajectories and print the deviations")
    sub.add_argument(
        "file",
        type=Path,
        nargs="?",
        help="JSON file of cases with their converged outcome (default: those of the package)",
    )
    return p


def _add_export(commands) -> None:
    """The sub-command ``export``; the formats themselves are imported when it runs."""
    summary = "write rate coefficients in the format of another program (docs/exports.md)"
    sub = commands.add_parser("export", help=summary, description=summary)
    sub.set_defaults(run=_export)
    sub.add_argument("rates", type=Path, help="results directory, learned.nc, rates.nc or CSV")
    sub.add_argument("--to", metavar="FORMAT", help="format; without it the known ones are listed")
    sub.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help="file, or directory for CollisionDB (default: named after the pair, here)",
    )
    sub.add_argument(
        "--transitions",
        nargs="+",
        default=[],
        metavar="REACTION",
        help='such as "N2(1) + H2 -> N2(0) + H2" (default: all)',
    )
    sub.add_argument(
        "--temperatures",
        nargs="+",
        type=float,
        default=[],
        metavar="T",
        help="of tables, K; fits cover lowest to highest (default: those of the table)",
    )
    sub.add_argument(
        "--directions",
        default="as-consumer-expects",
        choices=["both", "exothermic", "as-consumer-expects"],
        help="directions of the reactions (default: %(default)s)",
    )
    sub.add_argument(
        "--limit",
        type=float,
        default=0.05,
        help="largest relative error of a fit (default: %(default)s)",
    )
    sub.add_argument(
        "--radiative",
        type=Path,
        metavar="CSV",
        help="Einstein coefficients for LAMDA: columns v, vp, A_per_s",
    )


def _check(options: argparse.Namespace) -> int:
    from vibrates.trajectories import plan

    config = load(options.config)
    pilot = plan.into_batches(plan.pilot(config), config.jobs.trajectories_per_batch)
    sizes = [[len(levels) for levels in config.bases(v, w)] for v, w in config.grid.states]
    largest = max(sizes, key=lambda n: n[0] * n[1])
    print(f"{options.config}: in order")
    print(f"  initial states {len(config.grid.states)}, largest basis {largest[0]} x {largest[1]}")
    print(
        f"  pilot {int((pilot['stop'] - pilot['start']).sum())} trajectories in "
        f"{pilot['batch'].nunique()} batches, budget {config.sampling.budget} in "
        f"{config.sampling.rounds} more rounds"
    )
    print(f"  results in {config.results}/")
    if not config.reference.published_rates.to_mapping():
        print("  no published rates named (reference.published_rates): comparison skipped")
    return 0


def _plan(options: argparse.Namespace) -> int:
    from vibrates.campaign import forecast

    print(forecast.text(load(options.config), str(options.config)))
    return 0


def _status(options: argparse.Namespace) -> int:
    from vibrates.campaign import status

    return status.main(load(options.config))


def _resume(options: argparse.Namespace) -> int:
    from vibrates.campaign import resume

    return resume.main(load(options.config), options.config, options.snakemake)


def _doctor(options: argparse.Namespace) -> int:
    from vibrates.hpc import doctor

    return doctor.main(options.profile, options.config, options.wait)


def _verify(options: argparse.Namespace) -> int:
    from vibrates.campaign import verify

    path = options.campaign
    return verify.main(Path(load(path).results) if path.is_file() else path, options.remove)


def _summary(options: argparse.Namespace) -> int:
    from vibrates.summary import summary_text

    print(summary_text(options.results))
    return 0


def _results(options: argparse.Namespace) -> int:
    print(load(options.config).results)
    return 0


def _k(options: argparse.Namespace) -> int:
    from vibrates.library import open_rates

    print(open_rates(options.rates)(options.transition, options.temperature))
    return 0


def _export(options: argparse.Namespace) -> int:
    from vibrates.library import open_rates
    from vibrates.library.exports import FORMATS, export

    if options.to is None:
        print("\n".join(f"{name:15s} {form.description}" for name, form in FORMATS.items()))
        return 0
    written = export(
        open_rates(options.rates),
        options.to,
        options.output,
        options.transitions,
        options.temperatures,
        options.directions,
        options.limit,
        options.radiative,
    )
    for path in written.files[:3]:
        print(path)
    if len(written.files) > 3:
        print(f"... {len(written.files)} files in all")
    for line in written.refused:
        print(f"left out: {line}", file=sys.stderr)
    return 1 if written.refused else 0


def _compare(options: argparse.Namespace) -> int:
    from vibrates.rates import compare

    return compare.main(options.rates, options.published, options.symmetrisation, options.dv)


def _measured(options: argparse.Namespace) -> int:
    from vibrates.rates import against_measured
    from vibrates.rates.compare import read_rates

    table = against_measured.table(read_rates(options.rates))
    print(against_measured.text(table))
    if options.figure:
        from vibrates.figures import measured

        measured.write(table, options.figure)
    return 0


def _oracle(options: argparse.Namespace) -> int:
    from vibrates.trajectories import oracle

    return oracle.main(options.file)
