"""Mihalik et al. 2024: Tables I-V, Figures 3 and 4, repeated with He + HD.

The numbers are those of docs/evidence/kernel_search.md, which the study kernel_search writes from
the search; the published ones stand in validation/kernel_search.py.
"""

import re
from pathlib import Path

import pandas as pd
from kernel_search import FOUND, OPTIMISER, PUBLISHED, PUBLISHED_SETS
from matplotlib.figure import Figure

from paper_items import Facts, Maker
from paper_items import kept as earlier
from vibrates.figures import search

PAGE = Path("docs") / "evidence" / "kernel_search.md"


def _number(text: str) -> int | float:
    (value,) = earlier.numbers(text)[:1]
    return int(value) if value == int(value) else value


def _set(cell: str) -> tuple[str, str]:
    """Levels and kernel of "{5, 17} M32"."""
    found = re.match(r"\{([^}]*)\}\s*(\S*)", cell)
    return found[1], found[2]


def _measure_training(root: Path, kept: pd.DataFrame | None) -> pd.DataFrame:
    table = earlier.tables(root / PAGE, "search sets")[0]
    rows = []
    for row in table.to_dict("records"):
        n = int(row["N"])
        levels, kernel = _set(row["best training set and kernel, He + HD"])
        error, dex = earlier.numbers(row["error of all other levels"])
        paper = PUBLISHED.loc[n]
        rows.append({"N": n, "levels": levels, "kernel": kernel, "error_percent": error,
                     "error_dex": dex, "transitions": int(row["transitions"]),
                     "paper: levels": paper.levels, "paper: kernel": paper.single,
                     "paper: transitions": paper.training})  # fmt: skip
    return pd.DataFrame(rows)


def _levels(text: str) -> list[int]:
    return [int(x) for x in text.split(",")]


def _adjacent(text: str) -> bool:
    levels = sorted(_levels(text))
    return any(b - a == 1 for a, b in zip(levels, levels[1:], strict=False))


def _facts_training(table: pd.DataFrame) -> Facts:
    facts = Facts()
    apart = [not _adjacent(levels) for levels in table["levels"]]
    text = f"The best sets have no adjacent levels in {sum(apart)} of {len(apart)} cases."
    (facts.agrees if all(apart) else facts.differs).append(text)
    families = [kernel.startswith("M") for kernel in table["kernel"]]
    facts.agrees.append(
        f"A Matern kernel is the best single one in {sum(families)} of {len(families)} cases "
        f"(paper: {sum(k.startswith('M') for k in table['paper: kernel'])})."
    )
    low = [n for n, levels in zip(table["N"], table["levels"], strict=True)
           if min(_levels(levels)) < 5]  # fmt: skip
    if low:
        facts.differs.append(
            f"For N = {', '.join(map(str, low))} the best sets here hold a level below 5; the "
            "paper's do not."
        )
    return facts


def _measure_near(root: Path, kept: pd.DataFrame | None) -> pd.DataFrame:
    table = earlier.tables(root / PAGE, "search sets")[1]
    rows = []
    for (first, *_), error in zip(table.iloc[:, [0]].to_numpy(), table.iloc[:, 1], strict=True):
        levels, kernel = _set(first)
        share, dex = earlier.numbers(error)
        rows.append({"levels": levels, "kernel": kernel, "error_percent": share, "error_dex": dex})
    paper = list(PUBLISHED_SETS.items())[: len(rows)]
    return pd.DataFrame(rows).assign(
        **{"paper: levels": [k for k, _ in paper], "paper: error_percent": [e for _, e in paper]}
    )


def _facts_near(table: pd.DataFrame) -> Facts:
    ours, paper = (
        table[name].max() / table[name].min() for name in ("error_percent", "paper: error_percent")
    )
    text = (
        f"Small changes of the set change the error little: by a factor of {ours:.2f} over "
        f"{len(table)} sets (paper {paper:.2f})."
    )
    return Facts([text]) if ours <= paper else Facts([], [text])


def _measure_kernels(root: Path, kept: pd.DataFrame | None) -> pd.DataFrame:
    (table,) = earlier.tables(root / PAGE, "search kernels")
    codes = {shown: code for code, shown in OPTIMISER.items()}
    rows = []
    for row in table.to_dict("records"):
        n = int(row["N"])
        single, single_dex = earlier.numbers(row["error"])
        optimal, optimal_dex = earlier.numbers(row["error 2"])
        rows.append({
            "N": n, "optimiser": codes[row["optimiser"]],
            "criterion": "BIC" if row["chosen by"] == "BIC" else "validation",
            "validation": row["chosen by"].strip("{}").replace("BIC", ""),
            "single_kernel": row["single"].strip("`"), "single_percent": single,
            "single_dex": single_dex, "optimal_kernel": row["optimal"].strip("`"),
            "optimal_percent": optimal, "optimal_dex": optimal_dex,
            "paper: kernel": PUBLISHED.loc[n].optimal, "paper: percent": PUBLISHED.loc[n].percent,
        })  # fmt: skip
    return pd.DataFrame(rows)


def chosen(table: pd.DataFrame) -> pd.DataFrame:
    """The kernels that are judged: L-BFGS, the first validating set of every N."""
    own = table[(table["optimiser"] == "lbfgs") & (table["criterion"] == "validation")]
    return own.drop_duplicates("N").sort_values("N")


def _facts_kernels(table: pd.DataFrame) -> Facts:
    facts = Facts()
    own = chosen(table)
    falls = own["optimal_percent"].iloc[-1] < own["optimal_percent"].iloc[0]
    text = (
        "The error falls with N: "
        + ", ".join(f"{p:.2f} %" for p in own["optimal_percent"])
        + " for N = 2 to 6 (paper "
        + ", ".join(f"{p:.2f} %" for p in own["paper: percent"])
        + ")."
    )
    (facts.agrees if falls else facts.differs).append(text)
    gain = own["single_percent"] / own["optimal_percent"]
    text = (
        "A composite kernel divides the error of the single one by "
        + ", ".join(f"{g:.2f}" for g in gain)
        + "."
    )
    (facts.agrees if (gain > 1.0).all() else facts.differs).append(text)
    sets = table[(table["optimiser"] == "lbfgs") & (table["criterion"] == "validation")]
    kinds = sets.groupby("N")["optimal_kernel"].nunique()
    if (kinds > 1).any():
        several = ", ".join(str(n) for n in kinds[kinds > 1].index)
        facts.differs.append(
            f"The validating sets choose different kernels for N = {several}; in the paper one."
        )
    return facts


def _measure_counts(root: Path, kept: pd.DataFrame | None) -> pd.DataFrame:
    (table,) = earlier.tables(root / PAGE, "search counts")
    names = ("training", "validation", "predicted", "single_over", "single_below", "optimal_over",
             "optimal_below")  # fmt: skip
    rows = []
    for cells in table.to_numpy():
        row: dict = {"N": int(cells[0])}
        for name, cell in zip(names, cells[1:], strict=True):
            ours, paper = earlier.numbers(cell)
            row |= {name: int(ours), f"paper: {name}": int(paper)}
        rows.append(row)
    return pd.DataFrame(rows)


def _facts_counts(table: pd.DataFrame) -> Facts:
    facts = Facts()
    more = (table["predicted"] > table["training"]).all()
    text = "More transitions are predicted than trained on, at every N."
    (facts.agrees if more else facts.differs).append(text)
    last, first = table.iloc[-1], table.iloc[0]
    facts.agrees.append(
        f"Transitions worse than 10 % of log10 k: {first.optimal_over:g} at N = {first.N:g}, "
        f"{last.optimal_over:g} at N = {last.N:g} (paper {first['paper: optimal_over']:g} and "
        f"{last['paper: optimal_over']:g})."
    )
    facts.differs.append(
        f"Fewer are predicted badly from two levels: {first.optimal_over:g} of {first.predicted:g} "
        f"here, {first['paper: optimal_over']:g} of {first['paper: predicted']:g} there; 10 % of "
        "log10 k is up to three orders of magnitude in k here."
    )
    return facts


def _measure_hours(root: Path, kept: pd.DataFrame | None) -> pd.DataFrame:
    (table,) = earlier.tables(root / PAGE, "search hours")
    names = ("training_validation", "predicted", "single_kernels", "search", "saved_percent")
    rows = []
    for cells in table.to_numpy():
        row: dict = {"N": int(cells[0])}
        for name, cell in zip(names, cells[1:], strict=False):
            ours, paper = earlier.numbers(cell)
            row |= {name: ours, f"paper: {name}": paper}
        row["saved_without_search_percent"] = earlier.numbers(cells[6])[0]
        rows.append(row)
    return pd.DataFrame(rows)


def _facts_hours(table: pd.DataFrame) -> Facts:
    facts = Facts()
    without = table["saved_without_search_percent"]
    facts.agrees.append(
        f"Without the search {without.min():.0f} to {without.max():.0f} % of the scattering time "
        f"is saved; in the paper, with it, {table['paper: saved_percent'].min():.0f} to "
        f"{table['paper: saved_percent'].max():.0f} %."
    )
    scattering = (table["training_validation"] + table["predicted"]).iloc[0]
    facts.differs.append(
        f"With the search {table['saved_percent'].min():.0f} to {table['saved_percent'].max():.0f} "
        f"% is saved here: all scattering took {scattering:.2f} core hours, in the paper 383, so "
        "that the search weighs much."
    )
    return facts


def _draw_sizes(table: pd.DataFrame) -> Figure:
    own = table[(table["criterion"] == "BIC") | ~table.duplicated(["N", "optimiser", "criterion"])]
    figure = search.draw_sizes(own)
    axes = figure.axes[0]
    paper = table.drop_duplicates("N").sort_values("N")
    axes.plot(paper["N"], paper["paper: percent"], "s--", color="0.5", markerfacecolor="white")
    axes.text(0.97, 0.93, "dashed: paper, SiO + H$_2$, optimal", transform=axes.transAxes,
              ha="right", va="top", color="0.4")  # fmt: skip
    axes.set_ylim(0.0, 1.08 * paper["paper: percent"].max())
    return figure


def _measure_levels(root: Path, kept: pd.DataFrame | None) -> pd.DataFrame | None:
    path = FOUND / "levels.csv"
    return pd.read_csv(path) if path.is_file() else None


def _facts_levels(table: pd.DataFrame) -> Facts:
    own = table[(table["optimiser"] == "lbfgs") & (table["criterion"] == "validation")]
    own = own.drop_duplicates(["N", "kernel", "level"])
    last = own[own["N"] == own["N"].max()].pivot(index="level", columns="kernel", values="percent")
    better = (last["optimal"] <= last["single"]).sum()
    text = (
        f"N = {own['N'].max()}: the composite kernel errs less at {better} of {len(last)} levels "
        "(paper: at all)."
    )
    return Facts([text]) if better == len(last) else Facts([], [text])


training = Maker(_measure_training, _facts_training)
near = Maker(_measure_near, _facts_near)
kernels = Maker(_measure_kernels, _facts_kernels)
counts = Maker(_measure_counts, _facts_counts)
hours = Maker(_measure_hours, _facts_hours)
sizes = Maker(_measure_kernels, _facts_kernels, lambda table: _draw_sizes(table))
levels = Maker(_measure_levels, _facts_levels, lambda table: search.draw_levels(table))
