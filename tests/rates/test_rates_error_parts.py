"""Parts of the errors of rates: that of the surface from drawn surfaces, and where it goes."""

import numpy as np
import pytest
import xarray as xr

from vibrates.rates import error_parts

T = np.array([300.0, 1000.0])


def responses(v, sigma, noise=0.0, draws=400, w=0, finals=((0, 0),), seed=1):
    """Ratios with a normal ln of this standard deviation (T,), each with independent noise."""
    random = np.random.default_rng(seed)
    shape = (draws, len(finals), len(T))
    ln = random.normal(size=shape) * np.asarray(sigma) + random.normal(size=shape) * noise
    ratio = np.concatenate([np.exp(ln), np.full((1, *shape[1:]), 50.0)])
    return xr.Dataset(
        {
            "k_ratio": (("surface", "transition", "temperature"), ratio),
            "k_ratio_stderr": (("surface", "transition", "temperature"), noise * ratio),
        },
        {
            # The last one is no draw and takes no part.
            "surface": [*(f"draw{n:03}" for n in range(1, draws + 1)), "limit"],
            "vp": ("transition", [vp for vp, _ in finals]),
            "wp": ("transition", [wp for _, wp in finals]),
            "temperature": T,
        },
        {"v": v, "w": w, "draws": draws},
    )


def rates(keys, k=1e-15):
    columns = np.array(keys).T
    values = k * np.outer(np.arange(1, len(keys) + 1), [1.0, 10.0])
    cell = ("transition", "temperature")
    return xr.Dataset(
        {
            "k": (cell, values, {"units": "cm^3 s^-1"}),
            "k_stderr": (cell, 0.03 * values, {"units": "cm^3 s^-1"}),
        },
        {
            "temperature": T,
            **{n: ("transition", c) for n, c in zip(("v", "w", "vp", "wp"), columns, strict=True)},
        },
    )


def test_the_spread_is_that_of_the_surfaces_without_the_noise_of_trajectories():
    found = error_parts.spread(responses(1, [0.3, 0.1]))
    np.testing.assert_allclose(found[0], [0.3, 0.1], rtol=0.12)
    noisy = error_parts.spread(responses(1, [0.3, 0.1], noise=0.15))
    np.testing.assert_allclose(noisy[0], [0.3, 0.1], rtol=0.25)


def test_a_spread_below_the_noise_is_an_upper_bound_and_never_zero():
    for seed in range(20):
        found = error_parts.spread(responses(1, [0.0, 0.0], noise=0.2, draws=20, seed=seed))
        least = 0.2 * (2.0 / 20.0) ** 0.25
        assert (found >= least * (1.0 - 1e-9)).all() and (found < 0.3).all()


def test_transitions_between_known_states_follow_from_them():
    known = error_parts.by_transition(
        [responses(1, [0.4, 0.2], finals=((0, 0), (1, 1))),
         responses(5, [0.1, 0.05], finals=((4, 0), (5, 1)), seed=2)]
    )  # fmt: skip
    one, five = known[1, 0, 0, 0], known[5, 0, 4, 0]
    keys = [(1, 0, 0, 0), (3, 0, 2, 0), (8, 0, 7, 0), (4, 0, 5, 0), (3, 2, 2, 2), (3, 0, 1, 0)]
    found = error_parts.at_transitions(known, keys)
    np.testing.assert_allclose(found[0], one)
    np.testing.assert_allclose(found[1], np.sqrt(one * five))  # the middle of the logarithms
    np.testing.assert_allclose(found[2], five)
    np.testing.assert_allclose(found[3], five)  # the reverse of 5 -> 4
    np.testing.assert_allclose(found[4], found[1])  # of the nearest w
    assert np.isnan(found[5]).all()  # dv = 2 was computed for no state


def test_rates_without_drawn_surfaces_say_what_is_missing():
    table = rates([(0, 0, 1, 0), (1, 0, 0, 0)])
    found = error_parts.of_rates(table)
    assert np.array_equal(found["k_stderr_monte_carlo"], table["k_stderr"])
    for name in ("surface", "learning", "method"):
        part = found[f"k_stderr_{name}"]
        assert np.isnan(part).all()
        assert part.attrs["missing_value_meaning"] == error_parts.MISSING[name]
        assert {"units", "long_name"} <= set(part.attrs)
    assert "missing_value_meaning" not in found["k_stderr_monte_carlo"].attrs
    for name in table.variables:
        assert found[name].identical(table[name])


def test_rates_carry_the_part_of_the_surface_in_both_directions():
    table = rates([(0, 0, 1, 0), (1, 0, 0, 0), (2, 0, 0, 0)])
    own = responses(1, [0.3, 0.1])
    found = error_parts.of_rates(table, [own])["k_stderr_surface"]
    relative = (found / table["k"]).values
    np.testing.assert_allclose(relative[0], error_parts.spread(own)[0])
    np.testing.assert_allclose(relative[1], relative[0])
    assert np.isnan(relative[2]).all()
    assert found.attrs["missing_value_meaning"]
    assert "400 surfaces" in found.attrs["comment"] and "(1, 0)" in found.attrs["comment"]


def learned_table():
    table = rates([(1, 0, 0, 0), (2, 0, 1, 0), (0, 0, 1, 0)])
    cell = ("transition", "temperature")
    origin = np.array([["computed"] * 2, ["predicted"] * 2, ["computed"] * 2], dtype=object)
    return table.drop_vars("k_stderr").assign(
        log10_k_std=(cell, np.full((3, 2), 0.05)), origin=(cell, origin)
    )


@pytest.mark.parametrize("drawn", [True, False])
def test_learned_rates_take_the_part_of_the_surface_along_the_ladder(drawn):
    known = error_parts.of_rates(
        rates([(0, 0, 1, 0), (1, 0, 0, 0)]), [responses(1, [0.3, 0.1])] if drawn else []
    )
    learned = learned_table()
    found = error_parts.of_learned(learned, known)
    own = 0.05 * np.log(10.0)
    relative = {name: (found[f"k_stderr_{name}"] / learned["k"]).values
                for name in error_parts.PARTS}  # fmt: skip
    np.testing.assert_allclose(relative["monte_carlo"][[0, 2]], own)
    assert np.isnan(relative["monte_carlo"][1]).all()
    np.testing.assert_allclose(relative["learning"][1], own)
    assert np.isnan(relative["learning"][[0, 2]]).all()
    if drawn:
        np.testing.assert_allclose(relative["surface"][1], relative["surface"][0])
        assert np.isfinite(relative["surface"]).all()
    else:
        assert np.isnan(relative["surface"]).all()
