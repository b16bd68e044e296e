"""Figures of quantum scattering: surface, cross sections, rate coefficients."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.figure import Figure

from vibrates.core.units import HARTREE_TO_CM
from vibrates.figures import style
from vibrates.potential.sites import SiteSurface

_ANGLES, _BONDS = (0.0, 90.0), (0.95, 1.4, 2.2)


def surface(fitted: SiteSurface, sets: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Cuts of the fit, and the points on them: kind, theta_deg, r_bohr, R_bohr, V_cm."""
    distance = np.linspace(2.2, 11.0, 300)
    rows = [
        pd.DataFrame({"kind": "fit", "theta_deg": theta, "r_bohr": r, "R_bohr": distance,
                      "V_cm": fitted.potential(distance, np.cos(np.radians(theta)), r_a=r)
                      * HARTREE_TO_CM})
        for theta in _ANGLES for r in _BONDS
    ]  # fmt: skip
    for name, points in sets.items():
        theta = np.degrees(np.arccos(points["cosine"]))
        near = [np.isclose(points["r"], r, atol=0.02) for r in _BONDS]
        for r, mine in zip(_BONDS, near, strict=True):
            for angle in _ANGLES:
                kept = mine & np.isclose(theta, angle, atol=0.1)
                rows.append(
                    pd.DataFrame(
                        {
                            "kind": name,
                            "theta_deg": angle,
                            "r_bohr": r,
                            "R_bohr": points["distance"][kept],
                            "V_cm": points["energy"][kept] * HARTREE_TO_CM,
                        }
                    )
                )
    return pd.concat(rows, ignore_index=True)


def draw_surface(table: pd.DataFrame) -> Figure:
    """V(R) for three bond lengths, along and across the bond; wall and well."""
    figure = style.new_figure(8.0, 6.0)
    axes = figure.subplots(2, len(_ANGLES), sharex="row")
    for column, theta in zip(axes.T, _ANGLES, strict=True):
        for r, colour in zip(_BONDS, style.sequence(len(_BONDS)), strict=True):
            mine = table[(table["theta_deg"] == theta) & (table["r_bohr"] == r)]
            for axis in column:
                fit = mine[mine["kind"] == "fit"]
                axis.plot(fit["R_bohr"], fit["V_cm"], color=colour, label=f"$r$ = {r:g} bohr")
                for kind, marker in (("small", "o"), ("large", "x")):
                    points = mine[mine["kind"] == kind]
                    axis.plot(points["R_bohr"], points["V_cm"], marker, color=colour, markersize=4)
        column[0].set_yscale("log")
        column[0].set_ylim(3.0, 1e5)
        column[0].set_xlim(2.2, 7.0)
        column[1].set_ylim(-20.0, 20.0)
        column[1].set_xlim(4.5, 11.0)
        column[0].set_title(rf"$\theta$ = {theta:g}°")
        column[1].set_xlabel("$R$ (bohr)")
    for axis in axes[:, 0]:
        axis.set_ylabel(r"$V$ (cm$^{-1}$)")
    axes[0, 0].legend(title="circles, crosses: small, large basis")
    return figure


def cross_sections(data: xr.Dataset, changes: list[tuple[int, int]]) -> pd.DataFrame:
    """sigma of the lowest levels of the two highest v: v, j, vp, collision energy, sum over j'."""
    energy = data["energy"].values[:, None] - data["initial_energy"].values
    rows = []
    for v, vp in changes:
        for j in sorted(set(data["j"].values[data["v"].values == v]))[:11:5]:
            mine = (data["v"].values == v) & (data["vp"].values == vp) & (data["j"].values == j)
            if not mine.any():
                continue
            sigma = data["sigma"].values[:, mine]
            whole = np.isfinite(sigma).all(axis=1)
            rows.append(pd.DataFrame({"v": v, "j": j, "vp": vp,
                                      "collision_energy_cm": energy[whole][:, mine][:, 0],
                                      "sigma_angstrom2": sigma[whole].sum(axis=1)}))  # fmt: skip
    return pd.concat(rows, ignore_index=True)


def draw_cross_sections(table: pd.DataFrame) -> Figure:
    """One panel for each change of v."""
    changes = [(int(v), int(vp)) for v, vp in table[["v", "vp"]].drop_duplicates().to_numpy()]
    figure = style.new_figure(4.2 * len(changes), 3.8)
    for axis, (v, vp) in zip(
        figure.subplots(1, len(changes), squeeze=False)[0], changes, strict=True
    ):
        for colour, (j, mine) in zip(
            style.PALETTE, table[(table["v"] == v) & (table["vp"] == vp)].groupby("j"), strict=False
        ):
            axis.loglog(
                mine["collision_energy_cm"],
                mine["sigma_angstrom2"],
                ".-",
                color=colour,
                markersize=3,
                label=f"$j$ = {j}",
            )
        axis.set_title(rf"$v$ = {v} $\to$ {vp}, all exothermic $j'$")
        axis.set_xlabel(r"collision energy (cm$^{-1}$)")
        axis.legend()
    figure.axes[0].set_ylabel(r"$\sigma$ (Å$^2$)")
    return figure


def draw_rates(table: pd.DataFrame) -> Figure:
    """k(T) of selected transitions; columns v, j, vp, jp, T_K, k_cm3_s."""
    figure = style.new_figure(6.4, 4.6)
    axis = figure.subplots()
    groups = table.groupby(["v", "j", "vp", "jp"], sort=False)
    for colour, (name, mine) in zip(style.sequence(len(groups)), groups, strict=True):
        v, j, vp, jp = name
        axis.loglog(
            mine["T_K"],
            mine["k_cm3_s"],
            "o-",
            markersize=3,
            color=colour,
            label=rf"$({v},{j}) \to ({vp},{jp})$",
        )
    axis.set_xlabel("temperature (K)")
    axis.set_ylabel(style.RATE_LABEL)
    figure.legend(loc="outside right upper")
    return figure


def draw_thermal(table: pd.DataFrame) -> Figure:
    """k(T) of two diatoms by nuclear-spin modification, a panel for each vibrational transition.

    ``table``: as `scattering.cumulative.thermal_rates` returns it.
    """
    changes = list(table.groupby(["v1", "v2", "v1p", "v2p"], sort=False))
    figure = style.new_figure(4.6 * len(changes), 4.2)
    axes = figure.subplots(1, len(changes), squeeze=False)[0]
    for axis, ((v_1, v_2, v_1p, v_2p), mine) in zip(axes, changes, strict=True):
        groups = mine.groupby(["modification_1", "modification_2"], sort=False)
        for colour, ((first, second), own) in zip(style.sequence(len(groups)), groups, strict=True):
            axis.semilogy(
                own["T_K"], own["k_cm3_s"], "o-", markersize=3, color=colour,
                label=f"{first}, {second}",
            )  # fmt: skip
        axis.set_title(rf"$({v_1},{v_2}) \to ({v_1p},{v_2p})$")
        axis.set_xlabel("temperature (K)")
        axis.legend(title="$j_1$, $j_2$")
    axes[0].set_ylabel(style.RATE_LABEL)
    return figure


def draw_final_levels(table: pd.DataFrame) -> Figure:
    """Shares of k by final j2 at the lowest and highest T, a panel for each modification.

    ``table``: as `scattering.cumulative.final_levels` returns it; its first transition is drawn.
    """
    first = table[(table[["v1", "v2", "v1p", "v2p"]] == table.iloc[0][:4]).all(axis=1)]
    groups = list(first.groupby(["modification_1", "modification_2"], sort=False))
    figure = style.new_figure(3.6 * len(groups), 3.8)
    for axis, ((one, two), mine) in zip(
        figure.subplots(1, len(groups), squeeze=False)[0], groups, strict=True
    ):
        temperatures = (mine["T_K"].min(), mine["T_K"].max())
        for number, (colour, temperature) in enumerate(
            zip(style.PALETTE, temperatures, strict=False)
        ):
            ends = mine[mine["T_K"] == temperature].groupby("j2p")["share"].sum()
            axis.bar(ends.index + 0.4 * number, ends, 0.4, color=colour, label=f"{temperature:g} K")
        axis.set_title(f"$j_1$ {one}, $j_2$ {two}")
        axis.set_xlabel("final $j_2$")
        axis.legend()
    figure.axes[0].set_ylabel("share of $k$")
    return figure
