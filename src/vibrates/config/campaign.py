"""The configuration of a campaign: its model, reading and validation."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import yaml
from annotated_types import MinLen
from pydantic import model_validator

from vibrates.config import crossover, surface_block
from vibrates.config.blocks import Dynamics, Figures, Jobs, Modules, Rates, Reference, Sampling
from vibrates.config.completion import Complete
from vibrates.config.grid import BasisRule, Grid
from vibrates.config.learning import Learning
from vibrates.config.rotors import DESCRIPTION, QuantisedRotor, Rotor, settings_of
from vibrates.core.errors import UserError
from vibrates.core.model import Model, Natural, key, optional
from vibrates.core.yaml_files import merge, read_layers
from vibrates.molecules.settings import Molecule

if TYPE_CHECKING:
    from vibrates.molecules.diatom import Atom, Diatom


class Campaign(Model):
    """The complete, validated configuration of a campaign."""

    name: str = key("Name of the campaign", "text", pattern="^[A-Za-z0-9._-]+$")
    results: str = key("Directory that takes the results", "path", min_length=1)
    seed: Natural = key("Seed of every random stream of the campaign", "1", le=4294967295)
    pair: tuple[str, str] = key("The two molecules a and b, keys of `molecules`", "text")
    molecules: Annotated[dict[str, Molecule], MinLen(1)] = key(
        "Constants of the molecules", "see the keys"
    )
    surface: surface_block.Surface = key(*surface_block.DESCRIPTION)
    grid: Grid = key("Where trajectories start", "see the keys")
    basis: Annotated[dict[str, BasisRule], MinLen(1)] = key(
        "Vibrational levels propagated of each molecule, around the initial one", "see the keys"
    )
    rotors: dict[str, Rotor] = key(
        f"{DESCRIPTION}; classical where a molecule is not named", "see the keys"
    )
    dynamics: Dynamics = key("Integrator and the limits a trajectory has to keep", "see the keys")
    sampling: Sampling = key("How many trajectories, and where", "see the keys")
    rates: Rates = key("Rate coefficients", "see the keys")
    jobs: Jobs = key("Size of one job", "see the keys")
    learning: Learning | None = optional(
        "What is learned from the rates; `none` or absent for a campaign without learning, as of "
        "one state",
        "see the keys",
    )
    complete: Complete | None = optional(
        "A table of transitions that the campaign completes by itself, by further rounds",
        "see the keys",
    )
    figures: Figures = key("What the figures show", "see the keys")
    reference: Reference = key("Published data to compare with, optional", "path")
    modules: Modules = key(
        "Side calculations whose rules join the campaign's, each as the file that describes it "
        "(workflow/modules)",
        "path",
    )

    @model_validator(mode="before")
    @classmethod
    def _none_is_absent(cls, blocks: Any) -> Any:
        if not isinstance(blocks, Mapping):
            return blocks
        return {
            name: block
            for name, block in blocks.items()
            if name not in ("learning", "complete") or block not in (None, "none")
        }

    @cached_property
    def partners(self) -> "tuple[Diatom | Atom, Diatom | Atom]":
        """The two molecules of the pair."""
        # SciPy is required only for computing.
        from vibrates.molecules.diatom import molecule_from_config

        a, b = (molecule_from_config(name, self.molecules[name]) for name in self.pair)
        return a, b

    @cached_property
    def parts(self) -> "dict[str, Campaign]":
        """The campaigns, one per treatment of the rotors, that this one runs and joins, by name.

        Itself, without name, unless a rotor is quantised up to some temperature (`crossover`).
        """
        return crossover.split(self)

    @cached_property
    def crossover_K(self) -> float | None:
        """Largest temperature of k with the quantised rotor, if above it rotors are classical."""
        found = crossover.crossing(self)
        return None if found is None else found[1].up_to_K

    @cached_property
    def quantised(self) -> QuantisedRotor | None:
        """The molecule whose rotation is quantised; None if both rotors are classical.

        With a crossover that of the part that has it.
        """
        if self.crossover_K is not None:
            return self.parts[crossover.QUANTUM].quantised
        found = [
            (position, settings_of(self.rotors[name]))
            for position, name in enumerate(self.pair)
            if name in self.rotors
        ]
        for position, settings in found:
            if settings.treatment == "quantum":
                return QuantisedRotor(
                    position,
                    self.partners[position],  # type: ignore[arg-type]  # `constraints` refuse atoms
                    settings,
                    self.molecules[self.pair[position]].spin_weights,
                    tuple(
                        sorted({*self.rates.temperatures_K, *self.sampling.target_temperatures_K})
                    ),
                    {state: self._released(state) for state in self.grid.states},
                )
        return None

    @cached_property
    def states(self) -> list[tuple[int, ...]]:
        """Initial states of trajectories: (v, w), or (v, w, j) with a quantised rotor.

        With a crossover those of the part that has it; each part has its own.
        """
        if self.quantised is None:
            return list(self.grid.states)
        return list(self.quantised.states(self.grid.states))

    def _released(self, state: tuple[int, int]) -> float:
        """Largest energy that a target transition releases from (v, w), hartree; at least 0."""
        from vibrates.collisions.pair import energy_defect

        finals = [
            [level + step for level, step in zip(state, change, strict=True)]
            for change in self.sampling.target_transitions
        ]
        return max(
            [0.0]
            + [
                float(energy_defect(self.partners, state, final))
                for final in finals
                if min(final) >= 0
            ]
        )

    @property
    def to_learn(self) -> Learning:
        """The block ``learning``; UserError if the campaign has none."""
        if self.learning is None:
            raise UserError("learning: the campaign has no such block; add it")
        return self.learning

    @property
    def to_complete(self) -> Complete:
        """The block ``complete``; UserError if the campaign has none."""
        if self.complete is None:
            raise UserError("complete: the campaign has no such block; add it (docs/complete.md)")
        return self.complete

    @property
    def shown(self) -> tuple[tuple[int, int], int]:
        """The family (dv, dw) and the level w that figures and the summary show.

        Those learned first; without learning the first target transition, from the first state of
        the grid that can make it.
        """
        if self.learning is not None:
            return self.learning.shown
        for dv, dw in self.sampling.target_transitions:
            for v, w in self.grid.states:
                if v + dv >= 0 and w + dw >= 0:
                    return (dv, dw), w
        return self.sampling.target_transitions[0], self.grid.states[0][1]

    def levels(self, molecule: str, level: int) -> range:
        """Vibrational levels propagated of a molecule that starts in ``level``."""
        return self.basis[molecule].levels(level)

    def bases(self, v: int, w: int) -> tuple[range, range]:
        """Levels propagated of both molecules for the initial state (v, w)."""
        a, b = self.pair
        return self.levels(a, v), self.levels(b, w)


def load(path: str | Path, changes: Mapping[str, Any] | None = None) -> Campaign:
    """The validated configuration of the campaign in `path`, updated by `changes`.

    Raises UserError, one line that names file, key, value, limit and remedy.
    """
    return load_all([path], changes)


def load_all(paths: Sequence[str | Path], changes: Mapping[str, Any] | None = None) -> Campaign:
    """As `load`, from several files, each updating the previous ones."""
    mapping: dict[str, Any] = {}
    for path in paths:
        mapping = merge(mapping, read_layers(path))
    mapping = merge(mapping, _typed(dict(changes or {})))
    return checked(mapping, ", ".join(str(_short(path)) for path in paths))


def checked(mapping: Mapping[str, Any], source: str) -> Campaign:
    """The campaign of a plain mapping, with relations between blocks, molecules and files checked.

    Raises UserError, one line that begins with ``source``.
    """
    # Constraints need molecules and surfaces, which the blocks alone do not.
    from vibrates.config import constraints

    campaign = Campaign.from_mapping(mapping, source)
    constraints.check(campaign, source)
    return campaign


def resolved(mapping: Mapping[str, Any], source: str = "the resolved configuration") -> Campaign:
    """The campaign of a resolved mapping that was validated before, such as configuration.yaml.

    Raises UserError naming ``source`` if this version has other keys.
    """
    return Campaign.from_mapping(mapping, source)


def _typed(value: Any) -> Any:
    """Values from the command line of Snakemake, where numbers inside mappings are texts."""
    if isinstance(value, dict):
        return {key: _typed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_typed(item) for item in value]
    return yaml.safe_load(value) if isinstance(value, str) else value


def _short(path: str | Path) -> Path:
    """`path` relative to the working directory, if it is below it."""
    path = Path(path)
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
