"""Hong et al. 2023: rate coefficients against v, w and temperature (Figures 2-5, S4-S7)."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import surface_rates
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from paper_items import ROOT, Facts, Maker, percent, short
from paper_items import kept as earlier
from paper_items.published import drawn, with_ratios
from vibrates.config import load
from vibrates.core.netcdf import read_product
from vibrates.figures import ladder, style
from vibrates.figures.surface_checks import COLOURS, LINES
from vibrates.learning.product import ladder_of
from vibrates.rates.approximate import asymmetric_exchange, vibrational_exchange
from vibrates.rates.measured import (
    EXCHANGE_295_K,
    EXCHANGE_295_K_PUBLISHED,
    RELAXATION,
    relaxation_loki,
)

PAPER_K = (100.0, 300.0, 500.0, 1000.0, 3000.0, 5000.0)
ACCURACY = 0.2  # of the published rates, section 2.2
LADDER = "results-ladder"
# Campaigns on the modified surface whose rates are looked for, the first one counts.
CAMPAIGNS = ("results-exchange", "results-processes", "results-ladder")
LEAST_SHOWN = 1e-22  # cm^3/s: SSH theory falls far below what matters
FEW_LEVELS = 5  # a panel with fewer of them is not a curve


@cache
def _molecules() -> tuple:
    """N2 and H2 of the default campaign."""
    return load(ROOT / "config" / "config.yaml").partners


# --- V-T of N2: Figures 5, S5, S6 ----------------------------------------------------------------


def _measure_vt(root: Path, kept: pd.DataFrame | None, dv: int) -> pd.DataFrame | None:
    path = root / LADDER / "learned.nc"
    if path.is_file():
        own = ladder_of(read_product(path), (-dv, 0), 0)
        none = pd.DataFrame({"v": [], "temperature_K": [], "k": []})
        table = ladder.table(own, _molecules()[0], none)
        table = table[table["temperature_K"].isin(PAPER_K)].reset_index(drop=True)
    elif kept is not None:
        table = kept.drop(columns="ratio")
    else:
        return None
    return with_ratios(table, kept, dv, table["kind"] == "computed")


def _facts_vt(table: pd.DataFrame, dv: int) -> Facts:
    facts = Facts()
    computed = table[table["kind"] == "computed"]
    levels = computed["v"].nunique()
    within = computed.dropna(subset="ratio")
    if within.empty:
        facts.missing.append(
            "The published rates (10.5281/zenodo.7764142) were not named: PUBLISHED=DIRECTORY."
        )
    else:
        near = within["ratio"].between(1.0 - ACCURACY, 1.0 + ACCURACY)
        text = (
            f"{percent(near.mean())} of {len(within)} rates are within {percent(ACCURACY)} of the "
            "published ones, the accuracy that the paper states"
        )
        low = within[within["v"] <= 10]["ratio"]
        facts.differs.append(
            f"{text}. Ours over published: {low.min():.2f} to {low.max():.2f} up to v = 10; "
            + "; ".join(
                f"v = {v}: {_across(within, v)}" for v in (20, 30, 40) if v in set(within["v"])
            )
            + "."
        )
    rises = []
    for _, part in computed.groupby("temperature_K"):
        k = part.sort_values("v")["k"].to_numpy()
        rises.append(np.mean(np.diff(k) > 0))
    facts.agrees.append(
        f"k rises with temperature and along the ladder ({levels} levels; from one level to the "
        f"next in {percent(float(np.mean(rises)))} of the cases)."
    )
    law = table[table["kind"] == "scaling_law"]
    if len(law):
        both = computed.merge(law, on=["v", "temperature_K"], suffixes=("", "_law"))
        both = both.assign(factor=both["k_law"] / both["k"])
        cells = [
            f"{short(_at(both, v, 300.0))} at v = {v}"
            for v in (2, 5, 10, 20)
            if v in set(both["v"])
        ]
        facts.agrees.append(
            "The scaling law (A5) leaves the computed rates quickly, as in the paper: over ours at "
            f"300 K it is {', '.join(cells)}."
        )
    return facts


def _across(table: pd.DataFrame, v: int) -> str:
    own = table[table["v"] == v].set_index("temperature_K")["ratio"]
    return f"{own.min():.2f} to {own.max():.2f} ({own.idxmin():g} and {own.idxmax():g} K)"


def _at(table: pd.DataFrame, v: int, kelvin: float) -> float:
    own = table[(table["v"] == v) & (table["temperature_K"] == kelvin)]
    return float(own["factor"].iloc[0])


def _draw_vt(table: pd.DataFrame, dv: int) -> Figure:
    published = drawn(table)
    if len(published):
        published = published.assign(kind="published", lower=published["k"], upper=published["k"])
        table = pd.concat([table, published], ignore_index=True)
    return ladder.draw(table, style.process_label("N2", "H2", 0, -dv, 0), "computed")


# --- V-V, asymmetric V-V, V-T of H2: Figures 3, 4, S7 ---------------------------------------------


def _rows(
    root: Path, dv: int, dw: int, places: Callable[[int, int], tuple[int, int]]
) -> pd.DataFrame:
    """k of (v, w) -> (v + dv, w + dw) of all campaigns: panel, x, temperature_K, k, stderr, source.

    ``places``: panel and abscissa from the initial (v, w).
    """
    found = []
    for results in CAMPAIGNS:
        if (path := root / results / "rates.nc").is_file():
            found += _of_campaign(read_product(path), results, dv, dw, places)
    numbers = earlier.evidence(root, "processes") or {"rates": []}
    for row in numbers["rates"]:
        v, w, vp, wp = row["transition"]
        if (vp - v, wp - w) != (dv, dw) or row["scheme"] != "translational":
            continue
        for kelvin, k, stderr in zip(
            numbers["temperatures_K"], row["k_cm3_s"], row["stderr_cm3_s"], strict=True
        ):
            found.append((*places(v, w), kelvin, k, stderr, "docs/evidence/processes.json"))
    columns = ["panel", "x", "temperature_K", "k", "stderr", "source"]
    return pd.DataFrame(found, columns=columns).drop_duplicates(["panel", "x", "temperature_K"])


def _at_paper_temperatures(table: pd.DataFrame) -> pd.DataFrame:
    """Rows at the temperatures of the figures; at 295 K where a transition has no 300 K."""
    shown = table[table["temperature_K"].isin([*PAPER_K, 295.0])]
    warm = shown[shown["temperature_K"] == 300.0].set_index(["panel", "x"]).index
    both = shown.set_index(["panel", "x"]).index.isin(warm) & (shown["temperature_K"] == 295.0)
    return shown[~both]


def _of_campaign(rates: xr.Dataset, name: str, dv: int, dw: int, places) -> list[tuple]:
    own = (rates.vp - rates.v == dv) & (rates.wp - rates.w == dw)
    rows = []
    for one in np.flatnonzero(own.values):
        at = rates.isel(transition=int(one))
        for kelvin in at["temperature"].values.tolist():
            k, stderr = (float(at[n].sel(temperature=kelvin)) for n in ("k", "k_stderr"))
            rows.append((*places(int(at.v), int(at.w)), kelvin, k, stderr, name))
    return rows


def _measure_vv(root: Path, kept: pd.DataFrame | None, panels: list, theory: list) -> pd.DataFrame:
    """Panels w of N2(v) + H2(w + 1) -> N2(v + 1) + H2(w), x = v."""
    table = _rows(root, 1, -1, lambda v, w: (w - 1, v))
    return _with_theory(table, kept, panels, theory, vibrational_exchange)


def _measure_asymmetric(
    root: Path, kept: pd.DataFrame | None, panels: list, theory: list
) -> pd.DataFrame:
    """Panels w of N2(v + 2) + H2(w) -> N2(v) + H2(w + 1), x = v."""
    table = _rows(root, -2, 1, lambda v, w: (w, v - 2))
    return _with_theory(table, kept, panels, theory, asymmetric_exchange)


def _measure_h2(root: Path, kept: pd.DataFrame | None, panels: list, theory: list) -> pd.DataFrame:
    """N2(0) + H2(w) -> N2(0) + H2(w - 1), panel 0, x = w."""
    return _with_theory(_rows(root, 0, -1, lambda v, w: (v, w)), kept, panels, theory, None)


def completed(
    fresh: pd.DataFrame, kept: pd.DataFrame | None, kind: str, keys: list[str]
) -> pd.DataFrame:
    """What products and JSON files give, and rates of an earlier run that they do not.

    Parameters
    ----------
    fresh, kept
        Tables with columns ``keys``.
    kind
        Of the rows of ``kept`` that count.
    keys
        What tells one rate from another.
    """
    earlier_rows = [] if kept is None else [kept[kept["kind"] == kind]]
    both = pd.concat([fresh.assign(kind=kind), *earlier_rows], ignore_index=True)
    if "source" in both:  # campaigns, of this run or an earlier one, before numbers of pages
        of_page = both["source"].astype(str).str.startswith("docs/")
        both = both.loc[of_page.sort_values(kind="stable").index]
    return both.drop_duplicates(keys).sort_values(keys, ignore_index=True)


def _with_theory(
    table: pd.DataFrame, kept: pd.DataFrame | None, panels: list, theory: list, law
) -> pd.DataFrame:
    """The panels that the paper has, and SSH curves for v = 0-40 in those of `theory`."""
    table = completed(table, kept, "computed", ["panel", "x", "temperature_K"])
    table = _at_paper_temperatures(table[table["panel"].isin(panels)])
    v = np.arange(0, 41 if law is vibrational_exchange else 39)
    parts = [table]
    for w in theory:
        for kelvin in PAPER_K:
            k = law(*_molecules(), v, w, kelvin)
            parts.append(
                pd.DataFrame({"panel": w, "x": v, "temperature_K": kelvin, "k": k, "kind": "SSH"})
            )
    return pd.concat(parts, ignore_index=True)


def _facts_panels(table: pd.DataFrame, panels: list, theory: list) -> Facts:
    facts = Facts()
    computed = table[table["kind"] == "computed"]
    levels = computed.groupby("panel")["x"].nunique().reindex(panels, fill_value=0)
    few = [panel for panel, count in levels.items() if count < FEW_LEVELS]
    if len(panels) == 1:
        text = f"Levels computed here: {levels.iloc[0]}"
    else:
        text = "Levels computed here: " + ", ".join(f"{n} for w = {w}" for w, n in levels.items())
    if few:
        facts.missing.append(
            f"{text}; the paper follows the whole ladder. The other states belong to the complete "
            "table of the modified surface, which has not been computed; `config/paper/"
            "exchange.yaml` is the campaign for this figure (`make run "
            "CONFIG=config/paper/exchange.yaml`), and the figure fills up with its rates."
        )
    if theory:
        both = computed.merge(
            table[table["kind"] == "SSH"], on=["panel", "x", "temperature_K"], suffixes=("", "_law")
        )
        both = both.assign(factor=both["k_law"] / both["k"])
        for (panel, kelvin), own in both.groupby(["panel", "temperature_K"]):
            if kelvin not in (300.0, 1000.0, 5000.0):
                continue
            apart = np.abs(np.log10(own["factor"])).median() >= 1.0
            (facts.agrees if apart else facts.differs).append(
                f"SSH theory over computed, w = {panel:g}, {kelvin:g} K, v = {_span(own['x'])}: "
                f"{_span(own['factor'])}; in the paper mostly an order of magnitude or more apart."
            )
    return facts


def _span(values: pd.Series) -> str:
    low, high = short(values.min()), short(values.max())
    return low if low == high else f"{low} to {high}"


def _facts_vv(table: pd.DataFrame, panels: list, theory: list) -> Facts:
    facts = _facts_panels(table, panels, theory)
    own = table[(table["kind"] == "computed") & (table["temperature_K"] == 5000.0)]
    own = own.sort_values("panel").drop_duplicates("panel", keep="last")
    if len(own) > 1 and own["k"].is_monotonic_increasing:
        facts.agrees.append("k grows with w, as the energy released becomes smaller.")
    return facts


def _facts_asymmetric(table: pd.DataFrame, panels: list, theory: list) -> Facts:
    facts = _facts_panels(table, panels, theory)
    own = table[(table["kind"] == "computed") & (table["panel"] == 0)]
    growth = []
    for v, part in own.groupby("x"):
        k = part.set_index("temperature_K")["k"]
        if {300.0, 5000.0} <= set(k.index):
            growth.append((v, k[5000.0] / k[300.0]))
    if len(growth) > 1 and growth[-1][1] < growth[0][1]:
        (first, most), (last, least) = growth[0], growth[-1]
        facts.agrees.append(
            "The nearer to resonance, the smaller the dependence on temperature: w = 0, k(5000 K) "
            f"over k(300 K) falls from {most:.0f} at v = {first:g} to {least:.0f} at v = {last:g}."
        )
    return facts


def _facts_h2(table: pd.DataFrame, panels: list, theory: list) -> Facts:
    return _facts_panels(table, panels, theory)


def _draw_panels(panels: list, title: Callable[[int], str], xlabel: str):
    def draw(table: pd.DataFrame, **_: object) -> Figure:
        columns = min(3, len(panels))
        rows = -(-len(panels) // columns)
        size = (3.4 * columns, 3.0 * rows + 0.5) if len(panels) > 1 else (5.2, 4.2)
        figure = style.new_figure(*size)
        axes = figure.subplots(rows, columns, squeeze=False, sharex=True).ravel()
        kelvin = np.sort(table["temperature_K"].unique())
        colours = dict(zip(kelvin, style.sequence(len(kelvin)), strict=True))
        for place, panel in zip(axes, panels, strict=True):
            here = table[table["panel"] == panel]
            for (kind, t), own in here.groupby(["kind", "temperature_K"]):
                own = own.sort_values("x")
                if kind == "SSH":
                    place.plot(own["x"], own["k"], "--", color=colours[t], linewidth=0.9)
                else:
                    bars = style.log_errors(own["k"], own["stderr"])
                    place.errorbar(own["x"], own["k"], bars, color=colours[t], marker="o")
            place.set(yscale="log", title=title(panel))
            place.set_xlim(-1.0, 41.0 if len(panels) > 1 else 10.5)
            place.set_ylim(bottom=max(place.get_ylim()[0], LEAST_SHOWN))
            if here.empty:
                place.set(ylim=(1e-18, 1e-10))
                place.text(0.5, 0.5, "not computed", transform=place.transAxes, ha="center")
        for place in axes[-columns:]:
            place.set_xlabel(xlabel)
        for place in axes[::columns]:
            place.set_ylabel(r"$k$ (cm$^3$ s$^{-1}$)")
        handles = [
            Line2D([], [], color=c, marker="o", label=f"{t:g} K") for t, c in colours.items()
        ]
        if (table["kind"] == "SSH").any():
            handles.append(Line2D([], [], color="0.3", linestyle="--", label="SSH (Appendix A)"))
        figure.legend(handles=handles, loc="outside upper center", ncols=5)
        return figure

    return draw


def _draw_vv(table: pd.DataFrame, panels: list, theory: list) -> Figure:
    return _draw_panels(
        panels,
        lambda w: (
            rf"$\mathrm{{N}}_2(v)+\mathrm{{H}}_2({w + 1})"
            rf"\to\mathrm{{N}}_2(v+1)+\mathrm{{H}}_2({w})$"
        ),
        "$v$",
    )(table)


def _draw_asymmetric(table: pd.DataFrame, panels: list, theory: list) -> Figure:
    return _draw_panels(
        panels,
        lambda w: (
            rf"$\mathrm{{N}}_2(v+2)+\mathrm{{H}}_2({w})"
            rf"\to\mathrm{{N}}_2(v)+\mathrm{{H}}_2({w + 1})$"
        ),
        "$v$",
    )(table)


def _draw_h2(table: pd.DataFrame, panels: list, theory: list) -> Figure:
    text = r"$\mathrm{N}_2(0)+\mathrm{H}_2(w)\to\mathrm{N}_2(0)+\mathrm{H}_2(w-1)$"
    return _draw_panels(panels, lambda _: text, "$w$")(table)


# --- k(T): Figures 2 and S4 -----------------------------------------------------------------------


def _surfaces_computed(root: Path) -> bool:
    """Whether the campaigns on the three surfaces are in the tree."""
    return all((root / need).is_file() for need in surface_rates.NEEDS)


def _three_surfaces(root: Path) -> dict[str, dict]:
    """k_VT(T) and k_VV(295 K) by surface, `translational`; from the campaigns or the tables."""
    if _surfaces_computed(root):
        found = surface_rates.measure()["surfaces"]
        return {name: own["translational"] for name, own in found.items()}
    (page,) = earlier.tables(root / "docs" / "evidence" / "surface.md", "relaxation")
    page = page[page["symmetrisation"] == "translational"]
    if "over" in page:
        page = page[page["over"] == "fit in LoKI"]
    result = {}
    for row in page.to_dict("records"):
        kelvin = [
            float(name.split()[0]) for name in row if name.endswith(" K") and "->" not in name
        ]
        pairs = np.array([earlier.numbers(row[f"{t:g} K"]) for t in kelvin])
        k, stderr = (pairs * relaxation_loki(np.array(kelvin))[:, None]).T
        value, error = earlier.numbers(row["(0,1)->(1,0), 295 K"])
        result[row["surface"]] = {
            "VT": {"T_K": kelvin, "k_cm3_s": k.tolist(), "stderr_cm3_s": stderr.tolist()},
            "VV": {"T_K": [295.0], "k_cm3_s": [1e-17 * value], "stderr_cm3_s": [1e-17 * error]},
        }
    return result


def _measure_relaxation(root: Path, kept: pd.DataFrame | None) -> pd.DataFrame:
    if kept is not None and not _surfaces_computed(root):
        return with_ratios(kept.drop(columns="ratio"), kept, 1, kept["source"] == "modified")
    parts = [
        pd.DataFrame(own["VT"])
        .rename(columns={"T_K": "temperature_K", "k_cm3_s": "k", "stderr_cm3_s": "stderr"})
        .assign(source=name, v=1)
        for name, own in _three_surfaces(root).items()
    ]
    kelvin = np.unique(np.concatenate([np.geomspace(300.0, 3000.0, 12), parts[0]["temperature_K"]]))
    kelvin = kelvin[(kelvin >= 300.0) & (kelvin <= 3000.0)]
    for name, fit in RELAXATION.items():
        parts.append(pd.DataFrame({"temperature_K": kelvin, "k": fit(kelvin), "source": name}))
    table = pd.concat(parts, ignore_index=True)
    return with_ratios(table, kept, 1, table["source"] == "modified")


def _facts_relaxation(table: pd.DataFrame) -> Facts:
    facts = Facts()
    wide = table.pivot_table(index="temperature_K", columns="source", values="k")
    at = wide.loc[[300.0, 1000.0, 3000.0]]
    names = list(RELAXATION)
    for name in ("original", "modified", "fitted"):
        cells = [
            f"{t:g} K " + " and ".join(f"{row[name] / row[fit]:.1f}" for fit in names)
            for t, row in at.iterrows()
        ]
        facts.differs.append(f"{name.capitalize()} over measured ({', '.join(names)}): "
                             f"{', '.join(cells)}.")  # fmt: skip
    ratio = at["modified"] / at["original"]
    text = f"Modified over original here: {_span(ratio)} at 300 to 3000 K"
    if (ratio < 1.0).all():
        facts.agrees.append(f"{text}: the modified surface is nearer to the measured rates.")
    else:
        facts.differs.append(
            f"{text}; in the paper the modified surface is clearly below the original one and "
            "about 50 % above the measured rates."
        )
    own = table.dropna(subset="ratio")
    if len(own):
        facts.differs.append(
            "Ours over published on the modified surface: "
            + ", ".join(f"{r.ratio:.2f} at {r.temperature_K:g} K" for r in own.itertuples())
            + "."
        )
    facts.missing.append(
        "The curve of SSH theory of the paper's ref. [1]: its formula and constants for this "
        "process are not printed (Appendix A has only V-V and a scaling law in v)."
    )
    return facts


def _temperature_axes() -> tuple[Figure, object]:
    figure = style.new_figure(6.2, 4.6)
    axes = figure.subplots()
    axes.set(xlabel=r"$T^{-1/3}$ (K$^{-1/3}$)", ylabel=style.RATE_LABEL, yscale="log")
    return figure, axes


def _draw_relaxation(table: pd.DataFrame) -> Figure:
    figure, axes = _temperature_axes()
    for source, own in table.groupby("source", sort=False):
        x = own["temperature_K"] ** (-1.0 / 3.0)
        if source in LINES:
            bars = style.log_errors(own["k"], own["stderr"])
            axes.errorbar(x, own["k"], bars, color=COLOURS[source], linestyle=LINES[source],
                          label=f"computed, {source} surface")  # fmt: skip
        else:
            line = "-" if source == next(iter(RELAXATION)) else "--"
            axes.plot(x, own["k"], color="black", linestyle=line, label=f"measured, {source}")
    published = drawn(table)
    if len(published):
        x = published["temperature_K"] ** (-1.0 / 3.0)
        axes.plot(x, published["k"], "x", color="0.4", label="published, modified surface")
    axes.set(title=style.state_label(1, 0, 0, 0))
    axes.legend()
    return figure


def _measure_exchange(root: Path, kept: pd.DataFrame | None) -> pd.DataFrame:
    own = _rows(root, 1, -1, lambda v, w: (w - 1, v))
    own = own[(own["panel"] == 0) & (own["x"] == 0)]
    own = completed(own, kept, "modified", ["temperature_K"])
    parts = [own[["kind", "temperature_K", "k", "stderr"]]]
    for name, rates in _three_surfaces(root).items():
        one = rates["VV"]
        if name == "modified" and 295.0 in set(own["temperature_K"]):
            continue
        parts.append(pd.DataFrame({"kind": name, "temperature_K": one["T_K"], "k": one["k_cm3_s"],
                                   "stderr": one["stderr_cm3_s"]}))  # fmt: skip
    kelvin = np.array([100.0, 150.0, 200.0, 295.0, 400.0, 500.0, 700.0, 1000.0, 1500.0, 2000.0,
                       3000.0, 5000.0])  # fmt: skip
    law = vibrational_exchange(*_molecules(), 0, 0, kelvin)
    parts.append(pd.DataFrame({"kind": "SSH", "temperature_K": kelvin, "k": law}))
    printed = {"measured": EXCHANGE_295_K} | {
        f"published, {name}": k for name, k in EXCHANGE_295_K_PUBLISHED.items()
    }
    for name, k in printed.items():
        parts.append(pd.DataFrame({"kind": [name], "temperature_K": [295.0], "k": [k]}))
    return pd.concat(parts, ignore_index=True)


def _facts_exchange(table: pd.DataFrame) -> Facts:
    facts = Facts()
    at = table[table["temperature_K"] == 295.0].set_index("kind")["k"]
    for name in EXCHANGE_295_K_PUBLISHED:
        if name not in at:
            continue
        printed = at[f"published, {name}"]
        text = (
            f"295 K, {name} surface: {at[name]:.3g} cm^3/s, {at[name] / printed:.2f} of the "
            f"published {printed:.3g} and {at[name] / EXCHANGE_295_K:.2f} of the measured "
            f"{EXCHANGE_295_K:.3g}."
        )
        near = abs(at[name] / printed - 1.0) <= ACCURACY
        (facts.agrees if near else facts.differs).append(text)
    if {"original", "modified"} <= set(at.index):
        here, paper = at["original"] > at["modified"], True
        text = "In the paper the original surface gives the larger rate"
        (facts.agrees if here == paper else facts.differs).append(
            f"{text}, here {'too' if here else 'the modified one does'}."
        )
    own = table[table["kind"] == "modified"].set_index("temperature_K")["k"]
    law = table[table["kind"] == "SSH"].set_index("temperature_K")["k"]
    cells = [f"{short(law[t] / own[t])} at {t:g} K" for t in own.index if t in law.index]
    facts.agrees.append(
        "SSH theory, which was fitted to the measured rate at 295 K, over computed: "
        f"{', '.join(cells)}; in the paper it leaves the computed rates by more than an order of "
        "magnitude at low and high temperatures."
    )
    if len(own) < 5:
        kelvin = ", ".join(f"{t:g}" for t in own.index)
        facts.missing.append(
            f"Computed temperatures on the modified surface: {kelvin} K; `make processes` "
            "has nine from 100 to 5000 K. On the original surface only 295 K is kept."
        )
    return facts


def _draw_exchange(table: pd.DataFrame) -> Figure:
    figure, axes = _temperature_axes()
    for kind, own in table.groupby("kind", sort=False):
        own = own.sort_values("temperature_K")
        x = own["temperature_K"] ** (-1.0 / 3.0)
        if kind in LINES:
            bars = style.log_errors(own["k"], own["stderr"])
            axes.errorbar(x, own["k"], bars, color=COLOURS[kind], marker="o",
                          label=f"computed, {kind} surface")  # fmt: skip
        elif kind == "SSH":
            axes.plot(x, own["k"], "--", color="0.4", label="SSH theory (A1)")
        else:
            marker = {"measured": "s", "published, original": "v", "published, modified": "^"}
            axes.plot(x, own["k"], marker[kind], color="black", markerfacecolor="none",
                      zorder=5,
                      label="measured (Bott 1976)" if kind == "measured" else kind)  # fmt: skip
    axes.set(title=style.state_label(0, 1, 1, 0))
    axes.legend()
    return figure


vt = Maker(_measure_vt, _facts_vt, _draw_vt)
exchange = Maker(_measure_vv, _facts_vv, _draw_vv)
asymmetric = Maker(_measure_asymmetric, _facts_asymmetric, _draw_asymmetric)
hydrogen = Maker(_measure_h2, _facts_h2, _draw_h2)
relaxation = Maker(_measure_relaxation, _facts_relaxation, _draw_relaxation)
exchange_temperature = Maker(_measure_exchange, _facts_exchange, _draw_exchange)
