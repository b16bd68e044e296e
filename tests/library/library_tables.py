"""Tables of rate coefficients that follow a law known everywhere."""

import numpy as np
import xarray as xr
import yaml

from vibrates.core.units import KELVIN_TO_CM

TEMPERATURES_K = np.array([100.0, 150, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000])
RELATIVE_ERROR = 0.03


# Constants of the ladder below, on every first molecule; those that no level depends on are rough.
_BOND = {
    "omega_e_cm": 2330.0,
    "x_e": 14.3 / 2330.0,
    "y_e": 0.0,
    "r_e_angstrom": 1.1,
    "beta_e_per_angstrom": 2.7,
    "D_e_eV": 9.9,
    "effective_electrons": 7.6,
}
MOLECULES = {
    "N2": {"masses_u": [14.0, 14.0], **_BOND},
    "CO": {"masses_u": [12.0, 16.0], **_BOND},
    "H2": {"masses_u": [1.0, 1.0], **_BOND, "omega_e_cm": 4400.0},
    "He": {"masses_u": [4.0]},
}


def energy_defect(v: int, vp: int) -> float:
    """cm^-1, of a slightly anharmonic ladder."""
    return 2330.0 * (v - vp) - 14.3 * (v * (v + 1) - vp * (vp + 1))


def k_exothermic(v, temperature_K):
    """cm^3/s: Landau and Teller's law with a power of T, linear in v."""
    x = np.asarray(temperature_K, dtype=float)
    return (
        1e-12 * v * np.sqrt(x / 300.0) * np.exp(4.0 - 95.0 * x ** (-1 / 3) + 90.0 * x ** (-2 / 3))
    )


def k_true(v, vp, temperature_K):
    """cm^3/s of N2(v) -> N2(vp), |v - vp| = 1; the endothermic one by detailed balance."""
    if v > vp:
        return k_exothermic(v, temperature_K)
    boltzmann = np.exp(energy_defect(v, vp) / (KELVIN_TO_CM * np.asarray(temperature_K)))
    return k_exothermic(vp, temperature_K) * boltzmann


def learned(levels: int = 4, pair: tuple[str, str] = ("N2", "H2")) -> xr.Dataset:
    """A product with the variables of learned.nc: v = 2 is predicted, the highest extrapolated."""
    rows = [(v, v - 1) for v in range(1, levels + 1)]
    rows += [(vp, v) for v, vp in rows]
    k = np.array([k_true(v, vp, TEMPERATURES_K) for v, vp in rows])
    upper = np.array([max(row) for row in rows])
    cell = ("transition", "temperature")

    def spread(values):
        return np.repeat(np.asarray(values)[:, None], len(TEMPERATURES_K), axis=1)

    units = {"units": "1", "long_name": "of a test"}
    variables = {
        "k": (cell, k),
        "log10_k_std": (cell, np.full(k.shape, RELATIVE_ERROR / np.log(10.0))),
        "origin": (cell, spread(np.where(upper == 2, "predicted", "computed"))),
        "flag": (cell, spread(np.select([upper == levels, upper == 2], [2, 1], 0))),
        "k_rests_on_edge": (cell, np.zeros(k.shape, dtype=np.int8)),
        "direction": (
            "transition",
            np.array(["learned" if v > vp else "detailed_balance" for v, vp in rows]),
        ),
        "energy_difference": ("transition", np.array([energy_defect(*row) for row in rows])),
    }
    coordinates = {
        "temperature": ("temperature", TEMPERATURES_K),
        "v": ("transition", [v for v, _ in rows]),
        "w": ("transition", [0] * len(rows)),
        "vp": ("transition", [vp for _, vp in rows]),
        "wp": ("transition", [0] * len(rows)),
    }
    configuration = {
        "pair": list(pair),
        "molecules": {name: MOLECULES[name] for name in pair},
    }
    dataset = xr.Dataset(variables, coordinates)
    for name in dataset.variables:
        dataset[name].attrs |= units
    dataset["flag"].attrs["flag_meanings"] = "computed interpolated extrapolated"
    dataset.attrs = {"configuration": yaml.safe_dump(configuration), "vibrates_version": "test"}
    return dataset
