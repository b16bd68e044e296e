"""The ladder to be learned: log10 k of one transition (dv, dw) for every computed v."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from vibrates.errors import UserError

MINIMUM_LEVELS = 3
MINIMUM_TEMPERATURES = 2


@dataclass(frozen=True)
class Ladder:
    """Rate coefficients of N levels v at M temperatures.

    v                  (N,) initial level, ascending
    temperature_K      (M,)
    k, k_stderr        (N, M) rate coefficient and its Monte-Carlo standard error, cm^3 s^-1
    error_correlation  (N, M, M) correlation of the errors of one level between temperatures; the
                       same trajectories serve all of them. Identity where it was not estimated.
    """

    v: np.ndarray
    temperature_K: np.ndarray
    k: np.ndarray
    k_stderr: np.ndarray
    error_correlation: np.ndarray

    @property
    def log10_k(self) -> np.ndarray:
        """log10 of k / (cm^3 s^-1), (N, M)."""
        return np.log10(self.k)

    @property
    def log10_k_stderr(self) -> np.ndarray:
        """Standard error of log10 k in dex, stderr(k) / (k ln 10), (N, M)."""
        # ASSUME: Monte-Carlo errors are small enough for those of log10 k to be Gaussian.
        return self.k_stderr / (self.k * np.log(10.0))

    @property
    def log10_k_covariance(self) -> np.ndarray:
        """Covariance of the errors of log10 k in dex^2, (N, M, M): one block per level.

        Different levels have trajectories of their own, hence independent errors.
        """
        stderr = self.log10_k_stderr
        return stderr[:, :, None] * self.error_correlation * stderr[:, None, :]

    def subset(self, keep: np.ndarray) -> "Ladder":
        """The ladder of the levels where `keep` (N,) is true."""
        return Ladder(
            self.v[keep],
            self.temperature_K,
            self.k[keep],
            self.k_stderr[keep],
            self.error_correlation[keep],
        )


def ladder_from_rates(
    rates: xr.Dataset, transition: tuple[int, int], initial_w: int, name: str
) -> Ladder:
    """Take the transition (dv, dw) = (v' - v, w' - w) of every level v with w = initial_w.

    `rates` has the layout of rates.nc: `k`, `k_stderr` (transition, temperature) with coordinates
    v, w, vp, wp, and may carry `k_error_correlation` (transition, temperature, temperature_2).
    `name` is the file's name for messages. Raises UserError for what cannot be learned from.
    """
    _require(rates, ("k", "k_stderr", "v", "w", "vp", "wp", "temperature"), name)
    dv, dw = transition
    wanted = (
        (rates.vp - rates.v == dv) & (rates.wp - rates.w == dw) & (rates.w == initial_w)
    ).values
    part = rates.isel(transition=np.flatnonzero(wanted)).sortby("v").sortby("temperature")
    v = part.v.values.astype(int)
    repeated = v[1:][np.diff(v) == 0]
    if repeated.size:
        raise UserError(f"{name}: state v = {repeated[0]}, w = {initial_w} occurs twice; keep one")
    if v.size < MINIMUM_LEVELS:
        raise UserError(
            f"{name}: {v.size} levels v with w = {initial_w} have the transition (dv, dw) = "
            f"({dv}, {dw}), learning needs at least {MINIMUM_LEVELS}; add states to grid.states "
            "or change learning.transition"
        )
    temperature_K = part.temperature.values.astype(float)
    k, k_stderr = (
        part[variable].transpose("transition", "temperature").values.astype(float)
        for variable in ("k", "k_stderr")
    )
    _check_temperatures(temperature_K, name)
    _check_values(k, k_stderr, v, temperature_K, name)
    return Ladder(v, temperature_K, k, k_stderr, _error_correlation(part, name))


def _require(rates: xr.Dataset, names: tuple[str, ...], file: str) -> None:
    for wanted in names:
        if wanted not in rates.variables:
            raise UserError(f"{file}: variable {wanted} is missing; run the rule rates again")


def _check_temperatures(temperature_K: np.ndarray, name: str) -> None:
    if temperature_K.size < MINIMUM_TEMPERATURES:
        raise UserError(
            f"{name}: {temperature_K.size} temperature, learning in v and T needs at least "
            f"{MINIMUM_TEMPERATURES}; add to rates.temperatures_K"
        )
    if not (np.all(np.isfinite(temperature_K)) and temperature_K[0] > 0):
        raise UserError(f"{name}: temperature {temperature_K[0]} K; it must be above 0")
    if np.any(np.diff(temperature_K) == 0):
        raise UserError(f"{name}: a temperature occurs twice; list each once")


def _check_values(
    k: np.ndarray, k_stderr: np.ndarray, v: np.ndarray, temperature_K: np.ndarray, name: str
) -> None:
    def where(bad: np.ndarray) -> tuple[str, tuple[int, int]]:
        i, j = np.argwhere(bad)[0]
        return f"at v = {v[i]}, T = {temperature_K[j]:g} K", (i, j)

    bad = ~(np.isfinite(k) & (k > 0))
    if bad.any():
        place, at = where(bad)
        raise UserError(
            f"{name}: k = {k[at]} {place}; its logarithm needs k > 0: raise sampling.budget, or "
            "drop this temperature"
        )
    bad = ~(np.isfinite(k_stderr) & (k_stderr >= 0))
    if bad.any():
        place, at = where(bad)
        raise UserError(
            f"{name}: k_stderr = {k_stderr[at]} {place}; it must be 0 or more: raise "
            "sampling.replicates"
        )


def _error_correlation(part: xr.Dataset, name: str) -> np.ndarray:
    n, m = part.sizes["transition"], part.sizes["temperature"]
    identity = np.broadcast_to(np.eye(m), (n, m, m))
    if "k_error_correlation" not in part:
        return identity.copy()
    correlation = part.k_error_correlation.transpose(
        "transition", "temperature", "temperature_2"
    ).values.astype(float)
    # A value without spread has no correlation with anything; its error is zero anyway.
    correlation = np.where(np.isfinite(correlation), correlation, identity)
    if np.abs(correlation).max() > 1.0 + 1e-6:
        raise UserError(
            f"{name}: k_error_correlation reaches {np.abs(correlation).max():.3g}, above 1; "
            "run the rule rates again"
        )
    return correlation
