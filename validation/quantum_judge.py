"""Trajectories judged by coupled states, He + HD: table and figure of docs/quantum.md.

    make judge      runs the trajectories of config/pairs/hdhe.yaml, then this script

Both use the same surface and the same levels. Rates of vibrational transitions, summed over final j
and averaged over initial j; the coupled-states data are those in data/.
"""

import pandas as pd
from report import DOCUMENT, table, write_section

from vibrates.core.netcdf import read_product
from vibrates.figures import style
from vibrates.rates.symmetrisation import SCHEMES
from vibrates.scattering import settings
from vibrates.scattering.vibrational import vibrational_rates

PAGE = DOCUMENT.with_name("quantum.md")
ROOT = DOCUMENT.parents[1]
CHANGES = ((1, 0), (2, 1), (2, 0))
TEMPERATURES_K = (100.0, 200.0, 300.0, 400.0, 500.0, 700.0, 1000.0)


def compared() -> pd.DataFrame:
    """v, vp, T_K, quantum k, and k of each symmetrisation with its error."""
    described = settings.load(ROOT / "config" / "quantum" / "hehd.yaml")
    wanted = described["levels"]
    levels = settings.rotor(described).energies[: wanted["v_max"] + 1, : wanted["j_max"] + 1]
    state = pd.read_csv(ROOT / "data" / "quantum_hehd_rates.csv", comment="#")
    quantum = vibrational_rates(state, levels, settings.spin_weights(described))
    quantum = quantum.rename(columns={"k_cm3_s": "k_quantum"})
    mixed = read_product(ROOT / "results-hdhe" / "rates.nc", "run make judge")
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


def main() -> None:
    """Rewrite the section and the figure."""
    data = compared()
    write_section("judge", ratios(data), PAGE)
    picture = ROOT / "docs" / "figures" / "quantum_judge.png"
    style.write(draw, data, str(picture), str(ROOT / "results-hdhe" / "judge.csv"))
    usual = data[(data["T_K"] >= 300.0)]
    for (v, vp), mine in usual.groupby(["v", "vp"]):
        spread = mine["k_translational"] / mine["k_quantum"]
        print(f"{v} -> {vp}, 300-1000 K: {spread.min():.2f} to {spread.max():.2f}")


if __name__ == "__main__":
    main()
