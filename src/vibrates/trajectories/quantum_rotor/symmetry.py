"""Reflections of the grid of orientations: transforms between grid and basis by a quarter of work.

The grids have the reflections x -> -x and y -> -y. Sums and differences of the amplitudes at the
points of an orbit (at most four) belong to one of four symmetry species, and so does every real
harmonic: the transform falls into four small blocks, after two additions for every amplitude.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vibrates.trajectories.quantum_rotor.orientation import OrientationGrid

# Signs of the sums over an orbit: x, its images by the first, the second and both reflections.
_SIGNS = {
    1: np.ones((1, 1)),
    2: np.array([[1, 1], [1, -1]]),
    4: np.array([[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]]),
}
_TOLERANCE = 1e-9


@dataclass(frozen=True, eq=False)
class ReflectionBlocks:
    """Points and functions in the order of orbits and species.

    ``points`` (k,): permutation of the grid's points: orbits of four first, then of two, of one.
    ``orbits`` (3,): numbers of orbits of four, two and one points. ``rows`` (k,): where the sum
    number i over an orbit goes. ``functions`` (f,): permutation of the basis functions. ``blocks``
    (s, 5): of every species: first row, rows, first function, functions, start of its matrix in
    ``matrices``, (rows, functions) row by row.

    The transform to the basis multiplies sums over orbits with the blocks transposed; the way back
    multiplies with the blocks and forms the same sums over orbits.
    """

    points: NDArray
    orbits: NDArray
    rows: NDArray
    functions: NDArray
    blocks: NDArray
    matrices: NDArray

    @classmethod
    def build(cls, grid: OrientationGrid) -> "ReflectionBlocks":
        """Blocks of a grid; an assertion fails for a grid without the reflections."""
        orbits = sorted(_orbits(grid.n), key=len, reverse=True)
        points = np.concatenate(orbits)
        sums = np.zeros((len(points), len(points)))
        first, sizes = 0, np.empty(len(points))
        for orbit in orbits:
            size = len(orbit)
            sums[first : first + size, first : first + size] = _SIGNS[size]
            sizes[first : first + size] = size
            first += size
        matrix = sums @ grid.functions[points] / sizes[:, None]
        species = _species(grid)
        strength = np.array([np.abs(matrix[:, species == s]).max(axis=1) for s in range(4)])
        of_row = np.argmax(strength, axis=0)
        other = of_row[:, None] != species
        assert np.abs(matrix[other]).max(initial=0.0) < _TOLERANCE, "grid without reflections"
        row_order = np.argsort(of_row, kind="stable")
        rows = np.empty(len(points), np.int64)
        rows[row_order] = np.arange(len(points))
        functions = np.argsort(species, kind="stable")
        blocks, matrices, size = [], [], 0
        for s in range(4):
            mine, theirs = np.flatnonzero(of_row == s), np.flatnonzero(species == s)
            if not theirs.size:
                continue
            block = matrix[np.ix_(mine, theirs)]
            blocks.append(
                (rows[mine].min(), len(mine), np.searchsorted(species[functions], s), len(theirs),
                 size)
            )  # fmt: skip
            matrices.append(block.ravel())
            size += block.size
        counts = np.array([sum(len(o) == n for o in orbits) for n in (4, 2, 1)], np.int64)
        return cls(
            points, counts, rows, functions, np.array(blocks, np.int64), np.concatenate(matrices)
        )


def _species(grid: OrientationGrid) -> NDArray:
    """Species 0 to 3 of every basis function: odd under x -> -x counts one, under y -> -y two."""
    sine = grid.m < 0
    odd_x = (np.abs(grid.m) + sine) % 2
    return (odd_x + 2 * sine).astype(int)


def _orbits(n: NDArray) -> list[NDArray]:
    """Positions of the points of every orbit, in the order of `_SIGNS`.

    A point whose image is missing has it at the opposite point, on a half sphere.
    """
    left, orbits = np.ones(len(n), bool), []
    reflections = np.array([[1, 1, 1], [-1, 1, 1], [1, -1, 1], [-1, -1, 1]])
    for i in range(len(n)):
        if not left[i]:
            continue
        images = reflections * n[i]
        distance = np.minimum(
            np.abs(n - images[:, None]).max(axis=2), np.abs(n + images[:, None]).max(axis=2)
        )
        same_side = np.abs(n - images[:, None]).max(axis=2)
        found = np.where(
            same_side.min(axis=1) < _TOLERANCE, same_side.argmin(axis=1), distance.argmin(axis=1)
        )
        orbit = list(dict.fromkeys(found.tolist()))
        orbits.append(np.array(orbit))
        left[orbit] = False
    return orbits
