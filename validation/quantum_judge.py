"""Trajectories judged by coupled states, He + HD: docs/quantum.md, its table and figure.

    make judge      runs the trajectories of config/pairs/hdhe.yaml, then this script

Both use the same surface and the same levels. Rates of vibrational transitions, summed over final j
and averaged over initial j; the coupled-states data are those in data/.
"""

import matplotlib as mpl
import pandas as pd
from products import read_rates
from quantum_data import RATES, averaged, state_to_state
from report import ROOT, run_study, span, table

from vibrates.figures import style
from vibrates.rates.symmetrisation import SCHEMES

RESULTS = "results-hdhe"
NEEDS = (f"{RESULTS}/rates.nc", RATES)
REMEDY = "run: make judge"
SECTIONS = ("evidence/quantum/judge", "quantum/judge summary", "method/judge", "README/judge")
CHANGES = ((1, 0), (2, 1), (2, 0))
TEMPERATURES_K = (100.0, 200.0, 300.0, 400.0, 500.0, 700.0, 1000.0)


def compared() -> pd.DataFrame:
    """v, vp, T_K, quantum k, and k of each symmetrisation with its error."""
    quantum = averaged(state_to_state()).rename(columns={"k_cm3_s": "k_quantum"})
    mixed = read_rates(RESULTS)
    rows = []
    for index, (v, vp) in enumerate(zip(mixed["v"].values, mixed["vp"].values, strict=True)):
        if (v, vp) in CHANGES:
            here = mixed.isel(transition=index)
            columns = {"v": int(v), "vp": int(vp), "T_K": here["temperature"].values}
            for scheme in SCHEMES:
                columns[f"k_{scheme}"] = here[f"k_{scheme}"].values
                columns[f"k_{scheme}_stderr"] = here[f"k_{scheme}_stderr"].values
            rows.append(pd.DataFrame(columns))
    return pd.concat(rows).merge(quantum, on=["v", "vp", "T_K"])


def ratios(data: pd.DataFrame) -> str:
    rows = []
    for (v, vp), mine in data.groupby(["v", "vp"]):
        at = mine.set_index("T_K")
        rows.append(
            [
                f"{v} -> {vp}",
                "coupled states, cm^3/s",
                *(f"{at.loc[t, 'k_quantum']:.2e}" for t in TEMPERATURES_K),
            ]
        )
        for scheme in SCHEMES:
            value = at[f"k_{scheme}"] / at["k_quantum"]
            error = at[f"k_{scheme}_stderr"] / at["k_quantum"]
            rows.append(
                [
                    f"{v} -> {vp}",
                    scheme,
                    *(f"{value[t]:.2g} +- {error[t]:.1g}" for t in TEMPERATURES_K),
                ]
            )
    return table(["transition", "ratio to it", *(f"{t:g} K" for t in TEMPERATURES_K)], rows)


def draw(data: pd.DataFrame):
    figure = style.new_figure(9.5, 4.2)
    left, right = figure.subplots(1, 2)
    for colour, marker, ((v, vp), mine) in zip(
        style.PALETTE, style.MARKERS, data.groupby(["v", "vp"]), strict=False
    ):
        label = rf"$v$ = {v} $\to$ {vp}"
        left.plot(mine["T_K"], mine["k_quantum"], color=colour, label=label)
        k, error = mine["k_translational"], mine["k_translational_stderr"]
        left.errorbar(
            mine["T_K"],
            k,
            style.log_errors(k, error),
            color=colour,
            marker=marker,
            linestyle="none",
        )
        for scheme, line in zip(
            ("translational", "total", "initial"), ("-", "--", ":"), strict=True
        ):
            right.errorbar(
                mine["T_K"],
                mine[f"k_{scheme}"] / mine["k_quantum"],
                mine[f"k_{scheme}_stderr"] / mine["k_quantum"],
                color=colour,
                linestyle=line,
                marker=marker if line == "-" else None,
            )
    for scheme, line in zip(("translational", "total", "initial"), ("-", "--", ":"), strict=True):
        right.plot([], [], color="0.3", linestyle=line, label=scheme)
    left.set(
        yscale="log",
        xscale="log",
        xlabel="temperature (K)",
        ylabel=style.RATE_LABEL,
        title="lines: coupled states; points: trajectories",
    )
    left.legend()
    right.axhline(1.0, color="black", linewidth=0.8)
    right.set(
        yscale="log",
        xscale="log",
        xlabel="temperature (K)",
        ylabel="k(trajectories) / k(coupled states)",
    )
    right.legend(title="symmetrisation")
    return figure


def measure() -> dict:
    """k of both treatments at every temperature that they have in common."""
    return {"rates": compared().to_dict("records")}


def sections(numbers: dict) -> dict[str, str]:
    """The table, and the range of the ratios wherever it is quoted."""
    data = pd.DataFrame(numbers["rates"])
    data = data.assign(
        dv=data["v"] - data["vp"],
        **{f"ratio_{scheme}": data[f"k_{scheme}"] / data["k_quantum"] for scheme in SCHEMES},
    )
    usual = data[(data["T_K"] >= 300.0) & (data["T_K"] <= 1000.0)]
    cold = data[data["T_K"] == 100.0]

    def ratio(scheme: str, dv: int, part: pd.DataFrame) -> str:
        return span(part.loc[part["dv"] == dv, f"ratio_{scheme}"])

    single, double = (ratio("translational", dv, usual) for dv in (1, 2))
    at_100 = " and ".join(ratio("translational", dv, cold) for dv in (1, 2))
    total = " and ".join(ratio("total", dv, usual) for dv in (1, 2))
    total_100 = " and ".join(ratio("total", dv, cold) for dv in (1, 2))
    return {
        "evidence/quantum/judge": ratios(data),
        "quantum/judge summary": (
            f"With the default symmetrisation (`translational`) trajectories give {single} of the "
            f"coupled-states rates for dv = -1 between 300 and 1000 K and {double} for dv = -2; at "
            f"100 K {at_100}. `total` gives {total} there and {total_100} at 100 K; `initial` "
            f"gives {ratio('initial', 1, usual)} and {ratio('initial', 2, usual)}."
        ),
        "README/judge": (
            f"{single} of the quantum rates of one quantum at 300-1000 K and {double} of those of "
            "two"
        ),
        "method/judge": (
            f"{single} of the coupled-states rates of one quantum at 300-1000 K, {double} of those "
            f"of two, and {at_100} at 100 K; `total` gives {total} at 300-1000 K"
        ),
    }


def figures(numbers: dict) -> None:
    """docs/figures/quantum_judge.png."""
    with mpl.rc_context(style.SETTINGS):
        draw(pd.DataFrame(numbers["rates"])).savefig(
            ROOT / "docs" / "figures" / "quantum_judge.png", dpi=style.RESOLUTION_DPI
        )


if __name__ == "__main__":
    run_study("quantum_judge")
