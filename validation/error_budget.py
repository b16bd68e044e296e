"""What each setting of the default campaign costs in accuracy of k; a section of docs/accuracy.md.

    python validation/error_budget.py

For three processes on the default surface, one setting at a time is refined and k computed again
with the same random numbers (a start from further out by free flight back in time).
"""

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
from report import table, timed, write_section
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
        "fade (from 0.75 -> 0.9 of the range)": {"dynamics": {"fade_from": 0.9}},
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


def main() -> None:
    """Run all refinements and rewrite the section."""
    lines: list[str] = []
    noise: list[list] = []
    target = default()["sampling"]["target_relative_error"]
    blocks = []
    with timed(lines):
        for state in STATES:
            for name, entries in budget(state).items():
                rows, squares = [], 0.0
                for what, (value, error) in entries.items():
                    cells = [
                        f"{100 * x:+.2f}" + (f" ± {100 * e:.2f}" if e else "")
                        for x, e in zip(value, error, strict=True)
                    ]
                    if what == NOISE:
                        noise.append([name, *(f"{100 * x:.1f}" for x in value)])
                        continue
                    rows.append([what, *cells])
                    squares = squares + value**2
                together, total = (
                    [f"{100 * x:.2f}" for x in np.sqrt(squares + more)] for more in (0.0, target**2)
                )
                rows.append(["all these together (root of sum of squares)", *together])
                asked = f"{100 * target:.2f}"
                rows.append(["Monte Carlo (what a campaign is asked for)", *[asked] * 3])
                rows.append(["**total** (root of sum of squares)", *total])
                rows.append(["stated by Hong et al. 2023", *["20"] * 3])
                head = [name, *(f"{t:.0f} K" for t in TEMPERATURES)]
                blocks.append(table(head, rows))
    head = [f"{NOISE}, {COUNT} trajectories a stratum", *head[1:]]
    write_section("error_budget", "\n\n".join([*blocks, table(head, noise), *lines]))


if __name__ == "__main__":
    main()
