"""The fits to measured relaxation that computed rates are compared with."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from vibrates import cli
from vibrates.core.errors import UserError
from vibrates.core.netcdf import write_atomic
from vibrates.rates import against_measured, error_parts
from vibrates.rates.measured import (
    EXCHANGE_295_K,
    RELAXATION,
    relaxation_loki,
    relaxation_zdplaskin,
)


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


def rates(pair=("N2", "H2"), parts=("monte_carlo", "surface")):
    """V-T and V-V, twice the first fit and the measured value, with errors of 10 and 50 %."""
    kelvin = np.array([100.0, 295.0, 1000.0, 8000.0])
    k = 2.0 * np.array([relaxation_loki(kelvin), np.full(4, EXCHANGE_295_K)])
    cell, unit = ("transition", "temperature"), {"units": "cm^3 s^-1", "long_name": "made up"}
    columns = np.array([(1, 0, 0, 0), (0, 1, 1, 0)]).T
    label = {"units": "1", "long_name": "made up"}
    made = xr.Dataset(
        {"k": (cell, k, unit), "k_stderr": (cell, 0.1 * k, unit)},
        {
            "temperature": ("temperature", kelvin, {"units": "K", "long_name": "temperature"}),
            **{name: ("transition", values, label)
               for name, values in zip(("v", "w", "vp", "wp"), columns, strict=True)},
        },
        {"configuration": f"pair: [{', '.join(pair)}]"},
    )  # fmt: skip
    sizes = {"monte_carlo": 0.1, "surface": 0.5}
    return error_parts.with_parts(made, {name: sizes[name] * k for name in parts})


def test_computed_rates_stand_beside_measured_ones_with_every_part_of_the_error():
    found = against_measured.table(rates())
    assert set(found["T_K"]) == {295.0, 1000.0}  # V-T is measured from 200 K, V-V at 295 K
    assert len(found) == 2 * 2 + 1
    first = found[found["measured"].isin(["fit in LoKI", "Bott 1976"])]
    np.testing.assert_allclose(first["ratio"], 2.0)
    np.testing.assert_allclose(found["error_surface"], 0.5)
    np.testing.assert_allclose(found["error_total"], np.hypot(0.1, 0.5))
    assert found[["error_learning", "error_method"]].isna().all(axis=None)
    said = against_measured.text(found)
    assert "not estimated, and in no total: learning, method" in said
    assert f"x/ {np.exp(np.hypot(0.1, 0.5)):.2f}" in said


def test_rates_of_an_earlier_version_have_the_error_of_their_trajectories():
    older = rates().drop_vars([f"k_stderr_{name}" for name in error_parts.PARTS])
    found = against_measured.table(older)
    np.testing.assert_allclose(found["error_total"], 0.1)


def test_other_pairs_and_other_transitions_are_refused():
    with pytest.raises(UserError, match=r"pair \['CO', 'N2'\].*alone"):
        against_measured.table(rates(pair=("CO", "N2")))
    with pytest.raises(UserError, match="neither .* is among them"):
        against_measured.table(rates().isel(temperature=[0]))


def test_one_command_prints_and_draws_them(tmp_path, capsys):
    write_atomic(rates(), tmp_path / "rates.nc")
    figure = tmp_path / "measured.png"
    assert cli.main(["measured", str(tmp_path / "rates.nc"), "--figure", str(figure)]) == 0
    assert "(0,1)->(1,0)" in capsys.readouterr().out
    assert figure.stat().st_size > 10_000
    assert len(pd.read_csv(figure.with_suffix(".csv"))) == 5
