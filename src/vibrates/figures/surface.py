"""Cuts of the potential energy surface at the five reference configurations."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MultipleLocator

from vibrates.core.units import ANGSTROM_TO_BOHR, HARTREE_TO_MEV
from vibrates.figures import style
from vibrates.molecules.diatom import Atom, Diatom
from vibrates.potential.orientation import REFERENCE_CONFIGURATIONS
from vibrates.potential.registry import build_surface
from vibrates.potential.settings import SurfaceSettings

R_ANGSTROM = np.linspace(1.8, 7.0, 261)
WALL_MEV = (5.0, 5000.0)
PUBLISHED = ("original", "modified")


def table(a: Diatom, b: Diatom | Atom, surface: SurfaceSettings) -> pd.DataFrame:
    """V at both equilibrium bond lengths against the distance R.

    Parameters
    ----------
    a, b
        The two molecules.
    surface
        The ``surface`` block of the campaign. With one of the two published surfaces the table also
        has the other one, with the same beta and deformation.

    Returns
    -------
    pd.DataFrame
        Columns surface, campaign (whether it is the one of the campaign), configuration,
        R_angstrom, V_meV.
    """
    own = surface.type
    shown = PUBLISHED if own in PUBLISHED else (own,)
    parts = []
    for name in shown:
        cut = build_surface(surface.changed({"type": name}), a, b)
        for configuration, (c_a, c_b, c_ab) in REFERENCE_CONFIGURATIONS.items():
            energy = cut.potential(R_ANGSTROM * ANGSTROM_TO_BOHR, c_a, c_b, c_ab, a.r_e, b.r_e)
            parts.append(
                pd.DataFrame(
                    {
                        "surface": name,
                        "campaign": name == own,
                        "configuration": configuration,
                        "R_angstrom": R_ANGSTROM,
                        "V_meV": energy * HARTREE_TO_MEV,
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)


def draw(table: pd.DataFrame) -> Figure:
    """The well on a linear scale, the repulsive wall on a logarithmic one."""
    figure = style.new_figure(8.0, 4.5)
    well, wall = figure.subplots(1, 2)
    configurations = list(dict.fromkeys(table["configuration"]))
    colours = dict(zip(configurations, style.PALETTE, strict=False))
    for (_, is_own, configuration), cut in table.groupby(
        ["surface", "campaign", "configuration"], sort=False
    ):
        line = {"color": colours[configuration], "linestyle": "-" if is_own else "--"}
        well.plot(cut["R_angstrom"], cut["V_meV"], **line)
        wall.plot(cut["R_angstrom"], cut["V_meV"].where(cut["V_meV"] > 0), **line)
    well.axhline(0.0, color="0.4", linewidth=0.8)
    depth = 1.1 * max(1.0, -table["V_meV"].min())
    well.set(xlim=(2.9, 7.0), ylim=(-depth, depth), title="well")
    wall.set(xlim=(1.8, 3.7), ylim=WALL_MEV, yscale="log", title="repulsive wall")
    wall.xaxis.set_major_locator(MultipleLocator(0.5))
    for axes in (well, wall):
        axes.set(xlabel=r"distance $R$ ($\mathrm{\AA}$)", ylabel=r"interaction energy $V$ (meV)")
    figure.legend(
        handles=[
            Line2D([], [], color=colours[c], label=_configuration_label(c)) for c in configurations
        ],
        loc="outside upper center",
        ncols=len(configurations),
    )
    surfaces = dict.fromkeys(zip(table["surface"], table["campaign"], strict=True))
    figure.legend(
        handles=[
            Line2D(
                [],
                [],
                color="0.3",
                linestyle="-" if is_own else "--",
                label=f"{name} parameters" + (" (this campaign)" if is_own else ""),
            )
            for name, is_own in surfaces
        ],
        loc="outside lower center",
        ncols=len(surfaces),
    )
    return figure


def _configuration_label(name: str) -> str:
    return rf"$T_{name[1]}$" if name.startswith("T") else name
