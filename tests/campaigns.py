"""Campaigns for tests: the shipped ones with changes laid over them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vibrates.config import Campaign
from vibrates.core.yaml_files import merge, read_layers

CONFIG = Path(__file__).parents[1] / "config"


def campaign(changes: Mapping[str, Any] | None = None, base: str = "config.yaml") -> Campaign:
    """A shipped campaign with ``changes`` laid over it.

    Its blocks are checked; relations between blocks, which `config.load` checks, are not.
    """
    return Campaign.from_mapping(merge(read_layers(CONFIG / base), dict(changes or {})), base)


def with_changes(config: Campaign, **blocks: Mapping[str, Any]) -> Campaign:
    """A copy with values of some blocks replaced, unchecked: also values that no file may have."""
    return config.model_copy(
        update={
            name: getattr(config, name).model_copy(update=dict(values))
            for name, values in blocks.items()
        }
    )
