"""The He + HD data and what is made of them: surface, vibrational rates, the stored rates themselves."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from vibrates.abinitio.atom_geometries import atom_diatom_geometries
from vibrates.core.units import CM_TO_HARTREE, HARTREE_TO_CM, KELVIN_TO_HARTREE
from vibrates.core.yaml_files import read_layers
from vibrates.learning import readers
from vibrates.potential.sites import SiteSurface
from vibrates.scattering import settings, surface
from vibrates.scattering.vibrational import vibrational_rates

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch):
    monkeypatch.chdir(REPOSITORY)


def test_levels_of_hd():
    """Known transitions of HD, cm^-1: j = 0 -> 1 at 89.23, v = 0 -> 1 at 3632.16."""
    levels = settings.rotor(settings.load("config/quantum/hehd.yaml")).energies * HARTREE_TO_CM
    assert levels[0, 1] - levels[0, 0] == pytest.approx(89.23, rel=3e-3)
    assert levels[1, 0] - levels[0, 0] == pytest.approx(3632.16, rel=2e-3)


def test_the_surface_in_the_repository_is_the_fit_to_its_points():
    described = surface.load("config/quantum/heh2.yaml")
    small, large = (surface.read_points(described["data"][name]) for name in ("small", "large"))
    stored = SiteSurface.from_mapping(
        read_layers("config/surfaces/heh2.yaml")["surface"]["sites"], (1.0, 1.0)
    )
    # What the fit promises of points that it has not seen, on the wall.
    for points, limit in ((small, 0.05), (large, 0.03)):
        hidden = points[(points["group"] == "held_out") & (points["energy"] > 100 * CM_TO_HARTREE)]
        assert len(hidden) >= 4
        fit = surface.value(
            stored, tuple(hidden[n].to_numpy() for n in ("distance", "r", "cosine"))
        )
        assert np.abs(fit / hidden["energy"] - 1.0).max() < limit
    # Attraction falls off as R^-6 between the last points and far away.
    far = stored.potential(np.array([30.0, 60.0]), 0.5, r_a=1.4)
    assert (far < 0).all() and far[0] / far[1] == pytest.approx(64.0, rel=0.15)
    described["fit"]["start"] = [one.decay for one in stored.terms] + [stored.terms[0].damping]
    again = surface.fitted(described["fit"], small, large)
    place = (np.linspace(3.0, 9.0, 7), np.full(7, 1.5), np.linspace(0.0, 1.0, 7))
    np.testing.assert_allclose(
        surface.value(again, place), surface.value(stored, place), rtol=5e-3, atol=2e-6
    )


def test_geometries_leave_out_what_is_too_close():
    described = surface.load("config/quantum/heh2.yaml")
    table = atom_diatom_geometries(described["sets"]["small"])
    theta = np.radians(table["theta_a_deg"])
    r, bond = table["R_angstrom"], table["r_a_angstrom"]
    nearest = np.sqrt(r**2 + bond**2 / 4 - r * bond * np.cos(theta))
    assert nearest.min() >= 1.0 * 0.529 and (table["r_b_angstrom"] == 0).all()
    assert (table["group"] == "held_out").sum() == 24
    full = 4 * 10 * 7
    assert full - 10 < (table["group"] == "grid").sum() < full


def test_vibrational_rates_of_rates_that_are_known():
    """k = 1 for every j -> j' of v = 1 -> 0 gives the number of j'; the other direction follows."""
    levels = np.array([[0.0, 0.001, 0.003], [0.002, 0.0031, 0.0052]])
    rows = []
    for j in range(3):
        for jp in range(3):
            up = levels[1, j] > levels[0, jp]
            lower, upper = ((0, jp), (1, j)) if up else ((1, j), (0, jp))
            rows.append((*upper, *lower, 400.0))
    table = pd.DataFrame(rows, columns=["v", "j", "vp", "jp", "T_K"])
    k_t = 400.0 * KELVIN_TO_HARTREE
    before, after = levels[table["v"], table["j"]], levels[table["vp"], table["jp"]]
    # Where v' > v the stored rate is that which gives k = 1 downwards.
    ratio = (2 * table["jp"] + 1) / (2 * table["j"] + 1) * np.exp((before - after) / k_t)
    table["k_cm3_s"] = np.where(table["v"] > table["vp"], 1.0, ratio)
    found = vibrational_rates(table, levels)
    assert len(found) == 1
    assert found["k_cm3_s"][0] == pytest.approx(3.0, rel=1e-12)


def test_the_data_of_he_and_hd_are_complete():
    """1953 pairs of levels, once each, at 19 temperatures; positive; in the data model."""
    path = REPOSITORY / "data" / "quantum_hehd_rates.csv"
    rates = pd.read_csv(path, comment="#")
    levels = settings.rotor(settings.load("config/quantum/hehd.yaml")).energies
    assert rates["T_K"].nunique() == 19 and len(rates) == 1953 * 19
    pairs = rates[["v", "j", "vp", "jp"]].drop_duplicates()
    assert len(pairs) == 1953
    before, after = levels[pairs["v"], pairs["j"]], levels[pairs["vp"], pairs["jp"]]
    assert (before > after).all()
    assert (rates["k_cm3_s"] > 0).all() and rates["k_cm3_s"].max() < 1e-9
    data = readers.read(path)
    assert data.sizes["transition"] == 1953 and data.sizes["temperature"] == 19
