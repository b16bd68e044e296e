"""exp, log, sin and cos of vectors: argument reduction, a polynomial, assembly of the bits.

The numba wheels include no vector math library, and libm would be called lane by lane. Relative
error under 5e-16 (exp, log) and absolute error under 3e-16 (sin, cos); tests compare with extended
precision.
"""

import numba
from numba.extending import intrinsic

from vibrates.trajectories.kernel.simd import BITS_IR, FLAGS, VECTOR_IR, constant, vector

JIT_OPTIONS = {
    "fastmath": set(FLAGS),
    "error_model": "numpy",
    "cache": True,
    "nogil": True,
}

_ROUND = 6755399441055744.0  # 1.5 * 2^52: adding it leaves the nearest integer in the low bits
_LOG2E = 1.4426950408889634
_LN2_HIGH = 6.93147180369123816490e-01  # trailing zeros: k * _LN2_HIGH is exact
_LN2_LOW = 1.90821492927058770002e-10
_TWO_OVER_PI = 0.6366197723675814
_HALF_PI_HIGH = 1.57079632673412561417e00
_HALF_PI_LOW = 6.07710050650619224932e-11
_SQRT_HALF_BITS = 0x3FE6A09E667F3BCD  # bits of sqrt(1/2)
_MANTISSA_BITS = 0x000FFFFFFFFFFFFF


@intrinsic
def _times_power_of_two(typingctx, p, shifted):
    """p 2^k with k in the low bits of ``shifted``: k is added to the exponent field of p."""

    def codegen(context, builder, sig, args):
        p, k = (builder.bitcast(a, BITS_IR) for a in args)
        return builder.bitcast(builder.add(p, builder.shl(k, constant(52))), VECTOR_IR)

    return vector(vector, vector), codegen


@intrinsic
def _binary_exponent(typingctx, x):
    """k of x = m 2^k with sqrt(1/2) <= m < sqrt(2)."""

    def codegen(context, builder, sig, args):
        offset = builder.sub(builder.bitcast(args[0], BITS_IR), constant(_SQRT_HALF_BITS))
        return builder.sitofp(builder.ashr(offset, constant(52)), VECTOR_IR)

    return vector(vector), codegen


@intrinsic
def _binary_mantissa(typingctx, x):
    """m of x = m 2^k with sqrt(1/2) <= m < sqrt(2)."""

    def codegen(context, builder, sig, args):
        offset = builder.sub(builder.bitcast(args[0], BITS_IR), constant(_SQRT_HALF_BITS))
        low = builder.and_(offset, constant(_MANTISSA_BITS))
        return builder.bitcast(builder.add(low, constant(_SQRT_HALF_BITS)), VECTOR_IR)

    return vector(vector), codegen


@intrinsic(prefer_literal=True)
def _by_quadrant(typingctx, shifted, even, odd, advance):
    """``odd`` in odd quadrants, else ``even``; negative if bit 1 of quadrant + advance is set."""
    advance_by = advance.literal_value

    def codegen(context, builder, sig, args):
        quadrant = builder.bitcast(args[0], BITS_IR)
        is_odd = builder.icmp_signed("!=", builder.and_(quadrant, constant(1)), constant(0))
        value = builder.bitcast(builder.select(is_odd, args[2], args[1]), BITS_IR)
        bit = builder.and_(builder.add(quadrant, constant(advance_by)), constant(2))
        return builder.bitcast(builder.xor(value, builder.shl(bit, constant(62))), VECTOR_IR)

    return vector(vector, vector, vector, advance), codegen


@numba.njit(**JIT_OPTIONS)
def exp(x):
    """e^x for |x| < 700."""
    shifted = x * _LOG2E + _ROUND
    k = shifted - _ROUND
    r = (x - k * _LN2_HIGH) - k * _LN2_LOW
    p = r * (1.0 / 6227020800.0) + 1.0 / 479001600.0
    p = p * r + 1.0 / 39916800.0
    p = p * r + 1.0 / 3628800.0
    p = p * r + 1.0 / 362880.0
    p = p * r + 1.0 / 40320.0
    p = p * r + 1.0 / 5040.0
    p = p * r + 1.0 / 720.0
    p = p * r + 1.0 / 120.0
    p = p * r + 1.0 / 24.0
    p = p * r + 1.0 / 6.0
    p = p * r + 0.5
    p = p * r + 1.0
    p = p * r + 1.0
    return _times_power_of_two(p, shifted)


@numba.njit(**JIT_OPTIONS)
def log(x):
    """Natural logarithm of positive normal numbers."""
    k = _binary_exponent(x)
    m = _binary_mantissa(x)
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    # 2 atanh(s) = 2 s + s z (2/3 + 2/5 z + ...), |s| < 0.1716
    p = z * (2.0 / 21.0) + 2.0 / 19.0
    p = p * z + 2.0 / 17.0
    p = p * z + 2.0 / 15.0
    p = p * z + 2.0 / 13.0
    p = p * z + 2.0 / 11.0
    p = p * z + 2.0 / 9.0
    p = p * z + 2.0 / 7.0
    p = p * z + 2.0 / 5.0
    p = p * z + 2.0 / 3.0
    return k * _LN2_HIGH + (s * 2.0 + (s * z * p + k * _LN2_LOW))


@numba.njit(**JIT_OPTIONS)
def sincos(x):
    """sin x and cos x for |x| < 1e5."""
    shifted = x * _TWO_OVER_PI + _ROUND
    k = shifted - _ROUND
    r = (x - k * _HALF_PI_HIGH) - k * _HALF_PI_LOW
    z = r * r
    s = z * (1.0 / 355687428096000.0) - 1.0 / 1307674368000.0
    s = s * z + 1.0 / 6227020800.0
    s = s * z - 1.0 / 39916800.0
    s = s * z + 1.0 / 362880.0
    s = s * z - 1.0 / 5040.0
    s = s * z + 1.0 / 120.0
    s = s * z - 1.0 / 6.0
    s = r + r * z * s
    c = z * (1.0 / 20922789888000.0) - 1.0 / 87178291200.0
    c = c * z + 1.0 / 479001600.0
    c = c * z - 1.0 / 3628800.0
    c = c * z + 1.0 / 40320.0
    c = c * z - 1.0 / 720.0
    c = c * z + 1.0 / 24.0
    c = c * z - 0.5
    c = z * c + 1.0
    return _by_quadrant(shifted, s, c, 0), _by_quadrant(shifted, c, s, 1)
