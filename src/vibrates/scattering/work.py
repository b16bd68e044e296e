"""One job of a calculation: the pieces of a block of energies and a share of its partial waves.

In coupled states a piece is one projection Omega with all partial waves, for which the work that
does not depend on the energy is done once; in close coupling it is one J and parity.
"""

import time
from collections.abc import Iterable
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vibrates.core.code import code_fingerprint
from vibrates.core.fingerprint import fingerprint
from vibrates.core.tasks import Task
from vibrates.scattering import calculation, plan
from vibrates.scattering.models import Scattering
from vibrates.scattering.pair_models import PairScattering
from vibrates.scattering.partial_waves import Piece, probabilities

Job = tuple[int, int]  # the numbers of a block and of a share of its partial waves


def fingerprints(settings: Scattering | PairScattering, jobs: Iterable[Job]) -> dict[Job, str]:
    """Of all that the opacities of each job depend on, the code of the propagator included.

    Energies and levels enter by the settings that they follow from, and not by their values, whose
    last bits differ between machines. Raises UserError if the surface or the curve is missing.
    """
    cut, stated = settings.jobs, settings.to_mapping()
    described = calculation.of(settings)
    common = fingerprint(
        physics=described.physics(),
        asked={name: stated[name] for name in described.asked if name in stated},
        cut=[cut.energies, cut.chunks],
        code=code_fingerprint("vibrates.scattering.work", "vibrates.scattering.job_file"),
    )
    return {job: fingerprint(common=common, job=job) for job in jobs}


class Work:
    """The pieces of one job.

    ``labels`` (L, q): quantum numbers of the levels of the wanted pairs, named by
    ``calculation.names``.

    Parameters
    ----------
    settings : Scattering or PairScattering
        The calculation.
    block, chunk : int
        Numbers of the block of energies and of the share of its partial waves.

    Raises
    ------
    UserError
        If the surface or the curve is missing or of another kind.
    """

    def __init__(self, settings: Scattering | PairScattering, block: int, chunk: int) -> None:
        self.settings, self.calculation = settings, calculation.of(settings)
        (self.fingerprint,) = fingerprints(settings, [(block, chunk)]).values()
        self.block = self.calculation.blocks()[block]
        self.waves = plan.chunk(settings, self.block, chunk)
        self.problem = self.calculation.problem(self.block)
        self.labels, *pairs = self.calculation.wanted(self.block)
        self.pairs: tuple[NDArray, NDArray] = (pairs[0], pairs[1])

    @cached_property
    def pieces(self) -> list[Piece]:
        """The largest first."""
        return self.calculation.pieces(self.block, self.waves)

    def tasks(self) -> list[Task]:
        """One of every piece: its opacity, and the seconds of the processor that it took."""

        def task(number: int) -> Task:
            return Task(self.pieces[number].name, self.fingerprint, lambda: self._timed(number))

        return [task(number) for number in range(len(self.pieces))]

    def _timed(self, number: int) -> dict[str, Any]:
        began = time.process_time()
        opacity = self.opacity(number)
        return {"opacity": opacity, "seconds": time.process_time() - began}

    def opacity(self, number: int) -> NDArray:
        """Sum of |S|^2 over the piece (waves, energies, pairs), all exothermic pairs of levels."""
        piece = self.pieces[number]
        initial, final = self.pairs
        result = np.zeros((len(self.waves), len(self.block.energies), len(initial)))
        channels = piece.channels()
        wave, energy = np.nonzero(piece.waves[:, None] <= self.block.last)
        found = probabilities(
            self.problem, channels, piece.waves[wave], self.block.energies[energy], self.labels,
            transition=False,
        )  # fmt: skip
        place = np.searchsorted(self.waves, piece.waves[wave])
        result[place, energy] = piece.weight * found[:, initial, final]
        return result
