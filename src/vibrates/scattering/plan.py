"""Which energies and partial waves are computed, and how they are cut into jobs.

Cross sections are wanted for collisions that begin in any of the levels (v, j), from just above its
threshold on. Every level has energies of its own near it; higher ones all levels share. A partial
wave counts where the fastest collision asked for at this total energy reaches it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vibrates.units import CM_TO_HARTREE


@dataclass(frozen=True, eq=False)
class Block:
    """Total energies (n,) solved together, hartree, and what they serve.

    ``reference`` (n,): collisions from levels at or above it are complete in J. ``level``: (v, j)
    the energies belong to, None where all share them. ``last`` (n,): the highest J of each energy.
    """

    energies: NDArray
    reference: NDArray
    level: tuple[int, int] | None
    last: NDArray


def blocks(settings: Mapping, levels: NDArray, reduced_mass: float) -> list[Block]:
    """All blocks; ``levels`` (v, j): energies of at least those wanted, hartree."""
    wanted = settings["levels"]
    levels = levels[: wanted["v_max"] + 1, : wanted["j_max"] + 1]
    chosen, limits = settings["energies"], settings["waves"]

    def block(energies: NDArray, reference: NDArray, level: tuple[int, int] | None) -> Block:
        k = np.sqrt(2.0 * reduced_mass * (energies - reference))
        last = np.ceil(limits["reach_bohr"] * k).astype(int) + limits["extra"]
        # The next one of those computed.
        computed = waves(limits["every"], int(last.max()))
        return Block(energies, reference, level, computed[np.searchsorted(computed, last)])

    near = np.array(sorted(chosen["near_cm"])) * CM_TO_HARTREE
    found = [
        block(levels[v, j] + near, np.full(near.size, levels[v, j]), (int(v), int(j)))
        for v, j in sorted(np.ndindex(levels.shape), key=lambda level: levels[level])
    ]
    spacing, highest = (chosen[name] * CM_TO_HARTREE for name in ("spacing_cm", "highest_cm"))
    lowest, top = levels.min(), levels.max() + highest
    shared = lowest + spacing * np.arange(1, int((top - lowest) / spacing) + 1)
    # The lowest level from which this is no more than the highest collision energy, if there is one.
    thresholds = np.sort(levels.ravel())
    reference = thresholds[np.searchsorted(thresholds, shared - highest)]
    shared, reference = shared[reference < shared], reference[reference < shared]
    size = settings["jobs"]["energies"]
    return found + [
        block(shared[i : i + size], reference[i : i + size], None)
        for i in range(0, len(shared), size)
    ]


def waves(every: int, last: int) -> NDArray:
    """Partial waves computed, from 0 to ``last``: all at first, later fewer and fewer."""
    found = [0]
    while found[-1] < last:
        found.append(min(last, found[-1] + max(1, found[-1] // every)))
    return np.array(found)


def chunk(settings: Mapping, block: Block, number: int) -> NDArray:
    """Partial waves of one job of the block, cut so that jobs take about the same time."""
    chosen = waves(settings["waves"]["every"], int(block.last.max()))
    return chosen[number :: chunks(settings, block)]


def chunks(settings: Mapping, block: Block) -> int:
    """Jobs of a block: one for the energies near a level."""
    return 1 if block.level is not None else settings["jobs"]["chunks"]
