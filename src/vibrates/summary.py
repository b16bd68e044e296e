"""Summary of a finished campaign: rates with errors, failures, list of files."""

import base64
import html
import json
from pathlib import Path

import numpy as np
import xarray as xr
import yaml

from vibrates.config import Campaign, resolved
from vibrates.core.errors import UserError
from vibrates.core.netcdf import read_product
from vibrates.learning.product import ladder_of
from vibrates.rates.crossover import differences

RUN_AGAIN = "run the campaign to its end"
NOT_YET = "no learned.nc yet"
FILES = {
    "rates.nc": "rate coefficients k(T), standard errors, three symmetrisations",
    "cross_sections.nc": "cross sections sigma(U) and opacity functions P(b)",
    "learned.nc": "complete ladders, computed and predicted, with leave-one-out errors",
    "quantum": "trajectories and rates of the quantised rotor",
    "classical": "trajectories and rates of classical rotors",
    "explorer.html": "all rate coefficients on one page, opens without a network",
    "checks.json": "checks of the products",
    "configuration.yaml": "the configuration that was run, in full",
    "plan": "trajectories of every round, and the reports of the allocation",
    "trajectories": "batch files, the outcome of every trajectory",
    "figures": "figures (PNG) and the numbers behind them (CSV)",
    "report.html": "report with all figures, opens without a network",
    "campaign.log": "progress messages",
    "logs": "output of every job, one file each",
}


def summary_text(results: str | Path) -> str:
    """The summary of a results directory, or of a file in it.

    Raises
    ------
    UserError
        Its rates.nc is missing or damaged.
    """
    results = Path(results)
    if results.is_file():
        results = results.parent
    rates = read_product(results / "rates.nc", RUN_AGAIN)
    learned_path = results / "learned.nc"
    learned = read_product(learned_path, RUN_AGAIN) if learned_path.exists() else None
    # Other settings of the learning do not change rates.nc, but learned.nc, whose settings count.
    stated = (rates if learned is None else learned).attrs["configuration"]
    config = resolved(yaml.safe_load(stated), f"{results}: configuration of its products")
    if learned is not None:
        learned = ladder_of(learned, *config.shown)
    blocks = [
        _rates_block(rates, learned, config),
        _verdict_block(rates, config)
        + _crossover_lines(rates)
        + _checks_lines(results / "checks.json"),
        _learned_block(learned) if learned is not None else [_nothing_learned(config)],
        _files_block(results),
    ]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def summary_page(text: str, figure: Path) -> str:
    """Opening of the report: the summary without its list of files, and a figure, as HTML.

    Parameters
    ----------
    text : str
        What `summary_text` gives.
    figure : Path
        PNG file, which becomes a part of the page.

    Raises
    ------
    UserError
        If the figure cannot be read.
    """
    result = text.partition("\n\nfiles\n")[0]
    try:
        image = base64.b64encode(figure.read_bytes()).decode()
    except OSError as error:
        raise UserError(f"{figure}: cannot be read ({error.strerror}); {RUN_AGAIN}") from None
    return (
        f'<pre style="white-space: pre-wrap; font-size: 70%">{html.escape(result)}</pre>\n'
        f'<img alt="{figure.stem}" src="data:image/png;base64,{image}" style="max-width: 100%">\n'
    )


def _ladder(rates: xr.Dataset, config: Campaign) -> xr.Dataset:
    """The displayed transitions: those of the learned family, from trajectories, sorted by v."""
    (dv, dw), w = config.shown
    shown = (rates.vp - rates.v == dv) & (rates.wp - rates.w == dw) & (rates.w == w)
    return rates.isel(transition=np.flatnonzero(shown.values)).sortby("v")


def _rates_block(rates: xr.Dataset, learned: xr.Dataset | None, config: Campaign) -> list[str]:
    (dv, dw), w = config.shown
    a, b = config.pair
    wanted = config.sampling.target_temperatures_K
    temperatures_K = [T for T in wanted if T in rates["temperature"].values]
    ladder = _ladder(rates, config)
    rows = {}
    for i, v in enumerate(ladder["v"].values):
        one = ladder.isel(transition=i)
        cells = [_value(one.sel(temperature=T), learned, int(v), T) for T in temperatures_K]
        reached = {1: "reached", 0: "not reached", -1: "none set"}[int(one.target_reached)]
        counts = f"{int(one.n_trajectories):12d}{int(one.n_failed):8d}"
        rows[int(v)] = (" ", cells, f"{counts}  {reached}")
    if learned is not None:
        for v in sorted(set(learned["v"].values.tolist()) - set(rows)):
            cells = [
                _cell(float(at.k), float(at.k_factor) - 1.0)
                for at in (learned.sel(v=v, temperature=T) for T in temperatures_K)
            ]
            rows[v] = ("*", cells, "   predicted")
    header = "".join(f"{f'{T:g} K':>19}" for T in temperatures_K)
    final_v = f"v{dv:+d}" if dv else "v"
    lines = [
        f"{config.name}: {a}(v) + {b}({w}) -> {a}({final_v}) + {b}({w + dw}), "
        f"symmetrisation {rates.attrs['symmetrisation']}{_rotor(rates)}",
        "k in cm^3/s and its relative standard error"
        + (" (* predicted, one sigma)" if learned is not None else ""),
        f"{'v':>4} {header}{'trajectories':>15}{'failed':>8}  target",
    ]
    lines += [
        f"{v:>4}{mark}{''.join(f'{cell:>19}' for cell in cells)}   {rest}"
        for v, (mark, cells, rest) in sorted(rows.items())
    ]
    return lines


def _rotor(rates: xr.Dataset) -> str:
    """The quantised rotor and the mixture that k belongs to; empty with classical rotors."""
    if "quantised_rotor" not in rates.attrs:
        return ""
    mixture, name = rates.attrs["mixture"], rates.attrs["quantised_rotor"]
    species = "" if mixture == "all" else f" ({mixture})"
    up_to = f" to {rates.attrs['crossover_K']:g} K" if "crossover_K" in rates.attrs else ""
    return f", {name} quantised{species}{up_to}"


def _crossover_lines(rates: xr.Dataset) -> list[str]:
    """Ratios of k with the quantised rotor to k with classical ones, with errors of ln k."""
    if "crossover_K" not in rates.attrs:
        return []
    lines = ["k with the quantised over k with classical rotors, error of its logarithm"]
    for (v, w, vp, wp), one in differences(rates).groupby(["v", "w", "vp", "wp"]):
        cells = [
            f"{row['T_K']:g} K {row['ratio']:.2f} ({100 * row['error']:.0f} %)"
            for row in one.to_dict("records")
        ]
        lines.append(f"  ({v},{w})->({vp},{wp}): {', '.join(cells)}")
    return lines


def _value(computed: xr.Dataset, learned: xr.Dataset | None, v: int, T: float) -> str:
    """The computed value, or, marked, what learned.nc predicts in the place of one at the edge."""
    if learned is not None and v in learned["v"]:
        at = learned.sel(v=v, temperature=T)
        if str(at.origin.values) == "predicted":
            return _cell(float(at.k), float(at.k_factor) - 1.0) + "*"
    return _cell(float(computed.k), float(computed.k_stderr / computed.k))


def _cell(k: float, relative_error: float) -> str:
    return f"{k:.2e} {100 * relative_error:5.1f} %"


def _verdict_block(rates: xr.Dataset, config: Campaign) -> list[str]:
    sampling = config.sampling
    ladder = _ladder(rates, config)
    at_targets = ladder.sel(
        temperature=[T for T in sampling.target_temperatures_K if T in rates["temperature"]]
    )
    lines = []
    relative = (at_targets.k_stderr / at_targets.k).values
    if relative.size and np.isfinite(relative).any():
        i, j = np.unravel_index(np.nanargmax(relative), relative.shape)
        lines.append(
            f"largest relative error {100 * relative[i, j]:.1f} % (v = {int(at_targets.v[i])}, "
            f"{float(at_targets.temperature[j]):g} K)"
        )
    targets = rates.isel(transition=np.flatnonzero((rates.target_reached >= 0).values))
    targets = targets.isel(transition=np.flatnonzero((targets.direction == "computed").values))
    met = int((targets.target_reached == 1).sum())
    lines.append(
        f"Monte-Carlo target of {100 * sampling.target_relative_error:g} % reached for {met} of "
        f"{targets.sizes['transition']} target transitions"
        + ("" if met == targets.sizes["transition"] else "; raise sampling.budget for the others")
    )
    good, failed = total_trajectories(rates)
    lines.append(f"{good} trajectories used, {failed} failed and left out (status in their files)")
    return lines


def total_trajectories(rates: xr.Dataset) -> tuple[int, int]:
    """Good and failed trajectories over all initial states of rates.nc.

    `n_trajectories` and `n_failed` are variables on `transition`. Where `direction` is `computed`
    they belong to its initial state; rows from detailed balance repeat those of the reverse.
    """
    computed = rates.isel(transition=np.flatnonzero((rates.direction == "computed").values))
    counts = {
        (int(v), int(w)): (int(good), int(failed))
        for v, w, good, failed in zip(
            computed.v.values,
            computed.w.values,
            computed.n_trajectories.values,
            computed.n_failed.values,
            strict=True,
        )
    }
    return sum(good for good, _ in counts.values()), sum(bad for _, bad in counts.values())


def _checks_lines(path: Path) -> list[str]:
    """Results of the checks of the products, with the messages of those that did not pass."""
    if not path.exists():
        return []
    checks = json.loads(path.read_text(encoding="utf-8"))["checks"]
    others = [check for check in checks if check["status"] != "passed"]
    lines = [f"{len(checks) - len(others)} of {len(checks)} checks of the products passed"]
    return lines + [f"  {c['status']}: {c['name']}: {c['message']}" for c in others]


def _learned_block(learned: xr.Dataset) -> list[str]:
    scores = learned.attrs
    predicted = learned["origin"] == "predicted"
    levels = int(predicted.all("temperature").sum())
    others = int(predicted.where(~predicted.all("temperature"), False).sum())
    edge = (
        f", and {others} values of computed levels that rest on the edge of the energy grid"
        if others
        else ""
    )
    return [
        f"predicted levels: {levels}{edge}, by {scores['model']}",
        f"every state left out once: rms error {np.sqrt(scores['score_mse_dex2']):.3f} dex, "
        f"worst {scores['score_worst_dex']:.3f} dex, MSE of normalised log10 k "
        f"{scores['score_mse_normalised']:.1e};",
        f"{100 * scores['score_coverage_1']:.0f} % within one and "
        f"{100 * scores['score_coverage_2']:.0f} % within two predictive sigma",
    ]


def _nothing_learned(config: Campaign) -> str:
    return "nothing is learned (no block learning)" if config.learning is None else NOT_YET


def _files_block(results: Path) -> list[str]:
    present = {name: text for name, text in FILES.items() if (results / name).exists()}
    width = max(len(str(results / name)) for name in present)
    lines = [f"  {str(results / name):<{width}}  {text}" for name, text in present.items()]
    return ["files", *lines]
