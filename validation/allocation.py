"""What adaptive rounds do to k and its stated error; a section of docs/rates.md.

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
from report import DOCUMENT, table, timed, write_section

sys.path.insert(0, str(DOCUMENT.parents[1] / "tests" / "campaign"))
from synthetic_states import PILOT, ROUNDS, TARGET, campaign

CAMPAIGNS = 200
NOISES = (0.7, 1.0, 1.4)


def main() -> None:
    """Rewrite the section."""
    rows, lines = [], []
    with timed(lines), Pool(2) as pool:
        for noise in NOISES:
            for name, together in (("its own", False), ("the nearest states", True)):
                one = partial(campaign, together=together, noise=noise)
                found = np.array(pool.map(one, range(1000, 1000 + CAMPAIGNS)))
                k, stated, number = np.moveaxis(found, -1, 0)
                true = np.std(k)
                bias, error = k.mean() - 1.0, true / np.sqrt(k.size)
                rows.append([f"{noise:g}", name, f"{number.mean():.0f}", f"{100 * true:.2f}",
                             f"{100 * bias:.2f} +- {100 * error:.2f}", f"{bias / true:.2f}",
                             f"{np.sqrt(np.mean(stated**2)) / true:.2f}"])  # fmt: skip
    head = ["spread of ln P", "allocated by", "trajectories a state", "error of k / %", "bias of k / %",
            "bias / error", "stated / true error"]  # fmt: skip
    text = (
        f"{CAMPAIGNS} campaigns of five states, pilot of {PILOT}, {ROUNDS} rounds, target "
        f"{100 * TARGET:g} %; `python validation/allocation.py`.\n\n"
    )
    write_section(
        "allocation", text + "\n".join([table(head, rows), *lines]), DOCUMENT.with_name("rates.md")
    )


if __name__ == "__main__":
    main()
