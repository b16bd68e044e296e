"""Checks of a fitted surface: ab initio cuts, stretched bonds, second virial coefficients."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from vibrates.core.units import ANGSTROM_TO_BOHR, HARTREE_TO_MEV
from vibrates.figures import style
from vibrates.molecules.diatom import Diatom
from vibrates.potential.orientation import REFERENCE_CONFIGURATIONS
from vibrates.potential.virial import second_virial

R_ANGSTROM = np.linspace(1.7, 6.5, 193)
TEMPERATURES_K = np.geomspace(80.0, 700.0, 24)
LINES = {"original": "-.", "modified": "--", "fitted": "-"}
COLOURS = {"original": style.PALETTE[1], "modified": style.PALETTE[2], "fitted": style.PALETTE[0]}


def cuts(surfaces: Mapping, points: pd.DataFrame, a: Diatom, b: Diatom) -> pd.DataFrame:
    """V along the five reference configurations at r_e, with the ab initio points.

    Parameters
    ----------
    surfaces
        Surfaces by name.
    points
        Ab initio points, from `points.prepare`.
    a, b
        The two molecules.

    Returns
    -------
    pd.DataFrame
        Columns source (name of a surface or ``ab initio``), configuration, R_angstrom, V_meV.
    """
    parts = []
    for name, surface in surfaces.items():
        for configuration, angles in REFERENCE_CONFIGURATIONS.items():
            energy = surface.potential(R_ANGSTROM * ANGSTROM_TO_BOHR, *angles) * HARTREE_TO_MEV
            parts.append(_rows(name, configuration, R_ANGSTROM, energy))
    rigid = points[(points["xi_a"] == 0) & (points["xi_b"] == 0)]
    for configuration in REFERENCE_CONFIGURATIONS:
        cut = rigid[rigid["configuration"] == configuration]
        parts.append(_rows("ab initio", configuration, cut["R_angstrom"], cut["energy_meV"]))
    return pd.concat(parts, ignore_index=True)


def _rows(source, configuration, distance, energy, **more) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "source": source,
            "configuration": configuration,
            **more,
            "R_angstrom": np.asarray(distance),
            "V_meV": np.asarray(energy),
        }  # fmt: skip
    )


def draw_cuts(table: pd.DataFrame) -> Figure:
    """One column per configuration: the wall above, logarithmic, and the well below."""
    configurations = list(dict.fromkeys(table["configuration"]))
    figure = style.new_figure(2.4 * len(configurations), 5.6)
    axes = figure.subplots(2, len(configurations), sharey="row")
    for column, configuration in enumerate(configurations):
        here = table[table["configuration"] == configuration]
        for source, cut in here.groupby("source", sort=False):
            line = _line(source)
            axes[0, column].plot(cut["R_angstrom"], cut["V_meV"].where(cut["V_meV"] > 1.0), **line)
            axes[1, column].plot(cut["R_angstrom"], cut["V_meV"], **line)
        axes[0, column].set(
            yscale="log", ylim=(3, 4000), xlim=(1.7, 3.9), title=_label(configuration)
        )
        axes[1, column].set(ylim=(-10, 8), xlim=(2.8, 6.5), xlabel=r"$R$ ($\mathrm{\AA}$)")
        axes[1, column].axhline(0.0, color="0.4", linewidth=0.8)
    for row in axes:
        row[0].set(ylabel=r"$V$ (meV)")
    _legend(figure, table)
    return figure


def stretched(
    surfaces: Mapping, points: pd.DataFrame, a: Diatom, b: Diatom, shown=("I", "Ta")
) -> pd.DataFrame:
    """As `cuts`, with one bond stretched or compressed.

    Parameters
    ----------
    surfaces, points, a, b
        As in `cuts`.
    shown
        Names of the configurations.

    Returns
    -------
    pd.DataFrame
        Columns of `cuts` and stretch_a, stretch_b (percent).
    """
    percent = {
        "stretch_a": (100.0 * (points["r_a_angstrom"] * ANGSTROM_TO_BOHR / a.r_e - 1.0)).round(),
        "stretch_b": (100.0 * (points["r_b_angstrom"] * ANGSTROM_TO_BOHR / b.r_e - 1.0)).round(),
    }
    points = points.assign(**percent)
    one = points[
        points["configuration"].isin(shown)
        & ((points["stretch_a"] == 0) | (points["stretch_b"] == 0))
    ]
    parts = []
    for _, cut in one.groupby(["configuration", "stretch_a", "stretch_b"]):
        configuration = str(cut["configuration"].iloc[0])
        s_a, s_b = (float(cut[name].iloc[0]) for name in ("stretch_a", "stretch_b"))
        kind = {"stretch_a": s_a, "stretch_b": s_b}
        parts.append(
            _rows("ab initio", configuration, cut["R_angstrom"], cut["energy_meV"], **kind)
        )
        for name, surface in surfaces.items():
            energy = surface.potential(
                R_ANGSTROM * ANGSTROM_TO_BOHR,
                *REFERENCE_CONFIGURATIONS[configuration],
                a.r_e * (1.0 + 0.01 * s_a),
                b.r_e * (1.0 + 0.01 * s_b),
            )
            parts.append(_rows(name, configuration, R_ANGSTROM, energy * HARTREE_TO_MEV, **kind))
    return pd.concat(parts, ignore_index=True)


def draw_stretched(table: pd.DataFrame) -> Figure:
    """The wall, one row per configuration: the first molecule stretched, and the second."""
    configurations = list(dict.fromkeys(table["configuration"]))
    figure = style.new_figure(9.0, 3.4 * len(configurations))
    axes = figure.subplots(len(configurations), 2, sharex="row", sharey="row", squeeze=False)
    for row, configuration in enumerate(configurations):
        for column, (bond, other) in enumerate(
            (("stretch_a", "stretch_b"), ("stretch_b", "stretch_a"))
        ):
            here = table[(table["configuration"] == configuration) & (table[other] == 0)]
            shades = dict(
                zip(sorted(here[bond].unique()), style.sequence(here[bond].nunique()), strict=True)
            )
            for (source, stretch), cut in here.groupby(["source", bond], sort=False):
                line = _line(source) | {"color": shades[stretch]}
                axes[row, column].plot(
                    cut["R_angstrom"], cut["V_meV"].where(cut["V_meV"] > 1), **line
                )
            axes[row, column].set(
                yscale="log",
                ylim=(5, 3000),
                xlim=(1.9, 3.8),
                xlabel=r"$R$ ($\mathrm{\AA}$)",
                title=f"{_label(configuration)}, {'first' if column == 0 else 'second'} molecule "
                "stretched",
            )
            handles = [Line2D([], [], color=c, label=f"{s:+.0f} %") for s, c in shades.items()]
            axes[row, column].legend(handles=handles, loc="upper right")
        axes[row, 0].set(ylabel=r"$V$ (meV)")
    _legend(figure, table, coloured=False)
    return figure


def virial(surfaces: Mapping, correlation: pd.DataFrame, a: Diatom, b: Diatom) -> pd.DataFrame:
    """Second virial coefficient B12 of every surface, and of a correlation of measured values.

    Parameters
    ----------
    surfaces
        Surfaces by name.
    correlation
        Values of the correlation: column T_K and those of B12.
    a, b
        The two molecules.

    Returns
    -------
    pd.DataFrame
        Columns source, T_K, B_cm3_mol (with the first quantum correction), quantum_cm3_mol.
    """
    parts = []
    for name, surface in surfaces.items():
        temperatures = np.union1d(TEMPERATURES_K, correlation["T_K"])
        classical, quantum = second_virial(surface, a, b, temperatures)
        parts.append(
            pd.DataFrame(
                {
                    "source": name,
                    "T_K": temperatures,
                    "B_cm3_mol": classical + quantum,
                    "quantum_cm3_mol": quantum,
                }
            )  # fmt: skip
        )
    values = {
        "source": "GERG-2008",
        "T_K": correlation["T_K"],
        "B_cm3_mol": correlation["B12_cm3_mol"],
    }
    return pd.concat([*parts, pd.DataFrame(values)], ignore_index=True)


def draw_virial(table: pd.DataFrame) -> Figure:
    """B12 against T, and the difference from the correlation where it holds."""
    figure = style.new_figure(9.0, 3.8)
    left, right = figure.subplots(1, 2)
    known = table[table["source"] == "GERG-2008"].set_index("T_K")["B_cm3_mol"]
    for source, curve in table.groupby("source", sort=False):
        line = _line(str(source) if source in LINES else "ab initio")
        left.plot(curve["T_K"], curve["B_cm3_mol"], **line)
        if source in LINES:
            at = curve.set_index("T_K")["B_cm3_mol"].reindex(known.index)
            right.plot(at.index, at - known, **line | {"marker": "o"})
    left.set(xlabel="temperature (K)", ylabel=r"$B_{12}$ (cm$^3$ mol$^{-1}$)")
    right.axhline(0.0, color="0.4", linewidth=0.8)
    right.set(xlabel="temperature (K)", ylabel=r"$B_{12}$ less GERG-2008 (cm$^3$ mol$^{-1}$)")
    _legend(figure, table, points="GERG-2008 (measured mixtures)")
    return figure


def _line(source: str) -> dict:
    if source in LINES:
        return {"color": COLOURS[source], "linestyle": LINES[source]}
    return {"color": "black", "linestyle": "none", "marker": "o", "markersize": 3.5}


def _legend(figure: Figure, table: pd.DataFrame, points="CCSD(T)", coloured=True) -> None:
    handles = []
    for source in sorted(table["source"].unique(), key=[*LINES, "ab initio", "GERG-2008"].index):
        line = (
            _line(source) if coloured or source not in LINES else _line(source) | {"color": "0.2"}
        )
        handles.append(Line2D([], [], label=source if source in LINES else points, **line))
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles))


def _label(name: str) -> str:
    return rf"$T_{name[1]}$" if name.startswith("T") else name
