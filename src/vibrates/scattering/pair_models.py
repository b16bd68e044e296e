"""The description of quantum scattering of two diatoms, `config/quantum/*.yaml` with ``pair``."""

from typing import Annotated, Literal, Self

from annotated_types import Ge, Le, MinLen
from pydantic import model_validator

from vibrates.config.surface_block import DESCRIPTION, Surface
from vibrates.core.model import (
    WHOLE,
    Ascending,
    Count,
    Model,
    Natural,
    Positive,
    Rule,
    Unique,
    key,
    optional,
)
from vibrates.molecules.settings import Molecule
from vibrates.scattering.models import METHOD, SECTORS, Sectors, check_sectors

_SEE = "see the keys"
Both = tuple[Natural, Natural]  # of the first and of the second molecule
Order = Annotated[int, Ge(0), Le(40), WHOLE]
Change = tuple[Natural, Natural, Natural, Natural]
Spin = Annotated[float, Ge(0), Le(10)]


class PairBasis(Model):
    """Levels that are coupled: all vibrational ones with the same rotational ones."""

    vibrations: Annotated[tuple[Both, ...], MinLen(1), Unique()] = key(
        "Vibrational levels (v1, v2) of both molecules", "1"
    )
    j_max: Both = key("Highest j1 and j2, the same in all vibrational levels", "1")
    rotation_cm: float | None = optional(
        "Highest energy of rotation of both molecules together, that of the vibrational ground "
        "state; without it every j1 goes with every j2",
        "cm^-1",
        gt=0,
    )
    points: tuple[Count, Count] = key(
        "Points of the vibrational grids, each a PODVR of so many states", "1"
    )


class PairLevelsWanted(Model):
    """Rotational levels between which rates are wanted."""

    j_max: Both = key(
        "Highest j1 and j2 of the vibrational level that a transition begins in; it may end in "
        "all of the basis",
        "1",
    )


class PairEnergies(Model):
    """Energies at which cross sections are computed."""

    collision_cm: Annotated[tuple[Positive, ...], MinLen(3), Ascending()] = key(
        "Collision energies above the lowest level that a transition begins in, of every "
        "nuclear-spin modification",
        "cm^-1",
    )


class PairWaves(Model):
    """Partial waves."""

    reach_bohr: float = key("Impact parameter beyond which nothing changes its state", "bohr", gt=0)
    extra: Natural = key("Partial waves beyond it", "1")
    step: Count = key("Least distance of the J that are computed", "1")
    every: Count = key(
        "After J the next one computed is J + max(step, J // every); as large as J to compute all "
        "with step 1",
        "1",
    )


class PairJobs(Model):
    """Size of one job."""

    energies: Count = key("Total energies of one block", "1")
    chunks: Count = key("Jobs into which the partial waves of one block are shared out", "1")
    ranks: Count = key("MPI ranks of one job, which share its projections Omega", "1")
    memory_mb: Count = key("Memory of one rank; more channels than it holds are refused", "MB")


class PairScattering(Model):
    """Quantum scattering of two vibrating rotors."""

    name: str = key("Name of the calculation", "text", pattern="^[A-Za-z0-9_-]+$")
    results: str = key("Directory of the products", "path")
    pair: tuple[str, str] = key("The two diatoms, keys of `molecules`", "text")
    molecules: Annotated[dict[str, Molecule], MinLen(1)] = key("Constants of the molecules", _SEE)
    nuclear_spin: dict[str, Spin] | None = optional(
        "Spin I of each nucleus, by the name of every molecule of the pair with two like nuclei: "
        "gives the weights of even and odd j (Sigma_g^+ state)",
        "hbar",
    )
    modifications: dict[str, Annotated[tuple[Literal["even", "odd"], ...], MinLen(1)]] | None = (
        optional(
            "Nuclear-spin modifications that are computed, by the name of a molecule with two like "
            "nuclei: even, odd j; without it both. Averages are over those that are computed",
            "text",
        )
    )
    surface: Surface = key(*DESCRIPTION)
    method: Literal["coupled_states", "close_coupling"] = key(*METHOD)
    basis: PairBasis = key("Levels that are coupled", _SEE)
    expansion_orders: tuple[Order, Order, Order] = key(
        "Highest orders lambda1, lambda2 and mu of the angular expansion of the potential", "1"
    )
    sectors_bohr: Sectors = key(*SECTORS, min_length=2)
    transitions: Annotated[tuple[Change, ...], MinLen(1), Unique()] = key(
        "Vibrational transitions v1, v2, v1', v2'", "1"
    )
    levels: PairLevelsWanted = key("Rotational levels between which rates are wanted", _SEE)
    energies: PairEnergies = key("Energies at which cross sections are computed", _SEE)
    waves: PairWaves = key(
        "Partial waves J: all up to reach k + extra, of which some are computed and the others "
        "interpolated",
        _SEE,
    )
    jobs: PairJobs = key("Size of one job", _SEE)
    temperatures_K: tuple[Positive, ...] = key(
        "Temperatures of the rate coefficients", "K", min_length=2
    )

    @model_validator(mode="after")
    def _molecules_of_the_pair(self) -> Self:
        for name in self.pair:
            if name not in self.molecules:
                raise Rule("pair", f"{name} is no key of molecules; add its constants there")
            if self.molecules[name].is_atom:
                raise Rule(
                    "pair",
                    f"{name} is an atom; describe a diatom and an atom by the keys molecule and "
                    "atom, as config/quantum/hehd.yaml does",
                )
        if self.pair[0] == self.pair[1]:
            raise Rule(
                "pair",
                f"two molecules {self.pair[0]} are identical, and their exchange symmetry is not "
                "implemented; name two that differ",
            )
        return self

    @model_validator(mode="after")
    def _spins_of_like_nuclei(self) -> Self:
        spins = self.nuclear_spin or {}
        for name in self.pair:
            masses = self.molecules[name].masses_u
            like = masses[0] == masses[1]
            if like and name not in spins:
                raise Rule(
                    f"nuclear_spin.{name}",
                    f"missing, though both nuclei have {masses[0]:g} u and their spin decides how "
                    "even and odd j are populated; give it in units of hbar, 0.5 for H, 1 for D or "
                    "N",
                )
        for key_name, entries in (("nuclear_spin", spins), ("modifications", self.modifications)):
            for name in entries or {}:
                masses = self.molecules[name].masses_u if name in self.pair else ()
                if len(masses) != 2 or masses[0] != masses[1]:
                    raise Rule(
                        f"{key_name}.{name}",
                        f"{name} is no molecule of the pair with two like nuclei; remove it",
                    )
        for name, spin in spins.items():
            if not (2 * spin).is_integer():
                raise Rule(
                    f"nuclear_spin.{name}",
                    f"{spin:g} is no spin; give a multiple of 0.5, 0 or more",
                )
        return self

    @model_validator(mode="after")
    def _levels_in_basis(self) -> Self:
        vibrations = set(self.basis.vibrations)
        for change in self.transitions:
            if change[:2] == change[2:]:
                raise Rule(
                    "transitions",
                    f"{list(change)} changes no vibrational level; give one that does",
                )
            for level in (change[:2], change[2:]):
                if level not in vibrations:
                    raise Rule(
                        "basis.vibrations",
                        f"level {list(level)} of transitions is missing; add it",
                    )
        for number, name in enumerate(self.pair):
            masses = self.molecules[name].masses_u
            step = 2 if masses[0] == masses[1] else 1
            wanted, top = self.levels.j_max[number], self.basis.j_max[number]
            if top < wanted + step:
                raise Rule(
                    "basis.j_max",
                    f"{top} of {name} is too low for collisions from j = {wanted}, which couple to "
                    f"j = {wanted + step}; give {wanted + step} or more",
                )
            highest = max(level[number] for level in self.basis.vibrations)
            if self.basis.points[number] < highest + 3:
                raise Rule(
                    "basis.points",
                    f"{self.basis.points[number]} of {name} are too few for v = {highest}; give "
                    f"{highest + 3} or more",
                )
        check_sectors(self.sectors_bohr)
        return self
