"""Hong et al. 2023: models of rate coefficients (Figures 6-10, S8-S12, Table S1)."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from paper_items import Facts, Maker
from paper_items import kept as earlier
from vibrates.figures import predictions, scenarios, style
from vibrates.learning import verdict
from vibrates.rates.compare import read_rates

# Scores on the published rates, else on those of our own ladder, which has the same levels.
SCORES = {
    "published": "results/learning/published_scenarios.csv",
    "our ladder's": "results-ladder/learning/campaign_scenarios.csv",
}
NAMES = {"GP": "GP", "NN": "NN", "NN2": "NN2", "ours": "ladder"}
LADDER = "results-ladder/rates.nc"
# Layers of the paper, section 2.3: hidden units; input (T, v) and one output.
PUBLISHED_LAYERS = {"NN": (32, 64, 128, 32), "NN2": (100, 100)}
# Test sets of a scenario below which there is no figure; the paper has all temperatures, 23 levels,
# ten shares and four sets.
FEW = {"temperature": 3, "level": 5, "random": 5, "sets": 4}


# --- Figures 6-9, S9-S12 --------------------------------------------------------------------------


def _measure_scores(
    root: Path, kept: pd.DataFrame | None, scenario: str, models: list
) -> pd.DataFrame | None:
    if (found := _scores(root)) is not None:
        rates, every = found
        table = verdict.medians(every)
    elif kept is not None:
        return None
    else:
        page = root / "docs" / "evidence" / "learning.md"
        rates, table = "published", _from_page(page, scenario)
    columns = ["family", "label", "model", "mse_normalised", "lowest", "highest",
               "mean_mse_normalised"]  # fmt: skip
    own = table[(table["scenario"] == scenario) & table["model"].isin(models)]
    own = own[columns].dropna(subset="mse_normalised").assign(rates=rates)
    return None if own.empty else own


def _scores(root: Path) -> tuple[str, pd.DataFrame] | None:
    """Which rates the models were tested on, and all scores."""
    for rates, name in SCORES.items():
        if (root / name).is_file():
            return rates, pd.read_csv(root / name)
    return None


def _from_page(page: Path, scenario: str) -> pd.DataFrame:
    """Errors that an earlier run left in docs/evidence/learning.md: sets, both ends of v and T."""
    rows: list[dict] = []
    name = "published temperatures" if scenario == "temperature" else "published sets"
    (table,) = earlier.tables(page, name)
    family = ""
    for row in table.to_dict("records"):
        place = next(iter(row.values()))
        if found := re.search(r"dv = (\d)", place):
            family = f"dv{found[1]}"
        if scenario == "temperature":
            kind, label = "temperature", earlier.numbers(place)[0]
        elif found := re.search(r"set (\d)", place):
            kind, label = "sets", float(found[1])
        else:
            kind, label = "level", float(re.search(r"v = (\d+) removed", place)[1])
        for column, cell in row.items():
            model = NAMES.get(column.partition(",")[0])
            if model is None or not cell:
                continue
            value, *ends = earlier.numbers(cell)
            low, high = ends if len(ends) == 2 else (value, value)
            rows.append({"scenario": kind, "family": family, "label": label, "model": model,
                         "mse_normalised": value, "lowest": low, "highest": high,
                         "mean_mse_normalised": np.nan})  # fmt: skip
    return pd.DataFrame(rows)


def _facts_scores(table: pd.DataFrame, scenario: str, models: list) -> Facts:
    facts = Facts()
    if (rates := table["rates"].iloc[0]) != "published":
        facts.differs.append(f"The models were trained and tested on {rates} rates.")
    wide = table.pivot(index=["family", "label"], columns="model", values="mse_normalised")
    inner = _inner(wide, scenario)
    pairs = wide.dropna(subset=["GP", "NN"])
    where = "all test sets" if scenario != "level" else "inner levels"
    if len(inner.dropna(subset=["GP", "NN"])):
        own = inner.dropna(subset=["GP", "NN"])
        wins = own["GP"] < own["NN"]
        text = f"GP errs less than NN in {wins.sum()} of {len(wins)} cases ({where})."
        (facts.agrees if wins.mean() > 0.5 else facts.differs).append(text)
    if scenario == "level":
        end = pairs[pairs.index.get_level_values("label") == 40.0]
        wins = end["NN"] < end["GP"]
        text = f"At v = 40, beyond the training levels, NN errs less in {wins.sum()} of {len(end)}."
        (facts.agrees if wins.mean() > 0.5 else facts.differs).append(text)
    if scenario == "sets":
        labels = wide.index.get_level_values("label")
        kept_ends, lost = wide[labels.isin([1.0, 3.0])], wide[labels.isin([2.0, 4.0])]
        smaller = all(kept_ends[m].median() < lost[m].median() for m in ("GP", "NN") if m in wide)
        text = (
            "Sets 1 and 3, which keep the highest level, give smaller errors than 2 and 4 "
            "(medians): "
            + "; ".join(
                f"{m} {kept_ends[m].median():.1e} against {lost[m].median():.1e}"
                for m in ("GP", "NN")
                if m in wide
            )
            + "."
        )
        (facts.agrees if smaller else facts.differs).append(text)
    if "NN2" in wide and "NN2" in models:
        own = wide.dropna(subset=["NN", "NN2"])
        worse = own["NN2"] > own["NN"]
        text = f"NN2 errs more than NN in {worse.sum()} of {len(own)} cases."
        (facts.agrees if worse.mean() > 0.5 else facts.differs).append(text)
    if "ladder" in wide:
        better = wide[[m for m in ("GP", "NN") if m in wide]].min(axis=1)
        ratio = (wide["ladder"] / better).dropna()
        facts.differs.append(
            f"Beside the paper's models stands ours: its MSE over that of the better one is "
            f"{ratio.min():.1g} to {ratio.max():.2g}; it knows the matrix element v!/v'!, which "
            "the paper's models were not given."
        )
    short = _too_few(table, scenario)
    if short:
        ends = ", ".join(f"{x:g}" for x in sorted(table["label"].unique()))
        facts.missing.append(
            f"Kept are the errors at {ends} alone; the table of the others, which `make learn` "
            "measured with published rates (`reference.published_rates`), is not kept. `make learn "
            "CONFIG=config/ladder.yaml` measures them on the rates of our ladder."
        )
    return facts


def _inner(wide: pd.DataFrame, scenario: str) -> pd.DataFrame:
    labels = wide.index.get_level_values("label")
    families = wide.index.get_level_values("family")
    if scenario != "level":
        return wide
    least = wide.reset_index().groupby("family")["label"].min()
    return wide[(labels != 40.0) & (labels != least.loc[families].to_numpy())]


def _too_few(table: pd.DataFrame, scenario: str) -> bool:
    return table.groupby("family")["label"].nunique().min() < FEW[scenario]


def _draw_scores(table: pd.DataFrame, scenario: str, models: list) -> Figure | None:
    if _too_few(table, scenario):
        return None
    figure = scenarios.draw(table, scenario)
    if table["mean_mse_normalised"].isna().all():  # not kept: no line, and none in the legend
        shown = zip(*figure.axes[0].get_legend_handles_labels(), strict=True)
        own = [(line, name) for line, name in shown if not name.startswith("mean")]
        figure.legends[0].remove()
        figure.legend(*zip(*own, strict=True), loc="outside upper center", ncols=5)
    return figure


# --- Figure 10 ------------------------------------------------------------------------------------


def _measure_predictions(
    root: Path, kept: pd.DataFrame | None, models: list
) -> pd.DataFrame | None:
    from vibrates.learning.edge import without_edge_temperatures
    from vibrates.learning.readers import from_campaign

    path = root / LADDER
    if not path.is_file():
        return None
    rates = read_rates(path)
    families = {
        f"dv{dv}": without_edge_temperatures(from_campaign(rates, LADDER, [[-dv, 0]], [0]))
        for dv in (1, 2, 3)
    }
    return predictions.table(families, models)


def _facts_predictions(table: pd.DataFrame, models: list) -> Facts:
    facts = Facts()
    own = table[table["model"] != "data"]
    wide = own.pivot(index=["family", "v", "temperature_K"], columns="model", values="k")
    for name in ("GP", "NN"):
        if name not in wide:
            continue
        apart = np.abs(np.log10(wide[name] / wide["ladder"]))
        by = apart.groupby("family").max()
        text = (
            f"{name} and ours differ by at most "
            + ", ".join(f"{10.0**x:.2f} (dv = {f[2:]})" for f, x in by.items())
            + ", as a factor."
        )
        (facts.agrees if 10.0 ** apart.max() < 1.3 else facts.differs).append(text)
    facts.differs.append(
        "The models are trained on the rates of our ladder (23 levels, eight temperatures) and "
        "not on the published ones (70 temperatures); trained on these they are in "
        "[Learned rates](learning.md#published-rates-as-a-test)."
    )
    levels = " and ".join(f"{v:g}" for v in sorted(own["v"].unique()))
    facts.missing.append(
        f"Trajectories of v = {levels}: neither the paper's are public nor did a campaign here "
        "compute these levels; with them in `grid.states` of `config/ladder.yaml` it does."
    )
    return facts


def _draw_predictions(table: pd.DataFrame, models: list) -> Figure:
    return predictions.draw(table)


# --- Figure S8, Table S1 --------------------------------------------------------------------------


def _measure_network(root: Path, kept: pd.DataFrame | None) -> pd.DataFrame:
    from vibrates.learning.networks import LAYERS

    rows = []
    for name, hidden in LAYERS.items():
        sizes = (2, *hidden, 1)
        for at, units in enumerate(sizes):
            weights = 0 if at == 0 else units * (sizes[at - 1] + 1)
            kind = "input" if at == 0 else "output" if at == len(sizes) - 1 else "hidden"
            rows.append({"network": name, "layer": at, "kind": kind, "units": units,
                         "activation": "ReLU" if kind == "hidden" else "linear",
                         "weights": weights})  # fmt: skip
    return pd.DataFrame(rows)


def _facts_network(table: pd.DataFrame) -> Facts:
    facts = Facts()
    for name, printed in PUBLISHED_LAYERS.items():
        own = table[(table["network"] == name) & (table["kind"] == "hidden")]
        same = tuple(own["units"]) == printed
        text = (
            f"{name}: hidden layers {'-'.join(map(str, own['units']))}, "
            f"{table.loc[table['network'] == name, 'weights'].sum()} weights."
        )
        (facts.agrees if same else facts.differs).append(text)
    return facts


def _draw_network(table: pd.DataFrame) -> Figure:
    """Layers as blocks, from left to right, with their units."""
    figure = style.new_figure(7.2, 3.2)
    for axes, (name, own) in zip(figure.subplots(1, 2), table.groupby("network"), strict=True):
        for x, (units, kind) in enumerate(zip(own["units"], own["kind"], strict=True)):
            height = 0.15 + 0.85 * np.log2(units) / 7.0
            colour = {"input": 2, "hidden": 0, "output": 1}[kind]
            axes.add_patch(Rectangle((x - 0.3, -height / 2), 0.6, height,
                                     color=style.PALETTE[colour]))  # fmt: skip
            axes.text(x, -height / 2 - 0.06, str(units), ha="center", va="top")
            if x:
                axes.annotate("", (x - 0.32, 0.0), (x - 0.68, 0.0),
                              arrowprops={"arrowstyle": "->", "color": "0.4"})  # fmt: skip
        axes.set(xlim=(-0.7, len(own) - 0.3), ylim=(-0.75, 0.65), title=f"{name}: (T, v) to log k")
        axes.set_axis_off()
    return figure


def _measure_times(root: Path, kept: pd.DataFrame | None) -> pd.DataFrame | None:
    if (scored := _scores(root)) is not None:
        found = verdict.times(scored[1])
        found = found.groupby("model")["fit_seconds"].median()
    elif kept is not None:
        return None
    else:
        text = (root / "docs" / "evidence" / "learning.md").read_text(encoding="utf-8")
        line = re.search(r"Median seconds of a fit on one core[^:]*: ([^.]*)\.", text)
        if line is None:
            return None
        pairs = re.findall(r"(\w+) (\d+(?:\.\d+)?)", line[1])
        found = pd.Series({NAMES[name]: float(value) for name, value in pairs})
    return pd.DataFrame({"model": found.index, "fit_seconds": found.to_numpy()})


def _facts_times(table: pd.DataFrame) -> Facts:
    seconds = table.set_index("model")["fit_seconds"]
    faster = seconds["GP"] / seconds["NN"]
    text = (
        f"A fit of NN is {faster:.1f} times as fast as one of GP; in the paper it is faster by one "
        "or two orders of magnitude."
    )
    near = faster >= 10.0
    return Facts(
        [text] if near else [],
        [] if near else [text],
        ["The entries of the paper's table: it is in its supplement, which is not at hand."],
    )


scores = Maker(_measure_scores, _facts_scores, _draw_scores)
predicted = Maker(_measure_predictions, _facts_predictions, _draw_predictions)
network = Maker(_measure_network, _facts_network, lambda table: _draw_network(table))
times = Maker(_measure_times, _facts_times)
