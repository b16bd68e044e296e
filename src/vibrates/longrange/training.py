"""Training of a long-range surface on points (R, x, u)."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vibrates.core import tasks
from vibrates.core.checkpoint import Checkpoint
from vibrates.core.code import code_fingerprint
from vibrates.core.errors import UserError
from vibrates.core.fingerprint import fingerprint
from vibrates.longrange.levenberg_marquardt import minimise
from vibrates.longrange.progress import Progress, States
from vibrates.potential.long_range import Coordinate, LongRangeSurface

_STOPPING = ("iterations", "patience")  # settings that say when a start has finished


@dataclass(frozen=True)
class Training:
    """How a surface is trained.

    ``test_share``: of the points, kept for early stopping; ``patience``: iterations without a
    better test error before it stops; ``restarts``: random starts, of which the best on the test
    points stays; ``relative_floor``: points weigh as 1/max(|u|, floor) (hartree), all equally if
    infinite. ``single``: J^T J in single precision, half the time of a large network.
    """

    hidden: tuple[int, ...]
    iterations: int = 300
    test_share: float = 0.2
    patience: int = 30
    restarts: int = 3
    relative_floor: float = np.inf
    seed: int = 1
    single: bool = False


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
    """Points u (N,) at R (N,) and coordinates x (N, d), atomic units, and the form of the fit.

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
        return replace(
            self, distance=self.distance[which], x=self.x[which], energy=self.energy[which]
        )


@dataclass(frozen=True, eq=False)
class Residuals:
    """Weighted residuals of a network at the points of a problem, and their Jacobian.

    ``empty``: the surface without its weights; ``test``: mask (N,) of the points kept for stopping;
    ``scale`` (N,): what multiplies fit minus u in units of ``empty.energy_unit``.
    """

    empty: LongRangeSurface
    problem: Problem
    test: NDArray
    scale: NDArray
    inputs: NDArray
    factors: NDArray

    @classmethod
    def build(
        cls, problem: Problem, chosen: Training, generator: np.random.Generator
    ) -> "Residuals":
        """Draw the test points; UserError if there are fewer training points than weights."""
        distance, energy = problem.distance, problem.energy
        test = np.zeros(len(energy), bool)
        test[generator.permutation(len(energy))[: int(round(chosen.test_share * len(energy)))]] = (
            True
        )
        weight = np.ones_like(energy)
        if np.isfinite(chosen.relative_floor):
            weight = 1.0 / np.maximum(np.abs(energy), chosen.relative_floor)
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
        return cls(
            empty, problem, test, weight * empty.energy_unit, empty.inputs(distance, problem.x),
            empty.factors(distance),
        )  # fmt: skip

    def at(self, weights: NDArray, which: NDArray) -> NDArray:
        """Residuals (n,) of the points ``which`` (mask or indices)."""
        outputs = self.empty.network(weights, self.inputs[which])
        values = (self.factors[which] * outputs).sum(axis=1)
        return self.scale[which] * (values - self.problem.energy[which] / self.empty.energy_unit)

    def with_jacobian(self, weights: NDArray, which: NDArray) -> tuple[NDArray, NDArray]:
        """Residuals (n,) and their derivatives by the weights (n, p)."""
        scale = self.scale[which]
        weighted = scale[:, None] * self.factors[which]
        values, jacobian = self.empty.network.jacobian(weights, self.inputs[which], weighted)
        return values - scale * self.problem.energy[which] / self.empty.energy_unit, jacobian

    def trained(self, weights: NDArray, history: NDArray) -> Trained:
        """The surface with these weights, and its errors."""
        surface = replace(self.empty, weights=weights)
        error = surface.energy(self.problem.distance, self.problem.x) - self.problem.energy
        training_error, test_error = (
            float(np.sqrt(np.mean(error[which] ** 2))) if which.any() else float("nan")
            for which in (~self.test, self.test)
        )
        return Trained(surface, training_error, test_error, self.test, history)


def starts(
    residuals: Residuals,
    chosen: Training,
    generator: np.random.Generator,
    states: States | None = None,
) -> list[tasks.Task]:
    """The random starts of a training; results: the best ``weights``, and the ``history``.

    ``generator``: as it is after the test points were drawn. ``states``: where unfinished starts
    are kept; one that was killed goes on from there.
    """
    # What a state depends on: more steps or more patience go on from it, more starts follow it.
    elsewhere = (*_STOPPING, "restarts")
    parts = {name: value for name, value in vars(chosen).items() if name not in elsewhere}
    common = fingerprint(problem=residuals.problem, training=parts, code=code_fingerprint(__name__))

    def start(number: int) -> tasks.Task:
        state = Progress.at(residuals.empty.network.random(generator))
        mine = fingerprint(common=common, start=number)
        whole = fingerprint(common=mine, stopping=[vars(chosen)[name] for name in _STOPPING])
        return tasks.Task(
            f"start {number}",
            whole,
            lambda: _run(residuals, chosen, state, number, mine, states),
        )

    return [start(number) for number in range(chosen.restarts)]


def train(
    problem: Problem,
    chosen: Training,
    checkpoint: Checkpoint | None = None,
    every: float = 60.0,
    tell: Callable[[int, Progress], None] = lambda number, state: None,
) -> Trained:
    """Train a surface; the best of the random starts, by the test points if there are any.

    Parameters
    ----------
    problem : Problem
        Points and the form of the fit.
    chosen : Training
        How it is trained.
    checkpoint : Checkpoint, optional
        Of latest results, where finished starts and the states of others are kept; a training that
        was killed goes on from there.
    every : float
        Seconds between states.
    tell : callable
        Called with the number of a start and its state when that is written.

    Raises
    ------
    UserError
        If there are fewer training points than weights, or results cannot be stored.
    """
    generator = np.random.default_rng(chosen.seed)
    residuals = Residuals.build(problem, chosen, generator)
    states = None if checkpoint is None else States(checkpoint, every, tell)
    found = tasks.run(starts(residuals, chosen, generator, states), checkpoint)
    runs = [residuals.trained(one["weights"], one["history"]) for one in found.values()]
    return min(runs, key=lambda run: run.test_error if run.test.any() else run.training_error)


def ensemble(problem: Problem, chosen: Training, members: int) -> list[Trained]:
    """Surfaces from different test sets and starts; their spread is the uncertainty of C_m."""
    return [train(problem, replace(chosen, seed=chosen.seed + number)) for number in range(members)]


def _run(
    residuals: Residuals,
    chosen: Training,
    state: Progress,
    number: int,
    fingerprint: str,
    states: States | None,
) -> dict[str, NDArray]:
    """One random start, or the rest of it."""
    kept = states.read(number, fingerprint) if states is not None else None
    if kept is not None and kept.reached_with(chosen.iterations, chosen.patience):
        state = kept
    fit, test = np.flatnonzero(~residuals.test), residuals.test
    left = chosen.iterations - len(state.history) if state.since < chosen.patience else 0
    for one in minimise(
        lambda weights, part: residuals.with_jacobian(weights, fit[part]),
        lambda weights: 0.5 * float((residuals.at(weights, fit) ** 2).sum()),
        state.weights, len(fit), left, state.damping, chosen.single,
    ):  # fmt: skip
        training_error = float(np.sqrt(2.0 * one.loss / len(fit)))
        test_error = (
            float(np.sqrt(np.mean(residuals.at(one.weights, test) ** 2))) if test.any() else np.nan
        )
        state.take(one, training_error, test_error)
        if state.since >= chosen.patience:
            break
        if states is not None:
            states.write(number, fingerprint, state)
    if states is not None:
        states.write(number, fingerprint, state, now=True)
    return {"weights": state.best, "history": np.array(state.history)}


def _check(distance, x, energy, coordinates) -> None:
    for name, values in {"R": distance, "coordinates": x, "u": energy}.items():
        if not np.isfinite(values).all():
            raise UserError(
                f"long-range training: {name} of point "
                f"{int(np.argwhere(~np.isfinite(values))[0][0])} is not a number; remove the point"
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
