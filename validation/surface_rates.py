"""Rates on the original, the modified and the fitted surface: tables and figure of docs/surface.md.

make surfaces       runs the campaigns, then this study
"""

import os
from pathlib import Path

import matplotlib as mpl
import numpy as np
from products import rate, read_rates
from report import ROOT, read_evidence, run_study, span, table

from vibrates.figures import style
from vibrates.figures.surface_checks import COLOURS, LINES
from vibrates.rates.compare import read_published
from vibrates.rates.measured import EXCHANGE_295_K, RELAXATION
from vibrates.rates.symmetrisation import SCHEMES

SURFACES = ("original", "modified", "fitted")
NEEDS = tuple(f"results-surfaces/{name}/rates.nc" for name in SURFACES)
REMEDY = "run: make surfaces"
SECTIONS = (
    "evidence/surface/relaxation",
    "surface/relaxation summary",
    "evidence/surface/measured",
    "evidence/surface/measured summary",
    "method/surface exchange",
)
TEMPERATURES_K = (200.0, 300.0, 500.0, 1000.0, 2000.0, 3000.0, 5000.0)
UNCERTAIN_K = (200.0, 295.0, 500.0, 1000.0, 2000.0, 3000.0)  # of validation/surface_uncertainty.py
VT, VV = (1, 0, 0, 0), (0, 1, 1, 0)


def measure() -> dict:
    """k of V-T and V-V with errors, at the temperatures of the tables and of the figure."""
    numbers: dict = {
        "surfaces": {},
        "uncertainty": (read_evidence("surface_uncertainty") or {}).get("total"),
    }
    for name in SURFACES:
        rates = read_rates(f"results-surfaces/{name}")
        every = rates["temperature"].values
        numbers["surfaces"][name] = {
            scheme: {
                what: dict(
                    zip(
                        ("T_K", "k_cm3_s", "stderr_cm3_s"),
                        (at, *rate(rates, transition, scheme, at)),
                        strict=True,
                    )
                )
                for what, transition, at in (("VT", VT, every), ("VV", VV, [295.0]))
            }
            for scheme in SCHEMES
        }
    return numbers


def at(own: dict, temperature: float) -> tuple[float, float]:
    """k and its error at a temperature."""
    index = own["T_K"].index(temperature)
    return own["k_cm3_s"][index], own["stderr_cm3_s"][index]


def relaxation(numbers: dict) -> str:
    """Ratio of V-T to both fits, and V-V at 295 K."""
    rows = []
    for name, schemes in numbers["surfaces"].items():
        for scheme, own in schemes.items():
            k_vv, error_vv = at(own["VV"], 295.0)
            for number, (fit, reference) in enumerate(RELAXATION.items()):
                cells = []
                for t in TEMPERATURES_K:
                    k, error = at(own["VT"], t)
                    cells.append(f"{k / reference(t):.2g} +- {error / reference(t):.1g}")
                exchange = f"{k_vv * 1e17:.2f} +- {error_vv * 1e17:.2f}" if number == 0 else ""
                rows.append([name, scheme, fit, *cells, exchange])
    return table(["surface", "symmetrisation", "over", *(f"{t:g} K" for t in TEMPERATURES_K),
                  "(0,1)->(1,0), 295 K"], rows)  # fmt: skip


def relaxation_summary(numbers: dict) -> str:
    """The sentences below the table."""
    fitted = numbers["surfaces"]["fitted"]["translational"]["VT"]
    parts = []
    for name, fit in RELAXATION.items():
        ratio = {t: at(fitted, t)[0] / fit(t) for t in TEMPERATURES_K}
        published = [at(numbers["surfaces"][s]["translational"]["VT"], t)[0] / fit(t)
                     for s in ("original", "modified") for t in TEMPERATURES_K[1:6]]  # fmt: skip
        middle = span([ratio[t] for t in (500.0, 1000.0, 2000.0)])
        parts.append(
            f"{ratio[300.0]:.2f} of the {name} at 300 K, {middle} at 500 to 2000 K, "
            f"{ratio[3000.0]:.2f} at 3000 K and {ratio[5000.0]:.2f} at 5000 K (beyond the "
            f"measurements), where the published surfaces give {span(published, '.1f')} from 300 "
            "to 3000 K"
        )
    vv, error = at(numbers["surfaces"]["fitted"]["translational"]["VV"], 295.0)
    total, total_error = at(numbers["surfaces"]["fitted"]["total"]["VV"], 295.0)
    return (
        f"V-T: with `translational` the fitted surface gives {'; '.join(parts)}. V-V: (0,1) -> "
        f"(1,0) at 295 K is {vv / EXCHANGE_295_K:.2f} of the measured rate (Monte Carlo "
        f"{100 * error / vv:.0f} %), with `total` {total / EXCHANGE_295_K:.2f} "
        f"({100 * total_error / total:.0f} %)."
    )


def measured(numbers: dict) -> tuple[str, str]:
    """k on the fitted surface and measurements, all errors combined: table and sentence."""
    rows, within = [], []
    for process, what in (("(1,0)->(0,0)", "VT"), ("(0,1)->(1,0)", "VV")):
        for index, t in enumerate(UNCERTAIN_K):
            if what == "VV" and t != 295.0:
                continue
            known = (
                {"measured": EXCHANGE_295_K}
                if what == "VV"
                else {n: float(f(t)) for n, f in RELAXATION.items()}
            )
            cells = []
            for scheme in ("translational", "total"):
                k, error = at(numbers["surfaces"]["fitted"][scheme][what], t)
                factor = np.exp(np.hypot(numbers["uncertainty"][process][index], error / k))
                ratios = {name: k / value for name, value in known.items()}
                cells += [f"{k:.3g}", f"{100 * error / k:.0f} %", f"{factor:.2f}",
                          ", ".join(f"{r:.2f}" for r in ratios.values())]  # fmt: skip
                if scheme == "translational":
                    within.append(
                        f"{process} at {t:g} K "
                        + " and ".join(f"{r:.2f}" for r in ratios.values())
                        + f" of it (factor {factor:.2f})"
                    )
            rows.append([process, f"{t:g}", ", ".join(f"{x:.3g}" for x in known.values()), *cells])
    head = [
        "process",
        "T / K",
        "measured",
        *(
            f"{what}, {scheme}"
            for scheme in ("translational", "total")
            for what in ("k / cm^3 s^-1", "Monte Carlo", "all errors, factor", "ratio to measured")
        ),
    ]
    names = " and ".join(RELAXATION)
    return table(head, rows), (
        f"Two values of V-T: {names}. With `translational`, as a ratio to the measured rate: "
        f"{'; '.join(within)}."
    )


def sections(numbers: dict) -> dict[str, str]:
    """Both tables and their sentences; that with all errors once these are known."""
    vv, _ = at(numbers["surfaces"]["fitted"]["translational"]["VV"], 295.0)
    total, _ = at(numbers["surfaces"]["fitted"]["total"]["VV"], 295.0)
    texts = {
        "evidence/surface/relaxation": relaxation(numbers),
        "surface/relaxation summary": relaxation_summary(numbers),
        "method/surface exchange": f"{vv / EXCHANGE_295_K:.2f} of the measured rate, with `total` "
        f"{total / EXCHANGE_295_K:.2f}",
    }
    if numbers["uncertainty"]:
        texts["evidence/surface/measured"], texts["evidence/surface/measured summary"] = measured(
            numbers
        )
    return texts


def draw(numbers: dict, directory: Path | None) -> mpl.figure.Figure:
    """V-T against T^(-1/3) with both fits, and V-V at 295 K."""
    figure = style.new_figure(10.0, 4.4)
    left, right = figure.subplots(1, 2)
    for name, schemes in numbers["surfaces"].items():
        own = {key: np.array(values) for key, values in schemes["translational"]["VT"].items()}
        x, line = own["T_K"] ** (-1 / 3), {"color": COLOURS[name], "linestyle": LINES[name]}
        left.errorbar(x, own["k_cm3_s"], style.log_errors(own["k_cm3_s"], own["stderr_cm3_s"]),
                      label=f"{name}, translational", **line)  # fmt: skip
        left.plot(
            x, schemes["total"]["VT"]["k_cm3_s"], color=COLOURS[name], linewidth=0.7, linestyle=":"
        )
        for scheme, marker in zip(SCHEMES, style.MARKERS, strict=False):
            vv, error = at(schemes[scheme]["VV"], 295.0)
            right.errorbar(
                [SURFACES.index(name)],
                [vv],
                [error],
                color=COLOURS[name],
                marker=marker,
                linestyle="none",
            )
    t = np.geomspace(300.0, 3000.0, 40)
    for (name, fit), line in zip(RELAXATION.items(), ("-", "--"), strict=True):
        left.plot(t ** (-1 / 3), fit(t), color="black", linestyle=line, label=f"measured, {name}")
    if directory:
        published = read_published(directory / "n2h2_vt_dv1.csv")
        own = published[published["v"] == 1]
        left.plot(own["T_K"] ** (-1 / 3), own["k_cm3_s"], color="0.6", label="published (modified)")
    left.set(yscale="log", xlabel=r"$T^{-1/3}$ (K$^{-1/3}$)", ylabel=style.RATE_LABEL,
             title=style.state_label(1, 0, 0, 0) + "; dotted: symmetrisation total")  # fmt: skip
    left.legend()
    right.axhline(EXCHANGE_295_K, color="black", label="measured (Bott 1976)")
    for scheme, marker in zip(SCHEMES, style.MARKERS, strict=False):
        right.plot([], [], color="0.3", marker=marker, linestyle="none", label=scheme)
    right.set(
        xticks=range(len(SURFACES)),
        xticklabels=SURFACES,
        ylabel=style.RATE_LABEL,
        yscale="log",
        xlim=(-0.5, 2.5),
        title=style.state_label(0, 1, 1, 0) + " at 295 K",
    )
    right.legend()
    return figure


def figures(numbers: dict) -> None:
    """docs/figures/surface_rates.png; with published rates if PUBLISHED names their directory."""
    directory = os.environ.get("PUBLISHED")
    with mpl.rc_context(style.SETTINGS):
        draw(numbers, Path(directory) if directory else None).savefig(
            ROOT / "docs" / "figures" / "surface_rates.png", dpi=130
        )


if __name__ == "__main__":
    run_study("surface_rates")
