"""ZDPlasKin: ELEMENTS, SPECIES and REACTIONS of a kinetics file; rates are Fortran of Tgas.

Lines with ``$`` are Fortran that ZDPlasKin copies into its routine of rates, declarations first.
"""

from pathlib import Path
from textwrap import wrap

from vibrates.library import fit
from vibrates.library.exports import species
from vibrates.library.exports.format import Format
from vibrates.library.exports.selection import Selection, commented, fits
from vibrates.library.exports.species import State
from vibrates.library.table import Rate


def content(chosen: Selection, path: Path) -> dict[Path, str]:
    """One file; a model, or to be merged into one section by section."""
    kept = fits(chosen, lambda rate: fit.law_or_chebyshev(rate, chosen.limit, *chosen.range(rate)))
    states = list(species.all_states([rate for rate, _ in kept]))
    atoms = sorted({atom for state in states for atom in species.elements(state.species)})
    # Variables are named after the pair, so that files of several pairs make one model.
    own = "_".join(["v", *chosen.table.pair]).lower()
    notes = (
        "Units: rates in cm^3 s^-1, Tgas in K; species: N2 is the lowest level, N2(V1) the next",
        "Below and above its range each rate keeps the value at the end of it; ZDPlasKin makes no "
        "reverse reactions",
    )
    lines = [
        *commented(chosen.header(FORMAT, *notes), "#"),
        "",
        "ELEMENTS",
        " ".join(atoms),
        "END",
        "",
        "SPECIES",
        *wrap(" ".join(map(name, states)), 80),
        "END",
        "",
        "REACTIONS",
        *_fortran([found for _, found in kept], own),
        *(_reaction(rate, f"{own}({number})") for number, (rate, _) in enumerate(kept, 1)),
        "END",
    ]
    return {path: "\n".join(lines) + "\n"}


def name(state: State) -> str:
    """``N2`` for the lowest level, ``N2(V3)`` for others."""
    if state.ground:
        return state.species
    return f"{state.species}({''.join(f'{a}{value}' for a, value in state.numbers).upper()})"


def _reaction(rate: Rate, variable: str) -> str:
    left, right = (" + ".join(map(name, side)) for side in species.sides(rate))
    return f"{left} => {right} ! exp({variable})"


def _fortran(found: list[fit.Law | fit.Chebyshev], own: str) -> list[str]:
    """ln k of every reaction into the array ``own``; functions of T once per range of T."""
    ranges: dict[tuple[float, float], list[int]] = {}
    for number, one in enumerate(found, 1):
        ranges.setdefault((one.low, one.high), []).append(number)
    terms = max(len(one.coefficients) if isinstance(one, fit.Chebyshev) else 2 for one in found)
    lines = [f"double precision :: {own}_t, {own}_l, {own}_x, {own}_c(0:{terms - 1})"]
    lines.append(f"double precision :: {own}({len(found)})")
    for (low, high), numbers in ranges.items():
        lines += _functions(low, high, terms, own)
        for number in numbers:
            lines += _sum(f"{own}({number})", _terms(found[number - 1], own))
    return [f"$ {line}" for line in lines]


def _functions(low: float, high: float, terms: int, own: str) -> list[str]:
    """T within its range, ln T, T^(-1/3) and its Chebyshev polynomials."""
    c = f"{own}_c"
    start, stop = low ** (-1.0 / 3.0), high ** (-1.0 / 3.0)
    return [
        f"{own}_t = min(max(Tgas, {_number(low)}), {_number(high)})",
        f"{own}_l = log({own}_t)",
        f"{own}_x = {own}_t**(-1.0d0/3.0d0)",
        f"{c}(0) = 1.0d0",
        f"{c}(1) = (2.0d0*{own}_x - ({_number(start + stop)}))/({_number(stop - start)})",
        *(f"{c}({n}) = 2.0d0*{c}(1)*{c}({n - 1}) - {c}({n - 2})" for n in range(2, terms)),
    ]


def _terms(found: fit.Law | fit.Chebyshev, own: str) -> list[str]:
    """The terms of ln k."""
    boltzmann = [f"({_number(found.theta)})/{own}_t"] if found.theta else []
    factors: list[tuple[float, str]]
    if isinstance(found, fit.Law):
        factors = [(found.log_A, ""), (found.b, "_l"), (found.C, "_x"), (found.D, "_x**2")]
    else:
        factors = [(one, f"_c({n})") for n, one in enumerate(found.coefficients)]
    written = [f"({_number(value)})" + (f"*{own}{of}" if of else "") for value, of in factors]
    return [*written, *boltzmann]


def _sum(variable: str, terms: list[str]) -> list[str]:
    """Assignments of a sum, two terms a line: Fortran's lines end at 132 characters."""
    lines = [f"{variable} = {' + '.join(terms[:2])}"]
    for start in range(2, len(terms), 2):
        lines.append(f"{variable} = {' + '.join([variable, *terms[start : start + 2]])}")
    return lines


def _number(value: float) -> str:
    return f"{value:.11e}".replace("e", "d")


FORMAT = Format(
    "zdplaskin", ".inp", "ZDPlasKin: elements, species and reactions, both directions", content
)
