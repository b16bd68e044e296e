"""Trajectories against exact quantum scattering of a breathing sphere; docs/accuracy.md, its table.

    python validation/breathing_sphere.py       half a minute

The model, and what is compared, is `vibrates.rates.breathing_sphere`.
"""

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

from report import run_study, table, took

from vibrates.rates import breathing_sphere

NEEDS = ()
REMEDY = "run: make validate"
SECTIONS = (
    "evidence/accuracy/breathing_sphere",
    "accuracy/breathing_sphere ratios",
    "accuracy/breathing_sphere summary",
    "rates/breathing_sphere",
    "quantum/breathing_sphere",
    "method/breathing_sphere",
    "method/breathing_sphere check",
)
TEMPERATURES_K = (100.0, 150.0, 200.0, 300.0, 500.0, 1000.0, 2000.0, 3000.0)
SHOWN_K = (100.0, 200.0, 300.0, 1000.0, 3000.0)  # of the short table
RELIABLE_K = 200.0  # the temperature from which the pages state the largest deviation


def measure() -> dict:
    """k/sqrt(8kT/pi mu) in angstrom^2: exact, by trajectories with and without symmetrisation."""
    cross_section = breathing_sphere.mixed_cross_section()
    return {
        "temperatures_K": TEMPERATURES_K,
        "exact": breathing_sphere.exact(TEMPERATURES_K),
        "symmetrised": breathing_sphere.thermal(cross_section, TEMPERATURES_K, symmetrised=True),
        "plain": breathing_sphere.thermal(cross_section, TEMPERATURES_K, symmetrised=False),
    }


def sections(numbers: dict) -> dict[str, str]:
    """The table, and the largest deviation wherever it is quoted."""
    names = ("temperatures_K", "exact", "symmetrised", "plain")
    points = list(zip(*(numbers[name] for name in names), strict=True))
    rows = [[f"{t:g}", f"{e:.2e}", f"{s / e:.3f}", f"{p / e:.2f}"] for t, e, s, p in points]
    off = {t: 100.0 * (s / e - 1.0) for t, e, s, _ in points}
    largest = max((abs(x), t) for t, x in off.items() if t >= RELIABLE_K)
    above = max(abs(x) for t, x in off.items() if t > RELIABLE_K)
    worst = f"{largest[0]:.1f} % (at {largest[1]:g} K)"
    low = f"{-off[100.0]:.0f} % low at 100 K"
    head = [
        "T / K",
        "exact / angstrom^2",
        "mixed quantum-classical / exact",
        "the same without symmetrisation",
    ]
    return {
        "evidence/accuracy/breathing_sphere": table(head, rows) + "\n" + took(numbers),
        "accuracy/breathing_sphere ratios": table(
            ["T", *(f"{t:g} K" for t in SHOWN_K)],
            [["trajectories / exact", *(f"{s / e:.2f}" for t, e, s, _ in points if t in SHOWN_K)]],
        ),
        "accuracy/breathing_sphere summary": (
            f"From {RELIABLE_K:g} K on the method is within {worst} of the exact rate of this "
            f"model, within {above:.1f} % above {RELIABLE_K:g} K; below, it falls short: {low}."
        ),
        "rates/breathing_sphere": f"within {worst} from {RELIABLE_K:g} K for a breathing sphere",
        "quantum/breathing_sphere": f"within {worst} from {RELIABLE_K:g} K",
        "method/breathing_sphere": f"right to {worst} from {RELIABLE_K:g} K and {low}",
        "method/breathing_sphere check": f"1 -> 0 within {worst} from {RELIABLE_K:g} K",
    }


if __name__ == "__main__":
    run_study("breathing_sphere")
