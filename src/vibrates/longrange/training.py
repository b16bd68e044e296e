"""Training of a long-range surface on points (R, x, u)."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vibrates.errors import UserError
from vibrates.longrange.levenberg_marquardt import minimise
from vibrates.longrange.surface import Coordinate, LongRangeSurface


@dataclass(frozen=True)
class Training:
    """How a surface is trained.

    ``test_share``: of the points, kept for early stopping; ``patience``: iterations without a
    better test error before it stops; ``restarts``: random starts, of which the best on the test
    points stays; ``relative_floor``: points weigh as 1/max(|u|, floor) (hartree), all equally if
    infinite.
    """

    hidden: tuple[int, ...]
    iterations: int = 300
    test_share: float = 0.2
    patience: int = 30
    restarts: int = 3
    relative_floor: float = np.inf
    seed: int = 1


@dataclass(frozen=True)
class Trained:
    """A surface, its errors (rms, hartree) on both sets, which points were tested, the history.

    ``history`` (iterations, 2): weighted rms error on training and test points.
    """

    surface: LongRangeSurface
    training_error: float
    test_error: float
    test: NDArray
    history: NDArray


@dataclass(frozen=True, eq=False)
class Problem:
    """Points u (N,) at R (N,) and internal coordinates x (N, d), atomic units, and the form of the fit.

    ``powers``: the m of the series; without powers a plain network of (R, x). UserError for numbers
    that are none and points outside the coordinates' ranges.
    """

    distance: NDArray
    x: NDArray
    energy: NDArray
    powers: tuple[int, ...]
    coordinates: tuple[Coordinate, ...]

    def __post_init__(self) -> None:
        for name in ("distance", "x", "energy"):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=float))
        object.__setattr__(self, "x", self.x.reshape(len(self.distance), -1))
        object.__setattr__(self, "powers", tuple(self.powers))
        object.__setattr__(self, "coordinates", tuple(self.coordinates))
        _check(self.distance, self.x, self.energy, self.coordinates)

    def part(self, which: NDArray) -> "Problem":
        """The points ``which``, a mask or indices."""
        return replace(self, distance=self.distance[which], x=self.x[which], energy=self.energy[which])


def train(problem: Problem, chosen: Training) -> Trained:
    """The best of the restarts; UserError if there are fewer training points than weights."""
    distance, energy = problem.distance, problem.energy
    generator = np.random.default_rng(chosen.seed)
    test = np.zeros(len(energy), bool)
    test[generator.permutation(len(energy))[: int(round(chosen.test_share * len(energy)))]] = True
    weight = 1.0 / np.maximum(np.abs(energy), chosen.relative_floor)
    if np.isinf(chosen.relative_floor):
        weight = np.ones_like(energy)
    weight /= np.sqrt(np.mean((weight * energy) ** 2))
    empty = LongRangeSurface(
        problem.powers, problem.coordinates, chosen.hidden, np.zeros(0), float(distance.min()),
        float(np.exp(np.log(distance).mean())), float(np.sqrt(np.mean(energy**2))),
    )  # fmt: skip
    if (~test).sum() < empty.network.weights:
        raise UserError(
            f"long-range training: {(~test).sum()} training points for {empty.network.weights} "
            "weights; give more points or fewer neurons"
        )
    runs = [_run(empty, problem, weight, test, chosen, generator) for _ in range(chosen.restarts)]
    return min(runs, key=lambda run: run.test_error if test.any() else run.training_error)


def ensemble(problem: Problem, chosen: Training, members: int) -> list[Trained]:
    """Surfaces from different test sets and starts; their spread is the uncertainty of C_m."""
    return [
        train(problem, replace(chosen, seed=chosen.seed + number)) for number in range(members)
    ]


def _run(empty, problem, weight, test, chosen, generator) -> Trained:
    """One random start."""
    distance, x, energy = problem.distance, problem.x, problem.energy
    network = empty.network
    inputs, factors = empty.inputs(distance, x), empty.factors(distance)
    target, scale = energy / empty.energy_unit, weight * empty.energy_unit
    fit = np.flatnonzero(~test)

    def residuals(weights, which):
        values = (factors[which] * network(weights, inputs[which])).sum(axis=1)
        return scale[which] * (values - target[which])

    def block(weights, part):
        which = fit[part]
        values, jacobian = network.jacobian(weights, inputs[which], factors[which])
        return scale[which] * (values - target[which]), scale[which][:, None] * jacobian

    def loss(weights):
        return 0.5 * float((residuals(weights, fit) ** 2).sum())

    def rms(weights, which):
        return float(np.sqrt(np.mean(residuals(weights, which) ** 2))) if which.any() else np.nan

    start = network.random(generator)
    best, best_error, since, history = start, np.inf, 0, []
    for one in minimise(block, loss, start, len(fit), chosen.iterations):
        errors = np.sqrt(2.0 * one.loss / len(fit)), rms(one.weights, test)
        history.append(errors)
        judged = errors[1] if test.any() else errors[0]
        if judged < best_error:
            best, best_error, since = one.weights, judged, 0
        else:
            since += 1
        if since >= chosen.patience:
            break
    surface = replace(empty, weights=best)
    error = surface.energy(distance, x) - energy
    errors = [
        float(np.sqrt(np.mean(error[which] ** 2))) if which.any() else np.nan
        for which in (~test, test)
    ]
    return Trained(surface, *errors, test, np.array(history))


def _check(distance, x, energy, coordinates) -> None:
    for name, values in {"R": distance, "coordinates": x, "u": energy}.items():
        if not np.isfinite(values).all():
            raise UserError(
                f"long-range training: {name} of point {int(np.argwhere(~np.isfinite(values))[0][0])} "
                "is not a number; remove the point"
            )
    if x.shape[1] != len(coordinates):
        raise UserError(
            f"long-range training: points have {x.shape[1]} internal coordinates, "
            f"{len(coordinates)} are described; describe every one"
        )
    if (distance <= 0.0).any():
        raise UserError("long-range training: R must be positive; remove such points")
    for i, c in enumerate(coordinates):
        outside = (x[:, i] < c.lower - 1e-9) | (x[:, i] > c.upper + 1e-9)
        if outside.any():
            raise UserError(
                f"long-range training: {c.name} = {x[outside, i][0]:g} lies outside its range, "
                f"{c.lower:g} to {c.upper:g}; widen the range or remove the point"
            )
