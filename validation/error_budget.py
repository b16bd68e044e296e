"""Error of k from each setting of the default campaign; docs/accuracy.md, its tables.

    python validation/error_budget.py

For three processes on the default surface, one setting at a time is refined and k computed again
with the same random numbers (a start from further out by free flight back in time).
"""

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
from report import run_study, span, table, took
from study import (
    PROCESSES,
    STATES,
    TEMPERATURES,
    Study,
    change,
    default,
    rates,
    resamplings,
)

from vibrates.config import Campaign
from vibrates.rates import bootstrap

NEEDS = ()
REMEDY = "run: make validate"
SECTIONS = (
    "evidence/accuracy/error_budget",
    "accuracy/error_budget short",
    "accuracy/error_budget summary",
)
COUNT = 96
NOISE = "standard error of k in this study"
FINE_STEP = {"accuracy": 0.0005, "time_step_fs": 0.6}
# Where all start: the interaction range can then grow without moving the collisions.
START = {"grid": {"start_distance_angstrom": 18}}


def refinements() -> dict[str, dict]:
    """Name -> changes of the configuration."""
    basis = {"N2": {"above": 12}, "H2": {"above": 8}}
    return {
        "basis (N2 7 -> 12 above, H2 4 -> 8 above)": {"basis": basis},
        "time step (accuracy 0.005 -> 0.0005)": {"dynamics": FINE_STEP},
        "interaction range (12 -> 18 angstrom)": {"dynamics": {"interaction_range_angstrom": 18}},
        "switching (from 0.75 -> 0.9 of the range)": {"dynamics": {"switching_from": 0.9}},
    }


def dense_grid(config: Campaign) -> dict:
    """The default's energy grid with one more energy between any two."""
    count = config.grid.energies_cm.geometric.count
    return {"grid": {"energies_cm": {"geometric": {"count": 2 * count - 1}}}}


def budget(state: tuple[int, int]) -> dict[str, dict[str, tuple[np.ndarray, np.ndarray]]]:
    """Process -> what was refined -> relative change of k (3,) and its error (3,)."""
    config = default(START)
    finals = {name: final for name, (initial, final) in PROCESSES.items() if initial == state}
    entries: dict[str, dict] = {name: {} for name in finals}
    replicates = config.sampling.replicates
    base = Study(config, state, COUNT).reduced()
    for what, changes in refinements().items():
        fine = Study(default(START | changes), state, COUNT).reduced()
        for name, final in finals.items():
            entries[name][what] = change(rates(base, final), rates(fine, final), replicates)

    edges = config.grid.impact_parameter_edges_angstrom
    shells = len(edges) - 1
    wide = {"grid": {"impact_parameter_edges_angstrom": [*edges, 6.5, 8]}}
    wider = Study(default(wide), state, COUNT).reduced()
    draws = resamplings(wider)
    inner = wider.isel(shell=slice(0, shells))
    dense = Study(default(dense_grid(config)), state, COUNT, one_stream=True).reduced()
    dense_draws = resamplings(dense, one_stream=True)
    coarse = dense.isel(energy=slice(None, None, 2))
    for name, final in finals.items():
        old = rates(inner, final, draws[:, :, :shells])
        new = rates(wider, final, draws)
        entries[name][f"b_max ({edges[-1]:g} -> 8 angstrom)"] = change(old, new, replicates)
        old = rates(coarse, final, dense_draws[:, ::2])
        new = rates(dense, final, dense_draws)
        entries[name]["energies (18 -> 35, same range)"] = change(old, new, replicates)
        value, samples, outside = rates(base, final)
        entries[name]["k from outside the energies' range"] = (outside, 0.0 * outside)
        error = bootstrap.standard_error(samples, replicates, axis=-1) / value
        entries[name][NOISE] = (error, 0.0 * error)
    return entries


def measure() -> dict:
    """Process -> what was refined -> relative change of k and its error, by temperature."""
    return {
        "temperatures_K": TEMPERATURES,
        "target_relative_error": default().sampling.target_relative_error,
        "trajectories_per_stratum": COUNT,
        "processes": {
            name: {
                what: {"change": value, "error": error} for what, (value, error) in entries.items()
            }
            for state in STATES
            for name, entries in budget(state).items()
        },
    }


def together(entries: dict) -> np.ndarray:
    """Root of the sum of squares of all changes (temperatures,), without the noise."""
    changes = [entry["change"] for what, entry in entries.items() if what != NOISE]
    return np.sqrt(np.sum(np.square(changes), axis=0))


def sections(numbers: dict) -> dict[str, str]:
    """One table for each process, the noise, and the sentence on all settings together."""
    target, noise, blocks = numbers["target_relative_error"], [], []
    kelvin = [f"{t:.0f} K" for t in numbers["temperatures_K"]]
    for name, entries in numbers["processes"].items():
        rows = []
        for what, entry in entries.items():
            if what == NOISE:
                noise.append([name, *(f"{100 * x:.1f}" for x in entry["change"])])
                continue
            rows.append([what, *(
                f"{100 * x:+.2f}" + (f" ± {100 * e:.2f}" if e else "")
                for x, e in zip(entry["change"], entry["error"], strict=True))])  # fmt: skip
        settings = together(entries)
        rows.append(
            ["all these together (root of sum of squares)", *(f"{100 * x:.2f}" for x in settings)]
        )
        rows.append(
            ["Monte Carlo (what a campaign is asked for)", *[f"{100 * target:.2f}"] * len(kelvin)]
        )
        rows.append(["**total** (root of sum of squares)",
                     *(f"{100 * x:.2f}" for x in np.hypot(settings, target))])  # fmt: skip
        rows.append(["stated by Hong et al. 2023", *["20"] * len(kelvin)])
        blocks.append(table([name, *kelvin], rows))
    head = [f"{NOISE}, {numbers['trajectories_per_stratum']} trajectories a stratum", *kelvin]
    step = max(np.abs(entry["change"]).max() for entries in numbers["processes"].values()
               for what, entry in entries.items() if what.startswith("time step"))  # fmt: skip
    every = 100.0 * np.array([together(entries) for entries in numbers["processes"].values()])
    short = [
        [name, *(f"{x:.2f}" for x in row)]
        for name, row in zip(numbers["processes"], every, strict=True)
    ]
    return {
        "evidence/accuracy/error_budget": (
            "\n\n".join([*blocks, table(head, noise)]) + "\n" + took(numbers)
        ),
        "accuracy/error_budget short": table(["all settings together", *kelvin], short),
        "accuracy/error_budget summary": (
            f"All settings together change k by {span(every.ravel(), '.1f')} %, the time step, "
            f"which every trajectory chooses for itself, by {100 * step:.2f} % at most"
        ),
    }


if __name__ == "__main__":
    run_study("error_budget")
