"""The forms that our regression chooses from, and the functions of its trends.

A trend is linear in products of `ladder`, the quantum numbers and T, where T stands for a scale of
temperature: T^(-1/3) (Landau and Teller), log T, or these of T + T0. Rates at low temperature bend
away from Landau-Teller lines, where attraction accelerates all collisions or tunnelling takes over;
an offset T0 is the customary way to write that (Zheng & Truhlar 2010, Phys. Chem. Chem. Phys. 12,
7782, eq. 7).

Where the energy defect D of a family passes through zero, what is learned is even in D in theory
(`directions`): there a trend has D^2 (`energy_defect*energy_defect`) in the place of v, which is
nearly linear in D and would give it a slope at resonance.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from vibrates.learning.features import OFFSETS_K, feature, varying

LINEAR = ("ladder", "v", "T", "ladder*T", "v*T", "T*T")
QUADRATIC = (*LINEAR, "v*v", "v*v*T", "v*T*T", "ladder*T*T", "T*T*T")
EVEN = (
    "ladder",
    "T",
    "ladder*T",
    "T*T",
    "energy_defect*energy_defect",
    "energy_defect*energy_defect*T",
)
EVEN_QUARTIC = (
    *EVEN,
    "energy_defect*energy_defect*energy_defect*energy_defect",
    "energy_defect*energy_defect*energy_defect*energy_defect*T",
    "energy_defect*energy_defect*T*T",
    "ladder*T*T",
    "T*T*T",
)
OF_W = ("w", "w*T", "v*w")  # where the second molecule's level varies


SPLINES = "splines"


@dataclass(frozen=True)
class Candidate:
    """One form of the regression: trend and its temperature scale, covariances along v and in T.

    along SPLINES: log10 k minus log10 of the harmonic matrix element is learned, along v by
    `ladder_fit.spline_process`, which has its trend in itself.
    """

    trend: tuple[str, ...]
    trend_temperature: str
    along: str
    temperature: str

    def terms(self, data: xr.Dataset, w_varies: bool) -> list[str]:
        """The trend's functions, products of feature names, that are not constant in `data`."""
        terms = (*self.trend, *(OF_W if w_varies else ()))
        names = {name for term in terms for name in term.split("*")} - {"T"}
        names -= {"w"} - set(data.coords)
        usable = {*varying(sorted(names), data), "T"}
        return [
            term.replace("T", self.trend_temperature)
            for term in terms
            if set(term.split("*")) <= usable
        ]


# Levels of a ladder in v are predicted by splines,
CANDIDATES = {"splines": Candidate((), "T_cube_root", SPLINES, "T_cube_root")}
# and those of states in v and w by one of these.
OF_STATES = {
    "linear trend": Candidate(LINEAR, "T_cube_root", "M52", "T_cube_root"),
    "quadratic trend": Candidate(QUADRATIC, "T_cube_root", "M52", "T_cube_root"),
    "quadratic trend, log T": Candidate(QUADRATIC, "T_cube_root", "M52", "T_log"),
    "linear trend, rough": Candidate(LINEAR, "T_cube_root", "M32", "T_cube_root"),
}
# Temperatures below or above all data by one of these: there the scale of T decides. Landau-Teller
# lines proper are not among them: predicting the coldest data from warmer ones, they err most.
BEYOND = {
    f"linear trend in {text}": Candidate(LINEAR, scale, "M52", scale)
    for T0 in OFFSETS_K
    for scale, text in [
        (f"T_cube_root_{T0}", f"(T + {T0} K)^(-1/3)"),
        (f"T_log_{T0}", f"log(T + {T0} K)"),
    ]
}
# The same for a family whose energy defect passes through zero.
RESONANT = {
    "trend in D^2": Candidate(EVEN, "T_cube_root", "M52", "T_cube_root"),
    "trend in D^2 and D^4": Candidate(EVEN_QUARTIC, "T_cube_root", "M52", "T_cube_root"),
    "trend in D^2 and D^4, log T": Candidate(EVEN_QUARTIC, "T_cube_root", "M52", "T_log"),
    "trend in D^2, rough": Candidate(EVEN, "T_cube_root", "M32", "T_cube_root"),
}
RESONANT_BEYOND = {
    f"D^2, {name}": Candidate(EVEN, form.trend_temperature, form.along, form.temperature)
    for name, form in BEYOND.items()
}


def trend_matrix(terms: Sequence[str], data: xr.Dataset, cells: np.ndarray) -> np.ndarray:
    """The functions `terms` at the cells where `cells` (N, M) is true, (n, len(terms))."""
    columns = [
        np.prod([feature(name, data) / _unit(name) for name in term.split("*")], axis=0)
        for term in terms
    ]
    return np.column_stack([np.empty((cells.sum(), 0)), *(column[cells] for column in columns)])


def _unit(name: str) -> float:
    """So that no product of functions is huge before it is standardised."""
    if name.startswith("T_cube_root"):
        return 0.1
    return {"v": 10.0, "w": 10.0, "energy_defect": 1000.0}.get(name, 1.0)
