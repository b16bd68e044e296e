"""Readers of the exported formats, written from their definitions, independent of the exporters.

Each gives k in cm^3 s^-1 by reaction, as a function of T.
"""

import csv
import io
import json
import math
import re

import numpy as np
import yaml
from numpy.polynomial.chebyshev import chebval

REACTION = re.compile(r"(\w+)\((\d+)\) \+ (\w+)\((\d+)\) -> \w+\((\d+)\) \+ \w+\((\d+)\)")


def said(text, marks="#%!"):
    """Worst relative errors by reaction, from the header."""
    pattern = re.compile(rf"[{marks}]\s+(N2.*H2\(\d+\)): ([\d.e+-]+) % at [\d.e+-]+ K")
    return {m[1]: float(m[2]) / 100.0 for line in text.splitlines() if (m := pattern.match(line))}


def named(equation, arrow, level):
    """``N2(1) + H2(0) -> N2(0) + H2(0)`` from names of species in another notation."""
    sides = []
    for side in equation.split(arrow):
        states = []
        for species in side.split(" + "):
            name, *rest = re.split(r"[(\s]", species.strip(), maxsplit=1)
            found = re.search(level, rest[0]) if rest else None
            states.append(f"{name}({found[1] if found else 0})")
        sides.append(" + ".join(states))
    return " -> ".join(sides)


def read_csv(text):
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    tables = {}
    for row in rows:
        name = "N2({v}) + H2({w}) -> N2({vp}) + H2({wp})".format(**row)
        tables.setdefault(name, []).append(row)
    return tables


def read_cantera(text):
    document = yaml.safe_load(text)
    assert document["units"] == {"length": "cm", "quantity": "molec", "activation-energy": "K"}
    rates = {}
    for one in document["reactions"]:
        name = named(one["equation"], " => ", r"v(\d+)")
        rates[name] = _chebyshev(one) if one["type"] == "Chebyshev" else _relaxation(one)
    return rates, document


def _chebyshev(one):
    low, high = one["temperature-range"]
    (coefficients,) = zip(*one["data"], strict=True)

    def k(T):
        z = (2 / T - 1 / low - 1 / high) / (1 / high - 1 / low)
        return 10.0 ** chebval(z, coefficients)

    return k


def _relaxation(one):
    c = one["rate-constant"]

    def k(T):
        x = T ** (-1 / 3)
        return c["A"] * T ** c["b"] * np.exp(c["C0"] + c["C13"] * x + c["C23"] * x * x)

    return k


def read_zdplaskin(text):
    """Executes the Fortran of the ``$`` lines, one statement a line."""
    body = [line for line in text.splitlines() if not line.startswith("#")]
    assert all(len(line) <= 132 for line in body)
    sections = re.findall(
        r"^(ELEMENTS|SPECIES|REACTIONS)\n(.*?)\nEND$", "\n".join(body), re.M | re.S
    )
    named_sections = dict(sections)
    species = named_sections["SPECIES"].split()
    program, rates = [], {}
    for line in named_sections["REACTIONS"].splitlines():
        if line.startswith("$"):
            program.append(line[1:].strip())
            continue
        equation, expression = line.split(" ! ")
        assert all(one in species for side in equation.split(" => ") for one in side.split(" + "))
        rates[named(equation, " => ", r"V(\d+)")] = expression

    def k(expression):
        def at(T):
            return np.array([_fortran(program, expression, one) for one in np.atleast_1d(T)])

        return at

    return {name: k(expression) for name, expression in rates.items()}, named_sections


def _fortran(program, expression, T):
    values = {"Tgas": float(T)}

    def evaluate(text):
        text = re.sub(r"(\d\.?\d*)d([+-]?\d+)", r"\1e\2", text)
        text = re.sub(r"\b(\w+)\((\d+)\)", r"values['\1',\2]", text)
        text = re.sub(r"\b(Tgas|v_n2_h2_[tlx])\b", r"values['\1']", text)
        functions = {"values": values, "min": min, "max": max, "log": math.log, "exp": math.exp}
        return eval(text, {"__builtins__": {}}, functions)

    for line in program:
        if line.startswith("double precision"):
            continue
        variable, value = line.split(" = ", 1)
        match = re.fullmatch(r"(\w+)(?:\((\d+)\))?", variable)
        values[(match[1], int(match[2])) if match[2] else match[1]] = evaluate(value)
    return evaluate(expression)


def read_loki(text):
    """Rates in cm^3 s^-1, arrows, and energies given to the gas (eV), by reaction."""
    rates, arrows, released = {}, {}, {}
    for line in text.splitlines():
        if not line or line.startswith("%"):
            continue
        equation, function, parameters, energy = (part.strip() for part in line.split("|"))
        arrow = " <-> " if " <-> " in equation else " -> "
        name = named(equation, arrow, r"v=(\d+)")
        numbers = [float(one) for one in parameters.split(",")]
        rates[name] = _LOKI[function](numbers)
        arrows[name], released[name] = arrow.strip(), float(energy) if energy else None
    return rates, arrows, released


def _loki_law(p):
    return lambda T: (
        1e6
        * np.exp(p[2] / T + p[3] + p[4] * np.log(T) + p[5] * T ** (-1 / 3) + p[6] * T ** (-2 / 3))
    )


def _loki_chebyshev(p):
    start, stop = p[0] ** (-1 / 3), p[1] ** (-1 / 3)
    return lambda T: (
        1e6 * np.exp(p[2] / T + chebval((2 * T ** (-1 / 3) - start - stop) / (stop - start), p[3:]))
    )


def _loki_table(p):
    from scipy.interpolate import PchipInterpolator

    T, k = np.array(p[1::2]), np.array(p[2::2])
    curve = PchipInterpolator((T ** (-1 / 3))[::-1], (np.log(k) - p[0] / T)[::-1])
    return lambda t: 1e6 * np.exp(curve(t ** (-1 / 3)) + p[0] / t)


_LOKI = {
    "vibratesLaw": _loki_law,
    "vibratesChebyshev": _loki_chebyshev,
    "vibratesTable": _loki_table,
}


def read_collisiondb(directory):
    manifest = json.loads((directory / "manifest.json").read_text())
    assert manifest["ndatasets"] == len(manifest["datasets"])
    tables = {}
    for name, about in manifest["datasets"].items():
        lines = (directory / f"{name[1:]}.txt").read_text().splitlines()
        metadata = json.loads(lines[0])
        assert lines[1].startswith("----") and metadata["reaction"] == about["reaction"]
        rows = [re.split("[ :]", line) for line in lines[2:]]
        tables[named(about["reaction"], " -> ", r"v=(\d+)")] = metadata, np.array(rows, dtype=float)
    return tables


def read_lamda(text):
    """Levels, radiative rows, temperatures and rates of the only partner."""
    lines = io.StringIO(text)

    def block(count):
        return [next(lines).split() for _ in range(count)]

    def number():
        assert next(lines).startswith("!")
        return int(next(lines).split()[0])

    block(4)  # molecule and its mass
    count = number()
    next(lines)
    levels = block(count)
    count = number()
    next(lines)
    radiative = block(count)
    assert number() == 1
    partner = number()
    count, _ = number(), number()
    next(lines)
    temperatures = np.array(next(lines).split(), dtype=float)
    next(lines)
    rates = block(count)
    assert all(line.startswith("!") for line in lines)
    return levels, radiative, partner, temperatures, rates
