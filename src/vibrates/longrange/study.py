"""Quality of a long-range surface: errors, isotropic C_m, their spread, hold-out, asymptote."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vibrates.core.units import HARTREE_TO_CM
from vibrates.longrange.training import Problem, Training, train
from vibrates.potential.long_range import LongRangeSurface


def errors(surface: LongRangeSurface, problem: Problem, test: NDArray) -> pd.DataFrame:
    """One row per point: R_bohr, u_cm, fitted_cm, whether it was a test point."""
    return pd.DataFrame({
        "R_bohr": problem.distance,
        "u_cm": problem.energy * HARTREE_TO_CM,
        "fitted_cm": surface.energy(problem.distance, problem.x) * HARTREE_TO_CM,
        "test": test,
    })  # fmt: skip


def quality(table: pd.DataFrame) -> dict[str, float]:
    """RMSE (cm^-1) of all, training and test points; shares (per cent) within 1 and 10 per cent."""
    error = (table["fitted_cm"] - table["u_cm"]).to_numpy()
    relative, test = np.abs(error / table["u_cm"].to_numpy()), table["test"].to_numpy(dtype=bool)

    def rms(which: NDArray) -> float:
        return float(np.sqrt(np.mean(error[which] ** 2))) if which.any() else float("nan")

    return {
        "points": len(table),
        "rmse_cm": rms(np.ones_like(test)),
        "rmse_training_cm": rms(~test),
        "rmse_test_cm": rms(test),
        "within_1_percent": 100.0 * float(np.mean(relative <= 0.01)),
        "within_10_percent": 100.0 * float(np.mean(relative <= 0.1)),
    }


def isotropic(surface: LongRangeSurface, bond: float, nodes: int = 16) -> NDArray:
    """C_m (n_m,) of an atom and a diatom averaged over the orientations, at bond length ``bond``.

    The internal coordinates are r and cos theta; Gauss-Legendre quadrature.
    """
    cosines, weights = np.polynomial.legendre.leggauss(nodes)
    x = np.stack([np.full(nodes, bond), cosines], axis=1)
    return 0.5 * weights @ surface.coefficients(x)


def spread(surfaces: Sequence[LongRangeSurface], bonds: Sequence[float]) -> pd.DataFrame:
    """Mean and standard deviation of isotropic C_m over an ensemble, per m and bond length."""
    found = np.array([[isotropic(one, bond) for bond in bonds] for one in surfaces])
    return _over_ensemble(surfaces[0].powers, bonds, found)


def along_bond(surfaces: Sequence[LongRangeSurface], x: NDArray) -> pd.DataFrame:
    """Mean and standard deviation of C_m over an ensemble at x (N, d), bond length first."""
    found = np.array([one.coefficients(x) for one in surfaces])
    return _over_ensemble(surfaces[0].powers, x[:, 0], found)


def _over_ensemble(
    powers: Sequence[int], bonds: Sequence[float] | NDArray, found: NDArray
) -> pd.DataFrame:
    """One row per bond length and m, of C_m ``found`` (members, bond lengths, m)."""
    deviation = found.std(axis=0, ddof=1) if len(found) > 1 else np.full(found.shape[1:], np.nan)
    return pd.DataFrame({
        "r_bohr": np.repeat(bonds, len(powers)), "m": np.tile(powers, len(bonds)),
        "C_m": found.mean(axis=0).ravel(), "spread": deviation.ravel(),
    })  # fmt: skip


def hold_out(
    problem: Problem, limit: float, hidden: Sequence[int], chosen: Training
) -> tuple[pd.DataFrame, dict[str, dict[str, float]]]:
    """A series and a plain network of (R, x), trained inside a distance, tested beyond.

    Parameters
    ----------
    problem : Problem
        All points.
    limit : float
        The distance, bohr.
    hidden : sequence of int
        Neurons of the hidden layers of the series; the plain network gets as many as bring it
        nearest to the same number of weights.
    chosen : Training
        How both are trained, but for their neurons.

    Returns
    -------
    DataFrame
        A row per point beyond: R_bohr, u_cm, series_cm, plain_cm.
    dict
        Per network its weights, RMSE (cm^-1) inside and beyond, and the median relative error (per
        cent) beyond.

    Raises
    ------
    UserError
        If fewer points than weights are left for training.
    """
    inside = problem.distance < limit
    beyond = problem.part(~inside)
    table = pd.DataFrame({"R_bohr": beyond.distance, "u_cm": beyond.energy * HARTREE_TO_CM})
    series_training = replace(chosen, hidden=tuple(hidden))
    weights = _weights(problem.part(inside), series_training)
    plain = replace(problem, powers=())
    sizes = [replace(chosen, hidden=(n,) * len(hidden)) for n in range(1, 4 * max(hidden) + 1)]
    plain_training = min(sizes, key=lambda one: abs(_weights(plain, one) - weights))
    found = {}
    for name, whole, training in (
        ("series", problem, series_training), ("plain", plain, plain_training)
    ):  # fmt: skip
        trained = train(whole.part(inside), training)
        table[f"{name}_cm"] = trained.surface.energy(beyond.distance, beyond.x) * HARTREE_TO_CM
        error = (table[f"{name}_cm"] - table["u_cm"]).to_numpy()
        found[name] = {
            "weights": _weights(whole, training),
            "rmse_inside_test_cm": trained.test_error * HARTREE_TO_CM,
            "rmse_beyond_cm": float(np.sqrt(np.mean(error**2))),
            "median_relative_percent": 100.0 * float(np.median(np.abs(error / table["u_cm"]))),
        }
    return table, found


def _weights(problem: Problem, chosen: Training) -> int:
    empty = LongRangeSurface(
        problem.powers, problem.coordinates, chosen.hidden, np.zeros(0), 1.0, 1.0, 1.0
    )
    return empty.network.weights
