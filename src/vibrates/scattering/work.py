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
from vibrates.scattering import plan
from vibrates.scattering.channels import Channels, close_coupling, coupled_states
from vibrates.scattering.models import Scattering
from vibrates.scattering.settings import collision, in_basis, like_nuclei, physics, spin_weights

Job = tuple[int, int]  # the numbers of a block and of a share of its partial waves


def fingerprints(settings: Scattering, jobs: Iterable[Job]) -> dict[Job, str]:
    """Of all that the opacities of each job depend on, the code of the propagator included.

    Energies and levels enter by the settings that they follow from, and not by their values, whose
    last bits differ between machines. Raises UserError if the surface or the curve is missing.
    """
    cut, stated = settings.jobs, settings.to_mapping()
    common = fingerprint(
        physics=physics(settings),
        asked={name: stated[name] for name in ("levels", "energies", "waves")},
        cut=[cut.energies, cut.chunks],
        code=code_fingerprint("vibrates.scattering.work", "vibrates.scattering.job_file"),
    )
    return {job: fingerprint(common=common, job=job) for job in jobs}


class Work:
    """The pieces of one job.

    Parameters
    ----------
    settings : Scattering
        The calculation.
    block, chunk : int
        Numbers of the block of energies and of the share of its partial waves.

    Raises
    ------
    UserError
        If the surface or the curve is missing or of another kind.
    """

    def __init__(self, settings: Scattering, block: int, chunk: int) -> None:
        self.settings, self.collision = settings, collision(settings)
        (self.fingerprint,) = fingerprints(settings, [(block, chunk)]).values()
        rotor = self.collision.rotor
        found = plan.blocks(settings, rotor.energies, self.collision.reduced_mass)
        self.block = found[block]
        self.waves = plan.chunk(settings, self.block, chunk)
        self.among = in_basis(settings.basis, rotor.energies, self.block.energies.max())
        wanted = settings.levels
        v, j = np.indices((wanted.v_max + 1, wanted.j_max + 1)).reshape(2, -1)
        self.v, self.j, self.levels = v, j, rotor.energies[v, j]

    @cached_property
    def pairs(self) -> tuple[NDArray, NDArray]:
        """Initial and final level of all exothermic transitions: indices into ``levels`` (L,).

        Of a homonuclear diatom those within even and within odd j, as far as the spins allow them.
        """
        wanted = self.levels[:, None] > self.levels
        if like_nuclei(self.settings.molecule):
            odd = self.j % 2
            exists = np.array(spin_weights(self.settings.molecule))[odd] > 0
            wanted &= (odd[:, None] == odd) & exists
        initial, final = np.nonzero(wanted)
        return initial, final

    def tasks(self) -> list[Task]:
        """One of every piece: its opacity, and the seconds of the processor that it took."""
        names = ("J", "parity") if len(self.pieces[0]) == 2 else ("Omega",)

        def task(number: int) -> Task:
            key = ", ".join(
                f"{name} = {value}" for name, value in zip(names, self.pieces[number], strict=True)
            )
            return Task(key, self.fingerprint, lambda: self._timed(number))

        return [task(number) for number in range(len(self.pieces))]

    def _timed(self, number: int) -> dict[str, Any]:
        began = time.process_time()
        opacity = self.opacity(number)
        return {"opacity": opacity, "seconds": time.process_time() - began}

    @cached_property
    def pieces(self) -> list[tuple[int, ...]]:
        """(Omega,) or (J, parity), the largest first."""
        if self.settings.method == "close_coupling":
            return [(int(total), parity) for total in self.waves[::-1] for parity in (1, -1)]
        top = min(int(self.waves.max()), self.settings.levels.j_max)
        return [(omega,) for omega in range(top + 1)]

    def _channels(self, piece: tuple[int, ...]) -> tuple[Channels, NDArray, float]:
        """The channels, the partial waves they serve, and their statistical weight."""
        rotor, terms = self.collision.rotor, self.collision.terms
        if len(piece) == 2:
            channels = close_coupling(rotor, *piece, terms, self.among)
            return channels, np.array(piece[:1]), 1.0
        omega = piece[0]
        channels = coupled_states(rotor, 0, omega, terms, self.among)
        return channels, self.waves[self.waves >= omega], 1.0 if omega == 0 else 2.0

    def opacity(self, number: int) -> NDArray:
        """Sum of |S|^2 over the piece (waves, energies, pairs), all exothermic pairs of levels."""
        channels, waves, weight = self._channels(self.pieces[number])
        initial, final = self.pairs
        result = np.zeros((len(self.waves), len(self.block.energies), len(initial)))
        # Of every channel the level it belongs to, if that is wanted.
        member = (channels.v[:, None] == self.v) & (channels.j[:, None] == self.j)
        if not member.any():
            return result
        mine = np.flatnonzero(member.any(axis=1))
        member = member[mine].astype(float)
        wave, energy = np.nonzero(waves[:, None] <= self.block.last)
        l = channels.l if len(self.pieces[number]) == 2 else waves[wave][:, None]
        s = self.collision.propagator(channels).s_matrices(self.block.energies[energy], l)
        probability = np.abs(s[:, mine[:, None], mine]) ** 2
        between = np.einsum("na,bnm,mc->bac", member, probability, member, optimize=True)
        result[np.searchsorted(self.waves, waves[wave]), energy] = (
            weight * between[:, initial, final]
        )
        return result
