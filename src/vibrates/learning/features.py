"""Functions of a transition and the temperature that a regression of log10 k sees, by name.

The first block are those of Mihalik et al. 2024, eqs. 10-12. The second follows from first-order
theory: for weak coupling k(v -> v - n) grows like the square of the harmonic matrix element,
v (v - 1) ... (v - n + 1), times that of the other molecule where its level changes, so log10 k is
nearly linear in `ladder`; and by Landau and Teller log k = A - B T^(-1/3). In (ladder, T_cube_root)
log10 k is therefore nearly a plane.
"""

from collections.abc import Callable, Sequence

import numpy as np
import xarray as xr

from vibrates.core.errors import UserError
from vibrates.learning.transitions import state_text

OFFSETS_K = (300, 1000)  # added to T: what bends Landau-Teller lines at low temperature (`trends`)


def _number(name: str) -> Callable[[xr.Dataset], np.ndarray]:
    return lambda data: _get(data, name)


def _change(final: str, initial: str) -> Callable[[xr.Dataset], np.ndarray]:
    return lambda data: _get(data, final) - _get(data, initial)


def _get(data: xr.Dataset, name: str) -> np.ndarray:
    if name not in data.coords:
        raise UserError(
            f"{data.attrs.get('source', 'rates')}: no quantum number {name}, which a "
            "feature needs; choose other features or add the column"
        )
    return data[name].values.astype(float)[:, None]


def _temperature(data: xr.Dataset) -> np.ndarray:
    return data["temperature"].values[None, :]


def _root(offset_K: float) -> Callable[[xr.Dataset], np.ndarray]:
    return lambda data: (_temperature(data) + offset_K) ** (-1.0 / 3.0)


def _log(offset_K: float) -> Callable[[xr.Dataset], np.ndarray]:
    return lambda data: np.log(_temperature(data) + offset_K)


def _ladder(data: xr.Dataset) -> np.ndarray:
    """log10 of the squared harmonic matrix elements of both molecules: v!/v'!, v'!/v! if v' > v.

    Unity for a level that does not change.
    """
    from scipy.special import gammaln

    pairs = [("v", "vp")] + ([("w", "wp")] if "w" in data.coords else [])
    steps = [np.stack([_get(data, initial), _get(data, final)]) for initial, final in pairs]
    return sum(gammaln(np.max(x, 0) + 1) - gammaln(np.min(x, 0) + 1) for x in steps) / np.log(10.0)


def _log_v(data: xr.Dataset) -> np.ndarray:
    v = _get(data, "v")
    if (v < 1).any():
        row = int(np.argmax(v[:, 0] < 1))
        raise UserError(f"feature log_v needs v >= 1, there is {state_text(data, row)}; use v")
    return np.log(v)


def _energy_defect(data: xr.Dataset) -> np.ndarray:
    if "energy_difference" not in data:
        raise UserError(
            f"{data.attrs.get('source', 'rates')}: feature energy_defect needs the energies of "
            "the levels, which this source does not have; choose another feature"
        )
    return data["energy_difference"].values[:, None]


FEATURES: dict[str, Callable[[xr.Dataset], np.ndarray]] = {
    "T": _temperature,
    "v": _number("v"),
    "j": _number("j"),
    "w": _number("w"),
    "vp": _number("vp"),
    "jp": _number("jp"),
    "wp": _number("wp"),
    "dv": _change("vp", "v"),
    "dj": _change("jp", "j"),
    "dw": _change("wp", "w"),
    "dj_odd": lambda data: np.abs(_change("jp", "j")(data)) % 2,
    "dv_nonzero": lambda data: (_change("vp", "v")(data) != 0).astype(float),
    "log_v": _log_v,
    "ladder": _ladder,
    "energy_defect": _energy_defect,
    "T_log": _log(0.0),
    "T_cube_root": _root(0.0),
    **{f"T_log_{T0}": _log(T0) for T0 in OFFSETS_K},
    **{f"T_cube_root_{T0}": _root(T0) for T0 in OFFSETS_K},
}
MIHALIK = ("T", "dv", "dj", "v", "j", "vp", "jp", "dj_odd", "dv_nonzero")


def feature(name: str, data: xr.Dataset) -> np.ndarray:
    """Values of one feature at every (transition, temperature), (N, M).

    Raises UserError for a name that is not in FEATURES.
    """
    if name not in FEATURES:
        raise UserError(f"feature {name} is unknown; choose from {', '.join(FEATURES)}")
    shape = (data.sizes["transition"], data.sizes["temperature"])
    return np.broadcast_to(FEATURES[name](data), shape)


def feature_matrix(names: Sequence[str], data: xr.Dataset, cells: np.ndarray) -> np.ndarray:
    """Features of the cells where `cells` (N, M) is true, (n, len(names)), transitions slow."""
    return np.column_stack([feature(name, data)[cells] for name in names])


def varying(names: Sequence[str], data: xr.Dataset) -> list[str]:
    """Those of `names` that take more than one value in `data`: a constant teaches nothing."""
    return [name for name in names if np.ptp(feature(name, data)) > 0]
