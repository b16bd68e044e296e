"""Regressions by name. Each has fit(data, train, seed), predict(data) and a description."""

from collections.abc import Callable

from vibrates.core.errors import UserError

# The modules that hold them.
MODULES = {
    "GP": "vibrates.learning.published_gp",
    "NN": "vibrates.learning.networks",
    "NN2": "vibrates.learning.networks",
    "ladder": "vibrates.learning.ladder_model",
}
NAMES = tuple(MODULES)


def model(name: str) -> Callable:
    """A maker of fresh models called ``name``; the libraries behind them are loaded only here.

    Raises UserError for a name that is not in NAMES.
    """
    if name == "ladder":
        from vibrates.learning.ladder_model import LadderModel

        shared = LadderModel()  # its traced kernels serve all fits; every fit starts anew
        return lambda: shared
    if name == "GP":
        from vibrates.learning.published_gp import PublishedGP

        return PublishedGP
    if name in ("NN", "NN2"):
        from vibrates.learning.networks import RateNetwork

        return lambda: RateNetwork(name)
    raise UserError(f"model {name} is unknown; choose from {', '.join(NAMES)}")
