"""Write the sections of README.md and docs/ from the numbers in docs/evidence/.

make pages                          first takes up whatever results are present
python validation/pages.py [NAME]   from the numbers that are kept; says which are missing
"""

import argparse
from pathlib import Path

import report

from vibrates.core.errors import UserError


def main(names: list[str]) -> None:
    """Write the sections of the studies, and say which lack numbers or results."""
    for name in names:
        numbers = report.read_evidence(name)
        if numbers is None:
            study = report.load_study(name)
            left = len(study.SECTIONS)
            print(
                f"{name}: no numbers yet, {left} section{'s' * (left > 1)} not changed; "
                f"{study.REMEDY}"
            )
            continue
        report.draw_figures(name, numbers)
        changed = report.write_pages(name, numbers)
        print(f"{name}: {', '.join(changed) or 'unchanged'}{missing_results(name)}")


def missing_results(name: str, root: Path = report.ROOT) -> str:
    """A remark on a study whose numbers are stored but whose results are missing."""
    if not (missing := report.missing_inputs(name, root)):
        return ""
    remedy = report.load_study(name).REMEDY
    return f"; {missing[0]} is missing, numbers of an earlier run; {remedy}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(report.STUDIES)}")
    wanted = parser.parse_args().names
    if unknown := set(wanted) - set(report.STUDIES):
        raise SystemExit(f"error: {min(unknown)}: no study; choose of {', '.join(report.STUDIES)}")
    try:
        main(wanted or list(report.STUDIES))
    except UserError as error:
        raise SystemExit(f"error: {error}") from None
