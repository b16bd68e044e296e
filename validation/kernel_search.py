"""The experiment of Mihalik et al. 2024 on He + HD: tables, and figures of docs/learning.md.

    make search-hehd      runs the search of config/pairs/hdhe.yaml, then this script

Compared with the published numbers, those of the paper's Tables I to V (SiO + H2).
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
from report import ROOT, run_study, table

from vibrates.core.errors import UserError
from vibrates.figures import style
from vibrates.figures.search import draw_levels, draw_sizes

NEEDS = ("results-hdhe/learning/search/hehd/table_I.csv",)
REMEDY = "run: make search-hehd"
SECTIONS = tuple(
    f"evidence/kernel_search/search {name}"
    for name in ("sets", "kernels", "counts", "hours", "quality")
)
FOUND = ROOT / "results-hdhe" / "learning" / "search" / "hehd"
FACTOR_2 = np.log10(2.0)
OPTIMISER = {"lbfgs": "L-BFGS", "rmsprop": "RMSProp"}
PUBLISHED = pd.DataFrame(
    {
        "N": [2, 3, 4, 5, 6],
        "levels": [
            "5, 18",
            "5, 16, 19",
            "5, 9, 14, 19",
            "5, 8, 12, 17, 19",
            "5, 8, 11, 14, 17, 19",
        ],
        "single": ["EXP", "M52", "M52", "M52", "M32"],
        "optimal": [
            "EXP+EXP",
            "M52*M12*EXP+M12",
            "M52*EXP+EXP*M32",
            "M52*EXP+M32",
            "M32*EXP+RBF+M12",
        ],
        "percent": [11.64, 7.78, 3.49, 2.04, 1.57],
        "training": [195, 309, 393, 498, 600],
        "validation": [171, 171, 179, 171, 171],
        "predicted": [1242, 1128, 1041, 939, 837],
        "single_over": [449, 220, 15, 19, 12],
        "single_below": [404, 606, 865, 888, 790],
        "optimal_over": [447, 100, 6, 6, 4],
        "optimal_below": [400, 615, 972, 922, 829],
        "spent": [52.8, 95.4, 87.4, 115.5, 130.6],
        "left": [285.2, 242.6, 250.6, 222.5, 207.4],
        "hours_single": [0.17, 0.29, 0.53, 1.08, 1.73],
        "hours": [0.52, 3.18, 4.34, 6.90, 10.66],
        "saved": [86.08, 74.26, 76.05, 68.04, 63.12],
    }
).set_index("N")
# Table II: the best training sets of five levels.
PUBLISHED_SETS = {
    "5, 8, 12, 17, 19": 2.04,
    "5, 8, 13, 15, 19": 2.10,
    "5, 8, 13, 17, 19": 2.21,
    "5, 8, 11, 17, 19": 2.56,
    "5, 9, 11, 16, 18": 2.62,
    "5, 7, 13, 17, 19": 2.89,
    "5, 8, 12, 16, 19": 3.57,
}


def read(name: str) -> pd.DataFrame:
    """A table of the search."""
    path = FOUND / f"{name}.csv"
    if not path.is_file():
        raise UserError(f"{path}: file does not exist; {REMEDY}")
    return pd.read_csv(path)


def chosen(data: pd.DataFrame) -> pd.DataFrame:
    """Rows of the kernels that are judged: L-BFGS, the first validation set."""
    own = data[(data["optimiser"] == "lbfgs") & (data["criterion"] == "validation")]
    first = own.groupby("N")["validation"].transform("first")
    return own[own["validation"] == first]


def error(percent: float, dex: float) -> str:
    """Both measures of an error."""
    return f"{percent:.2f} %, {dex:.2f} dex"


def percent(value: float) -> str:
    """A share, or that nobody recorded it."""
    return "not recorded" if np.isnan(value) else f"{value:.0f} %"


def sets() -> str:
    """Tables I and II."""
    rows = []
    for s in read("table_I").itertuples():
        paper = PUBLISHED.loc[s.N]
        rows.append(
            [
                s.N,
                f"{{{', '.join(s.levels.split())}}} {s.single_kernel}",
                error(s.test_percent, s.test_rms_dex),
                s.transitions,
                f"{s.sets_trained} of {s.combinations}",
                f"{{{paper.levels}}} {paper.single}",
                paper.training,
            ]
        )
    text = table(
        [
            "N",
            "best training set and kernel, He + HD",
            "error of all other levels",
            "transitions",
            "sets trained",
            "paper: set and kernel",
            "transitions",
        ],
        rows,
    )
    near = read("table_II")
    shown = 5 if 5 in set(near["N"]) else near["N"].max()
    near = near[near["N"] == shown]
    pairs = [
        [
            f"{{{', '.join(s.levels.split())}}} {s.single_kernel}",
            error(s.test_percent, s.test_rms_dex),
            f"{{{levels}}}",
            f"{percent:.2f} %",
        ]
        for s, (levels, percent) in zip(near.itertuples(), PUBLISHED_SETS.items(), strict=False)
    ]
    return (
        text
        + "\n\n"
        + table([f"N = {shown}, He + HD", "error", "paper, N = 5, M52", "error"], pairs)
    )


def kernels() -> str:
    """Table III."""
    rows, found = [], read("table_III").sort_values(["N", "optimiser"], kind="stable")
    first = found.drop_duplicates("N").index
    for k in found.itertuples():
        paper = PUBLISHED.loc[k.N]
        rows.append(
            [
                k.N,
                OPTIMISER[k.optimiser],
                "BIC" if k.criterion == "BIC" else f"{{{', '.join(k.validation.split())}}}",
                f"`{k.single_kernel}`",
                error(k.single_percent, k.single_rms_dex),
                f"`{k.optimal_kernel}`",
                error(k.optimal_percent, k.optimal_rms_dex),
                f"`{paper.optimal}` {paper.percent:.2f} %" if k.Index in first else "",
            ]
        )
    return table(
        [
            "N",
            "optimiser",
            "chosen by",
            "single",
            "error",
            "optimal",
            "error",
            "paper (RMSProp, {6, 9})",
        ],
        rows,
    )


def counts() -> str:
    """Table IV."""
    rows = []
    for c in (
        read("table_IV")
        .query("optimiser == 'lbfgs' and criterion == 'validation'")
        .drop_duplicates("N")
        .itertuples()
    ):
        paper = PUBLISHED.loc[c.N]
        rows.append(
            [
                c.N,
                *(
                    f"{getattr(c, name)} ({paper[name]})"
                    for name in (
                        "training",
                        "validation",
                        "predicted",
                        "single_over",
                        "single_below",
                        "optimal_over",
                        "optimal_below",
                    )
                ),
            ]
        )
    return table(
        [
            "N",
            "training",
            "validating",
            "predicted",
            "single over 10 %",
            "below 5 %",
            "optimal over 10 %",
            "below 5 %",
        ],
        rows,
    )


def hours() -> str:
    """Table V."""
    rows = []
    for t in chosen(read("table_V")).itertuples():
        paper = PUBLISHED.loc[t.N]
        rows.append(
            [
                t.N,
                f"{t.training_validation:.3f} ({paper.spent})",
                f"{t.predicted:.3f} ({paper.left})",
                f"{t.hours_single:.3f} ({paper.hours_single})",
                f"{t.hours_search:.3f} ({paper.hours})",
                f"{t.saved_percent:.0f} % ({paper.saved} %)",
                f"{t.saved_without_search_percent:.0f} %",
                percent(t.saved_computed_alone_percent),
            ]
        )
    return table(
        [
            "N",
            "scattering: training, validating",
            "predicted",
            "single kernels",
            "search",
            "saved",
            "saved without the search",
            "the same, these j computed alone",
        ],
        rows,
    )


def quality() -> str:
    """How good predicted transitions are, by N and, for the largest N, by their kind."""
    found = chosen(read("transitions"))
    head = ["", "transitions", "median", "90 % below", "worst", "within a factor 2"]

    def line(name: str, part: pd.DataFrame) -> list:
        dex = part["rms_dex"]
        return [
            name,
            len(part),
            *(f"{x:.2f} dex" for x in (dex.median(), dex.quantile(0.9), dex.max())),
            f"{100 * (dex < FACTOR_2).mean():.0f} %",
        ]

    rows = [
        line(f"N = {N}, {kernel}", part)
        for (N, kernel), part in found.groupby(["N", "kernel"], sort=True)
    ]
    last = found[(found["N"] == found["N"].max()) & (found["kernel"] == "optimal")]
    trained = json.loads((FOUND / f"N{last['N'].iloc[0]}_sets.json").read_text())[0]["trained"]
    inside = last["j"].between(min(trained), max(trained))
    jump = (last["jp"] - last["j"]).abs()
    name = f"N = {last['N'].iloc[0]}, optimal"
    rows += [
        line(f"{name}, j {where}", part)
        for where, part in (("between trained ones", last[inside]), ("beyond them", last[~inside]))
        if len(part)
    ]
    rows += [
        line(f"{name}, dv = {dv:+d}" if dv else f"{name}, dv = 0", part)
        for dv, part in last.groupby(last["vp"] - last["v"])
    ]
    rows += [
        line(f"{name}, change of j {text}", last[(jump >= low) & (jump <= high)])
        for text, low, high in (("0-5", 0, 5), ("6-12", 6, 12), ("13-20", 13, 20))
    ]
    worst = last.nlargest(7, "rms_dex")
    return (
        table(head, rows)
        + f"\n\nWorst of {name}: "
        + "; ".join(
            f"({t.v},{t.j}) -> ({t.vp},{t.jp}) {t.rms_dex:.1f} dex" for t in worst.itertuples()
        )
        + "."
    )


def measure() -> dict:
    """The texts of the tables: they hold names of kernels beside the numbers."""
    tables = {
        "sets": sets,
        "kernels": kernels,
        "counts": counts,
        "hours": hours,
        "quality": quality,
    }
    return {"tables": {name: text() for name, text in tables.items()}}


def sections(numbers: dict) -> dict[str, str]:
    """Tables I-IV and the quality of the predictions."""
    return {
        f"evidence/kernel_search/search {name}": text for name, text in numbers["tables"].items()
    }


def figures(_numbers: dict) -> None:
    """The two figures of the search, where its results are there."""
    if not FOUND.is_dir():
        return
    pictures = ROOT / "docs" / "figures"
    for draw, name, picture in ((draw_sizes, "table_III", "search_sizes"),
                                (draw_levels, "levels", "search_levels")):  # fmt: skip
        style.write(draw, read(name), str(pictures / f"{picture}.png"),
                    str(FOUND / f"{Path(picture).stem}.csv"))  # fmt: skip


if __name__ == "__main__":
    run_study("kernel_search")
