"""What the products of each stage depend on: blocks of the configuration, code, earlier stages.

The fingerprint of a stage is a parameter of its rules, is written into its products, and is
matched where they are read and when a campaign starts. A product that was made with other settings
or other code is therefore never taken for one of this campaign.
"""

from dataclasses import dataclass

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
    "dynamics",
    "sampling",
)


@dataclass(frozen=True)
class Stage:
    """``blocks`` of the configuration and ``modules`` that compute, beside the stages ``after``."""

    modules: tuple[str, ...]
    blocks: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


STAGES = {
    # The plan of a round; its batches have fingerprints of their own (`trajectories.plan`).
    "plan": Stage(
        ("vibrates.campaign.rounds", "vibrates.trajectories.work", "vibrates.config.grid"),
        (*_TRAJECTORIES, "rates", "jobs"),
    ),
    "reduced": Stage(
        ("vibrates.rates.reduction", "vibrates.trajectories.work", "vibrates.config.grid"),
        (*_TRAJECTORIES, "rates"),
    ),
    "cross_sections": Stage(("vibrates.rates.cross_sections",), after=("reduced",)),
    "rates": Stage(("vibrates.rates.table", "vibrates.rates.basis_edge"), after=("reduced",)),
    "checks": Stage(("vibrates.rates.sanity",), after=("cross_sections", "rates")),
    "learned": Stage(("vibrates.learning.product",), ("learning",), after=("rates",)),
}


def fingerprint(config: Campaign, name: str) -> str:
    """Of everything that the products of stage ``name`` depend on (sha256, hexadecimal)."""
    stage = STAGES[name]
    mapping = config.to_mapping()
    settings = {block: mapping[block] for block in stage.blocks}
    if "jobs" in settings:  # How trajectories are cut into batches; the rest is for the scheduler.
        settings["jobs"] = config.jobs.trajectories_per_batch
    return fingerprint_of(
        stage=name,
        settings=settings,
        code=code_fingerprint(*stage.modules),
        after={earlier: fingerprint(config, earlier) for earlier in stage.after},
    )
