"""Typed settings of what follows the fit of the surface: increment, drawn surfaces, moments."""

from typing import Annotated, Self

from annotated_types import Ge, Le, MinLen
from pydantic import model_validator

from vibrates.core.model import (
    WHOLE,
    Ascending,
    Count,
    Integer,
    Model,
    Natural,
    Positive,
    Rule,
    key,
    optional,
)

_SEE = "see the keys"
_TERM = tuple[Natural, Natural, Annotated[int, Ge(1), Le(17), WHOLE]]
_TERMS = ("Rows [power of the stretch of a, of b, number of values]", "1")
_WIDTH = ("Standard deviation of the prior around zero", "of the parameter per angstrom and power")


class IncrementForm(Model):
    """Which parameters the increment changes."""

    R_m_angstrom: tuple[_TERM, ...] | None = optional(*_TERMS)
    eps_meV: tuple[_TERM, ...] | None = optional(*_TERMS)
    beta: tuple[_TERM, ...] | None = optional(*_TERMS)
    zeta: tuple[_TERM, ...] | None = optional(*_TERMS)


class IncrementPrior(Model):
    """Widths of the prior of the changes of the parameters."""

    R_m_angstrom: float = key(*_WIDTH, gt=0)
    eps_meV: float = key(*_WIDTH, gt=0)
    beta: float = key(*_WIDTH, gt=0)
    zeta: float = key(*_WIDTH, gt=0)


class IncrementAccuracy(Model):
    """Standard deviation ascribed to a change of V."""

    floor_meV: float = key("Floor", "meV", gt=0)
    fraction: float = key("Fraction of V", "1", gt=0)


class BasisIncrement(Model):
    """The second fit: what a larger basis, or its limit, adds."""

    points: Annotated[tuple[str, ...], MinLen(1)] = key(
        "Files of points of the fit in the larger basis (relative to the project)", "paths"
    )
    factor: float = key(
        "Factor of the computed change of the correlation energy, to the limit of the basis set "
        "(27/19 from double and triple zeta, by X^-3; 1 for the larger basis itself)",
        "1",
        ge=1,
        le=3,
    )
    factor_error: float = key("Standard deviation of this factor", "1", ge=0)
    accuracy: IncrementAccuracy = key(
        "Standard deviation ascribed to a change of V: hypot(floor, fraction of V)", _SEE
    )
    prior: IncrementPrior = key("Prior of the changes of the parameters", _SEE)
    candidates: Annotated[dict[str, IncrementForm], MinLen(1)] = key(
        "Forms compared by cross-validation: which parameters change, and how", _SEE
    )
    chosen: str = key("Name of the form that is added to the fit", "text")

    @model_validator(mode="after")
    def _a_candidate(self) -> Self:
        if self.chosen not in self.candidates:
            raise Rule(
                "chosen",
                f"'{self.chosen}' is no candidate (there: {', '.join(self.candidates)}); name one "
                "of them",
            )
        return self


class MorePoints(Model):
    """A further file of points of the fit."""

    points: str = key("Data file of the points (relative to the project)", "path")
    groups: Annotated[tuple[str, ...], MinLen(1)] | None = optional(
        "Groups of the file that are points of the fit, all if absent", "text"
    )
    floor_meV: float = key(
        "Floor of a further standard deviation of these points, such as that of another method",
        "meV",
        ge=0,
    )
    fraction: float = key("Fraction of V of this standard deviation", "1", ge=0, le=1)


class Draws(Model):
    """Surfaces drawn from the covariance of the fit."""

    count: Count = key("Their number", "1")
    seed: Natural = key("Seed of all draws", "1")


class MomentTable(Model):
    """Angular moments of V and of its derivatives with the bonds."""

    distances_angstrom: Annotated[tuple[Positive, ...], MinLen(1), Ascending()] = key(
        "Distances R", "angstrom"
    )
    order: Integer = key("Largest orders of both molecules", "1", ge=0, le=12)
    control: str = key("Candidate of few values that the points are compared with", "text")
    regression_order: Integer = key(
        "Largest orders in the regression of the points: above `order`, for what the points leave "
        "open",
        "1",
        ge=0,
        le=16,
    )
    floor_meV: float = key("Floor of the scale of differences from the control", "meV", gt=0)
