"""Generation of config/README.md from the models."""

from collections.abc import Iterator
from typing import Any

from vibrates.config.campaign import Campaign
from vibrates.core.model_schema import json_schema

HEAD = """\
# Configurations

- `config.yaml`: the default campaign, N2(v = 1-6, 8, 10) + H2(0), minutes on two cores.
- `rotor.yaml`: the rotation of H2 quantised, minutes; `rotor_crossover.yaml`: to 250 K, classical \
above; `rotor_exchange.yaml`: with H2's vibration; `rotor_judge*.yaml`: errors of a few percent.
- `tiny.yaml`: every stage in about a minute, for a look and for tests; not for physics.
- `complete_tiny.yaml`: a table that completes itself (docs/complete.md), minutes; not for physics.
- `paper.yaml`: the whole data set of Hong et al. 2023, 451 initial states, for a cluster.
- `molecules.yaml`: constants of the molecules, which all extend.
- `surfaces/fitted.yaml`: the fitted surface, the default; `surfaces/*_rates.yaml`: \
rates on the three surfaces of N2 + H2.
- `pairs/`: N2 + N2, CO + N2, N2 + O. `abinitio/`: which ab initio points, and the fit to \
them (a schema of its own).
- `schema.yaml`: the closed schema, for editors. It and the table below are written from the \
models by `make schemas`.

`make run CONFIG=config/tiny.yaml` or `vibrates run config/tiny.yaml --cores 2`: both check the
file and start Snakemake, `snakemake --cores 2 --configfile config/tiny.yaml`. Single values on the
command line: `--config 'sampling={budget: 500000}'`. `vibrates check FILE` validates any file of
this directory without running anything, and says what kind it is.

A file may begin with `extends: other.yaml` (relative to itself): each top-level block it gives
replaces that block of the other file whole; only `molecules` is completed, molecule by molecule
and constant by constant. Every key is required unless marked optional; unknown
keys are errors. Relative paths start from the directory in which the campaign is run. Changing
`molecules`, `surface`, `dynamics`, `seed`, ... computes exactly those batches anew whose
trajectories change; `rates`, `learning` and `figures` leave all trajectories as they are.

`learning: none` is for a campaign without learning, such as one of a single state: it ends with the
rates of its own states.

To compare with published rates, name the files under `reference`; without them the comparison is
skipped, and the figures say so.

| key | meaning | unit | values |
|---|---|---|---|
"""


def keys(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], bool]]:
    """Every key of a schema: (dotted name, its entry with references filled in, required)."""
    yield from _keys(schema, schema.get("$defs", {}), "")


def _keys(entry: dict[str, Any], definitions: dict[str, Any], path: str) -> Iterator[tuple]:
    children = entry.get("properties", {})
    if len(children) > 1 and all(
        child == next(iter(children.values())) for child in children.values()
    ):
        children = {f"({', '.join(children)})": next(iter(children.values()))}
    required = entry.get("required", [])
    for name, child in children.items():
        full = _filled(child, definitions)
        here = f"{path}.{name}" if path else name
        yield here, full, name.strip("()").split(", ")[0] in required
        forms = [_filled(form, definitions) for form in full.get("oneOf", [full])]
        yield from _keys_of_forms(forms, definitions, here)
    for kind, place in (("additionalProperties", f"{path}.NAME"), ("items", f"{path}[]")):
        if isinstance(entry.get(kind), dict):
            inner = _filled(entry[kind], definitions)
            for form in inner.get("oneOf", [inner]):
                yield from _keys(_filled(form, definitions), definitions, place)


def _keys_of_forms(
    forms: list[dict[str, Any]], definitions: dict[str, Any], path: str
) -> Iterator[tuple]:
    """Every key of several forms once; a key that only some forms have, with their titles."""
    found: dict[str, list[tuple[str, dict[str, Any], bool]]] = {}
    for form in forms:
        for name, entry, required in _keys(form, definitions, path):
            found.setdefault(name, []).append((form.get("title", ""), entry, required))
    for name, rows in found.items():
        entry = dict(rows[0][1])
        choices = [value for _, one, _ in rows for value in _choices(one)]
        if choices:
            entry["enum"] = list(dict.fromkeys(choices))
        titles = [title for title, _, _ in rows if title]
        if titles and len(rows) < len(forms) and "." not in name.removeprefix(f"{path}."):
            entry["description"] += f" (only with {', '.join(titles)})"
        yield name, entry, all(required for _, _, required in rows)


def _choices(entry: dict[str, Any]) -> list[Any]:
    return entry.get("enum") or ([entry["const"]] if "const" in entry else [])


def _filled(entry: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in entry:
        return entry
    return {**definitions[entry["$ref"].rsplit("/", 1)[-1]], **entry}


def _values(entry: dict[str, Any]) -> str:
    if "enum" in entry:
        return ", ".join(f"`{value}`" for value in entry["enum"])
    limits = {"minimum": ">=", "exclusiveMinimum": ">", "maximum": "<=", "exclusiveMaximum": "<"}
    bounds = [f"{sign} {entry[key]}" for key, sign in limits.items() if key in entry]
    kind = {"object": "block", "array": "list"}.get(entry.get("type", ""), entry.get("type", ""))
    if "oneOf" in entry and all("$ref" in form for form in entry["oneOf"]):
        kind = "block"
    return " ".join([kind or "see description", ", ".join(bounds)]).strip()


def readme() -> str:
    """The content of config/README.md."""
    rows = [
        f"| `{name}` | {entry['description']}{'' if required else ' (optional)'} "
        f"| {entry['unit']} | {_values(entry)} |"
        for name, entry, required in keys(json_schema(Campaign))
    ]
    return HEAD + "\n".join(rows) + "\n"
