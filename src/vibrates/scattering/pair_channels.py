"""Channels of two rotors AB(v_1, j_1) + CD(v_2, j_2), and the coupling of V between them.

The body-fixed basis is |v_1 j_1 m_1> |v_2 j_2 m_2> with both projections on R and
m_1 + m_2 = Omega, in which the angular functions of `potential.expansion` are products of two
integrals. Close coupling combines +-Omega to one parity and turns to the space-fixed frame by
diagonalising l^2 = (J - j_1 - j_2)^2 (Pack, J. Chem. Phys. 60, 633 (1974)); coupled states keep
|Omega| and put l = J (McGuire and Kouri, J. Chem. Phys. 60, 2488 (1974); for two rotors Heil, Green
and Kouri, J. Chem. Phys. 68, 2562 (1978)). At Omega = 0 the reflection at a plane through R, which
exchanges (m_1, m_2) and (-m_1, -m_2), splits the states in two.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.polynomial.legendre import leggauss
from numpy.typing import NDArray
from scipy import sparse

from vibrates.potential.expansion import Expansion, normalised_legendre
from vibrates.scattering.rotor import Rotor

Level = tuple[int, int, int, int]  # v_1, j_1, v_2, j_2
_WEIGHT = 1.0 / (7.0 * np.pi)
_ELEMENTS = 1 << 22  # of matrices that are put together at a time
_ZERO = 1e-14  # angular integrals below this vanish by symmetry


@dataclass(frozen=True, eq=False)
class PairLevels:
    """The levels of both molecules that take part.

    ``labels`` (L, 4): v_1, j_1, v_2, j_2. ``energies`` (L,): hartree. ``states`` (S, g): distinct
    amplitudes on the product of both grids of bond lengths; ``state`` (L,): which of them.
    """

    labels: NDArray
    energies: NDArray
    states: NDArray
    state: NDArray

    @classmethod
    def of(cls, first: Rotor, second: Rotor, levels: Iterable[Level]) -> "PairLevels":
        """Of two rotors; ``levels`` in any order, kept."""
        labels = np.array(list(levels), dtype=int).reshape(-1, 4)
        v_1, j_1, v_2, j_2 = labels.T
        energies = first.energies[v_1, j_1] + second.energies[v_2, j_2]
        # Functions that do not depend on j occur once.
        keys = np.stack([v_1, first.function[j_1], v_2, second.function[j_2]], axis=1)
        _, where, state = np.unique(keys, axis=0, return_index=True, return_inverse=True)
        states = np.einsum(
            "sa,sb->sab",
            first.states[j_1[where], :, v_1[where]],
            second.states[j_2[where], :, v_2[where]],
        )
        return cls(labels, energies, states.reshape(len(where), -1), state.ravel())

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, eq=False)
class PairChannels:
    """Channels of one block of the Hamiltonian, and how V couples them.

    ``level`` (n,): positions in ``levels``. ``l`` (n,): orbital angular momentum; None for coupled
    states, where it is J. ``angular`` (f f, terms S S): integrals of the angular functions between
    the f functions of the body-fixed basis, sparse; a column holds a term of V and the vibrational
    functions between which it stands. ``turn``: the channels in that basis, for every level its
    functions (k,), its channels (i,) and the matrix (k, i); None if they are that basis.
    """

    levels: PairLevels
    level: NDArray
    l: NDArray | None
    angular: sparse.csr_array
    turn: list[tuple[NDArray, NDArray, NDArray]] | None

    def __len__(self) -> int:
        return len(self.level)

    @property
    def labels(self) -> NDArray:
        """v_1, j_1, v_2, j_2 of every channel, (n, 4)."""
        return self.levels.labels[self.level]

    @property
    def thresholds(self) -> NDArray:
        """(n,) hartree."""
        return self.levels.energies[self.level]

    def coupling(self, terms: NDArray) -> NDArray:
        """V (m, n, n) between channels from the terms A_i(R, bond lengths), (m, terms, g)."""
        states = self.levels.states
        matrix = np.empty((len(terms), len(self), len(self)))
        functions = int(np.sqrt(self.angular.shape[0]))
        count = max(1, _ELEMENTS // max(1, functions**2, terms.shape[1] * len(states) ** 2))
        for start in range(0, len(terms), count):
            here = terms[start : start + count]
            radial = (states * here[:, :, None, :]) @ states.T
            basis = (self.angular @ radial.reshape(len(here), -1).T).T
            basis = basis.reshape(-1, functions, functions)
            rows = slice(start, start + count)
            matrix[rows] = basis if self.turn is None else _turned(_turned(basis, self), self)
        return matrix


def _turned(matrix: NDArray, channels: PairChannels) -> NDArray:
    """(m, k, f) in functions as (m, n, k), f turned to channels: twice it turns both sides."""
    result = np.empty((len(matrix), len(channels), matrix.shape[1]))
    for functions, mine, block in channels.turn or ():
        result[:, mine] = block.T @ matrix[:, :, functions].transpose(0, 2, 1)
    return result


def coupled_states(
    levels: PairLevels, expansion: Expansion, omega: int, reflection: int = 1
) -> PairChannels:
    """Channels of |Omega| = ``omega``, for any J >= omega, which takes the place of l.

    ``reflection``: 1 or -1, at Omega = 0 the symmetry of the states; both exist.
    """
    level, m_1, m_2 = _projections(levels, omega)
    angular = _angular_integrals(levels, expansion, level, m_1, m_2)
    if omega != 0:
        return PairChannels(levels, level, None, angular, None)
    turn = _reflected(level, m_1, reflection)
    both = sparse.kron(sparse.csr_array(turn), sparse.csr_array(turn), format="csr")
    return PairChannels(levels, _level_of(level, turn), None, both.T.tocsr() @ angular, None)


def close_coupling(
    levels: PairLevels, expansion: Expansion, total: int, parity: int
) -> PairChannels:
    """All channels of J = ``total`` and ``parity`` (-1)^(j_1 + j_2 + l) = 1 or -1."""
    j_1, j_2 = levels.labels[:, 1], levels.labels[:, 3]
    top = min(total, int((j_1 + j_2).max(initial=0)))
    blocks = [_projections(levels, omega) for omega in range(top + 1)]
    level, m_1, m_2 = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    omega = m_1 + m_2
    # Functions of Omega > 0 stand for their combination with -Omega; of Omega = 0 those remain
    # whose reflection belongs to the parity.
    inside = omega == 0
    zero = _reflected(level[inside], m_1[inside], parity * (-1) ** total)
    combined = np.zeros((len(level), zero.shape[1] + int((~inside).sum())))
    combined[np.flatnonzero(inside), : zero.shape[1]] = zero
    combined[np.flatnonzero(~inside), np.arange(zero.shape[1], combined.shape[1])] = 1.0
    kept = _level_of(level, combined)
    orbital, rotation = (
        combined.T @ square @ combined for square in _squares(levels, total, level, m_1, m_2)
    )
    turn = np.zeros((combined.shape[1],) * 2)
    for one in np.unique(kept):
        mine = np.flatnonzero(kept == one)
        # l^2 and j^2 commute; their sum with a weight that makes no two eigenvalues equal has the
        # channels (j, l) as its eigenvectors.
        both = (orbital + _WEIGHT * rotation)[mine[:, None], mine]
        turn[mine[:, None], mine] = np.linalg.eigh(both)[1]
    square = np.einsum("fn,fg,gn->n", turn, orbital, turn, optimize=True)
    l = np.round(0.5 * (np.sqrt(1.0 + 4.0 * np.abs(square)) - 1.0)).astype(int)
    angular = _angular_integrals(levels, expansion, level, m_1, m_2)
    whole = combined @ turn
    blocks = []
    for one in np.unique(kept):
        functions, channels = np.flatnonzero(level == one), np.flatnonzero(kept == one)
        blocks.append((functions, channels, whole[np.ix_(functions, channels)]))
    return PairChannels(levels, kept, l, angular, blocks)


def channel_count(labels: NDArray, method: str, total: int) -> int:
    """Channels of the largest block that the levels ``labels`` (L, 4) have up to J = ``total``.

    ``method``: close_coupling or coupled_states.
    """
    _, j_1, _, j_2 = labels.T
    omega = np.arange(min(total, int((j_1 + j_2).max())) + 1)[:, None]
    functions = np.maximum(
        np.minimum(j_1, omega + j_2) - np.maximum(-j_1, omega - j_2) + 1, 0
    ).sum(axis=1)  # fmt: skip
    # Omega = 0 is divided between both symmetries; the larger one has all states with m = 0.
    symmetric = (functions[0] + len(labels)) // 2
    if method == "coupled_states":
        return int(max(symmetric, functions[1:].max(initial=0)))
    return int(symmetric + functions[1:].sum())


def _projections(levels: PairLevels, omega: int) -> tuple[NDArray, NDArray, NDArray]:
    """Level, m_1 and m_2 of all functions with m_1 + m_2 = omega."""
    rows = [
        (level, m_1, omega - m_1)
        for level, (_, j_1, _, j_2) in enumerate(levels.labels)
        for m_1 in range(max(-j_1, omega - j_2), min(j_1, omega + j_2) + 1)
    ]
    level, m_1, m_2 = np.array(rows, dtype=int).reshape(-1, 3).T
    return level, m_1, m_2


def _reflected(level: NDArray, m_1: NDArray, reflection: int) -> NDArray:
    """Columns: combinations of (m, -m) and (-m, m) of one symmetry under reflection, (f, n)."""
    place = {key: row for row, key in enumerate(zip(level.tolist(), m_1.tolist(), strict=True))}
    columns = []
    for (one, m), row in place.items():
        column = np.zeros(len(level))
        if m > 0:
            column[row], column[place[one, -m]] = np.sqrt(0.5), reflection * np.sqrt(0.5)
        elif m == 0 and reflection == 1:
            column[row] = 1.0
        else:
            continue
        columns.append(column)
    return np.array(columns).reshape(-1, len(level)).T


def _level_of(level: NDArray, turn: NDArray) -> NDArray:
    """The level of every column of ``turn``, whose entries all belong to one."""
    return level[np.abs(turn).argmax(axis=0)] if turn.size else np.zeros(0, dtype=int)


def _squares(
    levels: PairLevels, total: int, level: NDArray, m_1: NDArray, m_2: NDArray
) -> tuple[NDArray, NDArray]:
    """l^2 = J^2 + j^2 - 2 J.j and j^2, j = j_1 + j_2, between functions of Omega >= 0: (f, f).

    The elements between Omega = 0 and 1 hold the factor sqrt(2) of the combinations of +-Omega.
    """
    j_1, j_2 = levels.labels[level, 1], levels.labels[level, 3]
    omega = m_1 + m_2
    orbital, rotation = np.zeros((2, len(level), len(level)))
    place = {
        key: row
        for row, key in enumerate(zip(level.tolist(), m_1.tolist(), m_2.tolist(), strict=True))
    }
    for row, (one, a, b) in enumerate(zip(level, m_1, m_2, strict=True)):
        rotation[row, row] = j_1[row] * (j_1[row] + 1) + j_2[row] * (j_2[row] + 1) + 2 * a * b
        orbital[row, row] = total * (total + 1) + rotation[row, row] - 2 * omega[row] ** 2
        up_1, up_2 = _raising(j_1[row], a), _raising(j_2[row], b)
        other = place.get((one, a + 1, b - 1))
        if other is not None:
            for matrix in (orbital, rotation):
                matrix[row, other] = matrix[other, row] = up_1 * _raising(j_2[row], b - 1)
        together = -_raising(total, omega[row]) * (np.sqrt(2.0) if omega[row] == 0 else 1.0)
        for key, up in (((one, a + 1, b), up_1), ((one, a, b + 1), up_2)):
            other = place.get(key)
            if other is not None:
                orbital[row, other] = orbital[other, row] = together * up
    return orbital, rotation


def _raising(j: int, m: int) -> float:
    """<j m + 1| j_+ |j m>; 0 where there is no such state."""
    return np.sqrt(max(j * (j + 1.0) - m * (m + 1.0), 0.0))


def _angular_integrals(
    levels: PairLevels, expansion: Expansion, level: NDArray, m_1: NDArray, m_2: NDArray
) -> sparse.csr_array:
    """<j_1 m_1 j_2 m_2| F_i |j_1' m_1' j_2' m_2'> within one Omega, as `PairChannels.angular`."""
    j_1, j_2 = levels.labels[level, 1], levels.labels[level, 3]
    factor_1 = _Integrals(j_1, m_1, expansion.order_a, expansion.order_mu)
    factor_2 = _Integrals(j_2, m_2, expansion.order_b, expansion.order_mu)
    row, column = np.nonzero(
        ((m_1 + m_2)[:, None] == (m_1 + m_2)) & (np.abs(m_1[:, None] - m_1) <= expansion.order_mu)
    )
    change = np.abs(m_1[row] - m_1[column])
    state, functions = levels.state[level], len(levels.states)
    values, rows, columns = [], [], []
    for term, (a, b, mu) in enumerate(expansion.terms):
        # Over phi: 1/sqrt(2 pi) for mu = 0, half of 1/sqrt(pi) for either sign of mu.
        phi = np.sqrt(0.5 / np.pi) if mu == 0 else 0.5 / np.sqrt(np.pi)
        here = change == mu
        left, right = row[here], column[here]
        product = phi * factor_1.between(a, mu, left, right) * factor_2.between(b, mu, left, right)
        kept = np.abs(product) > _ZERO
        left, right = left[kept], right[kept]
        values.append(product[kept])
        rows.append(left * len(level) + right)
        columns.append((term * functions + state[left]) * functions + state[right])
    shape = (len(level) ** 2, len(expansion.terms) * functions**2)
    together = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
    return sparse.coo_array(together, shape=shape).tocsr()


class _Integrals:
    """Integrals of P(lambda, mu) between spherical harmonics (j, m) over cos theta."""

    def __init__(self, j: NDArray, m: NDArray, order: int, projection: int) -> None:
        last = int(j.max(initial=0))
        x, weights = leggauss(last + (order + 3) // 2 + 1)
        functions = normalised_legendre(last, last, x)
        # Y(j, -m) = (-1)^m Y(j, m)*.
        sign = np.where((m < 0) & (m % 2 == 1), -1.0, 1.0)
        # A pair of functions occurs once for every distinct (j, m).
        self._keys, self._inverse = np.unique(np.stack([j, m]), axis=1, return_inverse=True)
        first = np.unique(self._inverse.ravel(), return_index=True)[1]
        self._functions = (sign[:, None] * functions[j, np.abs(m)])[first]
        self._weights = weights
        self._factors = normalised_legendre(order, projection, x)

    def between(self, order: int, projection: int, row: NDArray, column: NDArray) -> NDArray:
        """The integrals between functions ``row`` (k,) and ``column`` (k,)."""
        weighted = self._functions * (self._weights * self._factors[order, projection])
        distinct = weighted @ self._functions.T
        index = self._inverse.ravel()
        return distinct[index[row], index[column]]
