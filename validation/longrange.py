"""The tables of the long-range surfaces: `python validation/longrange.py [NAME ...]`, after `make longrange`.

Names are those of config/longrange/*.yaml (paper/h3 for the sizes of the paper).
"""

import argparse
import json
from pathlib import Path

from vibrates.core.errors import UserError
from vibrates.core.scripts import run
from vibrates.longrange import description

CONFIG = Path(__file__).parents[1] / "config" / "longrange"


def reports(names: list[str]) -> dict[str, dict]:
    found = {}
    for name in names:
        path = Path(description.load(CONFIG / f"{name}.yaml")["results"]) / "report.json"
        if not path.is_file():
            raise UserError(f"{path}: not there; run make longrange LONGRANGE={name}")
        found[name] = json.loads(path.read_text(encoding="utf-8"))
    return found


def number(value, form: str) -> str:
    return "-" if value is None else format(value, form)


def show(names: list[str]) -> None:
    found = reports(names)
    print("Errors, beside those of Hong, Huang, Zhang 2024 (RMSE in cm^-1)")
    print(
        "| system | network | points | RMSE | RMSE test | paper | within 1 % | paper | within 10 % | paper |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name, one in found.items():
        first, paper = one["first member"], one["published"]
        print(
            f"| {name} | {'-'.join(map(str, one['network']))} | {first['points']} | {first['rmse_cm']:.5f} | "
            f"{first['rmse_test_cm']:.5f} | {number(paper.get('rmse_cm'), 'g')} | "
            f"{first['within_1_percent']:.2f} | {number(paper.get('within_1_percent'), 'g')} | "
            f"{first['within_10_percent']:.2f} | {number(paper.get('within_10_percent'), 'g')} |"
        )
    print("\nTrained inside a distance, asked beyond: median relative error, RMSE (cm^-1)")
    print("| system | series, weights | median | RMSE | plain (R, x), weights | median | RMSE |")
    print("|---|---|---|---|---|---|---|")
    for name, one in found.items():
        cells = [
            f"{score['weights']} | {score['median_relative_percent']:.3g} % | {score['rmse_beyond_cm']:.3g}"
            for score in (one["hold-out"]["series"], one["hold-out"]["plain"])
        ]
        print(f"| {name} | {' | '.join(cells)} |")
    print("\nIsotropic C_m (hartree bohr^m), spread over the ensemble, and published values")
    print("| system | r (bohr) | m | C_m | spread | published |")
    print("|---|---|---|---|---|---|")
    for name, one in found.items():
        for row in one["isotropic C_m"]:
            print(
                f"| {name} | {row['r_bohr']:g} | {row['m']} | {row['C_m']:.5g} | {number(row['spread'], '.2g')} | "
                f"{number(row['published_value'], 'g')} {row['published_source'] or ''} |"
            )
    print("\nC_6 from dipole spectra (full CI of the valence electrons)")
    print("| system | basis | r (bohr) | C_6 |")
    print("|---|---|---|---|")
    for name, one in found.items():
        for row in one["C_6 of dipole spectra"]:
            print(f"| {name} | {row['basis']} | {row['r_bohr']:g} | {row['C6_au']:.5g} |")
    for name, one in found.items():
        if "at 1000 bohr" in one:
            far = one["at 1000 bohr"]
            print(
                f"\n{name}: at 1000 bohr off by {far['median_percent']:.3g} % (median), "
                f"{far['p90_percent']:.3g} % (90th percentile); digest {one['digest']}"
            )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=["h3", "li3", "krb2", "n2h2"])
    run(show, **vars(parser.parse_args()))
