"""The models: what is generated from them, that no mistake gets through, that they keep values."""

import copy
import subprocess
import sys
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from campaigns import CONFIG, campaign

import vibrates
from vibrates import schemas
from vibrates.config import Campaign, document, resolved
from vibrates.config.campaign import checked
from vibrates.core.errors import UserError
from vibrates.core.fingerprint import fingerprint
from vibrates.core.model import Model
from vibrates.core.model_schema import json_schema
from vibrates.core.yaml_files import read_layers, read_yaml

# A shipped file of every model.
FILES = {
    "config.yaml": Campaign,
    "surfaces/modified_rates.yaml": Campaign,
    "pairs/n2o.yaml": Campaign,
    "pairs/hdhe.yaml": Campaign,
    "abinitio/n2h2.yaml": schemas.PairPoints,
    "quantum/hehd.yaml": schemas.Scattering,
    "quantum/heh2.yaml": schemas.SiteSurfacePoints,
    "longrange/h3.yaml": schemas.LongRangeTraining,
    "longrange/krb2.yaml": schemas.LongRangeTraining,
    "longrange/n2h2.yaml": schemas.LongRangeTraining,
}
DESCRIBED = sorted(set(FILES.values()), key=lambda model: model.__name__)


@pytest.mark.parametrize("path", schemas.files())
def test_generated_files_are_those_of_the_models(root, path):
    assert (root / path).read_text(encoding="utf-8") == schemas.files()[path], "make schemas"


@pytest.mark.parametrize("model", DESCRIBED)
def test_schema_is_closed_and_every_key_says_what_it_is(model):
    def visit(entry, path):
        if isinstance(entry, dict):
            if entry.get("type") == "object":
                assert entry["additionalProperties"] is not True, path
            for name, value in entry.items():
                visit(value, f"{path}.{name}")
        elif isinstance(entry, list):
            for item in entry:
                visit(item, path)

    schema = json_schema(model)
    visit(schema, "schema")
    for name, entry, _ in document.keys(schema):
        assert entry.get("description"), name
        assert entry.get("unit"), name


def models(model: type[Model]) -> Iterator[type[Model]]:
    """A model and all models of its fields."""
    yield model
    ahead: list[Any] = [field.annotation for field in model.model_fields.values()]
    while ahead:
        kind = ahead.pop()
        if isinstance(kind, type) and not isinstance(kind, types.GenericAlias):
            if issubclass(kind, Model):
                yield from models(kind)
        else:
            ahead += typing.get_args(kind)


@pytest.mark.parametrize("model", DESCRIBED)
def test_nothing_is_there_by_default(model):
    for one in models(model):
        assert one.model_config["frozen"] and one.model_config["extra"] == "forbid"
        for name, field in one.model_fields.items():
            assert field.is_required() or field.default is None, f"{one.__name__}.{name}"


def test_schema_and_default_configuration_have_the_same_keys():
    schema = json_schema(Campaign)
    assert set(schema["properties"]) - set(schema["required"]) == {"learning", "complete"}
    # The default campaign completes no table (docs/complete.md).
    assert set(campaign().to_mapping()) == set(schema["properties"]) - {"complete"}


@pytest.mark.parametrize("name", FILES)
def test_a_mapping_survives_the_model(name):
    given = read_layers(CONFIG / name)
    model = FILES[name].from_mapping(given, name)
    assert model.to_mapping() == given
    again = FILES[name].from_mapping(yaml.safe_load(yaml.safe_dump(model.to_mapping())), name)
    assert again == model
    # Numbers that are whole, large or long come back to the last bit.
    assert fingerprint(of=again) == fingerprint(of=model)


def shuffled(value: Any) -> Any:
    """The same content, keys in the opposite order, whole numbers with a point."""
    if isinstance(value, dict):
        return {name: shuffled(value[name]) for name in reversed(value)}
    if isinstance(value, list):
        return [shuffled(item) for item in value]
    return float(value) if type(value) is int else value


@pytest.mark.parametrize("name", FILES)
def test_order_of_keys_and_15_or_15_0_make_no_difference(name):
    given = read_layers(CONFIG / name)
    one, other = (FILES[name].from_mapping(x, name) for x in (given, shuffled(given)))
    assert one == other
    assert fingerprint(of=one) == fingerprint(of=other)
    assert list(one.to_mapping()) == list(other.to_mapping())


def test_a_campaign_cannot_be_changed_by_accident():
    config = campaign()
    with pytest.raises(ValueError, match="frozen"):
        config.grid.start_distance_angstrom = 3.0
    changed = config.changed({"grid": {"start_distance_angstrom": 13}})
    assert changed.grid.start_distance_angstrom == 13.0
    assert config.grid.start_distance_angstrom == 12.0
    with pytest.raises(
        UserError, match="changes: grid.start_distance_angstrom: -1 is below the limit"
    ):
        config.changed({"grid": {"start_distance_angstrom": -1}})


# --- Every leaf of the shipped files, broken in every way.


def leaves(value: Any, path: tuple = ()) -> Iterator[tuple]:
    """Paths of numbers, texts and empty containers; of a list those of its first and last entry."""
    if isinstance(value, dict) and value:
        for name, item in value.items():
            yield from leaves(item, (*path, name))
    elif isinstance(value, list) and value:
        for i in {0, len(value) - 1}:
            yield from leaves(value[i], (*path, i))
    else:
        yield path


def dotted(path: tuple) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def broken(mapping: dict, path: tuple, how: str) -> dict | None:
    """The mapping with one leaf broken; None where that way does not apply."""
    changed = copy.deepcopy(mapping)
    block = changed
    for part in path[:-1]:
        block = block[part]
    last = path[-1]
    match how:
        case "wrong type":
            block[last] = "nonsense" if not isinstance(block[last], str) else [1.5]
        case "no number":
            if isinstance(block[last], bool) or not isinstance(block[last], int | float):
                return None
            block[last] = float("nan")
        case "truth value":
            if isinstance(block[last], bool):
                return None
            block[last] = True
        case "missing" if isinstance(last, str):
            del block[last]
        case "misspelt" if isinstance(last, str):
            block[f"{last}_"] = block.pop(last)
        case "nothing":
            block[last] = None
        case _:
            return None
    return changed


def line_of(model: type[Model], mapping: dict, name: str) -> str | None:
    """What is said of a mapping; None if nothing."""
    try:
        if model is Campaign:
            checked(mapping, name)
        else:
            model.from_mapping(mapping, name)
    except UserError as error:
        return str(error)
    return None


@pytest.fixture(autouse=True)
def at_home(root, monkeypatch):
    """Files that configurations name are relative to the project."""
    monkeypatch.chdir(root)


@pytest.mark.parametrize("name", FILES)
def test_every_leaf_broken_in_every_way_is_one_line(name):
    given, model = read_layers(CONFIG / name), FILES[name]
    if model is Campaign:
        given["reference"] = {"published_rates": {}, "state_to_state": {}}
    schema = json_schema(model)
    count, paths = 0, list(leaves(given))
    for path in paths[:: 1 + len(paths) // 100]:
        for how in ("wrong type", "no number", "truth value", "missing", "misspelt"):
            mapping = broken(given, path, how)
            if mapping is None:
                continue
            said, where = line_of(model, mapping, name), f"{dotted(path)}: {how}"
            if said is None:
                # Only what may be absent can be, and names that the user chooses.
                assert how in ("missing", "misspelt") and optional(schema, path, how), where
                continue
            count += 1
            assert "\n" not in said and said.startswith(f"{name}: "), where
            assert "Traceback" not in said and "pydantic" not in said, where
            assert "None" not in said, where
            match how:
                case "misspelt":
                    assert f"unknown key '{path[-1]}_'" in said, said
                    assert f"did you mean '{path[-1]}'" in said, said
                case "missing":
                    assert path[-1] in said, said
                case "no number":
                    assert f"{dotted(path)}: nan is no finite number" in said, said
                case _:
                    assert f": {dotted(path)}: " in said, said
                    assert "not of type" in said or "none of" in said, said
    assert count > 50


def optional(schema: dict, path: tuple, how: str) -> bool:
    """Whether a key may be absent, or called anything."""
    entries = [schema]
    for part in path:
        parents, entries = entries, []
        for entry in (form for parent in parents for form in forms(schema, parent)):
            if isinstance(part, int):
                entries += entry.get("prefixItems", [])[part : part + 1] or [entry.get("items", {})]
            elif part in entry.get("properties", {}):
                entries.append(entry["properties"][part])
            elif isinstance(entry.get("additionalProperties"), dict):
                entries.append(entry["additionalProperties"])
    asked = "required" if how == "missing" else "properties"
    return all(path[-1] not in f.get(asked, []) for p in parents for f in forms(schema, p))


def forms(schema: dict, entry: dict) -> list[dict]:
    """An entry with its reference filled in, and the forms it may have."""
    if "$ref" in entry:
        entry = schema["$defs"][entry["$ref"].rsplit("/", 1)[-1]]
    below = [*entry.get("oneOf", []), *entry.get("anyOf", [])]
    return [entry, *(form for one in below for form in forms(schema, one))]


LIMITS = {"minimum": -1, "exclusiveMinimum": 0, "maximum": 1, "exclusiveMaximum": 0}


@pytest.mark.parametrize("name", FILES)
def test_every_value_beyond_its_limit_is_refused(name):
    """The limits that the schema states are those that are held."""
    given, model = read_layers(CONFIG / name), FILES[name]
    schema = json_schema(model)
    count, paths = 0, list(leaves(given))
    for path in paths[:: 1 + len(paths) // 100]:
        entries = [schema]
        for part in path:
            entries = [
                below
                for entry in entries
                for form in forms(schema, entry)
                for below in (
                    form.get("prefixItems", [])[part : part + 1] or [form.get("items", {})]
                    if isinstance(part, int)
                    else [form.get("properties", {}).get(part) or form.get("additionalProperties")]
                )
                if isinstance(below, dict) and below
            ]
        for limit, beyond in LIMITS.items():
            for entry in entries:
                if limit not in entry:
                    continue
                changed = copy.deepcopy(given)
                block = changed
                for part in path[:-1]:
                    block = block[part]
                block[path[-1]] = entry[limit] + beyond
                said = line_of(model, changed, name)
                assert said is not None and "\n" not in said, (path, limit)
                assert f"{dotted(path)}: {block[path[-1]]} is " in said, said
                assert f" limit {entry[limit]:g}" in said, said
                count += 1
    assert count > 10


def test_a_wrong_value_inside_a_choice_of_forms_does_not_make_its_keys_unknown():
    described = read_yaml(CONFIG / "longrange" / "h3.yaml")
    described["source"]["tolerance_hartree"] = -1
    with pytest.raises(UserError) as caught:
        schemas.LongRangeTraining.from_mapping(described, "h3.yaml")
    assert str(caught.value).startswith("h3.yaml: source.tolerance_hartree: -1 is below the")
    described = read_yaml(CONFIG / "longrange" / "n2h2.yaml")
    described["source"]["seeds"] = described["source"].pop("seed")
    with pytest.raises(UserError, match="source: unknown key 'seeds'.*did you mean 'seed'"):
        schemas.LongRangeTraining.from_mapping(described, "n2h2.yaml")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("seed: 2026-11-21", "seed: .*no text and no number"),
        ("5: x", "unknown key '5'"),
        ("grid: !!set {a, b}", "grid: .*no text and no number"),
        ("pair: [N2]", "pair: .* has 1 entries, at least 2 needed"),
        ("pair: [N2, H2, CO]", "pair: .* has 3 entries, at most 2 allowed"),
        ("grid: null", "grid: None is not of type object"),
        ("learning: {initial_w: [0, 0]}", "learning.initial_w: .* holds an entry twice"),
        ("surface: {beta: x, type: modified}", "surface.beta: 'x' has none of the forms"),
        (
            "surface: {beta: 3, type: modified, deformation: none}",
            "surface.beta: 3 is below the limit 4 .*; raise it",
        ),
        (
            "surface: {beta: 8, type: modified, deformation: fitted}",
            "surface.slopes: missing, needed with type: modified, deformation: fitted; add it",
        ),
        ("surface: {beta: 8, type: table, deformation: none}", "surface.configurations: missing"),
        ("surface: [1]", "surface: .* is not of type object"),
        (
            "molecules: {N2: {masses_u: [14.0, 14.0]}}",
            "molecules.N2: keys 'omega_e_cm', 'x_e', .* are missing",
        ),
    ],
)
def test_odd_values_are_one_line(text, words):
    mapping = read_layers(CONFIG / "config.yaml")
    changes = yaml.safe_load(text)
    name = next(iter(changes))
    if name == "learning":
        changes = {"learning": mapping["learning"] | changes["learning"]}
    with pytest.raises(UserError, match=f"^c.yaml: .*{words}") as caught:
        checked(mapping | changes, "c.yaml")
    assert "\n" not in str(caught.value)


# --- Where configurations are read.


def test_reading_a_configuration_needs_none_of_the_large_libraries():
    script = "import sys, vibrates.config; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", script], text=True, capture_output=True, check=True)
    heavy = {"tensorflow", "matplotlib", "numba", "snakemake", "scipy", "pandas", "xarray"}
    assert not heavy & set(ran.stdout.split())


def test_check_works_without_the_checkout(tmp_path):
    """The package alone, as a wheel installs it, in another directory."""
    package = Path(vibrates.__file__).parent
    (tmp_path / "vibrates").symlink_to(package)
    (tmp_path / "c.yaml").write_text(yaml.safe_dump(campaign().to_mapping()))
    script = "import sys; from vibrates.cli import main; sys.exit(main(['check', 'c.yaml']))"
    ran = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={"PATH": "", "PYTHONPATH": str(tmp_path)},
        text=True,
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("c.yaml: in order")


def test_a_product_of_another_version_is_one_line():
    mapping = campaign().to_mapping()
    mapping["sampling"]["head_on"] = mapping["sampling"].pop("importance_fraction")
    with pytest.raises(UserError, match="rates.nc: sampling: unknown key 'head_on'"):
        resolved(mapping, "rates.nc")


@pytest.mark.parametrize(
    "block, old, new",
    [
        ("dynamics", "fade_from", "switching_from"),
        ("sampling", "head_on_share", "importance_fraction"),
        ("surface", "parameters", "type"),
    ],
)
def test_a_renamed_key_is_refused_with_its_new_name(block, old, new):
    mapping = campaign().to_mapping()
    mapping[block][old] = mapping[block].pop(new)
    with pytest.raises(UserError, match=f"{block}: key '{old}' is now called '{new}'; rename it"):
        resolved(mapping, "old.yaml")
