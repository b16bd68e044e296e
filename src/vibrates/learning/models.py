"""Regressions by name. Each has fit(data, train, seed), predict(data) and a description."""

from collections.abc import Callable

from vibrates.core.errors import UserError
from vibrates.learning import baselines

# The modules that hold them.
MODULES = {
    "GP": "vibrates.learning.published_gp",
    "NN": "vibrates.learning.networks",
    "NN2": "vibrates.learning.networks",
    "GP_residual": "vibrates.learning.published_gp",
    "NN_residual": "vibrates.learning.networks",
    "ladder": "vibrates.learning.ladder_model",
} | dict.fromkeys(baselines.NAMES, "vibrates.learning.baselines")
NAMES = tuple(MODULES)
# Those of Hong et al. 2023 that learn log10 k minus log10 of the harmonic matrix element.
RESIDUAL = "_residual"


def model(name: str) -> Callable:
    """A maker of fresh models called ``name``; the libraries behind them are loaded only here.

    Raises UserError for a name that is not in NAMES.
    """
    if name == "ladder":
        from vibrates.learning.ladder_model import LadderModel

        shared = LadderModel()  # its traced kernels serve all fits; every fit starts anew
        return lambda: shared
    published, without_matrix_element = name.removesuffix(RESIDUAL), name.endswith(RESIDUAL)
    if name not in NAMES:
        raise UserError(f"model {name} is unknown; choose from {', '.join(NAMES)}")
    if name in baselines.NAMES:
        return lambda: baselines.Baseline(name)
    if published == "GP":
        from vibrates.learning.published_gp import PublishedGP

        return lambda: PublishedGP(without_matrix_element)
    from vibrates.learning.networks import RateNetwork

    return lambda: RateNetwork(published, without_matrix_element)
