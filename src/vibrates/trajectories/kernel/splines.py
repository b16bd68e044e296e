"""A potential as splines in R in vector registers: `vibrates.potential.spline_grid`. Atomic units.

Every lane has its own R and so its own interval of the splines. Therefore the sums over terms run
lane by lane, with functions of the bonds side by side in a register, and all other sums with the
lanes side by side.
"""

import numpy as np
from llvmlite import ir
from numba import njit
from numba.core import types
from numba.extending import intrinsic

from vibrates.potential.kernel_forms import SPLINE_HEADER
from vibrates.trajectories.kernel.simd import (
    FLAGS,
    LANES,
    VECTOR_IR,
    at_least,
    load,
    splat,
    store,
    vector,
)
from vibrates.trajectories.kernel.state_layout import (
    BY_DISTANCE,
    BY_HARMONIC,
    C_A,
    C_AB,
    C_B,
    DISTANCE,
    MEANS,
    SWITCH,
    SWITCH_SLOPE,
)
from vibrates.trajectories.kernel.vector_math import JIT_OPTIONS

_HEADER = SPLINE_HEADER
_CLOSEST = 0.5  # `vibrates.potential.spline_grid.CLOSEST`


@intrinsic
def _total(typingctx, x):
    """Sum of the numbers of a register, neighbours first."""

    def codegen(context, builder, sig, args):
        (value,) = args
        undefined = ir.Constant(VECTOR_IR, ir.Undefined)
        width = LANES
        while width > 1:
            width //= 2
            mask = [k + width if k < width else k for k in range(LANES)]
            moved = builder.shuffle_vector(
                value, undefined, ir.Constant(ir.VectorType(ir.IntType(32), LANES), mask)
            )
            value = builder.fadd(value, moved, flags=FLAGS)
        return builder.extract_element(value, ir.Constant(ir.IntType(32), 0))

    return types.float64(x), codegen


@intrinsic
def _spread(typingctx, array, index):
    """Number ``index`` of a flat array in every lane; not negative, which indexing would test."""

    def codegen(context, builder, sig, args):
        data = context.make_array(sig.args[0])(context, builder, args[0]).data
        place = context.cast(builder, args[1], sig.args[1], types.intp)
        return splat(builder, builder.load(builder.gep(data, [place])))

    return vector(array, index), codegen


@njit(**JIT_OPTIONS)
def _fill_powers(work, first, last, x):
    """x^n and n x^(n-1), n = 0 ... last: rows from ``first`` and from ``first + last + 1``."""
    zero = 0.0 * x
    value, slope = zero + 1.0, zero
    for n in range(last + 1):
        store(work, first + n, value)
        store(work, first + last + 1 + n, slope)
        slope = slope * x + value
        value = value * x


@njit(**JIT_OPTIONS)
def _orientation(flat, terms, last, g, work, powers):
    """Monomials of the orientation, their derivatives, and those of rho.

    Parameters
    ----------
    flat
        The numbers of the surface, without rows.
    terms, last
        Number of terms, and the highest power.
    g
        Geometry of the lanes.
    work
        Filled in: monomials and derivatives by c_a, c_b, u, four rows for each term.
    powers
        Row of ``work`` that the powers begin at.

    Returns
    -------
    rho, by_a, by_b, by_u
        rho and its derivatives, vectors.
    """
    c_a, c_b = load(g, C_A), load(g, C_B)
    of_b, of_u = powers + 2 * (last + 1), powers + 4 * (last + 1)
    _fill_powers(work, powers, last, c_a)
    _fill_powers(work, of_b, last, c_b)
    _fill_powers(work, of_u, last, load(g, C_AB) - c_a * c_b)
    zero = 0.0 * c_a
    rho, by_a, by_b, by_u = zero, zero, zero, zero
    shift = _HEADER + (3 * terms + LANES - 1) // LANES * LANES
    for i in range(terms):
        j = powers + int(flat[_HEADER + 3 * i])
        k = of_b + int(flat[_HEADER + 3 * i + 1])
        m = of_u + int(flat[_HEADER + 3 * i + 2])
        x, y, z = load(work, j), load(work, k), load(work, m)
        yz = y * z
        f, f_a = x * yz, load(work, j + last + 1) * yz
        f_b, f_u = x * z * load(work, k + last + 1), x * y * load(work, m + last + 1)
        store(work, 4 * i, f)
        store(work, 4 * i + 1, f_a)
        store(work, 4 * i + 2, f_b)
        store(work, 4 * i + 3, f_u)
        rho_i = flat[shift + i]
        rho, by_a = rho + f * rho_i, by_a + f_a * rho_i
        by_b, by_u = by_b + f_b * rho_i, by_u + f_u * rho_i
    return rho, by_a, by_b, by_u


@njit(**JIT_OPTIONS)
def _sum_terms(flat, radial, terms, octets, work, place, intervals, l, mean, value, sums):
    """Sums over the terms in lane ``l``.

    Parameters
    ----------
    flat
        The numbers of the surface.
    radial
        Position of the radial coefficients in it, in registers.
    terms, octets
        Numbers of terms and of groups of functions of the bonds.
    work
        Monomials (`_orientation`), place, means of functions; filled in: values and sums.
    place
        Row with t in units of the spacing.
    intervals
        Number of intervals.
    l
        The lane.
    mean, value, sums
        Rows: means of the functions of the bonds, lane by lane; sums of A F by function, lane by
        lane; derivatives of <V> by t, c_a, c_b, u.
    """
    at = work[place * LANES + l]
    interval = 0
    # What is not a number fails both comparisons.
    if at >= intervals:
        interval = intervals - 1
    elif at > 0.0:
        interval = int(at)
    s = at - interval
    zero = 0.0 * load(flat, 0)
    sum_t, sum_a, sum_b, sum_u = zero, zero, zero, zero
    for octet in range(octets):
        first = radial + interval * terms * 4 * octets + octet
        v, v_t, v_a, v_b, v_u = zero, zero, zero, zero, zero
        for i in range(terms):
            slope = load(flat, first)
            a = slope * s + load(flat, first + octets)
            slope = slope * s + a
            a = a * s + load(flat, first + 2 * octets)
            slope = slope * s + a
            a = a * s + load(flat, first + 3 * octets)
            first += 4 * octets
            row = 4 * i * LANES + l
            f = _spread(work, row)
            v, v_t = v + a * f, v_t + slope * f
            v_a = v_a + a * _spread(work, row + LANES)
            v_b = v_b + a * _spread(work, row + 2 * LANES)
            v_u = v_u + a * _spread(work, row + 3 * LANES)
        weight = load(work, mean + l * octets + octet)
        store(work, value + l * octets + octet, v)
        sum_t, sum_a = sum_t + weight * v_t, sum_a + weight * v_a
        sum_b, sum_u = sum_b + weight * v_b, sum_u + weight * v_u
    work[sums * LANES + l] = _total(sum_t)
    work[(sums + 1) * LANES + l] = _total(sum_a)
    work[(sums + 2) * LANES + l] = _total(sum_b)
    work[(sums + 3) * LANES + l] = _total(sum_u)


@njit(**JIT_OPTIONS)
def splines(points, re, im, g, tables, potential, means):
    """Compute V at every grid point and its mean derivatives.

    Parameters
    ----------
    points, re, im, g, potential, means
        As in `interaction.potential_and_means`.
    tables
        Numbers of `vibrates.potential.spline_grid.SplineGrid.kernel_tables`.
    """
    flat = tables.reshape(tables.size)
    terms, functions, intervals = int(flat[1]), int(flat[2]), int(flat[3])
    last, octets = int(flat[6]), functions // LANES
    bonds = _HEADER + (3 * terms + LANES - 1) // LANES * LANES
    bonds += (terms + LANES - 1) // LANES * LANES
    radial = (bonds + points * functions) // LANES
    # Rows of the workspace.
    powers = 4 * terms
    place = powers + 6 * (last + 1)
    mean, value = place + 1, place + 1 + functions
    sums, turned = value + functions, value + functions + 4
    work = np.empty((turned + functions) * LANES)

    # Means of the functions of the bonds; the densities are kept where V will be.
    for k in range(points):
        x, y = load(re, k), load(im, k)
        store(potential, k, x * x + y * y)
    zero = 0.0 * load(potential, 0)
    for p in range(0, functions, 4):
        m_0, m_1, m_2, m_3 = zero, zero, zero, zero
        for k in range(points):
            density, b = load(potential, k), bonds + k * functions + p
            m_0, m_1 = m_0 + density * _spread(flat, b), m_1 + density * _spread(flat, b + 1)
            m_2, m_3 = m_2 + density * _spread(flat, b + 2), m_3 + density * _spread(flat, b + 3)
        store(work, turned + p, m_0)
        store(work, turned + p + 1, m_1)
        store(work, turned + p + 2, m_2)
        store(work, turned + p + 3, m_3)
    for l in range(LANES):
        for p in range(functions):
            work[mean * LANES + l * functions + p] = work[(turned + p) * LANES + l]

    rho, rho_a, rho_b, rho_u = _orientation(flat, terms, last, g, work, powers)
    t = 1.0 / at_least(load(g, DISTANCE) - rho + flat[4], _CLOSEST)
    store(work, place, t * flat[5])
    for l in range(LANES):
        _sum_terms(flat, radial, terms, octets, work, place, intervals, l, mean, value, sums)

    whole = zero
    for p in range(functions):
        of_function = load(work, turned + p)
        for l in range(LANES):
            work[(turned + p) * LANES + l] = work[value * LANES + l * functions + p]
        whole = whole + of_function * load(work, turned + p)
    switch = load(g, SWITCH)
    for k in range(points):
        v = zero
        b = bonds + k * functions
        for p in range(functions):
            v = v + load(work, turned + p) * _spread(flat, b + p)
        store(potential, k, switch * v)

    by_distance = -t * t * flat[5] * load(work, sums)
    c_a, c_b, c_ab = load(g, C_A), load(g, C_B), load(g, C_AB)
    by_u = load(work, sums + 3) - by_distance * rho_u
    by_a = load(work, sums + 1) - by_distance * rho_a - c_b * by_u
    by_b = load(work, sums + 2) - by_distance * rho_b - c_a * by_u
    for k in range(MEANS):
        store(means, k, zero)
    store(means, BY_DISTANCE, switch * by_distance + load(g, SWITCH_SLOPE) * whole)
    # `strang.kick` multiplies derivatives by the squares of the cosines by 2 c.
    half = 0.5 * switch
    store(means, BY_HARMONIC, half * by_a * c_a / (c_a * c_a + 1e-200))
    store(means, BY_HARMONIC + 1, half * by_b * c_b / (c_b * c_b + 1e-200))
    store(means, BY_HARMONIC + 2, half * by_u * c_ab / (c_ab * c_ab + 1e-200))
