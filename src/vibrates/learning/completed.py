"""The complete table of several families of transitions: predicted log10 k with its covariance.

Every family is one regression over v and w (`ladder_model`), learned in the exothermic direction of
every member (`directions`); errors of different families are independent. Correlations between the
families of dv = 1, 2, 3 were tried and change the errors by little (docs/learning.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from vibrates.config import Campaign
from vibrates.learning.families import Family, flags


class Wanted(NamedTuple):
    """A family: the change (v' - v, w' - w), first and last initial v, first and last initial w."""

    change: tuple[int, int]
    v: tuple[int, int]
    w: tuple[int, int]


@dataclass(frozen=True)
class Completed:
    """One family of the table.

    Attributes
    ----------
    family
        What was learned from, and its members (`family.target`), which are the rows here: the
        wanted ones and all that were computed.
    log10_k : array, (N, M)
        Of the exothermic direction, k in cm^3 s^-1; detailed balance gives the other.
    covariance : array, (N M, N M)
        Of the errors of `log10_k`, members slow, in dex^2: Monte-Carlo errors of the data and the
        error of the regression together. The same for the other direction.
    flag : array, (N, M)
        `families.COMPUTED`, INTERPOLATED or EXTRAPOLATED.
    model
        The forms and their weights, in words.
    """

    family: Family
    log10_k: NDArray
    covariance: NDArray
    flag: NDArray
    model: str

    @property
    def std(self) -> NDArray:
        """Standard deviation of `log10_k`, (N, M), dex."""
        return np.sqrt(np.diagonal(self.covariance)).reshape(self.log10_k.shape)


def completed_table(
    rates: xr.Dataset,
    wanted: Sequence[Wanted],
    config: Campaign,
    name: str = "rates.nc",
    models: dict | None = None,
) -> list[Completed]:
    """All cells of a table from all computed rates of a campaign.

    Parameters
    ----------
    rates : Dataset
        That of rates.nc; its temperatures are those of the table.
    wanted : sequence of Wanted
        Families with their ranges of levels. All computed members that have one of the initial w
        are learned from, outside the range of v too.
    config : Campaign
        The campaign: its molecules give the energy defects.
    name : str
        Of the file of rates, for messages.
    models : dict, optional
        `ladder_model.models_by_resonance()`, where several tables share it: each costs seconds.

    Returns
    -------
    list of Completed
        In the order of `wanted`.

    Raises
    ------
    UserError
        If a family has too few computed members, or a rate that cannot be learned from.
    """
    # TensorFlow takes seconds to import.
    from vibrates.learning.ladder_model import models_by_resonance

    models = models or models_by_resonance()
    found = []
    for change, v, (first, last) in wanted:
        asked = {
            "transitions": (tuple(change),),
            "complete_v": tuple(v),
            "initial_w": tuple(range(first, last + 1)),
        }
        learning = config.to_learn.model_copy(update=asked)
        own = config.model_copy(update={"learning": learning})
        family = Family.of(rates, change, own, name)
        model = models[family.resonant].fit(family.learned, family.used)
        mean, covariance = model.predict_jointly(family.target)
        log10_k = mean - family.offset(family.target)
        found.append(Completed(family, log10_k, covariance, flags(family), model.description))
    return found
