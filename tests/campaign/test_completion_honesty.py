"""The test of the table on states that were drawn beforehand and never trained on."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
import yaml

from vibrates.campaign.completion import honesty
from vibrates.config import completion, load
from vibrates.core.errors import UserError

T_K = [1000.0, 2000.0, 3000.0]


@pytest.fixture
def config(root):
    return load(root / "config" / "complete_tiny.yaml", {"complete": {"honesty": {"states": 4}}})


def true_log10_k(v, T):
    return -14.0 + 0.1 * v + T / 3000.0


def table(config, wrong, trained=()):
    """The table of the tiny campaign, off by `wrong` dex with a stated error of 0.1 dex."""
    cells = pd.DataFrame(
        [(v, 0, v - 1, 0, T) for v in range(1, 13) for T in T_K],
        columns=["v", "w", "vp", "wp", "temperature_K"],
    )
    k = 10.0 ** (true_log10_k(cells.v, cells.temperature_K) + wrong)
    computed = [int((v, 0) in trained) for v in cells.v]
    return cells.assign(k_cm3_s=k, relative_error=0.1 * np.log(10), computed=computed, counts=1)


def rates(config):
    """What the campaign of the drawn states gives: both directions, as in rates.nc."""
    states = completion.honest(config)
    v = np.array([v for v, _ in states] + [v - 1 for v, _ in states])
    vp = np.array([v - 1 for v, _ in states] + [v for v, _ in states])
    k = 10.0 ** true_log10_k(np.maximum(v, vp)[:, None], np.array(T_K))
    cell = ("transition", "temperature")
    return xr.Dataset(
        {"k": (cell, k), "k_stderr": (cell, 0.01 * k),
         "direction": ("transition", ["computed"] * 4 + ["detailed_balance"] * 4)},
        {"v": ("transition", v), "w": ("transition", 0 * v), "vp": ("transition", vp),
         "wp": ("transition", 0 * v), "temperature": T_K},
    )  # fmt: skip


def test_deviations_and_coverage_are_those_put_in(config):
    cells = honesty.compare(table(config, 0.15), rates(config), config)
    assert len(cells) == 4 * len(T_K)
    assert set(zip(cells.v, cells.w, strict=True)) == set(completion.honest(config))
    np.testing.assert_allclose(cells.error_dex, 0.15)
    families = honesty.by_family(cells)
    assert list(families.family) == ["(-1, 0)", "all"]
    assert families.rms_dex.iloc[0] == pytest.approx(0.15)
    # 0.15 dex is beyond one and within two of the stated 0.1 dex.
    assert families.coverage_1.iloc[0] == 0.0 and families.coverage_2.iloc[0] == 1.0
    noise = (0.01 / np.log(10)) ** 2
    assert families.rms_beyond_noise_dex.iloc[0] == pytest.approx(np.sqrt(0.15**2 - noise))
    said = honesty.text(cells, families)
    assert "4 states drawn before" in said and "+0.150 dex" in said


def test_a_state_that_was_trained_on_is_refused(config):
    drawn = completion.honest(config)[0]
    with pytest.raises(UserError, match="was computed for the table"):
        honesty.compare(table(config, 0.0, trained=[drawn]), rates(config), config)


def test_rates_of_other_states_are_one_line(config):
    other = rates(config)
    other = other.assign_coords(v=other.v + 40, vp=other.vp + 40)
    with pytest.raises(UserError, match="no transition of the table from the drawn states"):
        honesty.compare(table(config, 0.0), other, config)


def test_the_campaign_of_the_drawn_states_can_be_run(config, root, tmp_path):
    """In a directory of its own, to the error asked for, and with no table of its own."""
    path = tmp_path / "honesty.yaml"
    source = root / "config" / "complete_tiny.yaml"
    path.write_text(yaml.safe_dump(honesty.campaign_of(config, str(source))))
    found = load(path)
    assert found.grid.states == completion.honest(config)
    assert found.results == f"{config.results}-honesty"
    assert found.complete is None and found.learning is None
    assert found.sampling.target_relative_error == config.complete.honesty.error
    assert found.dynamics == config.dynamics and found.surface == config.surface
    free = set(completion.candidates(config))
    assert not set(found.grid.states) & (free | set(config.grid.states))
