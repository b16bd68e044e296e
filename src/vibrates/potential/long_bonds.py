"""Points at long bonds: multireference energies joined to coupled cluster where both are right.

The difference of the two methods at the geometries that both have is fitted as an increment
(`basis_set`) and added to the multireference points, so that their wall and well continue those of
coupled cluster. What the increment leaves there is ascribed to every joined point as an error.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vibrates.core.columns import COORDINATES
from vibrates.core.errors import UserError
from vibrates.molecules.diatom import Diatom
from vibrates.potential.basis_set import (
    Accuracy,
    Increment,
    embedding,
    energy_change,
    fit_increment,
    summed,
)
from vibrates.potential.fit import Design, FitResult, Term
from vibrates.potential.points import lengths_from_equilibrium

# Bonds changed by more than this fraction of r_e are long or short ones.
LONG = 0.21


@dataclass(frozen=True)
class Joined:
    """``points``: the multireference points with energy_meV joined and its error_meV; ``overlap``:
    the shared geometries, with columns multireference_meV, coupled_cluster_meV and left_meV, what
    the ``increment`` leaves.
    """

    points: pd.DataFrame
    overlap: pd.DataFrame
    increment: Increment


def join(
    found: FitResult,
    coupled_cluster: pd.DataFrame,
    multireference: pd.DataFrame,
    terms: Sequence[Term],
    accuracy: Accuracy,
    prior: Mapping[str, float],
) -> Joined:
    """Multireference points continued from coupled cluster.

    Parameters
    ----------
    found
        A fit to points of short and moderately long bonds.
    coupled_cluster, multireference
        Points from `points.prepare`, each with its own energy_meV; some geometries in both.
    terms, accuracy, prior
        Of the increment, as in `basis_set.fit_increment`.

    Raises
    ------
    UserError
        If no geometry is in both.
    """
    keys = list(COORDINATES)
    values = coupled_cluster[[*keys, "energy_meV"]].rename(columns={"energy_meV": "known_meV"})
    overlap = multireference.merge(values, on=keys).reset_index(drop=True)
    if overlap.empty:
        raise UserError(
            "points at long bonds: no geometry is in both the multireference and the coupled "
            "cluster points; compute some with bonds where both methods are right"
        )
    overlap["change_meV"] = overlap["known_meV"] - overlap["energy_meV"]
    increment = fit_increment(found, overlap, terms, accuracy, prior)
    after = summed(found, increment)
    scale = np.sqrt(max(1.0, increment.reduced_chi_square))
    energy = multireference["energy_meV"].to_numpy()
    own = Design(multireference, after.terms).jacobian(after.values)
    spread = np.einsum("ni,ij,nj->n", own, after.covariance - _embedded(found, after), own)
    error = np.hypot(scale * accuracy.sigma(energy), np.sqrt(np.maximum(spread, 0.0)))
    joined = multireference.assign(
        energy_meV=energy + energy_change(found, increment, multireference), error_meV=error
    )
    table = overlap.rename(columns={"energy_meV": "multireference_meV",
                                    "known_meV": "coupled_cluster_meV"})  # fmt: skip
    return Joined(joined, table.assign(left_meV=increment.residual_meV), increment)


def _embedded(found: FitResult, after: FitResult) -> NDArray:
    """The covariance of the first fit alone, in the values of the sum."""
    own = embedding(found.terms, after.terms)
    return own @ found.covariance @ own.T


def folds_by_length(points: pd.DataFrame, a: Diatom, b: Diatom) -> list[NDArray]:
    """Masks of prepared points that are left out together: each long or short bond length in turn.

    A length is one of a or of b that differs from r_e by more than `LONG` of it, to 0.01 angstrom.
    The longest and the shortest ones test the extrapolation. Empty without such points.
    """
    masks = []
    for name, molecule in (("r_a_angstrom", a), ("r_b_angstrom", b)):
        far = np.abs(lengths_from_equilibrium(points[name], molecule)) > LONG
        rounded = points[name].round(2)
        masks += [
            (far & (rounded == length)).to_numpy() for length in sorted(rounded[far].unique())
        ]
    return masks
