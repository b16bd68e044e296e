"""Channels (v, j, l) of a total angular momentum, and the coupling of Legendre terms between them.

Matrix elements are put together in the body-fixed frame, where P_lambda(cos theta) conserves the
projection Omega of j on R:

    <v j Omega| V |v' j' Omega> = sum_lambda <j Omega|P_lambda|j' Omega> <v j|V_lambda(R, r)|v' j'>

Close coupling then turns to the space-fixed frame by diagonalising l^2 = (J - j)^2, which couples
Omega to Omega +- 1 (Pack, J. Chem. Phys. 60, 633 (1974)); the eigenvalues l(l + 1) say which is
which. Coupled states keep Omega and put l = J (McGuire and Kouri, J. Chem. Phys. 60, 2488 (1974)).
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.polynomial.legendre import leggauss
from numpy.typing import NDArray
from scipy.special import assoc_legendre_p_all

from vibrates.scattering.rotor import Rotor


@dataclass(frozen=True, eq=False)
class Channels:
    """Channels of one block of the Hamiltonian: ``v``, ``j``, ``l``, ``thresholds`` (n,).

    ``l``: None where it is any partial wave. ``states`` (n, g): vibrational amplitudes of the
    body-fixed basis; ``angular`` (lambda, n, n): its angular factors; ``turn`` (n, n): to the
    channels from that basis, or None.
    """

    v: NDArray
    j: NDArray
    l: NDArray | None
    thresholds: NDArray
    states: NDArray
    angular: NDArray
    turn: NDArray | None

    def __len__(self) -> int:
        return len(self.v)

    @property
    def labels(self) -> NDArray:
        """v and j of every channel, (n, 2)."""
        return np.stack([self.v, self.j], axis=1)

    def of_wave(self, total: int) -> "Channels":
        """The same with l = ``total`` where it is any partial wave."""
        return replace(self, l=np.full(len(self), total)) if self.l is None else self

    def coupling(self, terms: NDArray) -> NDArray:
        """V (m, n, n) between channels from its Legendre terms V_lambda(R, r), (m, lambda, g)."""
        matrix = np.zeros((len(terms), len(self), len(self)))
        for order, angular in enumerate(self.angular):
            if angular.any():
                radial = (self.states * terms[:, order, None, :]) @ self.states.T
                matrix += angular * radial
        if self.turn is not None:
            matrix = self.turn.T @ matrix @ self.turn
        return matrix


def angular_factors(j: NDArray, omega: int, terms: int) -> NDArray:
    """<j Omega|P_lambda|j' Omega>, (terms, n, n), for all pairs of ``j`` (n,), by quadrature."""
    last = int(j.max(initial=omega))
    x, weights = leggauss(last + terms // 2 + 1)
    # Normalised on [-1, 1]: [j, theta] at this projection.
    functions = assoc_legendre_p_all(last, omega, x, norm=True)[0][:, omega][j]
    powers = np.polynomial.legendre.legvander(x, terms - 1).T
    return np.einsum("aq,lq,bq,q->lab", functions, powers, functions, weights, optimize=True)


def coupled_states(
    rotor: Rotor, total: int | None, omega: int, terms: int, among: NDArray | None = None
) -> Channels:
    """Channels of J = ``total`` and Omega with l = J; V has ``terms`` Legendre terms.

    Parameters
    ----------
    rotor : Rotor
        Levels of the diatom.
    total : int or None
        J; None for channels of any J, whose ``l`` is None.
    omega, terms : int
        Projection of J on R; number of Legendre terms.
    among : array of bool, (n_v, n_j), optional
        Levels that take part; all without it.
    """
    v, j = np.nonzero(_all(rotor) if among is None else among)
    kept = j >= omega
    return _channels(
        rotor,
        v[kept],
        j[kept],
        None if total is None else np.full(kept.sum(), total),
        angular_factors(j[kept], omega, terms),
        None,
    )


def close_coupling(
    rotor: Rotor, total: int, parity: int, terms: int, among: NDArray | None = None
) -> Channels:
    """All channels of J = ``total`` and ``parity`` (-1)^(j + l) = 1 or -1; see `coupled_states`."""
    # Combinations of Omega and -Omega; Omega = 0 has one of the two parities only.
    lowest = 0 if parity == (-1) ** total else 1
    levels = [
        (v, j, omega)
        for v, j in np.argwhere(_all(rotor) if among is None else among)
        for omega in range(lowest, min(j, total) + 1)
    ]
    v, j, omega = np.array(levels, dtype=int).reshape(-1, 3).T
    angular = np.zeros((terms, len(v), len(v)))
    for projection in np.unique(omega):
        mine = np.flatnonzero(omega == projection)
        angular[:, mine[:, None], mine] = angular_factors(j[mine], projection, terms)
    turn = np.zeros((len(v), len(v)))
    square = np.zeros(len(v))
    for level in sorted(set(zip(v, j, strict=True))):
        mine = np.flatnonzero((v == level[0]) & (j == level[1]))
        square[mine], turn[mine[:, None], mine] = np.linalg.eigh(
            _orbital(total, level[1], omega[mine])
        )
    orbital = np.round(0.5 * (np.sqrt(1.0 + 4.0 * square) - 1.0)).astype(int)
    return _channels(rotor, v, j, orbital, angular, turn)


def _all(rotor: Rotor) -> NDArray:
    return np.ones(rotor.energies.shape, dtype=bool)


def _orbital(total: int, j: int, omega: NDArray) -> NDArray:
    """l^2 (n, n) between consecutive projections ``omega`` (n,) of j, combined to one parity."""
    diagonal = total * (total + 1.0) + j * (j + 1.0) - 2.0 * omega**2
    below = omega[:-1]
    beside = -np.sqrt(
        (total * (total + 1.0) - below * (below + 1.0)) * (j * (j + 1.0) - below * (below + 1.0))
    ) * np.where(below == 0, np.sqrt(2.0), 1.0)
    return np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1)


def _channels(rotor, v, j, orbital, angular, turn) -> Channels:
    states = rotor.states[j, :, v]
    return Channels(v, j, orbital, rotor.energies[v, j], states, angular, turn)
