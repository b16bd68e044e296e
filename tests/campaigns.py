"""Campaigns for tests: the default one with changes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vibrates.config import Campaign
from vibrates.core.yaml_files import merge, read_layers

CONFIG = Path(__file__).parents[1] / "config"


def campaign(
    changes: Mapping[str, Any] | None = None, whole: Mapping[str, Any] | None = None
) -> Campaign:
    """The default campaign with ``changes`` laid over it, and ``whole`` blocks replaced.

    Its blocks are checked; relations between blocks, which `config.load` checks, are not.
    """
    default = merge(read_layers(CONFIG / "config.yaml"), dict(changes or {}))
    return Campaign.from_mapping(default | dict(whole or {}), "config.yaml")


def with_changes(config: Campaign, **blocks: Mapping[str, Any]) -> Campaign:
    """A copy with values of some blocks replaced, unchecked: also values that no file may have."""
    return config.model_copy(
        update={
            name: getattr(config, name).model_copy(update=dict(values))
            for name, values in blocks.items()
        }
    )
