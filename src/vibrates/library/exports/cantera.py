"""Cantera: a phase, its species (one per level) and irreversible reactions in YAML.

Cantera 3.2 has no rate law with T^(-1/3); k is written as a Chebyshev series in 1/T, which holds
endothermic rates as well. Cantera 4.0, which is in development, adds the type
``multi-state-resolved-vibrational-relaxation`` with k = A T^b exp(C0 + C13 T^(-1/3) +
C23 T^(-2/3)), spelled here as its sources of 2026 do; reactions that it does not reach go out as
Chebyshev series there too. It has no Boltzmann factor, so that endothermic reactions are such.

Species carry the energy of their level as enthalpy, so that heat is balanced; entropies are those
of one level (the same for all levels, without absolute meaning), heat capacities those of
translation and rotation.
"""

import math
from pathlib import Path

import yaml
from scipy.constants import N_A as AVOGADRO
from scipy.constants import R, c, h

from vibrates.library import fit
from vibrates.library.exports import species
from vibrates.library.exports.format import Format
from vibrates.library.exports.selection import Selection, commented, fits
from vibrates.library.exports.species import State
from vibrates.library.table import Rate, RateTable

_CM_TO_J_PER_MOL = 100.0 * h * c * AVOGADRO
RELAXATION = "multi-state-resolved-vibrational-relaxation"
_NOTES = (
    "Units: cm, molecule, s, K; k in cm^3 molecule^-1 s^-1; enthalpies in J/mol above the lowest "
    "level",
    "Species: N2 is the lowest level, N2(v1) the next; all reactions are irreversible, each "
    "direction is a reaction of its own",
)
_NO_ENERGIES = "Enthalpies are 0: the product states no level energies"


def content(chosen: Selection, path: Path) -> dict[Path, str]:
    """The mechanism for Cantera 3.2."""
    kept = fits(chosen, lambda rate: _fitted(chosen, rate))
    reactions = [_chebyshev(rate, found) for rate, found in kept]
    return _mechanism(chosen, path, FORMAT, reactions)


def content_4(chosen: Selection, path: Path) -> dict[Path, str]:
    """The mechanism with the relaxation type of Cantera 4.0 where its error allows."""
    reactions = []
    for rate in chosen.rates:
        plain = fit.law(rate, *chosen.range(rate), boltzmann=False)
        if plain.worst <= chosen.limit:
            chosen.within(rate, plain)
            reactions.append(_relaxation(rate, plain))
            continue
        found = _fitted(chosen, rate)
        if chosen.within(rate, found):
            reactions.append(_chebyshev(rate, found))
    chosen.none_left()
    return _mechanism(
        chosen,
        path,
        FORMAT_4,
        reactions,
        f"Type {RELAXATION} as in the development sources of 4.0; no released version reads it",
    )


def name(state: State) -> str:
    """``N2`` for the lowest level, ``N2(v3)`` for others, ``HD(v0J1)`` where J is resolved."""
    if state.ground:
        return state.species
    return f"{state.species}({''.join(f'{letter}{value}' for letter, value in state.numbers)})"


def equation(rate: Rate) -> str:
    """The irreversible reaction, ``N2(v3) + H2 => N2(v2) + H2``."""
    return " => ".join(" + ".join(map(name, side)) for side in species.sides(rate))


def _fitted(chosen: Selection, rate: Rate) -> fit.Chebyshev:
    aim = min(fit.AIM, chosen.limit)
    return fit.chebyshev(rate, *chosen.range(rate), power=1.0, aim=aim)


def _chebyshev(rate: Rate, found: fit.Chebyshev) -> dict:
    return {
        "equation": equation(rate),
        "type": "Chebyshev",
        "temperature-range": [found.low, found.high],
        # One column: k does not depend on pressure, and any pressure may be asked for.
        "pressure-range": ["1.0e-12 atm", "1.0e+06 atm"],
        "data": [[float(f"{one / math.log(10.0):.12g}")] for one in found.coefficients],
    }


def _relaxation(rate: Rate, found: fit.Law) -> dict:
    # The constant stands in the exponent: A has the units, and may be smaller than a number can.
    constants = {"A": 1.0, "b": found.b, "C0": found.log_A, "C13": found.C, "C23": found.D}
    return {
        "equation": equation(rate),
        "type": RELAXATION,
        "rate-constant": {key: float(f"{value:.12g}") for key, value in constants.items()},
    }


def _mechanism(
    chosen: Selection, path: Path, form: Format, reactions: list[dict], *notes: str
) -> dict[Path, str]:
    rates = [rate for rate in chosen.rates if str(rate) in chosen.errors]
    states = list(species.all_states(rates))
    table = chosen.table
    if any(species.energy_cm(table, state) is None for state in states):
        notes = (*notes, _NO_ENERGIES)
    elements = sorted({atom for state in states for atom in species.elements(state.species)})
    document = {
        "units": {"length": "cm", "quantity": "molec", "activation-energy": "K"},
        "phases": [
            {
                "name": "gas",
                "thermo": "ideal-gas",
                "elements": elements,
                "species": [name(state) for state in states],
                "kinetics": "gas",
                "state": {"T": 300.0, "P": "1 atm"},
            }
        ],
        "species": [_species(table, state) for state in states],
        "reactions": reactions,
    }
    text = yaml.dump(document, Dumper=_Dumper, sort_keys=False, default_flow_style=None, width=100)
    header = commented(chosen.header(form, *_NOTES, *notes), "#")
    return {path: "\n".join([*header, "", text])}


def _species(table: RateTable, state: State) -> dict:
    atoms = species.elements(state.species)
    energy = species.energy_cm(table, state) or 0.0
    degrees = 5 if sum(atoms.values()) == 2 else 3
    return {
        "name": name(state),
        "composition": atoms,
        "thermo": {
            "model": "constant-cp",
            "T0": 300.0,
            "h0": f"{energy * _CM_TO_J_PER_MOL:.6f} J/mol",
            "s0": "0.0 J/mol/K",
            "cp0": f"{(degrees / 2 + 1) * R:.6f} J/mol/K",
        },
    }


class _Dumper(yaml.SafeDumper):
    """Plain text of numbers that every YAML reader takes for numbers."""


def _float(dumper: _Dumper, value: float) -> yaml.ScalarNode:
    text = repr(value)
    if "e" in text and "." not in text:
        text = text.replace("e", ".0e")
    return dumper.represent_scalar("tag:yaml.org,2002:float", text)


_Dumper.add_representer(float, _float)

FORMAT = Format(
    "cantera", ".yaml", "Cantera 3.2: mechanism with Chebyshev series, both directions", content
)
FORMAT_4 = Format(
    "cantera-4.0",
    ".yaml",
    "Cantera 4.0 (development): vibrational relaxation type, Chebyshev where it does not reach",
    content_4,
)
