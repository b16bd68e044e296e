"""Cross-validation of forms and priors of the surface with points left out of the fit."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vibrates.molecules.diatom import Diatom
from vibrates.potential.fit import Design, FitResult, Term, Weights, fit
from vibrates.potential.points import ANGLES, lengths_from_equilibrium, quality

# 0.3 meV in the well, 5 % on the wall.
ASKED_FOR = Weights(floor_meV=0.3, fraction=0.05, high_meV=1000.0)
# Bonds changed by more than this fraction of r_e are long or short ones.
LONG = 0.21


def folds(points: pd.DataFrame, count: int) -> list[NDArray]:
    """Masks of points that are left out together: complete skew orientations, stretched points.

    The unstretched cuts of the five reference configurations are part of every fit, since they
    define the form.
    """
    rigid = (points["xi_a"] == 0) & (points["xi_b"] == 0)
    skew = points["configuration"].str.match("skew")
    # Groups of points may share orientations under different names.
    orientation = points.groupby(ANGLES, sort=False).ngroup()
    number = np.full(len(points), -1)
    number[skew] = pd.factorize(orientation[skew])[0] % count
    stretched = ~skew & ~rigid
    number[stretched] = np.arange(stretched.sum()) % count
    return [number == k for k in range(count) if (number == k).any()]


def folds_by_length(points: pd.DataFrame, a: Diatom, b: Diatom) -> list[NDArray]:
    """Masks of points that are left out together: each long or short bond length in turn.

    A length is one of a or of b that differs from r_e by more than `LONG` of it, to 0.01 angstrom.
    The longest and the shortest ones test the extrapolation.

    Parameters
    ----------
    points
        The n points, from `points.prepare`.
    a, b
        The two molecules.

    Returns
    -------
    list of NDArray
        Masks (n,); empty without such points.
    """
    masks = []
    for name, molecule in (("r_a_angstrom", a), ("r_b_angstrom", b)):
        far = np.abs(lengths_from_equilibrium(points[name], molecule)) > LONG
        rounded = points[name].round(2)
        masks += [
            (far & (rounded == length)).to_numpy() for length in sorted(rounded[far].unique())
        ]
    return masks


def cross_validate(
    points: pd.DataFrame,
    terms: Sequence[Term],
    weights: Weights,
    prior: Mapping[str, float],
    folds: Sequence[NDArray],
) -> NDArray:
    """Errors of points predicted by fits without their fold.

    Parameters
    ----------
    points
        The n points, from `points.prepare`.
    terms, weights, prior
        As in `fit.fit`.
    folds
        Masks (n,) of the points left out together.

    Returns
    -------
    NDArray
        Predicted minus computed V (n,), meV; NaN for points in no fold.
    """
    errors = np.full(len(points), np.nan)
    for left_out in folds:
        kept = fit(points[~left_out], terms, weights, prior)
        design = Design(points[left_out], terms)
        errors[left_out] = design.energy(kept.values) - points.loc[left_out, "energy_meV"]
    return errors


def judgement(
    training: pd.DataFrame,
    left_out: NDArray,
    held_out: pd.DataFrame,
    found: FitResult,
) -> dict:
    """Quality of a fit.

    Parameters
    ----------
    training
        The n points of the fit.
    left_out : (n,)
        Their errors by `cross_validate`, meV.
    held_out
        Points that are in no fit.
    found
        The fit.

    Returns
    -------
    dict
        Number of values, reduced chi square, `points.quality` of left-out and of held-out points,
        and ``score``: the root mean square of the left-out errors in units of the required
        accuracy, `ASKED_FOR`. ``score_within`` is that of the points without the longest bond of
        either molecule, where leaving points out is interpolation: candidates are selected by it.
    """
    known = training["energy_meV"].to_numpy()
    predicted = np.isfinite(left_out)
    relative = left_out[predicted] / ASKED_FOR.sigma(known[predicted])
    within = np.all(
        [training[name] < training[name].max() for name in ("r_a_angstrom", "r_b_angstrom")], axis=0
    )[predicted]
    unseen = held_out["energy_meV"].to_numpy()
    error = Design(held_out, found.terms).energy(found.values) - unseen
    return {
        "values": len(found.values),
        "reduced_chi_square": found.reduced_chi_square,
        "score": float(np.sqrt(np.mean(relative**2))),
        "score_within": float(np.sqrt(np.mean(relative[within if within.any() else ...] ** 2))),
        "cross_validation": quality(known[predicted], left_out[predicted]),
        "held_out": quality(unseen, error),
    }
