"""The command line ``vibrates``: tools for campaigns, which are run by Snakemake."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from vibrates import __version__
from vibrates.core.errors import UserError
from vibrates.core.terminal import error_line

if TYPE_CHECKING:
    from vibrates.config import Campaign

EPILOG = """\
A campaign is run with 'vibrates run FILE', 'make run CONFIG=FILE' or, inside the environment,
'snakemake --cores N [--configfile FILE]'. All keys of a configuration: config/README.md.
Exit codes: 0 success, 1 a comparison or check failed, 2 invalid input, 130 interrupted.

examples:
  vibrates new CO H2                     the directory of a pair of your own
  vibrates check config/tiny.yaml
  vibrates run config/tiny.yaml --cores 2
  vibrates k results "N2(7) + H2(0) -> N2(6) + H2(0)" 300 1000
  eval "$(vibrates completion bash)"     # the Tab key then completes commands and options"""


def main(arguments: list[str] | None = None) -> int:
    """Run one sub-command; invalid input is reported by one line, with exit code 2."""
    options = parser().parse_args(arguments)
    try:
        return options.run(options)
    except UserError as error:
        print(error_line(str(error)), file=sys.stderr)
        return 2
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except BaseException as error:
        if not _interrupted(error):
            raise
        print("stopped", file=sys.stderr)
        return 130


def _interrupted(error: BaseException | None) -> bool:
    """Whether an exception is Ctrl-C, or what a library that was just imported made of it."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


class _Parser(argparse.ArgumentParser):
    """A parser whose mistakes are one line, as those of a configuration."""

    def error(self, message: str) -> NoReturn:
        print(error_line(f"{message}; see '{self.prog} --help'"), file=sys.stderr)
        sys.exit(2)


def parser() -> argparse.ArgumentParser:
    """All sub-commands and their options."""
    p = _Parser(
        prog="vibrates",
        epilog=EPILOG,
        description="State-to-state vibrational rate coefficients.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    p.add_argument("--version", action="version", version=f"vibrates {__version__}")
    commands = p.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, run, summary: str, *examples: str) -> argparse.ArgumentParser:
        lines = "".join(f"\n  vibrates {name} {example}" for example in examples)
        sub = commands.add_parser(
            name,
            help=summary,
            description=summary,
            epilog=f"examples:{lines}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        sub.set_defaults(run=run)
        return sub

    def campaign_command(name: str, run, summary: str, *examples: str) -> argparse.ArgumentParser:
        sub = command(name, run, summary, *examples)
        _file(sub.add_argument("config", type=Path, help="configuration (YAML)"))
        return sub

    sub = command(
        "new",
        _new,
        "write the directory of a pair of diatoms: constants, ab initio points, campaign, README",
        "CO H2",
        "CO H2 --directory my-pair",
        "O2 N2 --constants                 for a surface of your own",
    )
    sub.add_argument("a", help="first molecule, such as CO; an unknown one lists the known ones")
    sub.add_argument("b", help="second molecule, such as H2")
    sub.add_argument(
        "--directory", type=Path, help="where (default: here, named after both molecules)"
    )
    sub.add_argument(
        "--constants",
        action="store_true",
        help="write the constants of both molecules alone",
    )

    campaign_command(
        "check",
        _check,
        "validate a configuration of any kind, say which kind it is and how large the work",
        "config/config.yaml",
        "config/quantum/small.yaml",
        "config/longrange/h3.yaml",
    )

    sub = campaign_command(
        "run",
        _run,
        "check a configuration of any kind, then run its workflow with Snakemake",
        "config/tiny.yaml",
        "config/tiny.yaml --cores 2 -- learning      a target",
        "config/paper.yaml --profile slurm           on a cluster",
        "config/tiny.yaml --dry-run",
        "config/quantum/small.yaml --cores 2",
    )
    sub.add_argument(
        "snakemake",
        nargs=argparse.REMAINDER,
        metavar="OPTION",
        help="options and targets for snakemake (default: --cores all)",
    ).required = False

    campaign_command(
        "plan",
        _plan,
        "forecast of the cost of a campaign: jobs, core hours, files, bytes",
        "config/paper.yaml",
    )

    campaign_command(
        "status",
        _status,
        "progress, failures, remaining core hours; what of a changed campaign is computed anew",
        "config/config.yaml",
    )

    sub = campaign_command(
        "resume",
        _resume,
        "continue a campaign after an interruption",
        "config/config.yaml",
        "config/paper.yaml --profile slurm",
    )
    sub.add_argument(
        "snakemake",
        nargs=argparse.REMAINDER,
        metavar="OPTION",
        help="options for snakemake, as --profile slurm (default: those of the last run)",
    ).required = False

    sub = command(
        "doctor",
        _doctor,
        "check that the campaign can run here under SLURM",
        "",
        "--profile slurm --config config/paper.yaml --wait 60",
    )
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

    sub = command(
        "verify",
        _verify,
        "read every batch file of a campaign and list damaged ones",
        "results",
        "config/config.yaml --remove",
    )
    _file(sub.add_argument("campaign", type=Path, help="configuration (YAML) or results directory"))
    sub.add_argument(
        "--remove",
        action="store_true",
        help="delete damaged files; the next run computes them again",
    )

    sub = command(
        "summary",
        _summary,
        "table of k with errors, and the list of files",
        "results",
        "results/rates.nc",
    )
    _file(sub.add_argument("results", type=Path, help="results directory of a campaign, or a file"))

    campaign_command(
        "results", _results, "print the results directory of a configuration", "config/tiny.yaml"
    )

    sub = command(
        "k",
        _k,
        "rate coefficient of a transition at temperatures, with its error",
        'results "N2(7) + H2(0) -> N2(6) + H2(0)" 300 450 1000',
    )
    _file(
        sub.add_argument(
            "rates",
            type=Path,
            help="results directory, learned.nc, rates.nc or CSV of quantum rates",
        )
    )
    sub.add_argument("transition", help='such as "N2(7) + H2(0) -> N2(6) + H2(0)"')
    sub.add_argument("temperature", type=float, nargs="+", metavar="T", help="temperatures, K")

    _add_export(command)

    sub = command(
        "compare",
        _compare,
        "ratio of computed to published rates per v and T",
        "results/rates.nc published_dv1.csv published_dv2.csv",
        "results/rates.nc published.csv --dv 1 --symmetrisation total",
    )
    _file(sub.add_argument("rates", type=Path, help="rates.nc of a campaign"))
    _file(
        sub.add_argument(
            "published",
            type=Path,
            nargs="+",
            metavar="CSV",
            help="published rates: columns v, T_K, k_cm3_s",
        )
    )
    sub.add_argument(
        "--symmetrisation",
        default="all",
        choices=["configured", "translational", "total", "initial", "all"],
        help="symmetrisation of the computed rates (default: %(default)s)",
    )
    sub.add_argument("--dv", type=int, help="quanta lost, if the file does not state them")

    sub = command(
        "measured",
        _measured,
        "rates of N2 + H2 beside measured ones, with all errors by source",
        "results/rates.nc",
        "results/rates.nc --figure measured.png",
    )
    _file(sub.add_argument("rates", type=Path, help="rates.nc of a campaign"))
    sub.add_argument(
        "--figure", type=Path, metavar="PNG", help="draw them as well; their numbers as CSV beside"
    )

    sub = command(
        "oracle", _oracle, "run stored trajectories and print the deviations", "", "cases.json"
    )
    _file(
        sub.add_argument(
            "file",
            type=Path,
            nargs="?",
            help="JSON file of cases with their converged outcome (default: those of the package)",
        )
    )

    sub = command(
        "completion",
        _completion,
        "print the script with which a shell completes commands, options and files",
        "bash > ~/.local/share/bash-completion/completions/vibrates",
        'zsh > "${fpath[1]}/_vibrates"',
    )
    sub.add_argument("shell", choices=["bash", "zsh", "tcsh"], help="the shell")
    return p


def _file(argument: argparse.Action) -> None:
    """Have a shell complete names of files, where the script for it is made (shtab)."""
    files = {"bash": "_shtab_compgen_files", "zsh": "_files", "tcsh": "f"}
    argument.complete = files  # type: ignore[attr-defined]


def _add_export(command: Callable[..., argparse.ArgumentParser]) -> None:
    """The sub-command ``export``; the formats themselves are imported when it runs."""
    sub = command(
        "export",
        _export,
        "write rate coefficients in the format of another program (docs/exports.md)",
        "results                                    the formats",
        "results --to cantera",
        'results --to csv --transitions "N2(1) + H2 -> N2(0) + H2" --temperatures 300 1000',
    )
    _file(
        sub.add_argument("rates", type=Path, help="results directory, learned.nc, rates.nc or CSV")
    )
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


def _campaign(options: argparse.Namespace) -> Campaign:
    """The campaign of the option ``config``."""
    return _load(options.config)


def _load(path: Path) -> Campaign:
    # Libraries are imported where `main` reports Ctrl-C.
    from vibrates.config import load

    return load(path)


def _new(options: argparse.Namespace) -> int:
    from vibrates.campaign import new_pair

    print("\n".join(new_pair.write((options.a, options.b), options.directory, options.constants)))
    return 0


def _check(options: argparse.Namespace) -> int:
    from vibrates.campaign import kinds

    kind, lines = kinds.check(options.config)
    print(f"{options.config}: in order, {kind.name}")
    for line in lines:
        print(f"  {line}")
    return 0


def _run(options: argparse.Namespace) -> int:
    from vibrates.campaign import command, kinds

    kind, _ = kinds.check(options.config)
    return command.main(options.config, kind, options.snakemake)


def _plan(options: argparse.Namespace) -> int:
    from vibrates.campaign import forecast

    print(forecast.text(_campaign(options), str(options.config)))
    return 0


def _status(options: argparse.Namespace) -> int:
    from vibrates.campaign import status

    return status.main(_campaign(options))


def _resume(options: argparse.Namespace) -> int:
    from vibrates.campaign import resume

    return resume.main(_campaign(options), options.config, options.snakemake)


def _doctor(options: argparse.Namespace) -> int:
    from vibrates.hpc import doctor

    return doctor.main(options.profile, options.config, options.wait)


def _verify(options: argparse.Namespace) -> int:
    from vibrates.campaign import verify

    path = options.campaign
    return verify.main(Path(_load(path).results) if path.is_file() else path, options.remove)


def _summary(options: argparse.Namespace) -> int:
    from vibrates.summary import summary_text

    print(summary_text(options.results))
    return 0


def _results(options: argparse.Namespace) -> int:
    print(_campaign(options).results)
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


def _completion(options: argparse.Namespace) -> int:
    try:
        import shtab  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        raise UserError(
            "completion: the package shtab is not installed; install it (pip install shtab)"
        ) from None
    from vibrates.campaign import new_pair

    whole, diatoms = parser(), " ".join(new_pair.known())
    listed = f"({diatoms})"
    for action in whole._subparsers._group_actions[0].choices["new"]._actions:  # type: ignore
        if action.dest in ("a", "b"):
            action.complete = {"bash": "_vibrates_diatoms", "zsh": listed, "tcsh": listed}
    function = f'_vibrates_diatoms() {{\n  compgen -W "{diatoms}" -- "$1"\n}}\n'
    preamble = function if options.shell == "bash" else ""
    print(shtab.complete(whole, options.shell, preamble=preamble))
    return 0
