"""Long-range surfaces: docs/longrange.md, its tables.

    make longrange                         trains, then runs this study (three minutes)
    make longrange LONGRANGE=paper/krb2    a network of the size of the paper (half an hour and
                                           more)

Numbers of systems without results are those of the previous run.
"""

import json

from report import ROOT, read_evidence, run_study, table

NEEDS = ("results-longrange",)
REMEDY = "run: make longrange"
SECTIONS = (
    "evidence/longrange/errors",
    "evidence/longrange/errors paper",
    "longrange/beyond",
    "evidence/longrange/far",
    "longrange/coefficients",
    "evidence/longrange/dispersion",
)
RESULTS = ROOT / "results-longrange"
SYSTEMS = {"h3": "H + H2", "li3": "Li + Li2", "krb2": "KRb + KRb", "n2h2": "N2 + H2, tail"}
PAPER = {"paper/h3_few": "H + H2, `paper/h3_few`", "paper/li3_few": "Li + Li2, `paper/li3_few`",
         "paper/krb2": "KRb + KRb, `paper/krb2`",
         "paper/krb2_relative": "KRb + KRb, `paper/krb2_relative`"}  # fmt: skip


def measure() -> dict:
    """The reports of the systems with results, and the stored ones of the others."""
    found = dict((read_evidence("longrange") or {}).get("systems", {}))
    for name in (*SYSTEMS, *PAPER):
        path = RESULTS / name / "report.json"
        if path.is_file():
            found[name] = json.loads(path.read_text(encoding="utf-8"))
    return {"systems": found}


def number(value: float | None, form: str) -> str:
    """A number, or nothing where there is none."""
    return "" if value is None else format(value, form)


def errors(found: dict, names: dict[str, str]) -> str:
    """Errors of the first members compared with those of Hong, Huang, Zhang 2024."""
    rows = []
    for name, title in names.items():
        one = found[name]
        first, paper = one["first member"], one["published"]
        members = one["rmse_cm of the members"]
        rows.append(
            [
                title,
                "-".join(map(str, one["network"])),
                first["points"],
                f"{first['rmse_cm']:.4f}",
                f"{first['rmse_test_cm']:.4f}",
                f"{min(members):.4f}-{max(members):.4f} ({len(members)})",
                number(paper.get("rmse_cm"), "g"),
                f"{first['within_1_percent']:.1f} %",
                number(paper.get("within_1_percent"), "g"),
                f"{first['within_10_percent']:.1f} %",
                number(paper.get("within_10_percent"), "g"),
            ]
        )
    head = [
        "system",
        "network",
        "points",
        "RMSE (cm^-1)",
        "of test points",
        "of all members",
        "paper",
        "within 1 %",
        "paper",
        "within 10 %",
        "paper",
    ]
    return table(head, rows)


def sections(numbers: dict) -> dict[str, str]:
    """The tables of which every row is known."""
    found, texts = numbers["systems"], {}
    if set(PAPER) <= set(found):
        texts["evidence/longrange/errors paper"] = errors(found, PAPER)
    if not set(SYSTEMS) <= set(found):
        return texts
    texts["evidence/longrange/errors"] = errors(found, SYSTEMS)
    rows = []
    for name, title in SYSTEMS.items():
        scores = (found[name]["hold-out"][kind] for kind in ("series", "plain"))
        rows.append(
            [
                title,
                *(
                    cell
                    for score in scores
                    for cell in (score["weights"], f"{score['median_relative_percent']:.3g} %")
                ),
            ]
        )
    head = [
        "system",
        "series: weights",
        "median relative error",
        "plain: weights",
        "median relative error",
    ]
    texts["longrange/beyond"] = table(head, rows)
    rows = [[title, f"{far['median_percent']:.3g} %", f"{far['p90_percent']:.3g} %"]
            for name, title in (SYSTEMS | PAPER).items()
            if (far := found.get(name, {}).get("at 1000 bohr"))]  # fmt: skip
    texts["evidence/longrange/far"] = table(["system", "median", "90th percentile"], rows)
    rows = [
        [
            SYSTEMS[name],
            f"{row['r_bohr']:g}",
            row["m"],
            f"{row['C_m']:.4g} +- {number(row['spread'], '.2g')}",
            f"{number(row['published_value'], 'g')} {row['published_source'] or ''}".strip(),
        ]
        for name in SYSTEMS
        for row in found[name]["isotropic C_m"]
    ]
    texts["longrange/coefficients"] = table(["system", "r (bohr)", "m", "C_m", "published"], rows)
    rows = [
        [SYSTEMS[name], row["basis"], f"{row['r_bohr']:g}", f"{row['C6_au']:.4g}"]
        for name in SYSTEMS
        for row in found[name]["C_6 of dipole spectra"]
        if row["r_bohr"] in {one["r_bohr"] for one in found[name]["isotropic C_m"]}
    ]
    texts["evidence/longrange/dispersion"] = table(["system", "basis", "r (bohr)", "C_6"], rows)
    return texts


if __name__ == "__main__":
    run_study("longrange")
