"""Functions of v and T that a regression of log10 k uses as its inputs, by name.

Which one is natural follows from first-order theory. For collisions that couple weakly to the
vibration, k(v -> v-1) grows like the square of the harmonic matrix element, k ~ v, so that
log10 k is nearly linear in log v; and by Landau and Teller the efficient collisions give
log k = A - B T^(-1/3). In (log v, T^(-1/3)) the surface to be learned is therefore nearly a plane,
and one length scale per input fits its whole range, which it cannot in (v, T): between v = 1 and 2
log10 k changes ten times as much as between 10 and 11.
"""

from collections.abc import Callable

import numpy as np

from vibrates.errors import UserError

FEATURES: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "v": lambda v, temperature_K: v,
    "log_v": lambda v, temperature_K: np.log(v),
    "temperature": lambda v, temperature_K: temperature_K,
    "log_temperature": lambda v, temperature_K: np.log(temperature_K),
    "temperature_inverse_cube_root": lambda v, temperature_K: temperature_K ** (-1.0 / 3.0),
}


def feature_matrix(names: list[str], v: np.ndarray, temperature_K: np.ndarray) -> np.ndarray:
    """Features of every pair (v, T), (N * M, len(names)), v (N,) the slow index, T (M,) in K."""
    for name in names:
        if name not in FEATURES:
            raise UserError(
                f"learning.features: {name} is unknown; choose from {', '.join(FEATURES)}"
            )
    if "log_v" in names and np.min(v) < 1:
        raise UserError(
            f"learning.features: log_v needs v >= 1, the ladder has v = {np.min(v)}; use v, or "
            "start learning.complete_v at 1"
        )
    v_all, temperature_all = (
        x.ravel() for x in np.meshgrid(np.asarray(v, float), temperature_K, indexing="ij")
    )
    return np.column_stack([FEATURES[name](v_all, temperature_all) for name in names])
