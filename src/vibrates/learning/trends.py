"""The forms that our regression chooses from, and the functions of its trends.

A trend is linear in products of `ladder`, the quantum numbers and T, where T stands for a scale of
temperature: T^(-1/3) (Landau and Teller), log T, or these of T + T0. Rates at low temperature bend
away from Landau-Teller lines, where attraction accelerates all collisions or tunnelling takes over;
an offset T0 is the customary way to write that (Zheng & Truhlar 2010, Phys. Chem. Chem. Phys. 12,
7782, eq. 7).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from vibrates.learning.features import OFFSETS_K, feature, varying

LINEAR = ("ladder", "v", "T", "ladder*T", "v*T", "T*T")
QUADRATIC = (*LINEAR, "v*v", "v*v*T", "v*T*T", "ladder*T*T", "T*T*T")
OF_W = ("w", "w*T", "v*w")  # where the second molecule's level varies


@dataclass(frozen=True)
class Candidate:
    """One form of the regression: trend and its temperature scale, covariances along v and in T."""

    trend: tuple[str, ...]
    trend_temperature: str
    along: str
    temperature: str

    def terms(self, data: xr.Dataset, w_varies: bool) -> list[str]:
        """The trend's functions, products of feature names, that are not constant in `data`."""
        names = ["ladder", "v", "w"] if "w" in data.coords else ["ladder", "v"]
        usable = {*varying(names, data), "T"}
        return [
            term.replace("T", self.trend_temperature)
            for term in (*self.trend, *(OF_W if w_varies else ()))
            if set(term.split("*")) <= usable
        ]


# Levels are predicted by one of these.
CANDIDATES = {
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


def trend_matrix(terms: Sequence[str], data: xr.Dataset, cells: np.ndarray) -> np.ndarray:
    """The functions `terms` at the cells where `cells` (N, M) is true, (n, len(terms))."""
    columns = [
        np.prod([feature(name, data) / _unit(name) for name in term.split("*")], axis=0)
        for term in terms
    ]
    return np.column_stack([column[cells] for column in columns])


def _unit(name: str) -> float:
    """So that no product of functions is huge before it is standardised."""
    return 0.1 if name.startswith("T_cube_root") else 10.0 if name in ("v", "w") else 1.0
