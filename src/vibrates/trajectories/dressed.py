"""Vibrational states of a rotating molecule as the integrator propagates it.

Strang splitting of the step of an isolated molecule gives a one-step propagator
U = D C D in the basis of vibrational levels, D = exp(-i E dt/2), C = B^T exp(-i dt L^2/2mu r^2) B.
U is complex symmetric and unitary, so its eigenvectors are real. Projecting on them instead of on
eigenstates of the Hamiltonian removes the O(dt^2) mixing by which transition probabilities below
about 1e-10 would otherwise be masked.
"""

from collections.abc import Sequence

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray

from vibrates.molecules.podvr import Podvr

_TOLERANCE = 1e-12  # of amplitudes: leaves a floor of 1e-24 under transition probabilities
_MAXIMUM_NODES = 129
_ANGLES = np.linspace(0.0, np.pi, 33)[:-1]


def propagator_eigenvectors(
    basis: Podvr, inverse_inertia: NDArray, squares: NDArray, time_steps: Sequence[float]
) -> NDArray:
    """Eigenvectors of the one-step propagator of a rotating molecule; atomic units.

    Parameters
    ----------
    basis
        The vibrational basis of n levels.
    inverse_inertia : (n,)
        1/(mu r^2) on its grid.
    squares : (N,)
        Values of L^2.
    time_steps
        The Strang steps that make up one step, symmetric in time if more than one.

    Returns
    -------
    NDArray
        Real eigenvectors (N, n, n), columns in the order of the levels.
    """
    b, energies = basis.amplitudes, basis.energies
    # Levels of the rotating molecule do not cross as L^2 grows: energy order is level order.
    coupling = 0.5 * (b.T * inverse_inertia) @ b
    guess = np.linalg.eigh(np.diag(energies) + squares[:, None, None] * coupling)[1]
    guess = _with_signs_of(np.eye(len(energies)), guess)
    propagator = np.eye(len(energies))
    for time_step in time_steps:
        half = np.exp(-0.5j * time_step * energies)
        turn = np.exp(-0.5j * time_step * squares[:, None] * inverse_inertia)
        rotation = (b.T * turn[:, None, :]) @ b
        propagator = half[:, None] * rotation * half @ propagator
    # In the basis of the guess the propagator is nearly diagonal.
    guess_t = guess.transpose(0, 2, 1)
    vectors = _real_eigenvectors(guess_t @ propagator @ guess)
    owner = np.argmax(np.abs(vectors), axis=2)
    vectors = np.take_along_axis(vectors, owner[:, None, :], axis=2)
    return guess @ _with_signs_of(np.eye(len(energies)), vectors)


def _real_eigenvectors(propagator: NDArray) -> NDArray:
    """Eigenvectors (N, n, n) of nearly diagonal, complex symmetric, unitary matrices.

    Real and imaginary part are real symmetric and commute: a combination of both,
    cos(a) Re + sin(a) Im, has the same eigenvectors. Its eigenvalues are cos(phase - a), so ``a``
    is taken where no two phases lie symmetrically about it.
    """
    phases = np.angle(np.diagonal(propagator, axis1=1, axis2=2))
    values = np.sort(np.cos(phases[:, None, :] - _ANGLES[:, None]), axis=2)
    gap = np.diff(values, axis=2).min(axis=2, initial=2.0)
    angle = _ANGLES[np.argmax(gap, axis=1)][:, None, None]
    return np.linalg.eigh(np.cos(angle) * propagator.real + np.sin(angle) * propagator.imag)[1]


class DressedStates:
    """Eigenvectors of the one-step propagator as a function of L^2, by Chebyshev interpolation.

    Valid on 0 <= L^2 <= ``largest_square``; nodes are doubled until the interpolant meets the exact
    eigenvectors between the nodes to 1e-12. Where that fails (a molecule that rotates so fast that
    its levels nearly cross) every call solves the eigenproblem itself.
    """

    def __init__(
        self, basis: Podvr, inverse_inertia: NDArray, time_step: float, largest_square: float
    ) -> None:
        self._problem = (basis, inverse_inertia)
        self._time_step = time_step
        self._half_range = 0.5 * largest_square
        self._series: NDArray | None = None
        nodes = 9
        while self._series is None and nodes <= _MAXIMUM_NODES:
            series = self._fit(nodes)
            if self._error(series, nodes) < _TOLERANCE:
                self._series = series
            nodes = 2 * nodes - 1

    def _exact(self, x: NDArray) -> NDArray:
        squares = self._half_range * (1.0 + x)
        return propagator_eigenvectors(*self._problem, squares, [self._time_step])

    def _fit(self, nodes: int) -> NDArray:
        """Chebyshev coefficients (nodes, n n) through the extrema of the last polynomial."""
        x = -np.cos(np.linspace(0.0, np.pi, nodes))
        vectors = self._exact(x)
        for before, after in zip(vectors, vectors[1:], strict=False):
            # An eigenvector's sign is free: it must not jump from node to node.
            after[:] = _with_signs_of(before, after)
        return chebyshev.chebfit(x, vectors.reshape(nodes, -1), nodes - 1)

    def _error(self, series: NDArray, nodes: int) -> float:
        """Largest deviation at midpoints between some of the nodes."""
        between = -np.cos(np.pi * (np.arange(nodes - 1) + 0.5) / (nodes - 1))[:: nodes // 8]
        guess = self._evaluate(series, between)
        return np.abs(_with_signs_of(guess, self._exact(between)) - guess).max()

    @staticmethod
    def _evaluate(series: NDArray, x: NDArray) -> NDArray:
        size = int(np.sqrt(series.shape[1]))
        # Clenshaw's sum treats every point separately: the bits do not depend on the number of
        # points.
        return chebyshev.chebval(x, series).T.reshape(-1, size, size)

    def __call__(self, squares: NDArray) -> NDArray:
        """Eigenvectors (N, n, n) at ``squares`` (N,): [:, state, level]."""
        x = squares / self._half_range - 1.0
        if self._series is None:
            return self._exact(x)
        return self._evaluate(self._series, x)


def _with_signs_of(reference: NDArray, vectors: NDArray) -> NDArray:
    """Columns of ``vectors`` (..., n, n) with signs of non-negative overlap with ``reference``."""
    overlap = (reference * vectors).sum(axis=-2, keepdims=True)
    return vectors * np.where(overlap < 0.0, -1.0, 1.0)
