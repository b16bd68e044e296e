"""Which energies and partial waves are computed, and how they are cut into jobs.

A diatom and an atom: cross sections are wanted for collisions that begin in any of the levels
(v, j), from just above its threshold on. Every level has energies of its own near it; higher ones
all levels share. Two diatoms: all levels share the energies above the lowest one. A partial wave
counts where the fastest collision asked for at this total energy reaches it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vibrates.scattering.models import Scattering
from vibrates.scattering.pair_models import PairScattering, PairWaves

Modification = tuple[str, str]  # even, odd or all j of both molecules


@dataclass(frozen=True, eq=False)
class Block:
    """Total energies (n,) solved together, hartree, ascending.

    ``reference`` (n,): collisions from levels at or above it are complete in J. ``last`` (n,): the
    highest J of each energy. ``modification``: of two diatoms, even or odd j of each.
    """

    energies: NDArray
    reference: NDArray
    last: NDArray
    modification: Modification | tuple[()] = ()


@dataclass(frozen=True)
class Waves:
    """Partial waves: up to ``reach`` (bohr) times the wave number, and ``extra`` more.

    After J the next one computed is J + max(``step``, J // ``every``).
    """

    reach: float
    extra: int
    step: int
    every: int

    def computed(self, last: int) -> NDArray:
        """Those computed, from 0 to ``last``."""
        return waves(self.every, last, self.step)


def waves_of(settings: Scattering | PairScattering) -> Waves:
    """The partial waves of a description."""
    stated = settings.waves
    step = stated.step if isinstance(stated, PairWaves) else 1
    return Waves(stated.reach_bohr, stated.extra, step, stated.every)


def cut(
    energies: NDArray,
    reference: NDArray,
    limits: Waves,
    size: int,
    reduced_mass: float,
    modification: Modification | tuple[()] = (),
) -> list[Block]:
    """All energies, sorted and divided into blocks.

    Parameters
    ----------
    energies, reference : array, (n,)
        Total energies, and the levels from which collisions are complete, hartree. Energies at or
        below theirs are left out.
    limits : Waves
        Partial waves.
    size : int
        Energies of one block.
    reduced_mass : float
        Of the relative motion, electron masses.
    modification : tuple of str
        Of the blocks.
    """
    order = np.argsort(energies, kind="stable")
    order = order[reference[order] < energies[order]]
    found = []
    for some in np.split(order, np.arange(size, len(order), size)):
        k = np.sqrt(2.0 * reduced_mass * (energies[some] - reference[some]))
        last = np.ceil(limits.reach * k).astype(int) + limits.extra
        # The next one of those computed.
        computed = limits.computed(int(last.max()))
        last = computed[np.searchsorted(computed, last)]
        found.append(Block(energies[some], reference[some], last, modification))
    return found


def waves(every: int, last: int, step: int = 1) -> NDArray:
    """Partial waves computed, from 0 to ``last``: at first every ``step``, later fewer and fewer.

    After J the next one is J + max(``step``, J // ``every``).
    """
    found = [0]
    while found[-1] < last:
        found.append(min(last, found[-1] + max(step, found[-1] // every)))
    return np.array(found)


def chunk(settings: Scattering | PairScattering, block: Block, number: int) -> NDArray:
    """Partial waves (n,) of job ``number`` of a block; jobs take about the same time."""
    chosen = waves_of(settings).computed(int(block.last.max()))
    return chosen[number :: settings.jobs.chunks]
