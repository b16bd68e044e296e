"""Dependences of the products of each stage: blocks of the configuration, code, earlier stages.

The fingerprint of a stage is a parameter of its rules and is written into its products. It is
compared when they are read and when a campaign starts, so that a product that was made with other
settings or other code is never used as one of this campaign.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from vibrates.config import Campaign
from vibrates.core.code import code_fingerprint
from vibrates.core.fingerprint import fingerprint as fingerprint_of

_TRAJECTORIES = (
    "seed",
    "pair",
    "molecules",
    "surface",
    "grid",
    "basis",
    "rotors",
    "dynamics",
    "sampling",
)
_SUMS = (*_TRAJECTORIES, "rates.temperatures_K", "rates.transitions")


@dataclass(frozen=True)
class Stage:
    """``modules`` and ``settings`` (`block`, `block.key`) of a stage that runs ``after`` others."""

    modules: tuple[str, ...]
    settings: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


STAGES = {
    # The plan of a round; its batches have fingerprints of their own (`trajectories.plan`).
    "plan": Stage(
        (
            "vibrates.campaign.rounds",
            "vibrates.trajectories.work",
            "vibrates.config.grid",
            "vibrates.config.rotors",
        ),
        (
            *_SUMS,
            "rates.symmetrisation",
            "rates.edge_population_limit",
            "jobs.trajectories_per_batch",
        ),
    ),
    "reduced": Stage(
        (
            "vibrates.rates.reduction",
            "vibrates.trajectories.work",
            "vibrates.config.grid",
            "vibrates.config.rotors",
        ),
        _SUMS,
    ),
    "cross_sections": Stage(("vibrates.rates.cross_sections",), after=("reduced",)),
    "surface_draws": Stage(
        ("vibrates.rates.surface_draws", "vibrates.config.grid"),
        (*_SUMS, "rates.symmetrisation", "rates.surface_draws"),
    ),
    "rates": Stage(
        ("vibrates.rates.table", "vibrates.rates.basis_edge", "vibrates.rates.error_parts"),
        ("rates.symmetrisation", "rates.edge_population_limit", "rates.bootstrap"),
        after=("reduced", "surface_draws"),
    ),
    "checks": Stage(("vibrates.rates.sanity",), after=("cross_sections", "rates")),
    # The rounds of the complete table: plans, rates and decisions.
    "complete": Stage(
        (
            "vibrates.campaign.completion.data",
            "vibrates.campaign.completion.rounds",
            "vibrates.learning.ladder_model",
        ),
        (
            "complete",
            "rates.symmetrisation",
            "rates.edge_population_limit",
            "rates.bootstrap",
            "jobs.trajectories_per_batch",
        ),
        after=("plan", "reduced"),
    ),
    "learned": Stage(
        ("vibrates.learning.product", "vibrates.rates.error_parts"),
        ("learning.transitions", "learning.initial_w", "learning.complete_v"),
        after=("rates",),
    ),
}

# Of a campaign with a crossover: products that join those of its parts, and what joins them.
JOINED: dict[str, tuple[str, ...]] = {
    "rates": ("vibrates.rates.crossover", "vibrates.rates.error_parts"),
    "checks": ("vibrates.rates.sanity",),
}


def draws(config: Campaign) -> bool:
    """Whether rates are computed on drawn surfaces as well."""
    return config.rates.surface_draws is not None


def selected(config: Campaign, names: Iterable[str]) -> dict[str, Any]:
    """The named settings of a configuration: a block, or `block.key` for one key of it.

    Of the block `molecules` only the two molecules of the pair are included. An optional block that
    the campaign does not have is left out.
    """
    optional = {name for name, one in Campaign.model_fields.items() if not one.is_required()}
    whole: dict[str, Any] = dict.fromkeys(optional) | config.to_mapping()
    found: dict[str, Any] = {}
    for name in names:
        block, _, key = name.partition(".")
        if whole[block] is None:
            found[block] = None
        elif key:
            if key in whole[block]:  # An optional key may be absent.
                found.setdefault(block, {})[key] = whole[block][key]
        elif block == "molecules":
            found[block] = {molecule: whole[block][molecule] for molecule in config.pair}
        else:
            found[block] = whole[block]
    return found


def of_plan(config: Campaign, round_: int) -> str:
    """The stage that the plan of a round belongs to."""
    return "plan" if round_ <= config.sampling.rounds else "complete"


def fingerprint(config: Campaign, name: str) -> str:
    """Fingerprint (sha256, hexadecimal) of all that the products of stage ``name`` depend on.

    Of a campaign with parts, `JOINED` are the stages whose products are made of those of the parts.
    """
    if config.crossover_K is not None and name in JOINED:
        modules = JOINED[name]
        settings: tuple[str, ...] = ("rotors",)
        after = {part: fingerprint(one, name) for part, one in config.parts.items()}
        if name == "checks":
            after["rates"] = fingerprint(config, "rates")
        elif draws(config):
            after["surface_draws"] = fingerprint(config, "surface_draws")
    else:
        stage = STAGES[name]
        modules, settings = stage.modules, stage.settings
        earlier = [one for one in stage.after if one != "surface_draws" or draws(config)]
        after = {one: fingerprint(config, one) for one in earlier}
    return fingerprint_of(
        stage=name,
        settings=selected(config, settings),
        code=code_fingerprint(*modules),
        after=after,
    )
