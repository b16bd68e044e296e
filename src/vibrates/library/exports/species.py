"""Species of a reaction: their quantum numbers, formula and level energies."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import yaml

from vibrates.core.errors import UserError
from vibrates.core.units import HARTREE_TO_CM
from vibrates.library.table import Rate, RateTable
from vibrates.molecules.diatom import Diatom

_ELEMENT = re.compile(r"([A-Z][a-z]?)(\d*)")


@dataclass(frozen=True)
class State:
    """A species in one level.

    ``numbers``: quantum numbers with their usual letters (v, J), empty for an atom.
    """

    species: str
    numbers: tuple[tuple[str, int], ...]

    @property
    def ground(self) -> bool:
        """Whether it is in v = 0 of a table that does not resolve rotation, or an atom."""
        return all(name == "v" and value == 0 for name, value in self.numbers)


def sides(rate: Rate) -> tuple[tuple[State, ...], tuple[State, ...]]:
    """Initial and final states of the two species, in the order of the pair."""
    half = len(rate.numbers) // 2
    return _states(rate, rate.numbers[:half]), _states(rate, rate.numbers[half:])


def _states(rate: Rate, values: tuple[int, ...]) -> tuple[State, ...]:
    left = iter(values)
    # The second molecule's level is called w in a table of a pair, and v by everybody else.
    letters = {"w": "v", "j": "J"}
    return tuple(
        State(species, tuple((letters.get(name, name), next(left)) for name in names))
        for species, names in rate.table.numbers.items()
    )


def all_states(rates: list[Rate]) -> Iterator[State]:
    """Every state once: of the first species by level, then of the second."""
    found = {state for rate in rates for side in sides(rate) for state in side}
    order = list(rates[0].table.numbers)
    yield from sorted(found, key=lambda state: (order.index(state.species), state.numbers))


def elements(species: str) -> dict[str, int]:
    """Atoms of a formula: ``{"N": 2}``; deuterium is the element D.

    Raises
    ------
    UserError
        If the name is no formula.
    """
    if not re.fullmatch(f"({_ELEMENT.pattern})+", species):
        raise UserError(
            f"species {species!r}: no chemical formula, which this format needs; name it like N2 "
            "or CO in the configuration"
        )
    atoms: dict[str, int] = {}
    for symbol, count in _ELEMENT.findall(species):
        atoms[symbol] = atoms.get(symbol, 0) + int(count or 1)
    return atoms


def molecules(table: RateTable) -> Mapping:
    """Entries of the two species in the configuration that the product carries; may be empty."""
    text = table.dataset.attrs.get("configuration")
    return _entries(text) if text else {}


@cache
def _entries(text: str) -> Mapping:
    return yaml.safe_load(text).get("molecules", {})


def energy_cm(table: RateTable, state: State) -> float | None:
    """Energy of a level above the lowest one, cm^-1; None where the product does not tell.

    From the constants in the configuration that the product carries.
    """
    entry = molecules(table).get(state.species)
    if not state.numbers:
        return 0.0
    if entry is None or "omega_e_cm" not in entry or len(state.numbers) > 1:
        return None
    molecule = Diatom.from_config(state.species, entry)
    lowest, level = molecule.level_energy([0, state.numbers[0][1]])
    return float(level - lowest) * HARTREE_TO_CM
