"""The validated configuration of a campaign."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from vibrates.config import constraints, schema
from vibrates.core.yaml_files import SCHEMA, merge, read_layers, read_yaml


def load(path: str | Path, changes: dict[str, Any] | None = None) -> dict[str, Any]:
    """The validated configuration of the campaign in `path`, with `changes` laid over it.

    Raises UserError, one line that names file, key, value, limit and remedy.
    """
    return load_all([path], changes)


def load_all(paths: Sequence[str | Path], changes: dict[str, Any] | None = None) -> dict[str, Any]:
    """As `load`, from several files, each laid over the one before."""
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
