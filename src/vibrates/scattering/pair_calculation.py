"""What the description of two diatoms asks for: levels, nuclear-spin modifications, work.

Levels are those of `molecules.diatom`: spectroscopic vibrational energies and Morse functions, as
trajectories have them. h + j(j + 1)/(2 mu r^2) is diagonalised in them for every j, so that
energies and functions hold centrifugal distortion to all orders.
"""

from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vibrates.collisions.pair import pair_reduced_mass
from vibrates.core.errors import UserError
from vibrates.core.units import CM_TO_HARTREE, HARTREE_TO_CM
from vibrates.molecules.diatom import Atom, Diatom, molecule_from_config
from vibrates.potential.expansion import Expansion, PotentialFunction
from vibrates.potential.registry import build_surface
from vibrates.scattering import nuclear_spin
from vibrates.scattering.pair_channels import Level, channel_count
from vibrates.scattering.pair_models import PairScattering
from vibrates.scattering.pair_problem import PairProblem, degeneracies
from vibrates.scattering.partial_waves import Piece, memory_mb
from vibrates.scattering.plan import Block, Modification, cut, waves_of
from vibrates.scattering.rotor import Rotor
from vibrates.scattering.settings import sector_edges

EVEN, ODD, ALL = "even", "odd", "all"
_SYMMETRY = 1e-6  # relative to V: what a surface may differ by when like ends are exchanged


class PairCalculation:
    """See `vibrates.scattering.calculation.Calculation`.

    Raises UserError if the surface lacks the symmetry of a molecule with like ends, more channels
    are asked for than memory holds, or all energies lie below the threshold of a transition.
    """

    names: tuple[str, ...] = ("v1", "j1", "v2", "j2")
    asked: tuple[str, ...] = ("levels", "energies", "waves", "transitions", "modifications")

    def __init__(self, settings: PairScattering) -> None:
        self.settings: Any = settings
        a, b = (
            _diatom(name, molecule_from_config(name, settings.molecules[name]))
            for name in settings.pair
        )
        self.molecules = (a, b)
        self.reduced_mass = pair_reduced_mass(*self.molecules)
        long_range = getattr(settings.surface, "long_range", None)
        self.inputs: tuple[str, ...] = () if long_range is None else (long_range.file,)

    @cached_property
    def potential(self) -> PotentialFunction:
        """The surface; UserError if it lacks the symmetry of a molecule with like ends."""
        potential = build_surface(self.settings.surface, *self.molecules).potential
        check_like_ends(potential, self.molecules)
        return potential

    @cached_property
    def rotors(self) -> tuple[Rotor, Rotor]:
        """Levels of both molecules up to the highest of the basis."""
        basis = self.settings.basis
        first, second = (
            Rotor.from_basis(
                molecule.basis(range(points)), molecule.reduced_mass, points, j_max
            )
            for molecule, points, j_max in zip(
                self.molecules, basis.points, basis.j_max, strict=True
            )
        )  # fmt: skip
        return first, second

    @property
    def expansion(self) -> Expansion:
        """Angular terms of the potential."""
        (a, b), (order_a, order_b, order_mu) = self.molecules, self.settings.expansion_orders
        return Expansion(order_a, order_b, order_mu, a.like_ends, b.like_ends)

    @property
    def modifications(self) -> list[Modification]:
        """Nuclear-spin modifications of both molecules that are computed."""
        return list(product(self.weights(0), self.weights(1)))

    def weights(self, number: int) -> dict[str, float]:
        """Spin weights of the modifications of molecule ``number`` that are computed."""
        name = self.settings.pair[number]
        if not self.molecules[number].like_ends:
            return {ALL: 1.0}
        spins, chosen = self.settings.nuclear_spin or {}, self.settings.modifications or {}
        both = dict(zip((EVEN, ODD), nuclear_spin.weights(spins[name]), strict=True))
        found = {
            kind: weight
            for kind, weight in both.items()
            if weight > 0 and kind in chosen.get(name, both)
        }
        if not found:
            raise UserError(
                f"modifications.{name}: {', '.join(chosen[name])} j do not exist with nuclear_spin "
                f"{spins[name]:g}; name the other ones"
            )
        return found

    def rotations(self, modification: Modification) -> list[tuple[int, int]]:
        """All (j1, j2) of the basis."""
        basis = self.settings.basis
        of_each = [_allowed(kind, top) for kind, top in zip(modification, basis.j_max, strict=True)]
        limit = np.inf if basis.rotation_cm is None else basis.rotation_cm * CM_TO_HARTREE
        energies = [rotor.energies[0] - rotor.energies[0, 0] for rotor in self.rotors]
        return [
            (j_1, j_2)
            for j_1, j_2 in product(*of_each)
            if energies[0][j_1] + energies[1][j_2] <= limit
        ]

    def basis(self, modification: Modification) -> tuple[Level, ...]:
        """All levels that are coupled."""
        return tuple(
            (v_1, j_1, v_2, j_2)
            for v_1, v_2 in self.settings.basis.vibrations
            for j_1, j_2 in self.rotations(modification)
        )

    def initial_levels(self, modification: Modification, vibration: tuple[int, int]) -> NDArray:
        """Labels (L, 4) of the levels of ``vibration`` that transitions begin in."""
        tops = self.settings.levels.j_max
        return np.array([
            (vibration[0], j_1, vibration[1], j_2)
            for j_1, j_2 in self.rotations(modification)
            if j_1 <= tops[0] and j_2 <= tops[1]
        ]).reshape(-1, 4)  # fmt: skip

    def physics(self) -> dict[str, Any]:
        """See `Calculation`."""
        stated = self.settings.to_mapping()
        own = ("method", "expansion_orders", "sectors_bohr", "basis", "surface", "pair")
        constants = {name: stated["molecules"][name] for name in self.settings.pair}
        spins = {"nuclear_spin": stated.get("nuclear_spin")}
        return {name: stated[name] for name in own} | {"molecules": constants} | spins

    def provenance(self) -> dict[str, Any]:
        """See `Calculation`."""
        weights = {name: self.weights(number) for number, name in enumerate(self.settings.pair)}
        pair, surface = list(self.settings.pair), self.settings.surface.type
        return {"pair": pair, "surface": surface, "weights_of_modifications": weights}

    def blocks(self) -> list[Block]:
        """See `Calculation`; UserError for more channels than memory holds, or for low energies."""
        self._check_memory()
        _ = self.potential  # a surface that does not suit is refused before anything is computed
        collision = np.array(self.settings.energies.collision_cm) * CM_TO_HARTREE
        found = []
        for modification in self.modifications:
            self._check_rotation(modification)
            energies, reference = [], []
            for vibration in dict.fromkeys(change[:2] for change in self.settings.transitions):
                lowest = self.energies(self.initial_levels(modification, vibration)).min()
                energies.append(lowest + collision)
                reference.append(np.full(collision.size, lowest))
            every = np.concatenate(energies)
            self._check_thresholds(modification, every.max())
            found += cut(
                every, np.concatenate(reference), waves_of(self.settings),
                self.settings.jobs.energies, self.reduced_mass, modification,
            )  # fmt: skip
        return found

    @cached_property
    def _problems(self) -> dict[Modification, PairProblem]:
        edges = sector_edges(self.settings.sectors_bohr)
        return {
            modification: PairProblem(
                *self.rotors, self.basis(modification), self.reduced_mass, self.potential,
                self.expansion, edges,
            )
            for modification in self.modifications
        }  # fmt: skip

    def problem(self, block: Block) -> PairProblem:
        """See `Calculation`."""
        return self._problems[_of_pair(block)]

    def pieces(self, block: Block, waves: NDArray) -> list[Piece]:
        """See `Calculation`; Omega to the largest j1 + j2 that a transition begins in."""
        changes = self.settings.transitions
        labels = [self.initial_levels(_of_pair(block), change[:2]) for change in changes]
        top = max(int((own[:, 1] + own[:, 3]).max()) for own in labels)
        return self.problem(block).pieces(waves, self.settings.method, top)

    def wanted(self, block: Block) -> tuple[NDArray, NDArray, NDArray]:
        """See `Calculation`."""
        basis: NDArray = np.array(self.basis(_of_pair(block)))
        energies, tops = self.energies(basis), self.settings.levels.j_max
        begins = (basis[:, 1] <= tops[0]) & (basis[:, 3] <= tops[1])
        vibration = [tuple(own) for own in basis[:, [0, 2]].tolist()]
        mask = np.zeros((len(basis), len(basis)), dtype=bool)
        for change in self.settings.transitions:
            before, after = (
                np.array([own == part for own in vibration]) for part in (change[:2], change[2:])
            )
            mask |= (before & begins)[:, None] & after
        # Each pair once, from the higher to the lower level.
        mask = (mask | mask.T) & (energies[:, None] > energies)
        initial, final = np.nonzero(mask)
        return basis, initial, final

    def energies(self, labels: NDArray) -> NDArray:
        """See `Calculation`."""
        first, second = self.rotors
        v_1, j_1, v_2, j_2 = np.asarray(labels).T
        return first.energies[v_1, j_1] + second.energies[v_2, j_2]

    def degeneracies(self, labels: NDArray) -> NDArray:
        """See `Calculation`."""
        return degeneracies(np.asarray(labels))

    def remainder(self) -> float:
        """What the angular expansion leaves out: largest rms error over the rms anisotropy of V.

        At equilibrium bond lengths, where the mean of V over orientations is below the highest
        total energy.
        """
        edges = sector_edges(self.settings.sectors_bohr)
        distance = np.linspace(edges[0], edges[-1], 4 * int(edges[-1] - edges[0]))
        r_a, r_b = (molecule.r_e for molecule in self.molecules)
        bonds = np.array([r_a]), np.array([r_b])
        terms = self.expansion.coefficients(self.potential, distance, *bonds)[:, :, 0]
        # The functions are orthonormal, and all orientations have the volume 8 pi.
        mean = terms[:, 0] / np.sqrt(8.0 * np.pi)
        anisotropy = np.sqrt((terms[:, 1:] ** 2).sum(axis=1) / (8.0 * np.pi))
        highest = max(block.energies.max() for block in self.blocks())
        reached = mean < highest
        error = self.expansion.remainder(self.potential, distance[reached], r_a, r_b)
        return float((error / anisotropy[reached]).max())

    def most_channels(self) -> int:
        """The largest number of channels of one block of the Hamiltonian."""
        fastest = max(self.settings.energies.collision_cm) * CM_TO_HARTREE
        k = np.sqrt(2.0 * self.reduced_mass * fastest)
        total = int(np.ceil(self.settings.waves.reach_bohr * k)) + self.settings.waves.extra
        return max(
            channel_count(np.array(self.basis(modification)), self.settings.method, total)
            for modification in self.modifications
        )

    def _check_memory(self) -> None:
        channels = self.most_channels()
        sectors = len(sector_edges(self.settings.sectors_bohr)) - 1
        needed, limit = memory_mb(channels, sectors), self.settings.jobs.memory_mb
        if needed > limit:
            raise UserError(
                f"basis: {channels} channels in {sectors} sectors need {needed:.0f} MB, more than "
                f"jobs.memory_mb, {limit}; raise it if the machine has them, or lower basis.j_max "
                "or basis.rotation_cm"
            )

    def _check_rotation(self, modification: Modification) -> None:
        """UserError unless the basis has initial levels and takes up the highest energy."""
        rotations, tops = np.array(self.rotations(modification)), self.settings.levels.j_max
        if not (rotations <= tops).all(axis=1).any():
            raise UserError(
                f"levels.j_max: {list(tops)} leaves no initial level with {modification[0]} j1 and "
                f"{modification[1]} j2; raise it, or leave them out by modifications"
            )
        highest = max(self.settings.energies.collision_cm)
        lowest = np.zeros(len(rotations), dtype=int)
        labels = np.stack([lowest, rotations[:, 0], lowest, rotations[:, 1]], axis=1)
        energies = self.energies(labels)
        rotation = (energies.max() - self.energies(np.zeros((1, 4), dtype=int))[0]) * HARTREE_TO_CM
        if rotation < highest:
            raise UserError(
                f"basis: its highest rotational level, {rotation:.0f} cm^-1 with {modification[0]} "
                f"j1 and {modification[1]} j2, cannot take up the highest collision energy, "
                f"{highest:g}; raise basis.j_max or basis.rotation_cm, or lower "
                "energies.collision_cm"
            )

    def _check_thresholds(self, modification: Modification, highest: float) -> None:
        for change in self.settings.transitions:
            after = np.array([
                level for level in self.basis(modification) if level[::2] == change[2:]
            ])  # fmt: skip
            lowest = self.energies(after).min()
            if highest <= lowest:
                raise UserError(
                    f"energies.collision_cm: the highest total energy, "
                    f"{highest * HARTREE_TO_CM:.0f} cm^-1, is below the threshold of "
                    f"{list(change)}, {lowest * HARTREE_TO_CM:.0f}; raise it"
                )


def check_like_ends(potential: PotentialFunction, molecules: tuple[Diatom, Diatom]) -> None:
    """UserError if V changes when a molecule with like ends is turned round."""
    random = np.random.default_rng(1)
    c_a, c_b = random.uniform(-1.0, 1.0, (2, 40))
    room = np.sqrt((1.0 - c_a**2) * (1.0 - c_b**2))
    c_ab = c_a * c_b + room * random.uniform(-1.0, 1.0, 40)
    distance = random.uniform(5.0, 9.0, 40)
    r_a, r_b = (np.array(molecule.r_e) for molecule in molecules)
    v = potential(distance, c_a, c_b, c_ab, r_a, r_b)
    turned = (
        potential(distance, -c_a, c_b, -c_ab, r_a, r_b),
        potential(distance, c_a, -c_b, -c_ab, r_a, r_b),
    )
    for molecule, other in zip(molecules, turned, strict=True):
        change = np.abs(other - v).max() / np.abs(v).max()
        if molecule.like_ends and change > _SYMMETRY:
            raise UserError(
                f"surface: V changes by {change:.1e} of itself when {molecule.name} is turned "
                "round, though both its nuclei are alike; give a surface that is symmetric, or "
                "different masses_u"
            )


def _of_pair(block: Block) -> Modification:
    assert block.modification, "a block of two diatoms has a modification"
    return block.modification


def _diatom(name: str, molecule: Diatom | Atom) -> Diatom:
    if isinstance(molecule, Atom):
        raise UserError(f"pair: {name} is an atom; name a diatom")
    return molecule


def _allowed(kind: str, top: int) -> range:
    """The j of a nuclear-spin modification."""
    return range(top + 1) if kind == ALL else range(int(kind == ODD), top + 1, 2)
