"""The fits to measured relaxation that computed rates are compared with."""

import numpy as np

from vibrates.rates.measured import RELAXATION, relaxation_loki, relaxation_zdplaskin


def test_fits_have_the_known_ratio():
    """The second is 1.4 times the first at 300 K and 2.1 times at 3000 K."""
    ratio = relaxation_zdplaskin([300.0, 3000.0]) / relaxation_loki([300.0, 3000.0])
    np.testing.assert_allclose(ratio, [1.4, 2.1], rtol=0.03)


def test_all_fits_rise_with_temperature():
    temperature = np.geomspace(200.0, 5000.0, 50)
    for fit in RELAXATION.values():
        k = fit(temperature)
        assert k.shape == temperature.shape
        assert (np.diff(k) > 0.0).all()
