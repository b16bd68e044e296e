"""Vibrational states of a rotating molecule as the integrator propagates it.

Strang splitting of the step of an isolated molecule gives a one-step propagator
U = D C D in the basis of vibrational levels, D = exp(-i E dt/2), C = B^T exp(-i dt L^2/2mu r^2) B.
U is complex symmetric and unitary, so its eigenvectors are real. Projecting on them instead of on
eigenstates of the Hamiltonian removes the O(dt^2) mixing that would otherwise drown transition
probabilities below about 1e-10.
"""

from collections.abc import Sequence

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray

from vibrates.basis import Podvr

_TOLERANCE = 1e-12  # of amplitudes: leaves a floor of 1e-24 under transition probabilities
_MAXIMUM_NODES = 129


def propagator_eigenvectors(
    basis: Podvr, inverse_inertia: NDArray, square: float, time_steps: Sequence[float]
) -> NDArray:
    """Real eigenvectors (n, n), columns in the order of the levels, at L^2 = ``square``.

    ``inverse_inertia`` (n,): 1/(mu r^2) on the grid; ``time_steps``: the Strang steps that make up
    one step, symmetric in time if more than one. Everything in atomic units.
    """
    b, energies = basis.amplitudes, basis.energies
    # Levels of the rotating molecule do not cross as L^2 grows: energy order is level order.
    hamiltonian = np.diag(energies) + 0.5 * square * (b.T * inverse_inertia) @ b
    _, guess = np.linalg.eigh(hamiltonian)
    guess = _with_signs_of(np.eye(len(energies)), guess)
    propagator = np.eye(len(energies))
    for time_step in time_steps:
        half = np.exp(-0.5j * time_step * energies)
        rotation = (b.T * np.exp(-0.5j * time_step * square * inverse_inertia)) @ b
        propagator = half[:, None] * rotation * half @ propagator
    # In the basis of the guess the propagator is nearly diagonal; its eigenvectors are matched by
    # overlap and turned to the real axis.
    _, vectors = np.linalg.eig(guess.T @ propagator @ guess)
    owner = np.argmax(np.abs(vectors), axis=1)
    vectors = vectors[:, owner]
    phase = np.diag(vectors) / np.abs(np.diag(vectors))
    vectors = (vectors / phase).real
    return guess @ (vectors / np.linalg.norm(vectors, axis=0))


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

    def _exact(self, x: float) -> NDArray:
        square = self._half_range * (1.0 + x)
        return propagator_eigenvectors(*self._problem, square, [self._time_step])

    def _fit(self, nodes: int) -> NDArray:
        """Chebyshev coefficients (nodes, n n) through the extrema of the last polynomial."""
        x = -np.cos(np.linspace(0.0, np.pi, nodes))
        vectors = [self._exact(x[0])]
        for point in x[1:]:
            # An eigenvector's sign is free: it must not jump from node to node.
            vectors.append(_with_signs_of(vectors[-1], self._exact(point)))
        return chebyshev.chebfit(x, np.array(vectors).reshape(nodes, -1), nodes - 1)

    def _error(self, series: NDArray, nodes: int) -> float:
        """Largest deviation half way between some of the nodes."""
        between = -np.cos(np.pi * (np.arange(nodes - 1) + 0.5) / (nodes - 1))[:: nodes // 8]
        guesses = self._evaluate(series, between)
        return max(
            np.abs(_with_signs_of(guess, self._exact(x)) - guess).max()
            for x, guess in zip(between, guesses, strict=True)
        )

    @staticmethod
    def _evaluate(series: NDArray, x: NDArray) -> NDArray:
        size = int(np.sqrt(series.shape[1]))
        # Clenshaw's sum acts on every point by itself: the bits do not depend on how many there are.
        return chebyshev.chebval(x, series).T.reshape(-1, size, size)

    def __call__(self, squares: NDArray) -> NDArray:
        """Eigenvectors (N, n, n) at ``squares`` (N,): [:, state, level]."""
        x = squares / self._half_range - 1.0
        if self._series is None:
            return np.array([self._exact(point) for point in x])
        return self._evaluate(self._series, x)


def _with_signs_of(reference: NDArray, vectors: NDArray) -> NDArray:
    """The columns of ``vectors``, each turned to the side of its column in ``reference``."""
    return vectors * np.where((reference * vectors).sum(axis=0) < 0.0, -1.0, 1.0)
