"""A table of points as a surface: its fit, and what lies outside of the points."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import qmc
from surface_samples import ATOM_FUNCTION, FUNCTIONS, POINTS, SAMPLES, molecules, write_files
from surface_samples import surface as surface_of

from vibrates.config.surface_block import read_surface
from vibrates.core.errors import UserError
from vibrates.core.units import CM_TO_HARTREE
from vibrates.potential import point_surface
from vibrates.potential.function_source import random_orientations
from vibrates.potential.registry import build_surface

PAIR = POINTS | {
    "file": "pair.csv",
    "units": {"length": "bohr", "angle": "degree", "energy": "hartree"},
    "bonds_angstrom": [[0.95, 1.25], [0.55, 0.95]],
    "fit_order": 4,
    "fit_error_limit": 0.1,
}


@pytest.fixture(autouse=True)
def files(tmp_path, monkeypatch):
    """The tables that the blocks name."""
    write_files(tmp_path)
    monkeypatch.chdir(tmp_path)
    namespace = {}
    exec(FUNCTIONS, namespace)
    u = qmc.Sobol(6, rng=2).random(1024)
    low, high = [4.2, 0.0, 0.0, 0.0, 1.79, 1.03], [12.5, np.pi, np.pi, np.pi, 2.37, 1.80]
    geometry = (low + u * (np.array(high) - low)).T
    geometry[0] = 4.2 * (12.5 / 4.2) ** u[:, 0]
    v = namespace["potential"](*geometry)
    geometry[1:4] = np.degrees(geometry[1:4])
    table = pd.DataFrame(np.vstack([geometry, v]).T, columns=list(point_surface.COLUMNS))
    table[v < 0.15].to_csv(tmp_path / "pair.csv", index=False)


def build(block):
    """The surface of a block."""
    pair = molecules(SAMPLES["function" if block["file"] == "pair.csv" else "points"])
    return surface_of(block, *pair)


def test_the_fit_is_as_good_as_its_cross_validation_says():
    """At geometries that are not in the table, of the function that it was made from."""
    a, b = molecules(SAMPLES["points"])
    surface, exact = build(POINTS), surface_of(ATOM_FUNCTION, a, b)
    fit = point_surface.fitted(
        read_surface(POINTS, "c.yaml"), (a.r_e, b.r_e), (a.like_ends, b.like_ends), True
    )
    assert fit.error_wall < 0.02
    random = np.random.default_rng(3)
    place = random.uniform(4.0, 13.0, 3000), random.uniform(-1.0, 1.0, 3000), 0.0, 0.0
    bonds = random.uniform(*surface.bonds[0], 3000)
    v, ours = (one.potential(*place, bonds) for one in (exact, surface))
    wall = (v > 100 * CM_TO_HARTREE) & (v < 25000 * CM_TO_HARTREE)
    assert wall.sum() > 300
    found = np.sqrt(np.mean((ours[wall] / v[wall] - 1.0) ** 2))
    assert 0.3 < found / fit.error_wall < 2.0
    rest = v < 100 * CM_TO_HARTREE
    assert np.sqrt(np.mean((ours - v)[rest] ** 2)) < 2.0 * fit.error_well


@pytest.mark.parametrize("block", [POINTS, PAIR], ids=["atom", "pair"])
def test_no_hole_and_no_kink_at_100000_random_geometries(block):
    surface = build(block)
    count, step = 100_000, 0.02
    random = np.random.default_rng(5)
    orientation = random_orientations(count, seed=6)
    bonds = [
        random.uniform(low, high, count) if low < high else np.full(count, low)
        for low, high in surface.bonds
    ]
    distance = 1.5 * 20.0 ** random.uniform(0.0, 1.0, count)
    before, v, after = (
        surface.potential(distance + move, *orientation, *bonds) for move in (-step, 0.0, step)
    )
    deepest = 0.001  # hartree; the wells of both functions have 0.0003
    assert v.min() > -deepest
    # Within 3 bohr there is wall, and it rises.
    close = distance < 3.0
    assert v[close].min() > 0.02
    assert (before > v)[close].all()
    # A kink is a second difference of first order in the step.
    bend = np.abs(before - 2.0 * v + after)
    assert (bend < 0.03 * (np.abs(v) + np.abs(before) + np.abs(after) + 1e-4)).all()
    # The tail falls off at least as R^-5.
    far = distance > 20.0
    assert np.abs(v[far] * (distance[far] / 20.0) ** 5).max() < 5e-6


def test_a_table_that_is_none_is_refused_in_one_line(tmp_path):
    def said(text, **changes):
        (tmp_path / "bad.csv").write_text(text)
        a, b = molecules(SAMPLES["points"])
        with pytest.raises(UserError) as caught:
            build_surface(read_surface(POINTS | {"file": "bad.csv"} | changes, "c.yaml"), a, b)
        assert "\n" not in str(caught.value)
        return str(caught.value)

    good = (tmp_path / "points.csv").read_text()
    assert "bad.csv: no column theta, V (there: R, angle, r, energy)" in said(
        "R,angle,r,energy\n1,2,3,4\n"
    )
    lines = good.splitlines()
    lines[3] = lines[3].rpartition(",")[0] + ",high"
    assert "bad.csv: row 3: V is 'high', no finite number" in said("\n".join(lines))
    assert "fewer than needed for a wall" in said("\n".join(good.splitlines()[:1] + lines[-30:]))
    message = said(good, fit_error_limit=1e-5)
    assert "surface.fit_error_limit: in cross-validation the fit to bad.csv" in message
    assert "add points" in message
    message = said(good, bonds_angstrom=[[0.7, 1.45]])
    assert "surface.bonds_angstrom: 0.7 to 1.45, the points go from 0.85 to 1.45" in message
    units = POINTS["units"] | {"energy": "eV"}
    message = said(good, units=units)
    assert "5 % of the points lie above" in message
    assert "row " in message
