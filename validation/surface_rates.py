"""Rates on the original, the modified and the fitted surface: tables and figure of docs/surface.md.

make surfaces                                  runs the campaigns, then this script
python validation/surface_rates.py DIRECTORY   with published rates: n2h2_vt_dv1.csv, ... there
"""

import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
import xarray as xr
from report import DOCUMENT, table, write_section

from vibrates.core.netcdf import read_product
from vibrates.figures import style
from vibrates.figures.surface_checks import COLOURS, LINES
from vibrates.rates.compare import ratios, read_published
from vibrates.rates.symmetrisation import SCHEMES

PAGE = DOCUMENT.with_name("surface.md")
ROOT = DOCUMENT.parents[1]
SURFACES = ("original", "modified", "fitted")
TEMPERATURES_K = (200.0, 300.0, 500.0, 1000.0, 2000.0, 3000.0, 5000.0)
# (0,1) -> (1,0) at 295 K, cm^3/s: Bott, J. Chem. Phys. 65, 3921 (1976).
MEASURED_VV = 6.41e-17


def measured_relaxation(temperature: np.ndarray) -> np.ndarray:
    """k(1,0 -> 0,0), cm^3/s: a plasma-kinetics fit to measured relaxation of N2 in H2."""
    return 5.63e-14 * temperature * np.exp(-80.6 * temperature ** (-1.0 / 3.0))


def rate(rates: xr.Dataset, transition: tuple, scheme: str, temperatures) -> tuple:
    """k and its standard error of (v, w, v', w') at the temperatures."""
    own = np.flatnonzero(
        np.all(
            [rates[n].values == x for n, x in zip(("v", "w", "vp", "wp"), transition, strict=True)],
            axis=0,
        )  # fmt: skip
    )[0]
    chosen = rates.isel(transition=own).sel(temperature=list(temperatures))
    return chosen[f"k_{scheme}"].values, chosen[f"k_{scheme}_stderr"].values


def relaxation(products: dict) -> str:
    rows = []
    reference = measured_relaxation(np.array(TEMPERATURES_K))
    for name, rates in products.items():
        for scheme in SCHEMES:
            k, error = rate(rates, (1, 0, 0, 0), scheme, TEMPERATURES_K)
            vv, vv_error = rate(rates, (0, 1, 1, 0), scheme, [295.0])
            cells = [
                f"{x:.2g} +- {e:.1g}" for x, e in zip(k / reference, error / reference, strict=True)
            ]
            vibration = f"{vv[0] * 1e17:.2f} +- {vv_error[0] * 1e17:.2f}"
            rows.append([name, scheme, *cells, vibration])
    head = [
        "surface",
        "symmetrisation",
        *(f"{t:g} K" for t in TEMPERATURES_K),
        "(0,1)->(1,0), 295 K",
    ]
    return table(head, rows)


def against_published(products: dict, directory: Path) -> str:
    rows = []
    for name, rates in products.items():
        for scheme in SCHEMES:
            for dv in (1, 2, 3):
                found = ratios(rates, read_published(directory / f"n2h2_vt_dv{dv}.csv"), scheme)
                for v, own in found.groupby("v"):
                    at = own.set_index("T_K")["ratio"]
                    cells = [f"{at[t]:.2f}" if t in at else "" for t in TEMPERATURES_K]
                    rows.append([name, scheme, f"{v} -> {v - dv}", *cells])
    return table(["surface", "symmetrisation", "v", *(f"{t:g} K" for t in TEMPERATURES_K)], rows)


def draw(products: dict, directory: Path | None):
    figure = style.new_figure(10.0, 4.4)
    left, right = figure.subplots(1, 2)
    for name, rates in products.items():
        t = rates["temperature"].values
        k, error = rate(rates, (1, 0, 0, 0), "translational", t)
        line = {"color": COLOURS[name], "linestyle": LINES[name]}
        left.errorbar(
            t ** (-1 / 3), k, style.log_errors(k, error), label=f"{name}, translational", **line
        )
        total, _ = rate(rates, (1, 0, 0, 0), "total", t)
        left.plot(t ** (-1 / 3), total, color=COLOURS[name], linewidth=0.7, linestyle=":")
        for scheme, marker in zip(SCHEMES, style.MARKERS, strict=False):
            vv, vv_error = rate(rates, (0, 1, 1, 0), scheme, [295.0])
            right.errorbar(
                [SURFACES.index(name)],
                vv,
                vv_error,
                color=COLOURS[name],
                marker=marker,
                linestyle="none",
            )
    t = np.geomspace(300.0, 3000.0, 40)
    left.plot(
        t ** (-1 / 3), measured_relaxation(t), color="black", label="fit to measured relaxation"
    )
    if directory:
        published = read_published(directory / "n2h2_vt_dv1.csv")
        own = published[published["v"] == 1]
        left.plot(own["T_K"] ** (-1 / 3), own["k_cm3_s"], color="0.6", label="published (modified)")
    left.set(yscale="log", xlabel=r"$T^{-1/3}$ (K$^{-1/3}$)", ylabel=style.RATE_LABEL,
             title=style.state_label(1, 0, 0, 0) + "; dotted: symmetrisation total")  # fmt: skip
    left.legend()
    right.axhline(MEASURED_VV, color="black", label="measured (Bott 1976)")
    for scheme, marker in zip(SCHEMES, style.MARKERS, strict=False):
        right.plot([], [], color="0.3", marker=marker, linestyle="none", label=scheme)
    right.set(xticks=range(len(SURFACES)), xticklabels=SURFACES, ylabel=style.RATE_LABEL, yscale="log",
              xlim=(-0.5, 2.5), title=style.state_label(0, 1, 1, 0) + " at 295 K")  # fmt: skip
    right.legend()
    return figure


def main(directory: Path | None) -> None:
    products = {
        name: read_product(ROOT / "results-surfaces" / name / "rates.nc", "run make surfaces first")
        for name in SURFACES
    }
    write_section("relaxation", relaxation(products), PAGE)
    if directory:
        write_section("published", against_published(products, directory), PAGE)
    with mpl.rc_context(style.SETTINGS):
        draw(products, directory).savefig(PAGE.parent / "figures" / "surface_rates.png", dpi=130)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
