"""Transitions as text: ``N2(7) + H2(0) -> N2(6) + H2(0)``.

The quantum numbers of a state are in parentheses after its species. A species without parentheses
is in its ground state; numbers may have their names, ``N2(v=7)``, ``HD(v=0, j=1)``.
"""

import re
from collections.abc import Mapping, Sequence

from vibrates.core.errors import UserError

_STATE = re.compile(r"(?P<species>[A-Za-z][A-Za-z0-9]*)\s*(?:\((?P<numbers>[^()]*)\))?")
EXAMPLE = "N2(7) + H2(0) -> N2(6) + H2(0)"


def parse(text: str, numbers: Mapping[str, Sequence[str]]) -> tuple[int, ...]:
    """Initial, then final quantum numbers of a transition.

    Parameters
    ----------
    text : str
        ``A(...) + B(...) -> A(...) + B(...)``, in any order of A and B on either side.
    numbers : mapping
        Names of the quantum numbers of each species, in the order of the pair:
        ``{"N2": ["v"], "H2": ["w"]}``; an atom has none.

    Raises
    ------
    UserError
        If the text has another form, names other species or other quantum numbers.
    """
    sides = re.split(r"->|=>|→", text)
    if len(sides) != 2:
        raise UserError(f"{text!r}: a reaction has one '->'; write it as in {EXAMPLE!r}")
    return tuple(value for side in sides for value in _side(text, side, numbers))


def _side(text: str, side: str, numbers: Mapping[str, Sequence[str]]) -> list[int]:
    found: dict[str, list[int]] = {}
    for term in side.split("+"):
        match = _STATE.fullmatch(term.strip())
        if not match:
            raise UserError(f"{text!r}: {term.strip()!r} is no state; write it as in {EXAMPLE!r}")
        species = match["species"]
        if species not in numbers or species in found:
            raise UserError(
                f"{text!r}: {species} where {' + '.join(numbers)} is expected on either side"
            )
        found[species] = _values(text, species, match["numbers"], numbers[species])
    if missing := [species for species in numbers if species not in found]:
        raise UserError(f"{text!r}: {missing[0]} is missing on a side; write it as in {EXAMPLE!r}")
    return [value for species in numbers for value in found[species]]


def _values(text: str, species: str, given: str | None, names: Sequence[str]) -> list[int]:
    entries = [] if given is None or not given.strip() else given.split(",")
    if not entries:
        return [0] * len(names)
    values = []
    for name, entry in zip(names, entries, strict=False):
        match = re.fullmatch(r"(?:(?P<name>[a-z]+)\s*=?\s*)?(?P<value>\d+)", entry.strip())
        # Users write v for either molecule of a pair, irrespective of its name in the table.
        if not match or match["name"] not in (None, name, "v" if name == "w" else name):
            break
        values.append(int(match["value"]))
    if not len(values) == len(names) == len(entries):
        raise UserError(
            f"{text!r}: {species}({given}) where {species}({', '.join(names)}) with whole "
            "numbers is expected"
        )
    return values


def text(values: Sequence[int], numbers: Mapping[str, Sequence[str]]) -> str:
    """The transition with these initial, then final quantum numbers, as `parse` reads it."""
    count = len(values) // 2
    return " -> ".join(_written(side, numbers) for side in (values[:count], values[count:]))


def _written(values: Sequence[int], numbers: Mapping[str, Sequence[str]]) -> str:
    left, states = list(values), []
    for species, names in numbers.items():
        own, left = left[: len(names)], left[len(names) :]
        states.append(f"{species}({','.join(map(str, own))})" if own else species)
    return " + ".join(states)
