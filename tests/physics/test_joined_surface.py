"""Long-range series joined to the fitted surface: smoothness, limits, low-energy cross sections."""

import dataclasses

import numpy as np
import pytest
from surface_samples import surface as build

from vibrates.core.errors import UserError
from vibrates.core.units import ANGSTROM_TO_BOHR, CM_TO_HARTREE
from vibrates.core.yaml_files import read_layers
from vibrates.longrange import Coordinate, Problem, Training, train
from vibrates.longrange.description import Tail
from vibrates.potential.joined import COORDINATES, JoinedSurface
from vibrates.potential.settings import LongRangeSeries
from vibrates.trajectories import Settings, TrajectoryRunner
from vibrates.trajectories.sampling import initial_conditions

RANGES = ((1.8, 2.5), (1.0, 2.0), (0.0, np.pi), (0.0, np.pi), (0.0, np.pi))
SWITCHES = ((6.5, 8.0), (7.0, 10.0), (8.5, 10.5))  # angstrom


@pytest.fixture(scope="module")
def tail(root):
    return Tail(root / "config" / "surfaces" / "fitted.yaml", ("N2", "H2"))


@pytest.fixture(scope="module")
def series(tail):
    """Networks for C_6, C_7, C_8, trained on the tail of the surface as it is now."""
    generator = np.random.default_rng(1)
    distance = np.exp(generator.uniform(np.log(11.0), np.log(30.0), 1600))
    x = np.stack([generator.uniform(*limits, 1600) for limits in RANGES], axis=1)
    coordinates = [Coordinate(n, *limits) for n, limits in zip(COORDINATES, RANGES, strict=True)]
    problem = Problem(distance, x, tail.energy(distance, x), (6, 7, 8), coordinates)
    chosen = Training((24,), iterations=250, restarts=1, relative_floor=0.05 * CM_TO_HARTREE)
    return train(problem, chosen).surface


def joined(tail, series, switch):
    return JoinedSurface(tail.surface, series, tuple(x * ANGSTROM_TO_BOHR for x in switch))


def test_it_is_the_fitted_surface_inside_and_the_series_beyond(tail, series):
    surface, angles = joined(tail, series, (7.0, 9.0)), (0.3, -0.5, 0.2)
    inside, beyond = np.array([6.0, 9.0, 13.2]), np.array([17.1, 40.0, 1000.0])
    np.testing.assert_array_equal(
        surface.potential(inside, *angles), tail.surface.potential(inside, *angles)
    )
    x = np.array(
        [
            [
                tail.surface.diatom_a.r_e,
                tail.surface.diatom_b.r_e,
                np.arccos(0.3),
                np.arccos(-0.5),
                np.arccos((0.2 + 0.15) / np.sqrt((1 - 0.09) * (1 - 0.25))),
            ]
        ]
    )
    electrostatic = tail.surface.potential(beyond, *angles) - tail.energy(
        beyond, np.repeat(x, 3, axis=0)
    )
    c_m = surface.series_tables(*x[0, :2])
    expected = series.energy(beyond, x)
    np.testing.assert_allclose(
        surface.potential(beyond, *angles) - electrostatic, expected, rtol=0.05
    )
    assert c_m.shape == (3, 9)


def test_the_join_has_continuous_second_and_third_derivatives(tail, series):
    """One-sided differences from both sides of where it begins and ends."""
    surface = joined(tail, series, (7.0, 9.0))
    h, stencil = 0.01, np.arange(8)
    for at in surface.switch:
        for order in (1, 2, 3):
            sides = []
            for sign in (-1.0, 1.0):
                values = surface.potential(at + sign * h * stencil, 0.3, -0.5, 0.2)
                polynomial = np.polynomial.Polynomial.fit(sign * h * stencil, values, 7)
                sides.append(polynomial.deriv(order)(0.0))
            # A join of class C1 alone would jump by the difference of both parts over length
            # squared.
            scale = abs(tail.surface.potential(at, 0.3, -0.5, 0.2)) / at**order
            assert abs(sides[0] - sides[1]) < 2e-2 * scale, order


def trajectories(surface, energy_cm, shell, count):
    """sin^2 of half the angle of deflection and P(1 -> 0), (count,) each, on fixed random numbers.

    ``shell`` (angstrom): of the impact parameters.
    """
    n2, h2 = surface.diatom_a, surface.diatom_b
    settings = Settings.from_config(
        {
            "time_step_fs": 2.0,
            "accuracy": np.inf,
            "interaction_range_angstrom": 12.0,
            "switching_from": 0.9,
            "relative_energy_error_limit": 1e-2,
            "norm_error_limit": 1e-9,
            "maximum_steps": 10**6,
            "repetitions": 0,
        }
    )
    start = initial_conditions(
        n2, h2, 5, 1, 0, energy_cm * CM_TO_HARTREE, 0, tuple(b * ANGSTROM_TO_BOHR for b in shell),
        13.0 * ANGSTROM_TO_BOHR, np.arange(count), 4,
    )  # fmt: skip
    out = TrajectoryRunner(surface, n2, h2, 3, 2, 1, 0, settings).run(start)
    assert (out.status == 0).all()
    before, after = start.classical()[:, 3:6], out.classical[:, 3:6]
    cosine = (
        (before * after).sum(axis=1)
        / np.linalg.norm(before, axis=1)
        / np.linalg.norm(after, axis=1)
    )
    return 0.5 * (1.0 - cosine), out.probability[:, 0, 0]


@pytest.mark.parametrize("energy_cm", [45.0, 90.0, 200.0])
@pytest.mark.slow
def test_low_energy_cross_sections_do_not_depend_on_where_it_switches(tail, series, energy_cm):
    """Momentum transfer and 1 -> 0 of N2, b up to 9 angstrom: equal within the Monte Carlo error.

    The same random numbers on every surface: what counts is the error of the difference.
    """
    count, shell = 2048, (0.0, 9.0)
    expected = trajectories(tail.surface, energy_cm, shell, count)
    for switch in SWITCHES:
        found = trajectories(joined(tail, series, switch), energy_cm, shell, count)
        for name, a, b in zip(("momentum transfer", "1 -> 0"), found, expected, strict=True):
            difference = a - b
            error = difference.std(ddof=1) / np.sqrt(count)
            assert abs(difference.mean()) < 4.0 * error, (name, switch)
        # Sharp enough to tell: 3 per cent of the momentum transfer.
        assert (found[0] - expected[0]).std(ddof=1) / np.sqrt(count) < 0.03 * expected[0].mean()


@pytest.mark.parametrize("energy_cm", [45.0, 200.0])
def test_grazing_collisions_see_the_series_wherever_it_switches(tail, series, energy_cm):
    """b of 8.5 to 10 angstrom: the deflection is the long-range part's, and follows its strength.

    Medians over trajectories, of which the slowest are captured even there.
    """
    shell, count = (8.5, 10.0), 256
    expected = trajectories(tail.surface, energy_cm, shell, count)[0]
    for switch in SWITCHES:
        found = trajectories(joined(tail, series, switch), energy_cm, shell, count)[0]
        assert np.median(np.abs(found / expected - 1.0)) < 0.05, switch
    doubled = dataclasses.replace(series, energy_unit=2.0 * series.energy_unit)
    strong = trajectories(joined(tail, doubled, SWITCHES[0]), energy_cm, shell, count)[0]
    assert np.median(strong / expected) > 1.5


def test_bad_joins_are_named(tail, series, tmp_path):
    with pytest.raises(UserError, match="must ascend, and begin beyond the 5.8.* angstrom"):
        joined(tail, series, (4.0, 8.0))
    with pytest.raises(UserError, match=r"series of R\^-\(6, 9, 10\)"):
        joined(tail, dataclasses.replace(series, powers=(6, 9, 10)), (7.0, 9.0))
    series.save(tmp_path / "series.nc")
    block = {"file": str(tmp_path / "series.nc"), "digest": "0" * 64, "switch_angstrom": [7.0, 9.0]}
    with pytest.raises(UserError, match="digest.*copy it"):
        JoinedSurface.from_settings(LongRangeSeries.from_mapping(block, "test"), tail.surface)


def test_a_configuration_selects_it(root, tail, series, tmp_path):
    series.save(tmp_path / "series.nc")
    config = read_layers(root / "config" / "surfaces" / "fitted.yaml")["surface"]
    block = {
        "file": str(tmp_path / "series.nc"),
        "digest": series.digest(),
        "switch_angstrom": [7.0, 9.0],
    }
    molecules = tail.surface.diatom_a, tail.surface.diatom_b
    surface = build(config | {"long_range": block}, *molecules)
    assert isinstance(surface, JoinedSurface)
    expected = joined(tail, series, (7.0, 9.0)).potential(15.0, 0.1, 0.2, 0.3)
    assert surface.potential(15.0, 0.1, 0.2, 0.3) == pytest.approx(float(expected), rel=1e-12)
