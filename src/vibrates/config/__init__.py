"""The configuration of a campaign: its models, reading and validation."""

from vibrates.config.blocks import Dynamics, Figures, Jobs, Rates, Reference, Sampling
from vibrates.config.campaign import Campaign, load, load_all, resolved
from vibrates.config.grid import BasisRule, Grid
from vibrates.config.learning import Learning, Next, Scenarios, Search

__all__ = [
    "BasisRule",
    "Campaign",
    "Dynamics",
    "Figures",
    "Grid",
    "Jobs",
    "Learning",
    "Next",
    "Rates",
    "Reference",
    "Sampling",
    "Scenarios",
    "Search",
    "load",
    "load_all",
    "resolved",
]
