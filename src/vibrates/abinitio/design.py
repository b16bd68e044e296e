"""The geometries that the design of further points chooses, and what they are expected to give."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.polynomial.legendre import leggauss
from numpy.typing import NDArray

from vibrates.abinitio.geometries import REFERENCE_ANGLES, contact_distance, skew_orientations
from vibrates.abinitio.models import DesignSettings, IncrementDesign, Quadrature
from vibrates.abinitio.settings import PairDescription, partners
from vibrates.core.columns import ANGLES, COORDINATES, ENERGY
from vibrates.core.errors import UserError
from vibrates.core.units import BOHR_TO_ANGSTROM
from vibrates.potential import design as designing
from vibrates.potential import fit as fitting
from vibrates.potential import points as point_tables
from vibrates.potential.expansion import Expansion
from vibrates.potential.moments import Moments

STRETCHES = ["stretch_a_angstrom", "stretch_b_angstrom"]


def quadrature_orientations(chosen: Quadrature) -> NDArray:
    """Orientations of a product quadrature for like ends, (q, 3), degree.

    Gauss-Legendre of 2 n points in each cosine, of which one half represents both, and midpoints
    in the dihedral angle: the harmonics of order 2 n vanish at its points, and so do those of
    projection n_phi, so that the first orders beyond the ones resolved do not disturb them.
    """
    x, _ = leggauss(2 * chosen.cosines)
    theta = np.degrees(np.arccos(x[x > 0]))
    phi = (np.arange(chosen.dihedrals) + 0.5) * 180.0 / chosen.dihedrals
    grid = np.meshgrid(theta, theta, phi, indexing="ij")
    return np.round(np.stack([axis.ravel() for axis in grid], axis=1), 4)


def signs(steps: tuple[float, float]) -> list[tuple[float, float]]:
    """All pairs of signs of two steps."""
    return [(i * steps[0], j * steps[1]) for i in (1, -1) for j in (1, -1)]


class LinearisedFit:
    """A fit to the known points, and V and its derivatives with the values at other geometries."""

    def __init__(self, described: PairDescription, known: pd.DataFrame) -> None:
        spec = described.settings.surface_fit
        asked = _asked(described)
        self.molecules, self.lengths = described.diatoms, list(asked.stretch_functions())
        self.rest = tuple(one.r_e * BOHR_TO_ANGSTROM for one in self.molecules)
        prepared = point_tables.prepare(known, *self.molecules, self.lengths)
        training = prepared[~prepared["group"].str.startswith("held_out")].reset_index(drop=True)
        self.terms = [
            fitting.Term(name, (i, j), count)
            for name, rows in asked.form.to_mapping().items()
            for i, j, count in rows
        ]
        self.weights = fitting.Weights(**asked.weights.to_mapping())
        self.found = fitting.fit(training, self.terms, self.weights, spec.prior.to_mapping())

    def prepared(self, table: pd.DataFrame) -> pd.DataFrame:
        """Geometries with ANGLES, R_angstrom and STRETCHES, as the fit reads them; V is 0."""
        full = table.assign(**{ENERGY: 0.0})
        for name, stretch, rest in zip(COORDINATES[-2:], STRETCHES, self.rest, strict=True):
            full[name] = rest + full[stretch]
        return point_tables.prepare(full, *self.molecules, self.lengths)

    def _design(self, table: pd.DataFrame) -> fitting.Design:
        return fitting.Design(self.prepared(table), self.terms)

    def energy(self, table: pd.DataFrame) -> NDArray:
        """V (n,), meV, of geometries with ANGLES, R_angstrom and STRETCHES."""
        return self._design(table).energy(self.found.values)

    def jacobian(self, table: pd.DataFrame) -> NDArray:
        """dV/dvalues (n, values)."""
        return self._design(table).jacobian(self.found.values)

    def sigma(self, energy: NDArray) -> NDArray:
        """Standard deviation of a point about the fit, meV: its weight times the scatter."""
        return self.weights.sigma(energy) * np.sqrt(self.found.reduced_chi_square)


@dataclass(frozen=True)
class Designed:
    """Geometries in the order of computation, and the uncertainty of the targets, by stage."""

    geometries: pd.DataFrame
    report: dict


def _asked(described: PairDescription) -> DesignSettings:
    asked = described.settings.design
    if asked is None:
        raise UserError("design: missing; add the block to the description of the points")
    return asked


def targets(described: PairDescription, fit: LinearisedFit) -> list[designing.Target]:
    """The targets of the description; their name states R in angstrom."""
    asked = _asked(described)
    order = asked.largest_order
    like = [first == second for first, second in described.settings.elements]
    expansion = Expansion(order, order, order, *like)
    orders_b = np.array(expansion.terms)[:, 1]
    out = []
    for name, one in asked.targets.items():
        chosen = np.isin(orders_b, one.orders_b) if one.orders_b else np.full(len(orders_b), True)
        for distance in one.distances_angstrom:
            moments = Moments(expansion, one.derivative, distance)
            size = float(np.sum(moments.of(fit.energy)[chosen] ** 2))
            gradient = moments.of(fit.jacobian)[chosen]
            label = f"{name}, {distance:g} angstrom"
            out.append(designing.Target(label, gradient, size, one.weight))
    return out


def design(described: PairDescription, known: pd.DataFrame) -> Designed:
    """Choose the geometries.

    Parameters
    ----------
    described
        The description, with its block ``design``.
    known
        The points that are known, from `potential.points.read`.

    Returns
    -------
    Designed
        Groups: of each quadrature, ``chosen``, and of each ``held_out_`` for those kept from the
        fit. Of quadratures whole orientations are held out, the same of each, and no point is
        chosen there.

    Raises
    ------
    UserError
        If the description has no block ``design``, or asks for more points than candidates.
    """
    asked = _asked(described)
    fit = LinearisedFit(described, known)
    aims = targets(described, fit)
    parts = [_quadrature(name, one, asked) for name, one in asked.quadratures.items()]
    covariance = fit.found.covariance
    stages = {"known points": [one.uncertainty(covariance) for one in aims]}
    for part in parts[:1]:
        training = part[~part["group"].str.startswith("held_out")]
        energy = fit.energy(training)
        covariance = designing.with_points(covariance, fit.jacobian(training), fit.sigma(energy))
        stages["with the first quadrature"] = [one.uncertainty(covariance) for one in aims]
    candidates = pd.DataFrame(
        _candidates(described, asked), columns=["configuration", *ANGLES, "R_angstrom", *STRETCHES]
    )
    energy = fit.energy(candidates)
    low = energy < asked.candidates.highest_meV
    candidates, energy = candidates[low].reset_index(drop=True), energy[low]
    held_out = round(asked.count * asked.held_out_fraction)
    choice = designing.choose(
        covariance, fit.jacobian(candidates), fit.sigma(energy), np.ones(len(candidates)), aims,
        asked.count,
    )  # fmt: skip
    chosen = candidates.iloc[list(choice.order)].reset_index(drop=True)
    random = np.random.default_rng(asked.held_out_seed)
    unseen = random.permutation(asked.count) < held_out
    chosen.insert(0, "group", np.where(unseen, "held_out_chosen", "chosen"))
    seen = chosen[~unseen]
    covariance = designing.with_points(covariance, fit.jacobian(seen), fit.sigma(fit.energy(seen)))
    stages["with the chosen points"] = [one.uncertainty(covariance) for one in aims]
    for name, part in list(zip(asked.quadratures, parts, strict=True))[1:]:
        training = part[~part["group"].str.startswith("held_out")]
        covariance = designing.with_points(
            covariance, fit.jacobian(training), fit.sigma(fit.energy(training))
        )
        stages[f"with {name}"] = [one.uncertainty(covariance) for one in aims]
    table = pd.concat([*parts[:1], chosen, *parts[1:]], ignore_index=True)
    for name, stretch, rest in zip(COORDINATES[-2:], STRETCHES, fit.rest, strict=True):
        table[name] = (rest + table.pop(stretch)).round(4)
    report = {
        "targets": [one.name for one in aims],
        "values_of_the_fit": len(fit.found.values),
        "reduced_chi_square": fit.found.reduced_chi_square,
        "points": table.groupby("group", sort=False).size().to_dict(),
        "uncertainty": {
            name: dict(zip((one.name for one in aims), map(float, values), strict=True))
            for name, values in stages.items()
        },
        "by_number_of_chosen_points": choice.uncertainty.tolist(),
    }
    return Designed(table[["group", "configuration", *COORDINATES]], report)


def design_increment(
    described: PairDescription, known: pd.DataFrame, larger: pd.DataFrame
) -> Designed:
    """Choose which known geometries are computed once more in a larger basis.

    The increment of V is represented by changes of some values of the fit, of expected sizes; the
    targets are those of the design, so that their uncertainty is that due to the basis set.

    Parameters
    ----------
    described
        The description, with its block ``design.increment``.
    known, larger
        Points in the basis of the fit and in the larger one, from `potential.points.read`.

    Returns
    -------
    Designed
        Groups ``chosen`` and, of every seventh in the order of choice, ``held_out_chosen``. None
        is among the known points that are kept from the fit.

    Raises
    ------
    UserError
        If the description has no such block, or its form has terms that the design has not.
    """
    asked = _asked(described).increment
    if asked is None:
        raise UserError("design.increment: missing; add the block to the description")
    fit = LinearisedFit(described, known)
    place, widths = _changes(asked, fit)
    aims = [
        designing.Target(one.name, one.gradient[:, place], one.size, one.weight)
        for one in targets(described, fit)
    ]

    def derivatives(table: pd.DataFrame) -> tuple[NDArray, NDArray]:
        energy = fit.energy(table)
        sigma = np.hypot(asked.floor_meV, asked.fraction * energy)
        return fit.jacobian(table)[:, place], sigma

    covariance = np.diag(np.square(widths))
    stages = {"no point": [one.uncertainty(covariance) for one in aims]}
    covariance = designing.with_points(covariance, *derivatives(_stretches(larger, fit)))
    stages["known points"] = [one.uncertainty(covariance) for one in aims]
    merged = known.merge(larger[COORDINATES], on=COORDINATES, how="left", indicator=True)
    new = (merged["_merge"] == "left_only").to_numpy()
    new = new & (known[ENERGY] < asked.highest_meV).to_numpy()
    new = new & ~known["group"].str.startswith("held_out").to_numpy()
    candidates = known[new].drop_duplicates(COORDINATES).reset_index(drop=True)
    jacobian, sigma = derivatives(_stretches(candidates, fit))
    choice = designing.choose(
        covariance, jacobian, sigma, np.ones(len(candidates)), aims, asked.count
    )
    chosen = candidates.iloc[list(choice.order)].reset_index(drop=True)
    hidden = np.arange(asked.count) % 7 == 6
    chosen["group"] = np.where(hidden, "held_out_chosen", "chosen")
    seen = derivatives(_stretches(chosen[~hidden], fit))
    covariance = designing.with_points(covariance, *seen)
    stages["with the chosen points"] = [one.uncertainty(covariance) for one in aims]
    report = {
        "targets": [one.name for one in aims],
        "uncertainty": {
            name: dict(zip((one.name for one in aims), map(float, values), strict=True))
            for name, values in stages.items()
        },
    }
    return Designed(chosen[["group", "configuration", *COORDINATES]], report)


def reached(described: PairDescription, known: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    """What further points have done: fits in the form of the design without and with them.

    Parameters
    ----------
    described
        The description, with its block ``design``.
    known, more
        The points that the design started from, and the further ones; those held out are in
        neither fit.

    Returns
    -------
    DataFrame
        A row for every target: ``size_before``, ``size_after``, the root of the sum of squares of
        its moments, and ``sigma_before``, ``sigma_after``, its standard deviation (meV, and per
        angstrom of each bond). The design predicts the ratio of the latter.

    Raises
    ------
    UserError
        If the description has no block ``design``.
    """
    columns = ["group", "configuration", *COORDINATES, ENERGY]
    both = pd.concat([known[columns], more[columns]], ignore_index=True)
    out: dict[str, dict[str, float]] = {}
    for stage, points in (("before", known), ("after", both)):
        fit = LinearisedFit(described, points)
        for one in targets(described, fit):
            row = out.setdefault(one.name, {})
            row[f"size_{stage}"] = size = float(np.sqrt(one.size))
            row[f"sigma_{stage}"] = size * one.uncertainty(fit.found.covariance)
    return pd.DataFrame(out).T.rename_axis("target").reset_index()


def _changes(asked: IncrementDesign, fit: LinearisedFit) -> tuple[NDArray, NDArray]:
    """Places of the changed values among those of the fit, and their expected sizes."""
    form, prior = asked.form.to_mapping(), asked.prior.to_mapping()
    starts, first = {}, 0
    for term in fit.terms:
        starts[term.parameter, term.powers] = (first, term.count)
        first += term.count
    place: list[int] = []
    widths: list[float] = []
    for name, rows in form.items():
        for i, j, count in rows:
            start, available = starts.get((name, (i, j)), (0, 0))
            if count > available:
                raise UserError(
                    f"design.increment.form.{name}: {count} values with powers [{i}, {j}], the "
                    f"form of the design has {available}; take fewer, or add them there"
                )
            place += range(start, start + count)
            widths += [prior[name]] * count
    return np.array(place), np.array(widths)


def _stretches(points: pd.DataFrame, fit: LinearisedFit) -> pd.DataFrame:
    """Geometries of computed points as those of `LinearisedFit.prepared`."""
    lengths = zip(COORDINATES[-2:], STRETCHES, fit.rest, strict=True)
    columns = {stretch: points[length] - rest for length, stretch, rest in lengths}
    return points[[*ANGLES, "R_angstrom"]].assign(**columns)


def _hidden(chosen: Quadrature, asked: DesignSettings) -> NDArray:
    """Which orientations of a quadrature are held out: the same at every R."""
    random = np.random.default_rng(asked.held_out_seed)
    count = len(quadrature_orientations(chosen))
    return random.permutation(count) < round(asked.held_out_fraction * count)


def _quadrature(group: str, chosen: Quadrature, asked: DesignSettings) -> pd.DataFrame:
    orientations, unseen = quadrature_orientations(chosen), _hidden(chosen, asked)
    rows = [
        (f"held_out_{group}" if hidden else group, f"skew_{group}{index:02d}", *angles,
         chosen.distance_angstrom, *stretch)
        for index, (angles, hidden) in enumerate(zip(orientations, unseen, strict=True))
        for stretch in signs(chosen.steps_angstrom)
    ]  # fmt: skip
    columns = ["group", "configuration", *ANGLES, "R_angstrom", *STRETCHES]
    return pd.DataFrame(rows, columns=columns)


def _candidates(described: PairDescription, asked: DesignSettings) -> Iterator[tuple]:
    like = [first == second for first, second in described.settings.elements]
    spec = asked.candidates
    skew = skew_orientations(spec.count, spec.seed, *like)
    orientations = REFERENCE_ANGLES | {
        f"skew_design{index:02d}": tuple(angles) for index, angles in enumerate(skew)
    }
    for chosen in list(asked.quadratures.values())[:1]:
        pairs = zip(quadrature_orientations(chosen), _hidden(chosen, asked), strict=True)
        for index, (angles, hidden) in enumerate(pairs):
            if not hidden:
                orientations[f"skew_quadrature{index:02d}"] = tuple(angles)
    step_a, step_b = spec.steps_angstrom
    singles = [(0.0, 0.0), (step_a, 0.0), (-step_a, 0.0), (0.0, step_b), (0.0, -step_b)]
    for name, angles in orientations.items():
        contact = contact_distance(
            described.settings.geometries, np.array([angles]), partners(described.points)
        )[0]
        for offset in spec.offsets_angstrom:
            for stretch in (*singles, *signs(spec.steps_angstrom)):
                yield name, *angles, round(float(contact + offset), 2), *stretch
