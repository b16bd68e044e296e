"""More than 500 broken configurations, made from the shipped ones by systematic mistakes.

    python tests/config/broken_configurations.py DIRECTORY     # writes them, to be looked at

Every mutation is one that a person makes: a wrong type, a missing or misspelt key, a number of the
wrong sign or unit, a file that does not exist, text that is no YAML. A mutation that leaves a
configuration that can be run is not made: `Leaf.harmless` gives the reason, from what a key means
and never from whether the program notices.
"""

import codecs
import copy
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from vibrates.campaign import kinds
from vibrates.core.model_schema import json_schema
from vibrates.core.yaml_files import read_layers

ROOT = Path(__file__).parents[2]
SHIPPED = [
    "config.yaml",
    "tiny.yaml",
    "processes.yaml",
    "surfaces/original_rates.yaml",
    "pairs/n2n2.yaml",
    "pairs/n2o.yaml",
    "pairs/hdhe.yaml",
    "molecules.yaml",
    "abinitio/n2h2.yaml",
    "quantum/small.yaml",
    "quantum/heh2.yaml",
    "longrange/h3.yaml",
    "longrange/krb2.yaml",
    "longrange/n2h2.yaml",
]
# Of each shipped file so many leaves (numbers, texts) suffer each kind of mistake.
LEAVES = 5


_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


@dataclass(frozen=True)
class Broken:
    """A broken configuration: what is wrong, and the content of the file."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Leaf:
    """A number or text of a configuration, and the entries of the schema that describe it."""

    path: tuple
    value: Any
    entries: tuple[dict, ...]
    parents: tuple[dict, ...]

    @property
    def key(self) -> str:
        """The last key on the path that is a name."""
        return next(str(part) for part in reversed(self.path) if isinstance(part, str))

    @property
    def unit(self) -> str:
        """Unit of the key."""
        return next((entry["unit"] for entry in self.entries if "unit" in entry), "1")

    @property
    def is_number(self) -> bool:
        """Whether it is a number."""
        return isinstance(self.value, int | float) and not isinstance(self.value, bool)

    def harmless(self, mistake: str) -> str | None:
        """Why a configuration with this mistake can still be run; None if it cannot."""
        last = self.path[-1]
        if mistake in ("missing", "misspelt") and isinstance(last, str):
            known = [set(parent.get("properties", {})) for parent in self.parents]
            if not any(last in names for names in known):
                return "the user chooses this name"
            if mistake == "missing" and not any(
                last in parent.get("required", []) for parent in self.parents
            ):
                return "the key may be absent"
        if mistake in UNITS_OF:
            return self._harmless_unit(mistake)
        return None

    def _harmless_unit(self, mistake: str) -> str | None:
        if self.unit not in PHYSICAL:
            return "the number has no unit that could be wrong"
        if self.value == 0:
            return "zero is zero in every unit"
        where = ".".join(str(part) for part in self.path)
        for part, reason in FREE.items():
            if part in where:
                return reason
        return None


# Factors of the mistakes of a unit.
UNITS_OF = {"a thousand times too large": 1e3, "a thousandth": 1e-3}
PHYSICAL = {"cm^-1", "angstrom", "bohr", "eV", "K", "fs", "u", "angstrom^-1", "degree", "hartree"}
# Numbers with a unit that may have any size, by a part of their key.
FREE = {
    "offsets_angstrom": "an offset is counted from the contact distance and may be near zero",
    "theta_deg": "an angle may be near zero",
    "angles_deg": "an angle may be near zero",
    "near_cm": "quantum scattering knows no lowest collision energy",
    "closed_cm": "closed channels may be left out or many",
    "closest_bohr": "no least distance need be kept",
    "floor_hartree": "from where errors count as relative is a choice of the fit",
    "fit.prior": "the width of a prior is a choice of the fit",
    "fit.other_priors": "the width of a prior is a choice of the fit",
    "relative_floor_cm": "a weight is a choice of the fit",
    "rmse_cm": "a published figure that is printed beside the result",
    "tolerance_hartree": "a tighter or looser convergence is a choice",
    "terms.": "a coefficient of an expansion may have any size",
    "cut[": "the cut of a figure may lie anywhere in the range",
    "column": "not a number",
}


def leaves(value: Any, entries: tuple[dict, ...], schema: dict, path: tuple = ()) -> Iterator[Leaf]:
    """All leaves of a configuration; of a list those of its first and last entry."""
    parts = list(value) if isinstance(value, dict) else sorted({0, len(value) - 1})
    for part in parts:
        below = tuple(_below(entries, part, schema))
        item = value[part]
        if isinstance(item, dict | list) and item:
            yield from leaves(item, below, schema, (*path, part))
        else:
            yield Leaf((*path, part), item, below, entries)


def _below(entries: tuple[dict, ...], part: Any, schema: dict) -> Iterator[dict]:
    for entry in entries:
        if isinstance(part, int):
            found = [*entry.get("prefixItems", [])[part : part + 1], entry.get("items", {})]
        else:
            found = [entry.get("properties", {}).get(part) or entry.get("additionalProperties")]
        # Values of a list have the unit of the list.
        own = {"unit": entry["unit"]} if isinstance(part, int) and "unit" in entry else {}
        for one in found:
            if isinstance(one, dict) and one:
                yield from ({**own, **form} for form in _forms(one, schema))


def _forms(entry: dict, schema: dict) -> Iterator[dict]:
    stated = {name: entry[name] for name in ("unit",) if name in entry}
    if "$ref" in entry:
        entry = schema["$defs"][entry["$ref"].rsplit("/", 1)[-1]] | stated
    yield entry
    for form in [*entry.get("oneOf", []), *entry.get("anyOf", [])]:
        yield from _forms({**stated, **form}, schema)


def possible(leaf: Leaf, mistake: str) -> bool:
    """Whether the mistake can be made at a leaf."""
    if mistake in ("missing", "misspelt"):
        return isinstance(leaf.path[-1], str)
    if mistake == "nothing":
        return leaf.value is not None and leaf.key not in _MAY_BE_NOTHING
    if mistake == "truth value":
        return not isinstance(leaf.value, bool)
    return leaf.is_number or mistake not in ("no number", "infinite", *UNITS_OF)


def changed(mapping: dict, path: tuple, mistake: str) -> dict:
    """The configuration with one leaf broken."""
    result = copy.deepcopy(mapping)
    block = result
    for part in path[:-1]:
        block = block[part]
    last = path[-1]
    value = block[last]
    match mistake:
        case "wrong type":
            block[last] = {"nonsense": 1} if isinstance(value, str) else "nonsense"
        case "in a list too many":
            block[last] = [[value]]
        case "nothing":
            block[last] = None
        case "truth value":
            block[last] = True
        case "no number":
            block[last] = float("nan")
        case "infinite":
            block[last] = float("-inf")
        case "missing":
            del block[last]
        case "misspelt":
            block[f"{last}x"] = block.pop(last)
        case _:
            block[last] = value * UNITS_OF[mistake]
    return result


MISTAKES = (
    "wrong type", "in a list too many", "nothing", "truth value", "no number", "infinite",
    "missing", "misspelt", *UNITS_OF,
)  # fmt: skip
# Optional keys that YAML may also set to nothing.
_MAY_BE_NOTHING = ("learning", "relative_floor_cm")


def of_leaves() -> Iterator[Broken]:
    """Every mistake at some leaves of every shipped file, spread evenly over it."""
    for file in SHIPPED:
        mapping, kind = read_layers(ROOT / "config" / file), kinds.of(ROOT / "config" / file)
        schema = json_schema(kind.model)
        found = list(leaves(mapping, (schema,), schema))
        for offset, mistake in enumerate(MISTAKES):
            suited = [one for one in found if possible(one, mistake) and not one.harmless(mistake)]
            step = max(1, len(suited) // LEAVES)
            for one in suited[offset % step :: step][:LEAVES]:
                broken = changed(mapping, one.path, mistake)
                name = f"{file}: {'.'.join(map(str, one.path))}: {mistake}"
                yield Broken(name, yaml.dump(broken, Dumper=_DUMPER).encode())


# --- What no single leaf shows: relations, references, directories. Changes of config/tiny.yaml.

RELATIONS = {
    "a molecule that is not there": "pair: [N2, XY]",
    "one molecule": "pair: [N2]",
    "the diatom is an atom": "pair: [N2, O]",
    "omega_e and D_e of different molecules": "molecules: {N2: {omega_e_cm: 3000.0}}",
    "D_e in cm^-1": "molecules: {N2: {D_e_eV: 79889}}",
    "D_e in kJ/mol": "molecules: {H2: {D_e_eV: 458.3}}",
    "r_e in pm": "molecules: {H2: {r_e_angstrom: 74.0}}",
    "r_e in nm": "molecules: {N2: {r_e_angstrom: 0.1098}}",
    "x_e as omega_e x_e": "molecules: {N2: {x_e: 14.45}}",
    "y_e as large as x_e": "molecules: {N2: {y_e: 0.006}}",
    "masses in electron masses": "molecules: {H2: {masses_u: [1837.15, 1837.15]}}",
    "mass number zero": "molecules: {H2: {masses_u: [0, 1.0]}}",
    "three nuclei": "molecules: {H2: {masses_u: [1.0, 1.0, 16.0]}}",
    "beta in 1/bohr": "molecules: {N2: {beta_e_per_angstrom: 1.423}}",
    "polarizability in SI": "molecules: {H2: {polarizability_parallel: {coefficients_au: "
    "[1.05e-40], length_angstrom: 1.0}}}",
    "polarizability changes sign": "molecules: {H2: {polarizability_parallel: {coefficients_au: "
    "[6.4, -60.0], length_angstrom: 1.0}}}",
    "a molecule that is a number": "molecules: {H2: 5}",
    "unknown surface": "surface: {type: morse}",
    "surface without type": "surface: {beta: 8.0}",
    "keys of two surfaces": "surface: {type: table, beta: 8.0}",
    "series that is not there": "surface: {type: fitted, long_range: {file: no.nc, digest: 0, "
    "switch_angstrom: [5, 6]}}",
    "level beyond the well": "grid: {states: [[90, 0]], energies_cm: [1000, 3000], "
    "impact_parameter_edges_angstrom: [0, 2], start_distance_angstrom: 12}",
    "levels below zero": "grid: {states: [[-1, 0]], energies_cm: [1000, 3000], "
    "impact_parameter_edges_angstrom: [0, 2], start_distance_angstrom: 12}",
    "energies that fall": "grid: {states: [[1, 0]], energies_cm: [3000, 1000], "
    "impact_parameter_edges_angstrom: [0, 2], start_distance_angstrom: 12}",
    "shells that do not begin at zero": "grid: {states: [[1, 0]], energies_cm: [1000, 3000], "
    "impact_parameter_edges_angstrom: [1, 2], start_distance_angstrom: 12}",
    "the same state twice": "grid: {states: [[1, 0], [1, 0]], energies_cm: [1000, 3000], "
    "impact_parameter_edges_angstrom: [0, 2], start_distance_angstrom: 12}",
    "range inside the shells": "dynamics: {time_step_fs: 1.2, accuracy: 0.005, "
    "interaction_range_angstrom: 5, switching_from: 0.75, relative_energy_error_limit: 1.0e-3, "
    "norm_error_limit: 1.0e-9, maximum_steps: 200000, repetitions: 3}",
    "basis of another molecule": "basis: {CO: {below: 1, above: 1, minimum: 1}}",
    "basis beyond the well": "basis: {N2: {below: 1, above: 100, minimum: 1}, "
    "H2: {below: 1, above: 1, minimum: 1}}",
    "published rates that are not there": "reference: {published_rates: {dv1: no.csv}, "
    "state_to_state: {}}",
    "hours of nothing": "reference: {published_rates: {}, state_to_state: {}, hours: {a: b.csv}}",
    "module that is not there": "modules: {quantum: no.yaml}",
    "module of another kind": "modules: {quantum: CONFIG/tiny.yaml}",
    "module that is no workflow": "modules: {potential: CONFIG/molecules.yaml}",
    "learning without states": "learning: {}",
    "learning that is a word": "learning: yes please",
    "seed below zero": "seed: -1",
    "seed beyond 32 bits": "seed: 4294967296",
    "a name with a slash": "name: a/b",
    "no name": "name: ''",
    "the file itself": "extends: FILE",
    "a file that is not there": "extends: nosuch.yaml",
    "a directory": "extends: CONFIG",
    "a list of files": "extends: [a.yaml, b.yaml]",
    "results in a file": "results: /etc/passwd",
    "results in /proc": "results: /proc/nope",
    "results in the root": "results: /",
    "results here": "results: .",
    "results above": "results: ..",
    "results at home": "results: ~/results",
    "results among the sources": "results: src/vibrates",
    "results with braces": "results: a{b}",
    "results with a wildcard": "results: 'a*'",
    "results with NUL": 'results: "a\\0b"',
    "results with a line end": 'results: "a\\nb"',
    "results with a bell": 'results: "a\\x07b"',
    "results of 300 characters": f"results: {'x' * 300}",
    "results of 120 umlauts": f"results: {'ü' * 120}",
    "results of nothing": "results: ''",
    "results of spaces": "results: '   '",
    "results as an option": "results: --help",
    "results as a number": "results: 5",
}

# --- Text that is no configuration at all.

TINY = (ROOT / "config" / "tiny.yaml").read_text(encoding="utf-8")
TEXTS: dict[str, bytes] = {
    "an empty file": b"",
    "only a remark": b"# to be written\n",
    "only the mark of UTF-8": codecs.BOM_UTF8,
    "a list": b"- 1\n- 2\n",
    "a word": b"hello\n",
    "a number": b"5\n",
    "UTF-16": TINY.encode("utf-16"),
    "Latin-1": "name: ümlaut\n".encode("latin-1"),
    "bytes": bytes(range(256)),
    "a NUL": b"name: a\0b\n",
    "a picture": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "tabs": b"grid:\n\tstates: []\n",
    "an open bracket": b"pair: [N2, H2\n",
    "an open quote": b"name: 'tiny\n",
    "a key twice": b"name: a\nname: b\n",
    "a key twice in a block": b"jobs: {ranks: 1, ranks: 2}\n",
    "a colon too many": b"name: a: b\n",
    "wrong indentation": b"grid:\n  states: []\n energies_cm: []\n",
    "two documents": b"name: a\n---\nname: b\n",
    "a tag of Python": b"name: !!python/object/apply:os.system ['true']\n",
    "an unknown tag": b"name: !nosuch a\n",
    "an unknown alias": b"name: *nosuch\n",
    "a block that contains itself": b"grid: &a {states: *a}\n",
    "a list that contains itself": b"pair: &a [*a]\n",
    "a list as a key": b"? [a, b]\n: c\n",
    "a block as a key": b"? {a: b}\n: c\n",
    "a number as a key": b"5: c\n",
    "a truth value as a key": b"yes: c\n",
    "no such date": b"name: 2026-13-45\n",
    "a date": b"name: 2026-11-21\n",
    "a number of 5000 digits": b"seed: " + b"1" * 5000 + b"\n",
    "endless nesting": b"pair: " + b"[" * 5000 + b"]" * 5000 + b"\n",
    "a set": b"pair: !!set {N2, H2}\n",
    "binary data": b"name: !!binary aGVsbG8=\n",
    "no binary data": b"name: !!binary '%%%'\n",
    "a merge of nothing": b"<<: 5\nname: a\n",
    "JSON that ends too early": b'{"name": "a", "grid": {',
    "HTML": b"<html><body>404</body></html>\n",
    "a Python dictionary": b"config = dict(name='a')\n",
    "Fortran's exponent": TINY.encode() + b"dynamics: {norm_error_limit: 1.0d-9}\n",
    "an exponent without a point": TINY.encode() + b"dynamics: {norm_error_limit: 1e-9}\n",
    "a decimal comma": TINY.encode() + b"dynamics: {time_step_fs: '1,2'}\n",
    "a number with its unit": TINY.encode() + b"dynamics: {time_step_fs: 1.2 fs}\n",
    "another program's file": b"units: {length: cm}\nphases:\n- name: gas\n",
    "keys of no kind": b"alpha: 1\nbeta: 2\n",
    "a conflict of git": b"<<<<<<< HEAD\nname: a\n=======\nname: b\n>>>>>>> other\n",
    "a template": b"name: {{ name }}\n",
}


def of_files(directory: Path) -> Iterator[Broken]:
    """Wrong relations and references, and files that are no configuration."""
    config = ROOT / "config"
    for name, text in RELATIONS.items():
        head = "" if text.startswith("extends") else f"extends: {config / 'tiny.yaml'}\n"
        text = text.replace("CONFIG", str(config)).replace("FILE", str(directory / "broken.yaml"))
        yield Broken(name, f"{head}{text}\n".encode())
    for name, content in TEXTS.items():
        extended = f"extends: {config}/config.yaml".encode()
        content = content.replace(b"extends: config.yaml", extended)
        yield Broken(name, content)


def every(directory: Path) -> Iterator[Broken]:
    """All of them; each is to be written as ``broken.yaml`` in ``directory``."""
    yield from of_leaves()
    yield from of_files(directory)


if __name__ == "__main__":
    place = Path(sys.argv[1])
    place.mkdir(parents=True, exist_ok=True)
    for number, one in enumerate(every(place)):
        (place / f"{number:03d}.yaml").write_bytes(one.content)
        print(f"{number:03d} {one.name}")
