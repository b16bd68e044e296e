"""Which splitting is cheapest at equal accuracy?

Strang, Suzuki's fourth-order composition of it, or Strang with two steps extrapolated to zero, as
campaigns do.

    python benchmarks/splittings.py

The campaign's kernel does single Strang steps; compositions are put together from them here. Cost
is counted in evaluations of the potential per fs, error is the median relative deviation of P from
an extrapolation of Strang runs with 0.09 and 0.06 fs.
"""

import numpy as np

from vibrates.core.units import ANGSTROM_TO_BOHR, CM_TO_HARTREE, FS_TO_AU
from vibrates.trajectories import Settings, TrajectoryRunner, kernel, oracle
from vibrates.trajectories.dressed import propagator_eigenvectors
from vibrates.trajectories.extrapolation import RATIO, extrapolate
from vibrates.trajectories.kernel import state_layout as rows
from vibrates.trajectories.propagation import free_propagator, parts, square
from vibrates.trajectories.sampling import initial_conditions

COUNT = 64
SUZUKI = 1.0 / (4.0 - 4.0 ** (1.0 / 3.0))
SPLITTINGS = {
    "Strang": [1.0],
    "Suzuki 4": [SUZUKI, SUZUKI, 1.0 - 4.0 * SUZUKI, SUZUKI, SUZUKI],
}
STEPS_FS = {
    "Strang": (0.1, 0.2, 0.4, 0.6, 0.8),
    "Suzuki 4": (1.6, 2.4, 2.8, 3.2),
    "Strang, extrapolated": (0.4, 0.6, 0.8, 1.0),
}
CASES = {  # initial (v, w), bases, final states, U in cm^-1
    "V-T of N2, v = 1 -> 0": ((1, 0), (8, 5), (0, 0), 3000.0),
    "V-T of N2, v = 10 -> 8": ((10, 0), (17, 5), (8, 0), 3000.0),
    "V-V (0,1) -> (1,0)": ((0, 1), (7, 6), (1, 0), 3000.0),
}


def run(collision, start, step_fs, fractions, final):
    """P (N,) of one final state, each step composed of Strang steps of these fractions of it."""
    steps = [fraction * step_fs * FS_TO_AU for fraction in fractions]
    molecules = (
        (collision.propagation.basis_a, collision.propagation.inverse_a, rows.L_A),
        (collision.propagation.basis_b, collision.propagation.inverse_b, rows.L_B),
    )
    a, b = (propagator_eigenvectors(p, i, square(start, row), steps) for p, i, row in molecules)
    amplitudes = np.einsum(
        "ti,tj->tij",
        a[:, :, collision.propagation.initial_a],
        b[:, :, collision.propagation.initial_b],
    ).astype(complex)
    classical, n = start.copy(), len(start)
    distance = np.linalg.norm(start[:, :3], axis=1)
    switch = collision.propagation._switching_range(n)
    never = np.full(n, 1e9)
    count, order = np.zeros(n, np.int64), np.arange(n)
    free = {
        step: (
            *free_propagator(collision.propagation.basis_a, step),
            *free_propagator(collision.propagation.basis_b, step),
        )
        for step in set(steps)
    }
    running = np.ones(n, dtype=bool)
    while running.any():
        moved, psi = classical.copy(), amplitudes.copy()
        for step in steps:
            grid = collision.propagation._to_grid(psi, step)
            re, im = parts(grid)
            kernel.propagate(
                moved,
                re,
                im,
                count,
                order,
                step,
                1,
                never,
                switch,
                collision.propagation.reduced_mass,
                collision.propagation.inverse_a,
                collision.propagation.inverse_b,
                *collision.propagation.interaction,
                *free[step],
            )
            psi = collision.propagation._from_grid((re + 1j * im).reshape(grid.shape), step)
        classical[running], amplitudes[running] = moved[running], psi[running]
        outward = (classical[:, :3] * classical[:, 3:6]).sum(axis=1) > 0.0
        running &= ~(outward & (np.linalg.norm(classical[:, :3], axis=1) > distance))
    a, b = (propagator_eigenvectors(p, i, square(classical, row), steps) for p, i, row in molecules)
    projected = np.einsum("tiv,tij,tjw->tvw", a, amplitudes, b, optimize=True)
    return np.abs(projected[:, final[0], final[1]]) ** 2


def extrapolated(collision, start, step_fs, final):
    """P (N,) of one final state from Strang runs with ``step_fs`` and RATIO times it."""
    steps = (RATIO * step_fs, step_fs)
    return extrapolate(*(run(collision, start, step, [1.0], final) for step in steps))


def main() -> None:
    n2, h2, surface = oracle.molecules_and_surface()
    reach = 9.0 * ANGSTROM_TO_BOHR
    settings = Settings(0.1 * FS_TO_AU, np.inf, reach, 0.75, 1.0, 1.0, 10**7, 0)
    print("| process | splitting | step / fs | evaluations per fs | median error of P / % |")
    print("|---|---|---|---|---|")
    for name, ((v, w), sizes, final, energy) in CASES.items():
        collision = TrajectoryRunner(surface, n2, h2, *sizes, v, w, settings)
        start = initial_conditions(
            n2, h2, 5, v, w, energy * CM_TO_HARTREE, 0, (0.0, 1.0 * ANGSTROM_TO_BOHR),
            reach, np.arange(COUNT), 4, 0.5,
        ).classical()  # fmt: skip
        exact = extrapolated(collision, start, 0.06, final)
        strong = exact > np.median(exact)  # what cross sections consist of
        for splitting, steps in STEPS_FS.items():
            for step in steps:
                if splitting in SPLITTINGS:
                    p = run(collision, start, step, SPLITTINGS[splitting], final)
                    cost = len(SPLITTINGS[splitting]) / step
                else:
                    p = extrapolated(collision, start, step, final)
                    cost = (1.0 + 1.0 / RATIO) / step
                error = 100.0 * np.median(np.abs(p / exact - 1.0)[strong])
                print(f"| {name} | {splitting} | {step} | {cost:.2f} | {error:.4f} |", flush=True)


if __name__ == "__main__":
    main()
