"""Learning from the rates: the block ``learning``."""

from typing import Annotated, Literal, Self

from annotated_types import Ge, MinLen
from pydantic import model_validator

from vibrates.config.blocks import Change
from vibrates.core.model import WHOLE, Count, Integer, Model, Natural, Rule, Unique, key

Names = Literal["temperature", "level", "random", "sets"]
Regressions = Literal[
    "GP",
    "NN",
    "NN2",
    "GP_residual",
    "NN_residual",
    "q4",
    "l3",
    "spline",
    "trend",
    "line",
    "spline_T",
    "ladder",
]
Optimisers = Literal["lbfgs", "rmsprop"]
Levels = Annotated[tuple[Natural, ...], MinLen(1), Unique()]


class Scenarios(Model):
    """Comparison of models on rates that were left out."""

    names: Annotated[tuple[Names, ...], Unique()] = key("What is left out in turn", "text")
    models: Annotated[tuple[Regressions, ...], MinLen(1), Unique()] = key(
        "Regressions: those of Hong et al. 2023 (GP, NN, NN2), GP and NN with the harmonic matrix "
        "element taken out (GP_residual, NN_residual), interpolation without training along v (q4, "
        "l3, spline, trend) and along T (line, spline_T), and ours (ladder)",
        "text",
    )
    every_temperature: Integer = key(
        "Interval n: every n-th temperature is left out in turn, and always the last one",
        "1",
        ge=1,
        le=1000,
    )
    seeds: Integer = key("Random choices for each percentage", "1", ge=1, le=1000)
    maximum_temperature_K: float = key("Published rates above are not used", "K", ge=10, le=100000)


class Search(Model):
    """Compositional search of kernels."""

    fixed: Natural = key("Initial j (or v, where there is no j) that every training set has", "1")
    sizes: Annotated[tuple[Annotated[int, Ge(2), WHOLE], ...], MinLen(1), Unique()] = key(
        "Numbers N of initial j (or v) in a training set", "1"
    )
    maximum_combinations: Count = key(
        "Combinations trained for each N; where there are more, the best by parameters that all "
        "share",
        "1",
    )
    points: tuple[Annotated[int, Ge(10), WHOLE], Annotated[int, Ge(10), WHOLE]] = key(
        "Training points for hyperparameters while candidates are compared: a first and a final "
        "stage; chosen models see all",
        "1",
    )
    optimisers: Annotated[tuple[Optimisers, ...], MinLen(1), Unique()] = key(
        "RMSProp with learning rate 1 as published, L-BFGS as ours", "text"
    )
    iterations: Integer = key(
        "Iterations of either optimiser for a candidate", "1", ge=1, le=1000000
    )
    validation: tuple[Levels, ...] = key(
        "Validation sets of initial j (or v); a value that is trained on is replaced by the next "
        "higher one",
        "1",
        min_length=1,
    )
    growth: Integer = key("Base kernels a kernel may have at most", "1", ge=1, le=8)


class Next(Model):
    """Which states to compute next."""

    states: Count = key("How many states the proposal has", "1")
    v: tuple[Natural, Natural] = key("First and last v that may be proposed", "1")
    w: Levels = key("Levels w that may be proposed", "1")


class Learning(Model):
    """What is learned from the rates."""

    transitions: Annotated[tuple[Change, ...], MinLen(1), Unique()] = key(
        "Families to complete, changes (v' - v, w' - w); figures show the first", "1"
    )
    initial_w: Levels = key(
        "Initial levels w of the second molecule that are learned together; figures show the first",
        "1",
    )
    complete_v: tuple[Natural, Natural] = key(
        "First and last v of the completed ladder, both included", "1"
    )
    scenarios: Scenarios = key(
        "Comparison of models on rates that were left out (make learn)", "see the keys"
    )
    search: Search = key("Compositional search of kernels (make learn)", "see the keys")
    next: Next = key("Which states to compute next", "see the keys")

    @property
    def shown(self) -> tuple[tuple[int, int], int]:
        """The family (dv, dw) and the level w that figures and the summary show: the first ones."""
        return self.transitions[0], self.initial_w[0]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        first, last = self.complete_v
        if last < first:
            raise Rule("complete_v", f"[{first}, {last}] is not ascending; exchange them")
        return self
