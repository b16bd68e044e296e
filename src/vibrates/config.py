"""The configuration of a campaign: reading, validation, and the grids that follow from it.

A configuration is a plain mapping with exactly the keys of ``config/schema.yaml``. A file may name
another one under ``extends``; each top-level block it gives itself replaces that block whole.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from vibrates.errors import UserError
from vibrates.files import write_text

SCHEMA = Path(__file__).parents[2] / "config" / "schema.yaml"


class _Loader(yaml.SafeLoader):
    """A YAML loader that refuses a key given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                line = node.start_mark.line + 1
                raise UserError(f"{node.start_mark.name}: key '{key}' appears twice in the block "
                                f"at line {line}; keep one of them")
        return super().construct_mapping(node, deep)


def read_yaml(path: str | Path) -> dict[str, Any]:
    """The mapping in a YAML file; UserError if it is missing, malformed, or no mapping."""
    path = Path(path)
    try:
        with path.open(encoding="utf-8") as stream:
            content = yaml.load(stream, Loader=_Loader)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        raise UserError(f"{path}: cannot be read ({reason}); name an existing file") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}: " if mark else ""
        problem = getattr(error, "problem", None) or "malformed"
        raise UserError(f"{path}: {place}no valid YAML ({problem}); correct the line") from None
    if not isinstance(content, dict):
        raise UserError(f"{path}: holds no mapping of keys to values; see config/README.md")
    return content


def read_layers(path: str | Path, seen: tuple[Path, ...] = ()) -> dict[str, Any]:
    """The mapping in `path`, completed by the top-level blocks of the file it extends."""
    path = Path(path)
    if path.resolve() in seen:
        raise UserError(f"{path}: 'extends' leads back to the file itself; remove one of the links")
    own = read_yaml(path)
    parent = own.pop("extends", None)
    if parent is None:
        return own
    if not isinstance(parent, str):
        raise UserError(f"{path}: extends: {parent!r} is no file name; name one YAML file")
    return read_layers(path.parent / parent, (*seen, path.resolve())) | own


def merge(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """`base` with `changes` laid over it, mapping by mapping (for values from a command line)."""
    merged = dict(base)
    for key, value in changes.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = merge(merged[key], value) if both else value
    return merged


def load(path: str | Path, changes: dict[str, Any] | None = None) -> dict[str, Any]:
    """The validated configuration of the campaign in `path`, with `changes` laid over it.

    Raises UserError, one line that names file, key, value, limit and remedy.
    """
    return load_all([path], changes)


def load_all(paths: Sequence[str | Path], changes: dict[str, Any] | None = None) -> dict[str, Any]:
    """As `load`, from several files, each laid over the one before."""
    from vibrates.campaign import constraints, schema

    config: dict[str, Any] = {}
    for path in paths:
        config = merge(config, read_layers(path))
    config = merge(config, _typed(changes or {}))
    source = ", ".join(str(_short(path)) for path in paths)
    schema.validate(config, read_yaml(SCHEMA), source)
    constraints.check(config, source)
    return config


def _typed(value: Any) -> Any:
    """Values given on Snakemake's command line; inside a mapping it leaves numbers as text."""
    if isinstance(value, dict):
        return {key: _typed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_typed(item) for item in value]
    return yaml.safe_load(value) if isinstance(value, str) else value


def _short(path: str | Path) -> Path:
    """`path` relative to the working directory where it lies below it."""
    path = Path(path)
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def write(config: dict[str, Any], path: str | Path) -> None:
    """Write a configuration as YAML, atomically."""
    write_text(path, yaml.safe_dump(config, sort_keys=False))


def energies(config: dict[str, Any]) -> np.ndarray:
    """Total classical energies U of the grid [cm^-1], ascending."""
    given = config["grid"]["energies_cm"]
    if isinstance(given, dict):
        series = given["geometric"]
        # Rounded, so that the numbers survive a text file and seed the same random streams.
        return np.round(np.geomspace(series["first"], series["last"], series["count"]), 3)
    return np.asarray(given, dtype=float)


def shell_edges(config: dict[str, Any]) -> np.ndarray:
    """Edges of the impact-parameter shells [angstrom], ascending from 0; one more than shells."""
    return np.asarray(config["grid"]["impact_parameter_edges_angstrom"], dtype=float)


def states(config: dict[str, Any]) -> list[tuple[int, int]]:
    """Initial vibrational levels (v, w), in the order of the configuration."""
    given = config["grid"]["states"]
    if isinstance(given, dict):
        (v0, v1), (w0, w1) = given["v"], given["w"]
        return [(v, w) for w in range(w0, w1 + 1) for v in range(v0, v1 + 1)]
    return [(int(v), int(w)) for v, w in given]


def levels(config: dict[str, Any], molecule: str, level: int) -> range:
    """Vibrational levels propagated of a molecule that starts in `level`."""
    rule = config["basis"][molecule]
    first = max(0, level - rule["below"])
    return range(first, max(level + rule["above"], first + rule["minimum"] - 1) + 1)


def bases(config: dict[str, Any], v: int, w: int) -> tuple[range, range]:
    """Levels propagated of both molecules for the initial state (v, w)."""
    a, b = config["pair"]
    return levels(config, a, v), levels(config, b, w)
