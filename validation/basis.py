"""How many levels a trajectory needs: docs/figures/basis.png, docs/accuracy.md, its tables.

    python validation/basis.py

For initial levels v of N2 and total classical energies U, on the default surface, the basis is cut
from below and from above until P(v -> v - dv) deviates by more than 0.5 % from its value in a wide
basis: mean absolute deviation over mean, of collisions with b below 1.5 angstrom.
"""

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

from dataclasses import replace
from multiprocessing import Pool
from typing import NamedTuple

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray
from report import DOCUMENT, run_study, table, took
from study import DEFAULT, default

from vibrates.config import load
from vibrates.core.units import ANGSTROM_TO_BOHR, CM_TO_HARTREE
from vibrates.figures import style
from vibrates.potential.registry import build_surface
from vibrates.trajectories import Settings, TrajectoryRunner
from vibrates.trajectories.sampling import initial_conditions

NEEDS = ()
REMEDY = "run: make validate"
SECTIONS = ("evidence/accuracy/basis", "accuracy/basis summary")
LEVELS = (1, 5, 10, 20, 30, 40)
ENERGIES_CM = (1000, 3000, 10000, 30000, 60000)
QUANTA = (1, 2, 3)
LIMIT = 0.005
COUNT = 24
# Levels below and above of the basis compared with, and of that for v >= 20.
WIDE, WIDER = (16, 14), (28, 24)
SIZES = (0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 18, 20, 22, 25)  # tried, below and above
H2_LEVELS = 4
NEGLIGIBLE = 1e-18  # mean P below which a transition is not looked at
LADDER = DEFAULT.with_name("ladder.yaml")
FIGURE = DOCUMENT.parent / "figures" / "basis.png"


class Case:
    """Trajectories of one initial state at one energy, in any bases."""

    def __init__(self, v: int, w: int, energy_cm: float) -> None:
        config = default({"dynamics": {"time_step_fs": 0.4}})
        self.v, self.w = v, w
        self.diatoms = list(config.partners)
        self.surface = build_surface(config.surface, *self.diatoms)
        self.settings = replace(Settings.from_config(config.dynamics.to_mapping()), accuracy=np.inf)
        self.initial = initial_conditions(
            *self.diatoms, 7, v, w, energy_cm * CM_TO_HARTREE, 0, (0.0, 1.5 * ANGSTROM_TO_BOHR),
            config.grid.start_distance_angstrom * ANGSTROM_TO_BOHR, np.arange(COUNT), 8, 0.5,
        )  # fmt: skip

    def probability(self, levels_a: range, levels_b: range, final: tuple[int, int]) -> NDArray:
        """w P (N,) of one final state in these bases; NaN if they lack it."""
        key = levels_a, levels_b
        if key not in (runs := self.__dict__.setdefault("_runs", {})):
            collision = TrajectoryRunner(
                self.surface, *self.diatoms, *key, self.v, self.w, self.settings
            )
            runs[key] = collision.run(self.initial).probability * self.initial.weight[:, None, None]
        if final[0] not in levels_a or final[1] not in levels_b:
            return np.full(COUNT, np.nan)
        return runs[key][:, levels_a.index(final[0]), levels_b.index(final[1])]


def deviation(p: NDArray, reference: NDArray) -> float:
    """Mean absolute deviation over mean; infinite where a basis lacks the final state."""
    value = float(np.abs(p - reference).mean() / reference.mean())
    return value if np.isfinite(value) else np.inf


def smallest(deviations: dict[int, float], whole: int) -> int:
    """The first size from which on the deviation stays below the limit; ``whole`` if none."""
    good = whole
    for size in sorted(deviations, reverse=True):
        if deviations[size] > LIMIT:
            break
        good = size
    return good


class Need(NamedTuple):
    """Levels needed below and above, those never enough (-1 if some were), and deviations.

    ``both``: of the basis cut on both sides at once; ``ladder``: of that of config/ladder.yaml.
    """

    below: int
    above: int
    beyond_below: int
    beyond_above: int
    both: float
    ladder: float

    def label(self, side: str) -> str:
        """The number, or that it is larger than any tried."""
        beyond = getattr(self, f"beyond_{side}")
        return f"{getattr(self, side)}" if beyond < 0 else f">{beyond}"


def n2_levels(case: tuple[int, float]) -> dict[int, Need]:
    """dv -> what it needs, for one (v, U)."""
    v, energy_cm = case
    one, hydrogen = Case(v, 0, energy_cm), range(H2_LEVELS)
    down, up = WIDER if v >= 20 else WIDE
    top = min(v + up, one.diatoms[0].morse_levels - 1)
    bottom = max(0, v - down)
    wide = range(bottom, top + 1)
    needed = {}
    for dv in QUANTA:
        if dv > v:
            continue
        final = v - dv, 0
        reference = one.probability(wide, hydrogen, final)
        if reference.mean() < NEGLIGIBLE:
            continue
        lower = {n: range(v - n, top + 1) for n in SIZES if n < v - bottom}
        upper = {n: range(bottom, v + n + 1) for n in SIZES if n < top - v}
        below, above = (
            smallest(
                {
                    n: deviation(one.probability(levels, hydrogen, final), reference)
                    for n, levels in family.items()
                },
                whole,
            )
            for family, whole in ((lower, v - bottom), (upper, top - v))
        )
        cut = range(max(bottom, v - below), min(top, v + above) + 1)
        both, ladder = (
            deviation(one.probability(levels, hydrogen, final), reference)
            for levels in (cut, load(LADDER).bases(v, 0)[0])
        )
        needed[dv] = Need(
            below,
            above,
            max(lower) if below == v - bottom and bottom > 0 else -1,
            max(upper) if above == top - v else -1,
            both,
            ladder,
        )
    return needed


def h2_levels(case: tuple[int, int, float]) -> dict[str, int]:
    """Process -> levels of H2 needed above w; for one (v, w, U)."""
    v, w, energy_cm = case
    one, nitrogen = Case(v, w, energy_cm), range(max(0, v - 5), v + 9)
    top = w + 9
    finals = {"V-T of N2": (v - 1, w), "V-T of H2": (v, w - 1), "V-V": (v + 1, w - 1)}
    needed = {}
    for name, final in finals.items():
        if min(final) < 0:
            continue
        reference = one.probability(nitrogen, range(top + 1), final)
        if reference.mean() < NEGLIGIBLE:
            continue
        needed[name] = smallest(
            {
                n: deviation(one.probability(nitrogen, range(w + n + 1), final), reference)
                for n in range(top - w)
            },
            top - w,
        )
    return needed


def draw(found: dict) -> mpl.figure.Figure:
    """Levels below and above as numbered maps of (v, U), one column per number of quanta."""
    figure = style.new_figure(7.2, 4.8)
    axes = figure.subplots(2, len(QUANTA), sharex=True, sharey=True)
    for row, side in enumerate(("below", "above")):
        for axis, dv in zip(axes[row], QUANTA, strict=True):
            values = np.full((len(LEVELS), len(ENERGIES_CM)), np.nan)
            for i, v in enumerate(LEVELS):
                for j, energy in enumerate(ENERGIES_CM):
                    if dv not in found[v, energy]:
                        continue
                    need = found[v, energy][dv]
                    values[i, j] = getattr(need, side)
                    color = "w" if values[i, j] > 13 else "k"
                    axis.text(j, i, need.label(side), ha="center", va="center", color=color)
            axis.imshow(values, cmap="Blues", vmin=0, vmax=24, aspect="auto", origin="lower")
            axis.set_xticks(range(len(ENERGIES_CM)), [f"{e / 1000:g}" for e in ENERGIES_CM])
            axis.set_yticks(range(len(LEVELS)), LEVELS)
            axis.grid(visible=False)
            axis.tick_params(top=False, right=False, length=0)
            if row == 0:
                axis.set_title(rf"$v \to v-{dv}$")
        axes[row, 0].set_ylabel(f"initial level $v$\n(levels {side})")
    for axis in axes[-1]:
        axis.set_xlabel(r"$U$ (10$^3$ cm$^{-1}$)")
    return figure


def measure() -> dict:
    """Levels needed for all cases, and the deviations with the basis of config/ladder.yaml."""
    n2_cases = [(v, e) for v in LEVELS for e in ENERGIES_CM]
    h2_cases = [(v, w, e) for v, w in ((1, 0), (0, 1), (0, 3), (10, 1)) for e in ENERGIES_CM]
    with Pool(2) as pool:
        n2 = zip(n2_cases, pool.map(n2_levels, n2_cases[::-1], 1)[::-1], strict=True)
        h2 = zip(h2_cases, pool.map(h2_levels, h2_cases[::-1], 1)[::-1], strict=True)
    return {
        "N2": [{"v": v, "energy_cm": e, "dv": dv} | need._asdict()
               for (v, e), found in n2 for dv, need in found.items()],
        "H2": [{"v": v, "w": w, "energy_cm": e, "process": process, "above": levels}
               for (v, w, e), found in h2 for process, levels in found.items()],
    }  # fmt: skip


def needs_of_n2(numbers: dict) -> dict[tuple[int, int], dict[int, Need]]:
    """(v, U) -> dv -> what it needs."""
    found: dict[tuple, dict[int, Need]] = {(v, e): {} for v in LEVELS for e in ENERGIES_CM}
    for row in numbers["N2"]:
        found[row["v"], row["energy_cm"]][row["dv"]] = Need(*(row[name] for name in Need._fields))
    return found


def figures(numbers: dict) -> None:
    """docs/figures/basis.png."""
    FIGURE.parent.mkdir(exist_ok=True)
    with mpl.rc_context(style.SETTINGS):
        draw(needs_of_n2(numbers)).savefig(FIGURE, dpi=150)


def sections(numbers: dict) -> dict[str, str]:
    """Three tables, and the sentence on the basis of the ladder."""
    found = needs_of_n2(numbers)
    hydrogen = {(h["v"], h["w"], h["process"], h["energy_cm"]): h["above"] for h in numbers["H2"]}

    def cell(entry: dict, dv: int) -> str:
        return f"{entry[dv].label('below')} + {entry[dv].label('above')}" if dv in entry else "-"

    def ladder(entry: dict, dv: int) -> str:
        return f"{100 * entry[dv].ladder:.2f}" if dv in entry else "-"

    def largest(*energies_cm: int) -> str:
        worst = max((need.ladder, v) for (v, e), entry in found.items() if e in energies_cm
                    for need in entry.values())  # fmt: skip
        if worst[0] < 1e-4:
            return "below 0.01 %"
        return f"{100 * worst[0]:.2g} %" + (f" (v = {worst[1]})" if worst[0] > LIMIT else "")

    rows, ladder_rows = (
        [
            [v, *(", ".join(text(found[v, e], dv) for dv in QUANTA) for e in ENERGIES_CM)]
            for v in LEVELS
        ]
        for text in (cell, ladder)
    )
    worst = max(x.both for entry in found.values() for x in entry.values())
    h2_rows = [
        [f"({v}, {w})", process, *(hydrogen.get((v, w, process, e), "-") for e in ENERGIES_CM)]
        for v, w, process in dict.fromkeys(key[:3] for key in hydrogen)
    ]
    energies = [f"U = {e}" for e in ENERGIES_CM]
    text = [
        "Levels of N2 below + above v for dv = 1, 2, 3 (U in cm^-1):\n",
        table(["v", *energies], rows),
        f"\nCut on both sides at once, the largest deviation is {100 * worst:.1f} %.",
        "\nDeviation in per cent with the basis of `config/ladder.yaml`, dv = 1, 2, 3:\n",
        table(["v", *energies], ladder_rows),
        "\nLevels of H2 above w (all below w kept):\n",
        table(["(v, w)", "process", *energies], h2_rows),
        took(numbers),
    ]
    return {
        "evidence/accuracy/basis": "\n".join(text),
        "accuracy/basis summary": (
            f"{largest(1000, 3000, 10000)} up to 10000 cm^-1, {largest(30000)} at 30000 cm^-1 and "
            f"{largest(60000)} at 60000 cm^-1, an energy that has little weight in k below 5000 K"
        ),
    }


if __name__ == "__main__":
    run_study("basis")
