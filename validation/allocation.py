"""Effect of adaptive rounds on k and its stated error; a table of docs/evidence/rates.md.

    python validation/allocation.py

Synthetic campaigns of five states whose k is known (`tests/campaign/synthetic_states.py`), every
state allocated by its own trajectories, as a campaign of one state is, or by the other states'.
"""

import os
import sys
from functools import partial
from multiprocessing import Pool

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
from report import ROOT, run_study, table, took

sys.path.insert(0, str(ROOT / "tests" / "campaign"))
from synthetic_states import PILOT, ROUNDS, TARGET, synthetic_campaign

NEEDS = ()
REMEDY = "run: make validate"
SECTIONS = ("evidence/rates/allocation",)
CAMPAIGNS = 200
NOISES = (0.7, 1.0, 1.4)
KINDS = (("its own", False), ("the nearest states", True))


def measure() -> dict:
    """Per spread of ln P and kind of allocation: trajectories, errors and bias of k."""
    rows = []
    with Pool(2) as pool:
        for noise in NOISES:
            for name, together in KINDS:
                one = partial(synthetic_campaign, together=together, noise=noise)
                found = np.array(pool.map(one, range(1000, 1000 + CAMPAIGNS)))
                k, stated, number = np.moveaxis(found, -1, 0)
                rows.append(
                    {
                        "noise": noise,
                        "allocated_by": name,
                        "trajectories": number.mean(),
                        "scatter": np.std(k),
                        "bias": k.mean() - 1.0,
                        "bias_error": np.std(k) / np.sqrt(k.size),
                        "stated": np.sqrt(np.mean(stated**2)),
                    }
                )
    return {"rows": rows}


def sections(numbers: dict) -> dict[str, str]:
    """The table."""
    head = [
        "spread of ln P",
        "allocated by",
        "trajectories a state",
        "error of k / %",
        "bias of k / %",
        "bias / error",
        "stated / true error",
    ]
    rows = [
        [
            f"{one['noise']:g}",
            one["allocated_by"],
            f"{one['trajectories']:.0f}",
            f"{100 * one['scatter']:.2f}",
            f"{100 * one['bias']:.2f} +- {100 * one['bias_error']:.2f}",
            f"{one['bias'] / one['scatter']:.2f}",
            f"{one['stated'] / one['scatter']:.2f}",
        ]
        for one in numbers["rows"]
    ]
    text = (
        f"{CAMPAIGNS} campaigns of five states, pilot of {PILOT}, {ROUNDS} rounds, target "
        f"{100 * TARGET:g} %; `python validation/allocation.py`.\n\n{table(head, rows)}\n"
    )
    return {"evidence/rates/allocation": f"{text}{took(numbers)}"}


if __name__ == "__main__":
    run_study("allocation")
