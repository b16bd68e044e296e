"""Small rates with the layout of rates.nc whose true values are known, for tests only."""

import numpy as np
import xarray as xr
from campaigns import campaign

from vibrates.collisions.detailed_balance import detailed_balance, rotational_ratio
from vibrates.config import Campaign
from vibrates.core.units import AMU_TO_ME, ANGSTROM_TO_BOHR, CM_TO_HARTREE, KELVIN_TO_CM
from vibrates.learning.directions import energy_difference

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


def general_rates(relative_error=0.02, seed=2) -> xr.Dataset:
    """(v, w) -> (v - 1, w) and (v + 1, w - 1) of some states with w = 0, 1, 2."""
    states = np.array([(0, 1), (0, 2), (1, 0), (1, 1), (2, 0), (2, 2), (3, 1), (4, 0), (5, 2)])
    parts = []
    for dv, dw in ((-1, 0), (1, -1)):
        own = states[(states[:, 0] + dv >= 0) & (states[:, 1] + dw >= 0)]
        parts.append(np.column_stack([own, own + [dv, dw]]))
    v, w, vp, wp = np.concatenate(parts).T
    log10_k = (
        true_log10_k(np.maximum(v, vp)[:, None], TEMPERATURES_K)
        + 0.3 * w[:, None]
        + 2.0 * (vp > v)[:, None]
    )
    k = 10.0**log10_k * np.exp(
        relative_error * np.random.default_rng(seed).standard_normal(log10_k.shape)
    )
    cell = ("transition", "temperature")
    return xr.Dataset(
        {"k": (cell, k), "k_stderr": (cell, relative_error * k)},
        {name: ("transition", x) for name, x in (("v", v), ("w", w), ("vp", vp), ("wp", wp))}
        | {"temperature": TEMPERATURES_K},
        {"symmetrisation": "translational"},
    )


def config(**learning) -> Campaign:
    """The default configuration, learning one family of the rates above."""
    family = {"transitions": [TRANSITION], "initial_w": [0], "complete_v": [1, 9]}
    return campaign({"learning": family | learning})


def morse_ladder(levels, temperatures_K, digits=3) -> str:
    """Rate coefficients v -> v - 1 of a Morse oscillator as printed: CSV text, `digits` digits.

    First-order semiclassical theory of a collinear collision with a repulsion exp(-alpha x) (Rapp
    and Kassal, Chem. Rev. 69 (1969) 61): p proportional to v/(1 - x_e v) w_v/sinh(y)^2 with
    y = 2 pi w_v/(alpha (u + u')), where u and u' are the speeds in the well before and after, and
    the thermal average. The scale is arbitrary; the dependence on v and T is that of the theory.
    """
    x_e, alpha, well_cm = 0.006126, 4.0 / ANGSTROM_TO_BOHR, 40.0
    reduced_mass = 1.8803 * AMU_TO_ME
    x, weight = np.polynomial.legendre.leggauss(400)
    v, kT = np.asarray(levels)[:, None, None], KELVIN_TO_CM * np.asarray(temperatures_K)[:, None]
    energy, weight = 30.0 * kT * (x + 1.0), 30.0 * weight  # up to 60 kT
    quantum_cm = 2359.6 * (1.0 - 2.0 * x_e * v)

    def speed(energy_cm):
        return np.sqrt(2.0 * (energy_cm + well_cm) * CM_TO_HARTREE / reduced_mass)

    both = speed(energy) + speed(energy + quantum_cm)
    y = 2.0 * np.pi * quantum_cm * CM_TO_HARTREE / (alpha * both)
    p = v / (1.0 - x_e * v) * quantum_cm / 2359.6 / np.sinh(np.minimum(y, 300.0)) ** 2
    mean = (weight * energy / kT * np.exp(-energy / kT) * p).sum(axis=-1)
    k = 1e-10 * np.sqrt(np.asarray(temperatures_K) / 300.0) * mean
    rows = [
        f"{v},{T:g},{k[i, j]:.{digits - 1}e}"
        for i, v in enumerate(levels)
        for j, T in enumerate(temperatures_K)
    ]
    return "\n".join(["v,T_K,k_cm3_s", *rows]) + "\n"


def rotor(j_max=8, temperatures_K=TEMPERATURES_K) -> str:
    """A tidy table (CSV text) of rotational rates j -> j' < j, smooth in j, dj and T."""
    lines = ["j,jp,T_K,k_cm3_s"]
    for j in range(1, j_max + 1):
        for jp in range(j):
            for T in temperatures_K:
                log10_k = -10.5 - 0.15 * (j - jp) - 0.2 * ((j - jp) % 2) + 0.3 * np.log10(T / 100)
                lines.append(f"{j},{jp},{T:g},{10 ** (log10_k - 0.01 * j):.6e}")
    return "\n".join(lines) + "\n"


RESONANT = (-2, 1)
RESONANT_LEVELS = (2, 4, 6, 8, 9, 12, 14, 16, 18)


def resonant_log10_mean(v, difference_cm, temperature_K):
    """log10 of (k_forward k_reverse)^(1/2) of (v, 0) -> (v - 2, 1), even in the energy defect.

    The height and width of the computed one (default campaign, v = 2-10) within a factor of two.
    """
    x = np.asarray(difference_cm) / (200.0 * np.sqrt(temperature_K / 100.0))
    return (
        -15.9
        + np.log10(v * (v - 1.0))
        + 0.4 * np.log10(temperature_K / 300.0)
        - 2.0 * np.log10(np.cosh(x))
    )


def resonant_rates(config, levels=RESONANT_LEVELS, relative_error=0.03, seed=3) -> xr.Dataset:
    """Both directions of (v, 0) -> (v - 2, 1), as rates.nc has them: the exothermic one computed.

    The energy defect of the molecules of `config` changes sign between v = 10 and 11.
    """
    v = np.asarray(levels)
    own = {"v": v, "w": 0 * v, "vp": v - 2, "wp": 0 * v + 1}
    difference = energy_difference(own, config)
    ratio = rotational_ratio(config.partners, (v, 0 * v), (v - 2, 0 * v + 1))
    # k_reverse / k_forward.
    factor = detailed_balance(difference[:, None], ratio[:, None], TEMPERATURES_K * KELVIN_TO_CM)
    mean = resonant_log10_mean(v[:, None], difference[:, None], TEMPERATURES_K)
    noise = np.random.default_rng(seed).standard_normal(mean.shape)
    mean = 10.0**mean * np.exp(relative_error * noise)
    forward = difference >= 0
    k = np.vstack([mean / np.sqrt(factor), mean * np.sqrt(factor)])
    numbers = {
        name: ("transition", np.concatenate([own[name], own[back]]))
        for name, back in (("v", "vp"), ("w", "wp"), ("vp", "v"), ("wp", "w"))
    }
    cell = ("transition", "temperature")
    return xr.Dataset(
        {
            "k": (cell, k),
            "k_stderr": (cell, relative_error * k),
            "direction": (
                "transition",
                np.where(np.concatenate([forward, ~forward]), "computed", "detailed_balance"),
            ),
            "energy_difference": ("transition", np.concatenate([difference, -difference])),
        },
        numbers | {"temperature": TEMPERATURES_K},
        {"symmetrisation": "translational"},
    )
