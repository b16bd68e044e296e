"""From the logarithmic derivative to the S matrix.

psi = F - G K with psi' = Y psi: F ~ sin and G ~ -cos where a channel is open (Riccati-Bessel
functions over sqrt(k), unit flux), growing and decaying modified ones where it is closed.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ive, kve, spherical_jn, spherical_yn

# Where the irregular function has grown to this, probabilities behind the barrier are below 1e-60.
_UNREACHED = 1e30


def k_matrices(
    y: NDArray,
    reduced_mass: float,
    distance: float,
    thresholds: NDArray,
    l: NDArray,
    energies: NDArray,
) -> NDArray:
    """K (n_energies, n, n) from Y at ``distance``; zero where a channel is closed.

    ``l``: (n,), or (n_energies, n) for partial waves of their own.
    """
    opened = energies[:, None] > thresholds
    k = np.sqrt(2.0 * reduced_mass * np.abs(energies[:, None] - thresholds))
    opened, f, df, g, dg = _functions(k, distance, l, opened)
    unit = np.eye(len(thresholds))
    matrix = np.linalg.solve(
        y * g[:, None, :] - unit * dg[:, None, :], y * f[:, None, :] - unit * df[:, None, :]
    )
    both = opened[:, :, None] & opened[:, None, :]
    return np.where(both, matrix, 0.0)


def s_matrices(k: NDArray) -> NDArray:
    """S = (1 + iK)(1 - iK)^-1, symmetric and unitary; one on the diagonal where K is zero."""
    unit = np.eye(k.shape[-1])
    return np.linalg.solve(unit - 1j * k, unit + 1j * k)


def _functions(k: NDArray, distance: float, l: NDArray, opened: NDArray):
    """Which channels are reached, and F, F', G, G' (n_energies, n) at ``distance``.

    An open channel whose barrier reaches so far out that nothing enters it counts as closed. The
    functions of closed channels are scaled to 1.
    """
    x = np.maximum(k * distance, 1e-12)
    root, order = np.sqrt(np.maximum(k, 1e-12)), l + 0.5
    integer = np.broadcast_to(l, x.shape)
    with np.errstate(all="ignore"):
        regular, d_regular = spherical_jn(integer, x), spherical_jn(integer, x, derivative=True)
        other, d_other = spherical_yn(integer, x), spherical_yn(integer, x, derivative=True)
        f, df = x * regular / root, root * (regular + x * d_regular)
        g, dg = x * other / root, root * (other + x * d_other)
        # sqrt(x) I and sqrt(x) K, by recurrence.
        log_i = (0.5 + order) / x + np.nan_to_num(ive(order + 1.0, x) / ive(order, x))
        log_k = (0.5 + order) / x - kve(order + 1.0, x) / kve(order, x)
    # Out of the range of numbers they are x^(l+1) and x^-l, and so are those behind a barrier.
    far = ~np.isfinite(log_k) | opened
    log_i, log_k = np.where(far, (l + 1.0) / x, log_i), np.where(far, -l / x, log_k)
    opened = opened & (np.abs(g) < _UNREACHED * root)
    one = np.ones_like(x)
    return (
        opened,
        np.where(opened, f, one),
        np.where(opened, df, k * log_i),
        np.where(opened, g, one),
        np.where(opened, dg, k * log_k),
    )
