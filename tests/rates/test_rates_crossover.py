"""One table of rates from those of both treatments of a rotor."""

import numpy as np
import pytest
import xarray as xr
from campaigns import campaign

from vibrates.core.errors import UserError
from vibrates.rates.crossover import differences, joined
from vibrates.rates.sanity import check_joined

KEYS = [(0, 0, 1, 0), (1, 0, 0, 0)]
CELL = ("transition", "temperature")


def part(T, k, relative=0.02, quantum=False):
    """rates.nc of one treatment: k (T,) of 1 -> 0, and a tenth of it of the reverse."""
    T, k = np.asarray(T, float), np.array([0.1 * np.asarray(k), k])
    count = len(T)
    variables = {
        "k": (CELL, k),
        "k_stderr": (CELL, relative * k),
        "k_rests_on_edge": (CELL, np.zeros(k.shape, np.int8)),
        "k_error_correlation": ((*CELL, "temperature_2"), np.full((2, count, count), 0.5)),
        "direction": ("transition", ["detailed_balance", "computed"]),
        "energy_difference": ("transition", [-2330.0, 2330.0]),
        "n_trajectories": ("transition", [100, 100]),
        "n_failed": ("transition", [1, 1]),
        "target_reached": ("transition", [1, 1 if quantum else 0]),
        "rotational_ratio": (
            (CELL, np.full(k.shape, 1.01)) if quantum else ("transition", [1.02, 1.02])
        ),
    }
    attributes = {"title": "rates", "symmetrisation": "translational", "weighting": "plain"}
    if quantum:
        variables["k_rotational_error"] = (CELL, 0.01 * k)
        variables["k_species"] = (("species", *CELL), np.array([k, k]))
        attributes |= {"quantised_rotor": "H2", "mixture": "normal"}
    labels = dict(zip(("v", "w", "vp", "wp"), np.array(KEYS).T, strict=True))
    coordinates = {name: ("transition", values) for name, values in labels.items()}
    return xr.Dataset(variables, coordinates | {"temperature": T}, attributes)


@pytest.fixture
def config():
    """A campaign whose crossover lies at 500 K."""
    given = campaign({"rotors": {"H2": {"treatment": "quantum", "up_to_K": 500}}})
    return given.changed({"rates": {"temperatures_K": [300, 500, 700, 1000]}})


def table(config, ratio=1.0, relative=0.02):
    low = part([300, 500, 700], [1e-16, 2e-16, 3e-16], relative, quantum=True)
    high = np.array([1e-16, 2e-16, 3e-16, 4e-16]) / ratio
    return joined({"quantum": low, "classical": part([300, 500, 700, 1000], high)}, config)


def test_k_is_of_either_treatment_and_both_are_kept(config):
    rates = table(config, ratio=2.0)
    np.testing.assert_allclose(rates["k"].values[1], [1e-16, 2e-16, 1.5e-16, 2e-16])
    assert rates["k_rests_on_edge"].dtype == np.int8
    np.testing.assert_allclose(rates["k_quantum"].values[1], [1e-16, 2e-16, 3e-16, np.nan])
    np.testing.assert_allclose(rates["k_classical"].values[1], [5e-17, 1e-16, 1.5e-16, 2e-16])
    assert rates["treatment"].values.tolist() == [1, 1, 0, 0]
    # What one treatment does not have is zero where it is an error, and missing where it is a rate.
    np.testing.assert_allclose(rates["k_rotational_error"].values[1], [1e-18, 2e-18, 0, 0])
    assert np.isnan(rates["k_species"].values[..., 3]).all()
    np.testing.assert_allclose(rates["rotational_ratio"].values[0], [1.01, 1.01, 1.02, 1.02])
    correlation = rates["k_error_correlation"].values[1]
    expected = np.kron(np.eye(2), np.full((2, 2), 0.5))
    np.testing.assert_array_equal(correlation, expected)
    assert rates["n_trajectories"].values.tolist() == [200, 200]
    assert rates["target_reached"].values.tolist() == [1, 0]
    assert rates.attrs["crossover_K"] == 500 and rates.attrs["mixture"] == "normal"


def test_the_difference_of_both_is_judged_by_its_error(config):
    found = differences(table(config, ratio=1.5))
    assert found["T_K"].tolist() == [300, 500, 700]
    assert found[["v", "vp"]].values.tolist() == [[1, 0]] * 3
    assert found["ratio"].values == pytest.approx([1.5] * 3)
    assert found["error"].values == pytest.approx([np.hypot(0.02, 0.02)] * 3)

    def check(rates):
        # Those of detailed balance are not what this is about.
        checks = check_joined(rates, {"quantum": []})["checks"]
        return next(one for one in checks if one["name"] == "crossover")

    assert check(table(config, ratio=1.02))["status"] == "passed"
    apart = check(table(config, ratio=1.5))
    assert apart["status"] == "warning" and "move up_to_K" in apart["message"]
    assert "ratio (1,0)->(0,0) at 300 K: 1.50, error 3 %" in apart["message"]
    # The same ratio with an error of a third is none.
    assert check(table(config, ratio=1.5, relative=0.3))["status"] == "passed"


def test_parts_of_other_transitions_are_refused(config):
    low = part([300, 500, 700], [1e-16] * 3, quantum=True)
    high = part([500, 700, 1000], [1e-16] * 3).isel(transition=[1])
    with pytest.raises(UserError, match="the parts of the campaign have other transitions"):
        joined({"quantum": low, "classical": high}, config)


def test_readers_find_it_without_the_campaign(config):
    """The names in `treatment` are those of the parts."""
    names = table(config)["treatment"].attrs["flag_meanings"].split()
    assert set(names) == set(config.parts)
