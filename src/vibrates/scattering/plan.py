"""Which energies and partial waves are computed, and how they are cut into jobs.

Cross sections are wanted for collisions that begin in any of the levels (v, j), from just above its
threshold on. Every level has energies of its own near it; higher ones all levels share. A partial
wave counts where the fastest collision asked for at this total energy reaches it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vibrates.core.units import CM_TO_HARTREE
from vibrates.scattering.models import Scattering


@dataclass(frozen=True, eq=False)
class Block:
    """Total energies (n,) solved together, hartree, ascending.

    ``reference`` (n,): collisions from levels at or above it are complete in J. ``last`` (n,): the
    highest J of each energy.
    """

    energies: NDArray
    reference: NDArray
    last: NDArray


def blocks(settings: Scattering, levels: NDArray, reduced_mass: float) -> list[Block]:
    """All blocks of energies that are solved together.

    Parameters
    ----------
    settings : Scattering
        Levels, energies, partial waves and size of jobs.
    levels : array, (n_v, n_j)
        Energies of at least the levels wanted, hartree.
    reduced_mass : float
        Of diatom and atom, electron masses.
    """
    wanted, chosen, limits = settings.levels, settings.energies, settings.waves
    thresholds = np.sort(levels[: wanted.v_max + 1, : wanted.j_max + 1].ravel())
    near = np.array(chosen.near_cm) * CM_TO_HARTREE
    spacing, highest = chosen.spacing_cm * CM_TO_HARTREE, chosen.highest_cm * CM_TO_HARTREE
    span = thresholds[-1] + highest - thresholds[0]
    shared = thresholds[0] + spacing * np.arange(1, int(span / spacing) + 1)
    # The lowest level from which this is no more than the highest collision energy, if there is
    # one.
    lowest = thresholds[np.searchsorted(thresholds, shared - highest)]
    energies = np.concatenate([(thresholds[:, None] + near).ravel(), shared])
    reference = np.concatenate([np.repeat(thresholds, near.size), lowest])
    order = np.argsort(energies, kind="stable")
    order = order[reference[order] < energies[order]]
    size = settings.jobs.energies
    found = []
    for some in np.split(order, np.arange(size, len(order), size)):
        k = np.sqrt(2.0 * reduced_mass * (energies[some] - reference[some]))
        last = np.ceil(limits.reach_bohr * k).astype(int) + limits.extra
        # The next one of those computed.
        computed = waves(limits.every, int(last.max()))
        last = computed[np.searchsorted(computed, last)]
        found.append(Block(energies[some], reference[some], last))
    return found


def waves(every: int, last: int) -> NDArray:
    """Partial waves computed, from 0 to ``last``: all at first, later fewer and fewer."""
    found = [0]
    while found[-1] < last:
        found.append(min(last, found[-1] + max(1, found[-1] // every)))
    return np.array(found)


def chunk(settings: Scattering, block: Block, number: int) -> NDArray:
    """Partial waves (n,) of job ``number`` of a block; jobs take about the same time."""
    chosen = waves(settings.waves.every, int(block.last.max()))
    return chosen[number :: settings.jobs.chunks]
