"""Small rates with the layout of rates.nc whose true values are known, for tests only."""

import numpy as np
import xarray as xr

TEMPERATURES_K = np.array([200.0, 500.0, 1000.0, 3000.0])
LEVELS = (1, 2, 4, 6, 8)
TRANSITION = (-1, 0)


def true_log10_k(v, temperature_K):
    """A Landau-Teller rate, bent a little in both variables, as the ladder of N2 + H2 is."""
    log_v, x = np.log10(np.asarray(v, float)), np.asarray(temperature_K, float) ** (-1.0 / 3.0)
    return log_v + 0.5 * log_v**2 - 10.0 - 45.0 * x + 60.0 * x**2


def rates(
    levels=LEVELS, temperatures_K=TEMPERATURES_K, relative_error=0.1, seed=1, correlation=None
) -> xr.Dataset:
    """v -> v - 1 with w = 0 for every level, log-normal errors, and one other transition each."""
    levels = np.asarray(levels)
    n, m = len(levels), len(temperatures_K)
    exact = 10.0 ** true_log10_k(levels[:, None], temperatures_K)
    noise = np.random.default_rng(seed).standard_normal((n, m))
    if correlation is not None:
        noise = noise @ np.linalg.cholesky(correlation).T
    k = exact * np.exp(relative_error * noise)
    v = np.concatenate([levels, levels])
    dataset = xr.Dataset(
        {
            "k": (("transition", "temperature"), np.vstack([k, 1e-3 * k])),
            "k_stderr": (
                ("transition", "temperature"),
                relative_error * np.vstack([k, 1e-3 * k]),
            ),
        },
        coords={
            "v": ("transition", v),
            "w": ("transition", np.zeros_like(v)),
            "vp": ("transition", np.concatenate([levels - 1, levels - 1])),
            "wp": ("transition", np.repeat([0, 1], n)),
            "temperature": ("temperature", np.asarray(temperatures_K)),
        },
        attrs={"symmetrisation": "translational"},
    )
    if correlation is not None:
        dataset["k_error_correlation"] = (
            ("transition", "temperature", "temperature_2"),
            np.broadcast_to(correlation, (2 * n, m, m)),
        )
    return dataset


SETTINGS = {
    "transition": list(TRANSITION),
    "initial_w": 0,
    "complete_v": [1, 8],
    "kernel": "matern52",
    "features": ["log_v", "temperature_inverse_cube_root"],
    "left_out": "each_v",
}
