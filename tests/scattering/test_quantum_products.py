"""The He + HD data and what is made of them: surface, vibrational rates, the stored rates."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from vibrates.abinitio.atom_geometries import atom_diatom_geometries
from vibrates.core.units import CM_TO_HARTREE, HARTREE_TO_CM, KELVIN_TO_HARTREE
from vibrates.core.yaml_files import read_layers
from vibrates.learning import readers
from vibrates.potential.sites import SiteSurface
from vibrates.scattering import nuclear_spin, settings, surface
from vibrates.scattering.vibrational import normal_rates, vibrational_rates

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
    small, large = (
        surface.read_points(path) for path in (described.data.small, described.data.large)
    )
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
    start = [one.decay for one in stored.terms] + [stored.terms[0].damping]
    again = surface.fitted(described.fit.changed({"start": start}), small, large)
    place = (np.linspace(3.0, 9.0, 7), np.full(7, 1.5), np.linspace(0.0, 1.0, 7))
    np.testing.assert_allclose(
        surface.value(again, place), surface.value(stored, place), rtol=5e-3, atol=2e-6
    )


def test_geometries_leave_out_what_is_too_close():
    described = surface.load("config/quantum/heh2.yaml")
    table = atom_diatom_geometries(described.sets.small)
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


@pytest.mark.parametrize(
    ("spin", "weights"), [(0, (1, 0)), (0.5, (1, 3)), (1, (6, 3)), (1.5, (6, 10))]
)
def test_weights_of_even_and_odd_j(spin, weights):
    """H2 (1/2) 1 : 3, D2 and N2 (1) 6 : 3, 16O (0) one kind alone; together (2 I + 1)^2."""
    assert nuclear_spin.weights(spin) == weights
    assert sum(weights) == (2 * spin + 1) ** 2


@pytest.fixture
def homonuclear():
    """Levels and rates of a rotor with like ends: k(1 j -> 0 j') = 1 for even and 5 for odd j."""
    j = np.arange(12)
    levels = np.array([0.0, 0.02])[:, None] + 2.7e-4 * j * (j + 1.0)

    def rates(temperature_K):
        rows = [
            (1, a, 0, b, temperature_K, 1.0 + 4.0 * (a % 2))
            for a in j
            for b in j[:3]
            if (a - b) % 2 == 0
        ]
        return pd.DataFrame(rows, columns=["v", "j", "vp", "jp", "T_K", "k_cm3_s"])

    return levels, rates


def test_modifications_and_their_mixtures(homonuclear):
    """Even j end in j' = 0 and 2 with k = 1 each, odd ones in j' = 1 with k = 5."""
    levels, rates = homonuclear

    def k(average, temperature, weights):
        return float(average(rates(temperature), levels, weights)["k_cm3_s"].iloc[0])

    for temperature in (20.0, 300.0, 2000.0):
        assert k(vibrational_rates, temperature, (1, 0)) == pytest.approx(2.0, rel=1e-12)
        assert k(vibrational_rates, temperature, (0, 1)) == pytest.approx(5.0, rel=1e-12)
        # Frozen at 1 : 3 whatever the temperature; so is what has one modification alone.
        assert k(normal_rates, temperature, (1, 3)) == pytest.approx((2 + 3 * 5) / 4, rel=1e-12)
        assert k(normal_rates, temperature, (1, 0)) == pytest.approx(2.0, rel=1e-12)
    # In equilibrium the lowest level is all there is when cold, and the mixture normal when hot.
    assert k(vibrational_rates, 10.0, (1, 3)) == pytest.approx(2.0, rel=1e-4)
    assert k(vibrational_rates, 1500.0, (1, 3)) == pytest.approx((2 + 3 * 5) / 4, rel=1e-2)
    # By hand, at a temperature between.
    j, k_t = np.arange(12), 100.0 * KELVIN_TO_HARTREE
    population = (
        np.where(j % 2 == 0, 1, 3) * (2 * j + 1) * np.exp(-(levels[1] - levels[1, 0]) / k_t)
    )
    expected = (population * np.where(j % 2 == 0, 2.0, 5.0)).sum() / population.sum()
    assert k(vibrational_rates, 100.0, (1, 3)) == pytest.approx(expected, rel=1e-12)


def test_unlike_nuclei_have_no_weights():
    """1 -> 0 of HD is the plain average over 2j + 1 and Boltzmann factors."""
    description = settings.load("config/quantum/hehd.yaml")
    wanted = description.levels
    levels = settings.rotor(description).energies[: wanted.v_max + 1, : wanted.j_max + 1]
    rates = pd.read_csv("data/quantum_hehd_rates.csv", comment="#")
    assert settings.spin_weights(description.molecule) == (1.0, 1.0)
    found = vibrational_rates(rates, levels, settings.spin_weights(description.molecule))
    assert found.equals(vibrational_rates(rates, levels))
    k_t, j = 300.0 * KELVIN_TO_HARTREE, np.arange(levels.shape[1])
    population = (2 * j + 1) * np.exp(-(levels[1] - levels[1, 0]) / k_t)
    total = 0.0
    for row in rates[(rates["T_K"] == 300.0) & (rates["v"] != rates["vp"])].itertuples():
        if (row.v, row.vp) == (1, 0):
            total += population[row.j] * row.k_cm3_s
        elif (row.v, row.vp) == (0, 1):  # stored from the higher level, which is here in v = 0
            gap = levels[0, row.j] - levels[1, row.jp]
            balance = (2 * row.j + 1) / (2 * row.jp + 1) * np.exp(-gap / k_t)
            total += population[row.jp] * row.k_cm3_s * balance
    mine = found[(found["v"] == 1) & (found["vp"] == 0) & (found["T_K"] == 300.0)]
    assert float(mine["k_cm3_s"].iloc[0]) == pytest.approx(total / population.sum(), rel=1e-12)


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
