"""Searches for holes: walls that turn over between or beyond the points of a fit."""

from dataclasses import dataclass

import numpy as np
import pytest
from surface_samples import surface as build

from vibrates.abinitio import settings
from vibrates.core.units import ANGSTROM_TO_BOHR
from vibrates.core.yaml_files import read_layers
from vibrates.potential import points, walls


@dataclass
class Wall:
    """exp(-0.4 R), with a hole of given depth where both bonds are longer than ``longer``."""

    longer: float
    depth: float

    def potential(self, distance, c_a, c_b, c_ab, r_a, r_b):
        inside = (r_a > self.longer) & (r_b > self.longer)
        hole = np.exp(-((np.asarray(distance) - 3.0) ** 2))
        return np.exp(-0.4 * np.asarray(distance)) - self.depth * inside * hole + 0.0 * c_ab


def test_a_hole_for_long_bonds_only_is_found():
    lengths = (1.0 / ANGSTROM_TO_BOHR, 2.0 / ANGSTROM_TO_BOHR)
    sound = walls.search(Wall(1.8, 0.0), lengths, lengths, (1.0, 5.0), 2000)
    assert sound.falling == 0.0 and sound.lowest_meV > 0.0
    holed = walls.search(Wall(1.8, 0.3), lengths, lengths, (1.0, 5.0), 2000)
    # Both bonds are longer than 1.8 bohr in 4 % of the geometries.
    assert 0.02 < holed.falling < 0.07


def test_the_default_surface_has_no_hole_at_the_bond_lengths_of_the_points(root, described):
    block = read_layers(root / "config" / "surfaces" / "fitted.yaml")["surface"]
    surface = build(block, *described.diatoms)
    table = points.read_all(
        [one._replace(path=root / one.path) for one in described.settings.fit.sources()]
    )
    bonds = [(table[name].min(), table[name].max()) for name in ("r_a_angstrom", "r_b_angstrom")]
    found = walls.search(surface, *bonds)
    assert found.falling == 0.0 and found.lowest_meV > 1500.0


@pytest.fixture(scope="module")
def described(root):
    return settings.load(root / "config" / "abinitio" / "n2h2.yaml")
