"""Appendix A of Hong et al. 2023 against values worked out by hand."""

import numpy as np
import pytest

from vibrates.core.errors import UserError
from vibrates.rates.approximate import (
    asymmetric_exchange,
    ladder_factor,
    scaling_law,
    vibrational_exchange,
)

# Level spacings in cm^-1 from the constants of Table 1, by hand from the powers of v + 1/2:
# E1 - E0 = w_e (1 - 2 x_e + 13/4 y_e) and E2 - E1 = w_e (1 - 4 x_e + 49/4 y_e); H2 has y_e = 0.
N2_10 = 2359.60 * (1 - 2 * 0.006126 + 13 / 4 * 0.0000032)  # 2330.71472
N2_21 = 2359.60 * (1 - 4 * 0.006126 + 49 / 4 * 0.0000032)  # 2301.87286
H2_10 = 4401.20 * (1 - 2 * 0.0276)  # 4158.25376
H2_21 = 4401.20 * (1 - 4 * 0.0276)  # 3915.30752


@pytest.fixture
def molecules(config):
    return config.partners


def test_exchange_at_295_K_is_close_to_the_measured_rate(molecules):
    """Bott (1976): 6.41e-17 cm^3/s for H2(1) + N2(0), which Q0 and A were fitted to."""
    k = vibrational_exchange(*molecules, 0, 0, 295.0)
    factor = np.exp(-144 / np.sqrt(295))
    by_hand = 1.9e-13 * (295 / 300) ** 1.5 * factor * (1.5 - 0.5 * factor)
    assert k == pytest.approx(by_hand, rel=1e-12)
    assert k == pytest.approx(6.41e-17, rel=0.02)


def test_exchange_with_excited_molecules(molecules):
    """N2(1) + H2(2) -> N2(2) + H2(1) at 500 K, eqs. A1-A4 with dE = w_e x_e."""
    x = (H2_21 - N2_21) / (H2_10 - N2_10)
    factor = np.exp(-144 / np.sqrt(500) * x)
    delta_h2 = 2 * (1 + (H2_10 - H2_21) / 2 / H2_10)
    delta_n2 = 2 * (1 + (N2_10 - N2_21) / 2 / N2_10)
    by_hand = 1.9e-13 * (5 / 3) ** 1.5 * delta_h2 * delta_n2 * factor * (1.5 - 0.5 * factor)
    assert vibrational_exchange(*molecules, 1, 1, 500.0) == pytest.approx(by_hand, rel=1e-12)


def test_asymmetric_exchange(molecules):
    """N2(2) + H2(0) -> N2(0) + H2(1): F = exp(-37 T^-1/2), delta'_0 = 1."""
    factor = np.exp(-37 / np.sqrt(1000))
    by_hand = 2.4e-15 * (10 / 3) ** 1.5 * factor * (1.5 - 0.5 * factor)
    assert asymmetric_exchange(*molecules, 0, 0, 1000.0) == pytest.approx(by_hand, rel=1e-12)


def test_scaling_law(molecules):
    """Eq. A5 for v = 3 at 1000 K: 3 (1 + 2 x_e-like) exp(0.868)."""
    anharmonic = 1 + 2 * (N2_10 - N2_21) / 2 / N2_10
    by_hand = 1e-15 * 3 * anharmonic * np.exp(2 * 4.34 / 10)
    assert scaling_law(molecules[0], 3, 1000.0, 1e-15) == pytest.approx(by_hand, rel=1e-12)
    assert scaling_law(molecules[0], 1, 300.0, 2e-18) == pytest.approx(2e-18)
    k = scaling_law(molecules[0], np.arange(1, 11)[:, None], np.array([300.0, 1000.0]), 1e-15)
    assert k.shape == (10, 2) and np.all(np.diff(k, axis=0) > 0)


def test_both_readings_of_the_energy_deficit(molecules):
    """The squared matrix element grows like v+1; the level spacing in its place like (v+1)^2."""
    assert ladder_factor(molecules[0], 9) == pytest.approx(10 * (1 + 9 * 0.00619), rel=1e-3)
    spacing = ladder_factor(molecules[0], 9, deficit="spacing")
    assert spacing == pytest.approx(10 * (1 + 9 * 0.889), rel=2e-2)
    with pytest.raises(UserError, match="anharmonicity, spacing"):
        ladder_factor(molecules[0], 1, deficit="quantum")


def test_exchange_past_resonance_stays_positive_and_balanced(molecules):
    """At w = 9 and small v, N2 takes more energy than H2 gives: endothermic, but not negative."""
    v = np.arange(0, 40)
    k = vibrational_exchange(*molecules, v, 9, 300.0)
    assert np.all(k > 0)
    a, b = molecules
    release = (b.level_energy(10) - b.level_energy(9)) - (a.level_energy(v + 1) - a.level_energy(v))
    assert release[0] < 0 < release[-1]
    # Largest where the two quanta match best.
    assert abs(np.argmax(k / (v + 1)) - np.argmin(np.abs(release))) <= 2


def test_there_is_no_level_below_zero(molecules):
    with pytest.raises(UserError, match="v must be 1 or more"):
        scaling_law(molecules[0], [0, 1], 300.0, 1e-15)
