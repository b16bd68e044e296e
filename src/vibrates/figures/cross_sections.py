"""Cross sections sigma(U) and opacity functions P(b) of chosen transitions."""

from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from vibrates.core.errors import UserError
from vibrates.figures import style

Transition = tuple[int, int, int, int]
STATE_COLUMNS = ["v", "w", "vp", "wp"]
LINE_STYLES = ("-", "--", ":")


def table(
    cross_sections: xr.Dataset, transitions: list[Transition], opacity_energies_cm: list[float]
) -> pd.DataFrame:
    """Cross sections at every U, and opacity functions at selected energies.

    Parameters
    ----------
    cross_sections
        Dataset of cross_sections.nc.
    transitions
        Transitions (v, w, v', w').
    opacity_energies_cm
        Energies of the opacity functions, cm^-1; the nearest ones of the grid are used.

    Returns
    -------
    pd.DataFrame
        Columns quantity (sigma, in angstrom^2, or opacity), v, w, vp, wp, energy_cm,
        impact_parameter_angstrom with lower and upper edge of the shell (empty for sigma), value,
        stderr, trajectories (good ones).

    Raises
    ------
    UserError
        For a transition that is not in the dataset.
    """
    grid = cross_sections["energy"].values
    nearest = np.unique([np.abs(grid - wanted).argmin() for wanted in opacity_energies_cm])
    b_lower, b_upper = shell_edges(cross_sections)
    parts = []
    for transition in transitions:
        one = cross_sections.isel(transition=transition_index(cross_sections, transition))
        state = dict(zip(STATE_COLUMNS, transition, strict=True))
        parts.append(
            pd.DataFrame(
                {
                    "quantity": "sigma",
                    **state,
                    "energy_cm": grid,
                    "value": one["sigma"].values,
                    "stderr": one["sigma_stderr"].values,
                    "trajectories": one["n_trajectories"].sum("impact_parameter").values,
                }
            )
        )
        for i in nearest:
            parts.append(
                pd.DataFrame(
                    {
                        "quantity": "opacity",
                        **state,
                        "energy_cm": grid[i],
                        "impact_parameter_angstrom": cross_sections["impact_parameter"].values,
                        "lower_angstrom": b_lower,
                        "upper_angstrom": b_upper,
                        "value": one["opacity"].isel(energy=i).values,
                        "stderr": one["opacity_stderr"].isel(energy=i).values,
                        "trajectories": one["n_trajectories"].isel(energy=i).values,
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)


def transition_index(dataset: xr.Dataset, transition: Transition) -> int:
    """Position of (v, w, v', w') on the dimension `transition`.

    Raises
    ------
    UserError
        If the dataset does not have it.
    """
    same = np.ones(dataset.sizes["transition"], dtype=bool)
    for name, value in zip(STATE_COLUMNS, transition, strict=True):
        same &= dataset[name].values == value
    if not same.any():
        v, w, vp, wp = transition
        raise UserError(
            f"figures: transition ({v}, {w}) -> ({vp}, {wp}) is not in the results; choose a state "
            "of grid.states and final levels inside rates.transitions"
        )
    return int(np.flatnonzero(same)[0])


def shell_edges(cross_sections: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper edges (angstrom) of the shells, from the bounds of `impact_parameter`."""
    middle = cross_sections["impact_parameter"]
    edges = cross_sections[middle.attrs["bounds"]].values
    return edges[:, 0], edges[:, 1]


def draw(table: pd.DataFrame) -> Figure:
    """sigma(U) on the left, P(b) on the right; standard errors, and the widths of the shells."""
    figure = style.new_figure(8.5, 4.4)
    left, right = figure.subplots(1, 2)
    sigma = table[table["quantity"] == "sigma"]
    opacity = table[table["quantity"] == "opacity"]
    transitions = _transitions(sigma)
    looks: dict[tuple[int, ...], dict[str, Any]] = {
        t: {"color": colour, "marker": marker}
        for t, colour, marker in zip(transitions, style.PALETTE, style.MARKERS, strict=False)
    }
    energies_cm = sorted(opacity["energy_cm"].unique())
    lines = dict(zip(energies_cm, LINE_STYLES, strict=False))
    for _, part in sigma.groupby(STATE_COLUMNS, sort=False):
        part = part[part["value"] > 0]
        left.errorbar(
            part["energy_cm"],
            part["value"],
            yerr=style.log_errors(part["value"], part["stderr"]),
            markersize=4,
            linewidth=1.0,
            **looks[_transitions(part)[0]],
        )
    for _, part in opacity.groupby([*STATE_COLUMNS, "energy_cm"], sort=False):
        look, energy_cm = looks[_transitions(part)[0]], part["energy_cm"].iloc[0]
        part = part[part["value"] > 0]
        right.errorbar(
            part["impact_parameter_angstrom"],
            part["value"],
            yerr=style.log_errors(part["value"], part["stderr"]),
            markersize=4,
            linewidth=1.0,
            linestyle=lines[energy_cm],
            **look,
        )
        right.hlines(
            part["value"],
            part["lower_angstrom"],
            part["upper_angstrom"],
            color=look["color"],
            linewidth=0.8,
            alpha=0.6,
        )
    left.set(
        xscale="log",
        yscale="log",
        xlabel=r"total classical energy $U$ (cm$^{-1}$)",
        ylabel=r"cross section $\sigma$ ($\mathrm{\AA}^2$)",
    )
    right.set(
        yscale="log",
        xlabel=r"impact parameter $b$ ($\mathrm{\AA}$)",
        ylabel=r"opacity $P(b)$",
    )
    right.set_xlim(left=0.0)
    trajectories = sigma.groupby(STATE_COLUMNS)["trajectories"].sum()
    handles = [
        Line2D(
            [],
            [],
            label=f"{style.state_label(*t)}, {style.grouped(trajectories[t])} trajectories",
            **looks[t],
        )
        for t in transitions
    ]
    handles += [
        Line2D(
            [], [], color="0.3", linestyle=lines[e], label=rf"$P(b)$ at $U$ = {e:.0f} cm$^{{-1}}$"
        )
        for e in energies_cm
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=3)
    return figure


def _transitions(table: pd.DataFrame) -> list[tuple[int, ...]]:
    """The transitions (v, w, vp, wp) of a table, in its order."""
    return [tuple(row) for row in table[STATE_COLUMNS].drop_duplicates().to_numpy()]
