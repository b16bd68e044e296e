"""The propagation of trajectories: Ehrenfest dynamics of two vibrating classical rotors.

Quantum: psi[g_a, g_b], amplitudes of both vibrations on the product of two PODVR grids.
Classical: R, P of the relative motion; unit bond vector n and angular momentum L of each rotor.

    H = P^2/2mu + sum_i <L_i^2 / 2 mu_i r_i^2> + <h_a + h_b> + <V>

The interaction is switched off over a range of R inside the distance where trajectories start and
end, so slowly that vibrations follow adiabatically. Initial and final states are then those of
isolated molecules, and weak transitions are not masked by a sudden onset of V.

LANES trajectories run in parallel in vector registers; a lane whose trajectory has ended takes the
next one from the queue. For the layout of arrays see `state_layout`. Atomic units throughout.
"""

import numpy as np
from numba import njit

from vibrates.trajectories.kernel.interaction import geometry, potential_and_means
from vibrates.trajectories.kernel.simd import LANES
from vibrates.trajectories.kernel.state_layout import (
    CLASSICAL,
    GEOMETRY,
    INVERSE_SWITCH_LENGTH,
    LANE_STATE,
    MEANS,
    N_A,
    N_B,
    SWITCH_FROM,
    P,
    R,
)
from vibrates.trajectories.kernel.strang import apply_rotating, half_drift, kick, phase
from vibrates.trajectories.kernel.vector_math import JIT_OPTIONS


@njit(**JIT_OPTIONS)
def _put(t, l, classical, psi_re, psi_im, switch, c, re, im):
    """Copy trajectory t to lane l."""
    for k in range(CLASSICAL):
        c[k * LANES + l] = classical[t, k]
    c[SWITCH_FROM * LANES + l] = switch[t, 0]
    c[INVERSE_SWITCH_LENGTH * LANES + l] = switch[t, 1]
    for k in range(psi_re.shape[1]):
        re[k * LANES + l] = psi_re[t, k]
        im[k * LANES + l] = psi_im[t, k]


@njit(**JIT_OPTIONS)
def _take(t, l, classical, psi_re, psi_im, c, re, im):
    """Copy lane l back to trajectory t."""
    for k in range(CLASSICAL):
        classical[t, k] = c[k * LANES + l]
    for k in range(psi_re.shape[1]):
        psi_re[t, k] = re[k * LANES + l]
        psi_im[t, k] = im[k * LANES + l]


@njit(**JIT_OPTIONS)
def _has_ended(c, l, end_distance):
    """Whether the molecules in lane l have separated, or their state is not finite."""
    separation, outward = 0.0, 0.0
    for k in range(3):
        x = c[(R + k) * LANES + l]
        separation += x * x
        outward += x * c[(P + k) * LANES + l]
    # A state that is not finite fails every comparison.
    broken = not (outward * outward < 1e300)
    return broken or (outward > 0.0 and separation > end_distance * end_distance)


@njit(**JIT_OPTIONS)
def propagate(
    classical,
    psi_re,
    psi_im,
    steps,
    order,
    time_step,
    maximum_steps,
    end_distance,
    switch,
    reduced_mass,
    inverse_a,
    inverse_b,
    form,
    tables,
    quadrupole,
    k_a_re,
    k_a_im,
    k_b_re,
    k_b_im,
):
    """Run every trajectory to its end; initial states are replaced by final states.

    Parameters
    ----------
    classical : (N, 18)
        Classical states.
    psi_re, psi_im : (N, n m)
        Real and imaginary part of the amplitudes on the grid, half a step of h late both at the
        start and at the end.
    steps : (N,)
        Filled in: number of steps, ``maximum_steps`` for a trajectory that did not end.
    order : (N,)
        The order in which trajectories are started.
    time_step
        Time step dt.
    maximum_steps
        Largest number of steps of a trajectory.
    end_distance : (N,)
        A trajectory ends when the molecules are farther apart and separate.
    switch : (N, 2)
        Distance where switching of V begins, and 1 over the switching length.
    reduced_mass
        Of the relative motion.
    inverse_a, inverse_b : (n,), (m,)
        1/(mu_i r_i^2) on the grids.
    form, tables, quadrupole
        The interaction: number of its form, parameters (n m, ...) and Q_a Q_b (n m,).
    k_a_re, k_a_im, k_b_re, k_b_im : (n, n), (m, m)
        Real and imaginary part of exp(-i h_i dt) on the grids.
    """
    total = len(classical)
    n, m = len(inverse_a), len(inverse_b)
    points = n * m
    c = np.zeros(LANE_STATE * LANES)
    g = np.zeros(GEOMETRY * LANES)
    means = np.zeros(MEANS * LANES)
    re, im = np.zeros(points * LANES), np.zeros(points * LANES)
    turned_re, turned_im = np.zeros(points * LANES), np.zeros(points * LANES)
    potential = np.zeros(points * LANES)
    running = np.full(LANES, -1)
    count = np.zeros(LANES, np.int64)
    taken, finished = 0, 0

    # A lane without a trajectory repeats a harmless state, molecules far apart.
    c[R * LANES : (R + 1) * LANES] = end_distance.max()
    c[N_A * LANES : (N_A + 1) * LANES] = 1.0
    c[N_B * LANES : (N_B + 1) * LANES] = 1.0
    idle = c.copy()

    while True:
        for l in range(LANES):
            t = running[l]
            if t >= 0:
                if not _has_ended(c, l, end_distance[t]) and count[l] < maximum_steps:
                    continue
                _take(t, l, classical, psi_re, psi_im, c, re, im)
                steps[t] = count[l]
                finished += 1
            if taken < total:
                running[l] = order[taken]
                count[l] = 0
                _put(order[taken], l, classical, psi_re, psi_im, switch, c, re, im)
                taken += 1
            else:
                running[l] = -1
                for k in range(CLASSICAL):
                    c[k * LANES + l] = idle[k * LANES + l]
        if finished == total:
            break
        for l in range(LANES):
            count[l] += 1

        half_drift(n, m, re, im, c, inverse_a, inverse_b, reduced_mass, 0.5 * time_step)
        geometry(c, g)
        potential_and_means(form, points, re, im, g, tables, quadrupole, potential, means)
        kick(c, g, means, time_step)
        phase(n, m, re, im, g, potential, inverse_a, inverse_b, time_step)
        half_drift(n, m, re, im, c, inverse_a, inverse_b, reduced_mass, 0.5 * time_step)
        apply_rotating(k_a_re, k_a_im, n, m, re, im, turned_re, turned_im)
        apply_rotating(k_b_re, k_b_im, m, n, turned_re, turned_im, re, im)


@njit(**JIT_OPTIONS)
def mean_potential(classical, psi_re, psi_im, switch, form, tables, quadrupole):
    """<V> (N,) of every trajectory, hartree. Arguments as in `propagate`."""
    total, points = psi_re.shape
    out = np.zeros(total)
    c = np.zeros(LANE_STATE * LANES)
    g = np.zeros(GEOMETRY * LANES)
    means = np.zeros(MEANS * LANES)
    re, im = np.zeros(points * LANES), np.zeros(points * LANES)
    potential = np.zeros(points * LANES)
    for first in range(0, total, LANES):
        for l in range(LANES):
            _put(min(first + l, total - 1), l, classical, psi_re, psi_im, switch, c, re, im)
        geometry(c, g)
        potential_and_means(form, points, re, im, g, tables, quadrupole, potential, means)
        for l in range(min(LANES, total - first)):
            for k in range(l, points * LANES, LANES):
                out[first + l] += (re[k] * re[k] + im[k] * im[k]) * potential[k]
    return out
