"""The complete ladder."""

import importlib.util

import numpy as np
import pytest
from learning_ladders import LEVELS, TEMPERATURES_K, config, general_rates, rates, true_log10_k

from vibrates.core.errors import UserError
from vibrates.core.netcdf import provenance, read_product, write_atomic
from vibrates.core.units import KELVIN_TO_CM
from vibrates.learning.directions import energy_difference
from vibrates.learning.families import COMPUTED, EXTRAPOLATED, INTERPOLATED
from vibrates.learning.product import ladder_of, learn

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def settings():
    return config()


@pytest.fixture(scope="module")
def learned(settings):
    return learn(rates(), settings)


@pytest.fixture(scope="module")
def ladder(learned):
    return ladder_of(learned, (-1, 0), 0)


def test_every_level_is_there_and_says_where_it_comes_from(ladder):
    assert list(ladder.v.values) == list(range(1, 10))
    for v in ladder.v.values:
        expected = COMPUTED if v in LEVELS else INTERPOLATED if v < 8 else EXTRAPOLATED
        assert set(ladder.flag.sel(v=v).values) == {expected}
        origin = "computed" if v in LEVELS else "predicted"
        assert set(ladder.origin.sel(v=v).values) == {origin}
    assert np.isfinite(ladder.k).all() and (ladder.k > 0).all()


def test_computed_values_are_the_campaigns_own(ladder):
    computed = ladder.sel(v=list(LEVELS))
    np.testing.assert_array_equal(computed.k, rates().k.values[: len(LEVELS)])
    np.testing.assert_allclose(computed.log10_k_std, 0.1 / np.log(10.0))
    np.testing.assert_allclose(ladder.k_factor, 10.0**ladder.log10_k_std)


def test_predicted_values_are_the_process_and_near_the_truth(ladder):
    predicted = ladder.sel(v=[3, 5, 7])
    np.testing.assert_allclose(np.log10(predicted.k), predicted.gp_log10_k)
    np.testing.assert_array_equal(predicted.log10_k_std, predicted.gp_log10_k_std)
    assert np.isnan(predicted.left_out_error).all()
    true = true_log10_k(np.array([3, 5, 7])[:, None], TEMPERATURES_K)
    assert np.abs(predicted.gp_log10_k - true).max() < 3.0 * predicted.log10_k_std.max()


def test_detailed_balance_is_kept(learned, settings):
    """k(v-1 -> v) / k(v -> v-1) = (B_v-1/B_v) exp(-[E(v) - E(v-1)]/kT), computed and predicted."""
    forward = learned.isel(transition=learned.direction == "learned").sortby("v")
    backward = learned.isel(transition=learned.direction == "detailed_balance").sortby("vp")
    np.testing.assert_array_equal(forward.v, backward.vp)
    gap = energy_difference(
        {name: forward[name].values for name in ("v", "w", "vp", "wp")}, settings
    )
    molecule = settings.molecules["N2"]
    w, x = molecule.omega_e_cm, molecule.omega_e_cm * molecule.x_e
    harmonic = w - 2 * x * forward.v.values
    assert np.abs(gap / harmonic - 1).max() < 0.01
    expected = np.exp(-gap[:, None] / (KELVIN_TO_CM * TEMPERATURES_K))
    rotor = backward.k.values / forward.k.values / expected
    np.testing.assert_allclose(rotor, np.broadcast_to(rotor[:, :1], rotor.shape), rtol=1e-10)
    # Each quantum stretches the bond: by 1 % at the bottom of the well, and by more above.
    assert np.all(np.diff(rotor[:, 0]) > 0)
    assert rotor[0, 0] == pytest.approx(0.995035 / 0.985077, rel=1e-5)
    np.testing.assert_array_equal(backward.log10_k_std, forward.log10_k_std)
    np.testing.assert_array_equal(backward.flag, forward.flag)


def test_scores_follow_from_the_left_out_predictions(ladder):
    computed = ladder.sel(v=list(LEVELS))
    error = computed.left_out_predicted - computed.log10_k
    np.testing.assert_allclose(computed.left_out_error, error)
    attrs = ladder.attrs
    assert attrs["score_mse_dex2"] == pytest.approx(float((error**2).mean()))
    assert attrs["score_worst_dex"] == pytest.approx(float(np.abs(error).max()))
    span = float(computed.log10_k.max() - computed.log10_k.min())
    assert attrs["score_mse_normalised"] == pytest.approx(float((error**2).mean()) / span**2)
    within = np.abs(error) <= 2 * computed.left_out_std
    assert attrs["score_coverage_2"] == pytest.approx(float(within.mean()))
    # The value compared with has an error of its own.
    assert (computed.left_out_std > 0.1 / np.log(10.0)).all()


def test_monte_carlo_errors_widen_the_prediction(settings):
    """Errors of 20 % against 1 %: what remains at 1 % is the error of the regression, 0.008 dex."""
    sure, noisy = (
        ladder_of(learn(rates(relative_error=error), settings), (-1, 0), 0).log10_k_std.sel(v=5)
        for error in (0.01, 0.2)
    )
    assert (noisy > 2 * sure).all()


def test_the_file_says_what_it_holds(learned, settings, tmp_path):
    path = tmp_path / "learned.nc"
    learned.attrs.update(provenance(settings, ["rates.nc"]))
    write_atomic(learned, path)
    read = read_product(path)
    for variable in read.variables.values():
        assert variable.attrs["units"] and variable.attrs["long_name"]
    assert {"configuration", "vibrates_version", "sources", "symmetrisation"} <= set(read.attrs)
    assert read.flag.attrs["flag_meanings"] == "computed interpolated extrapolated"
    assert read.family_dv.values.tolist() == [-1] and "Gaussian process" in str(
        read.model[0].values
    )


def test_general_transitions_are_completed_over_both_molecules_levels(settings):
    """(v, w) -> (v', w'): a V-V family of states with several w."""
    general = settings.changed(
        {
            "learning": {
                "transitions": [[1, -1]],
                "initial_w": [0, 1, 2],
                "complete_v": [0, 5],
            }
        }
    )
    learned = learn(general_rates(), general)
    forward = learned.isel(transition=np.flatnonzero(learned.direction.values == "learned"))
    exchange = forward.isel(transition=np.flatnonzero((forward.wp < forward.w).values))
    states = set(zip(exchange.v.values.tolist(), exchange.w.values.tolist(), strict=True))
    assert states == {(v, w) for v in range(6) for w in (1, 2)}
    at = np.flatnonzero(((exchange.v == 3) & (exchange.w == 2)).values)
    assert exchange.origin.values[at[0], 0] == "predicted"
    true = true_log10_k(4, TEMPERATURES_K) + 0.3 * 2 + 2.0
    error = exchange.log10_k.values[at[0]] - true
    assert (np.abs(error) < 4.0 * exchange.log10_k_std.values[at[0]] + 0.01).all()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"transitions": [[-2, 0]]}, r"0 states .*\(-2, 0\).*at least 3"),
        ({"initial_w": [1]}, "0 states with w in"),
    ],
)
def test_too_few_states_are_one_line(settings, change, words):
    bad = settings.changed({"learning": change})
    with pytest.raises(UserError, match=words) as caught:
        learn(rates(), bad)
    assert "\n" not in str(caught.value)


def script(root, name):
    path = root / "workflow" / "scripts" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"{name}_script", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_nothing_is_written_from_bad_rates(root, settings, tmp_path):
    bad = rates()
    bad["k"].values[0, 0] = -1.0
    for variable in bad.variables.values():
        variable.attrs |= {"units": "1", "long_name": "test"}
    write_atomic(bad.assign_attrs(fingerprint="old"), tmp_path / "rates.nc")
    with pytest.raises(UserError, match=r"rates.nc: k = -1.0 of v = 1, w = 0 .* at 200 K"):
        script(root, "learn").main(
            str(tmp_path / "rates.nc"), str(tmp_path / "out.nc"), settings, "new", "old"
        )
    assert [path.name for path in tmp_path.iterdir()] == ["rates.nc"]
