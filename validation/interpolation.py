"""What interpolating a table of rates between its temperatures costs; in docs/method.md.

    make run && python validation/interpolation.py       a minute

The trajectories of the default campaign give k at every temperature. Here k is computed at the
temperatures of the campaign and in the middle between them (of T^(-1/3)), with the same
trajectories, so that the difference from the interpolated values is that of the interpolation.
"""

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
import yaml
from report import ROOT, run_study

from vibrates.config import resolved
from vibrates.library.interpolation import LogInterpolant
from vibrates.rates.reduction import reduce_batches
from vibrates.rates.table import rate_table
from vibrates.trajectories.plan import planned_batches

RESULTS = "results"
NEEDS = (f"{RESULTS}/rates.nc", f"{RESULTS}/configuration.yaml")
REMEDY = "run: make run"
SECTIONS = ("method/interpolation",)
STATES = ((1, 0), (5, 0), (10, 0))
SMALLEST_K = 1e-22  # cm^3/s; smaller rates rest on few trajectories


def measure() -> dict:
    """Errors of interpolated k, and the share of them within one and two stated deviations."""
    path = ROOT / RESULTS / "configuration.yaml"
    stated = yaml.safe_load(path.read_text(encoding="utf-8"))
    nodes = np.array(stated["rates"]["temperatures_K"], dtype=float)
    x = nodes ** (-1.0 / 3.0)
    between = (0.5 * (x[1:] + x[:-1])) ** -3.0
    stated["rates"]["temperatures_K"] = np.sort(np.concatenate([nodes, between])).tolist()
    config = resolved(stated, str(path))
    rounds = range(len(list((ROOT / RESULTS / "trajectories").glob("round*"))))
    states = [
        reduce_batches(planned_batches(config, rounds, state), config, *state) for state in STATES
    ]
    rates = rate_table(states, config, [])
    rates = rates.isel(transition=np.flatnonzero(rates["direction"].values == "computed"))
    errors, deviations, transitions = [], [], 0
    for row in range(rates.sizes["transition"]):
        one = rates.isel(transition=row)
        if float(one["energy_difference"]) <= 0.0:
            continue
        k = one["k"].sel(temperature=nodes).values
        interpolant = LogInterpolant(nodes, np.log(k), np.zeros(len(nodes)))
        true = one["k"].sel(temperature=between).values
        counts = true > SMALLEST_K
        errors += (interpolant.value(between) - np.log(true))[counts].tolist()
        deviations += interpolant.interpolation_error(between)[counts].tolist()
        transitions += 1
    off, said = np.abs(errors), np.array(deviations)
    return {
        "temperatures": len(nodes),
        "range_K": [float(nodes[0]), float(nodes[-1])],
        "transitions": transitions,
        "values": len(off),
        "rms": float(np.sqrt((off**2).mean())),
        "largest": float(off.max()),
        "within_one": float((off <= said).mean()),
        "within_two": float((off <= 2.0 * said).mean()),
    }


def sections(numbers: dict) -> dict[str, str]:
    """The sentence of the page."""
    low, high = numbers["range_K"]
    return {
        "method/interpolation": (
            f"with the {numbers['temperatures']} temperatures of the default campaign, {low:g} to "
            f"{high:g} K, it is {100 * numbers['rms']:.1f} % (root mean square; at most "
            f"{100 * numbers['largest']:.0f} %) at {numbers['values']} values of "
            f"{numbers['transitions']} transitions halfway between them; "
            f"{100 * numbers['within_one']:.0f} and {100 * numbers['within_two']:.0f} % of these "
            "errors are within one and two of the deviations stated for them"
        )
    }


if __name__ == "__main__":
    run_study("interpolation")
