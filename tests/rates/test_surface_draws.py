"""Rates on drawn surfaces: common random numbers, scaling with the covariance, wrong input."""

import dataclasses

import numpy as np
import pytest
from campaigns import campaign

from vibrates.core import tasks
from vibrates.core.checkpoint import Checkpoint
from vibrates.core.errors import UserError
from vibrates.core.netcdf import write_atomic
from vibrates.potential import drawn
from vibrates.rates import error_parts, surface_draws

FINAL = (0, 0)


@pytest.fixture(scope="module")
def product(root, tmp_path_factory):
    """A function: path and digest of the default surface, its covariance times a factor."""
    known = drawn.read(root / "data" / "n2h2_surface_sum.nc")
    directory = tmp_path_factory.mktemp("surfaces")

    def write(factor):
        found = dataclasses.replace(known.found, covariance=factor * known.found.covariance)
        scaled = dataclasses.replace(known, found=found)
        path = directory / f"{factor:g}.nc"
        write_atomic(scaled.dataset({}, []), path)
        return {"file": str(path), "digest": scaled.digest()}

    return write


def small(covariance, **more):
    """Two energies and one shell of the default campaign, on two drawn surfaces."""
    draws = {"covariance": covariance, "count": 2, "seed": 1, "trajectories": 4, "every": 2,
             "states": [[1, 0]]}  # fmt: skip
    return campaign(
        {
            "grid": {
                "states": [[1, 0], [2, 0]],
                "energies_cm": [4000, 8000, 16000],
                "impact_parameter_edges_angstrom": [0, 2],
            },
            "basis": {"N2": {"above": 2, "minimum": 4}, "H2": {"above": 2, "minimum": 3}},
            "sampling": {"replicates": 4, "pilot": 8, "target_temperatures_K": [1000, 3000]},
            "rates": {
                "temperatures_K": [1000, 3000],
                "transitions": {"max_dv": 1, "max_dw": 0},
                "surface_draws": draws | more,
            },
        }
    )


def computed(config, state=(1, 0), checkpoint=None):
    results = tasks.run(surface_draws.tasks(config, state), checkpoint)
    return surface_draws.responses(config, state, results)


@pytest.mark.slow
def test_equal_surfaces_have_equal_rates_and_spread_grows_with_the_covariance(product):
    same = computed(small(product(1e-20)))
    assert np.array_equal(same["k_ratio"], np.ones_like(same["k_ratio"]))
    assert np.array_equal(same["k_ratio_stderr"], np.zeros_like(same["k_ratio_stderr"]))
    once, twice = (computed(small(product(factor))) for factor in (0.01, 0.04))
    assert once.sizes == {"surface": 2, "transition": 1, "temperature": 2}
    assert (once.attrs["v"], once.attrs["w"]) == (1, 0)
    assert once.attrs["trajectories"] == 3 * 2 * 4  # surfaces, energies, each
    ln = [np.log(one["k_ratio"].values) for one in (once, twice)]
    assert np.abs(ln[0]).max() > 1e-3
    np.testing.assert_allclose(ln[1], 2.0 * ln[0], rtol=0.3, atol=0.01)
    # Far below the error of a rate from eight trajectories.
    assert (once["k_ratio_stderr"] < 0.1).all()
    assert (error_parts.spread(once) > 0.0).all()


@pytest.mark.slow
def test_finished_surfaces_are_used_again(product, tmp_path):
    config = small(product(0.01))
    checkpoint = Checkpoint(tmp_path / "v1_w0.nc")
    first = computed(config, checkpoint=checkpoint)
    more = small(product(0.01), count=4)
    wanted = surface_draws.tasks(more, (1, 0))
    kept = tasks.stored(wanted, Checkpoint(tmp_path / "v1_w0.nc"))
    assert set(kept) == {"central", "draw001", "draw002"}
    again = surface_draws.responses(config, (1, 0), kept)
    assert np.array_equal(first["k_ratio"], again["k_ratio"])


def test_others_are_surfaces_by_name_and_draws_follow_their_seed(product):
    given = product(0.01)
    config = small(given, others={"wider": product(0.04)})
    members = surface_draws.members(config)
    assert list(members) == ["central", "draw001", "draw002", "wider"]
    assert members["wider"]["terms"] == members["central"]["terms"]
    seeds = [surface_draws.members(small(given, seed=seed))["draw002"] for seed in (1, 1, 2)]
    assert seeds[0] == seeds[1] != seeds[2]


def test_a_joined_series_stays_on_drawn_surfaces(product):
    config = small(product(0.01))
    series = {"file": "series.nc", "digest": "0" * 64, "switch_angstrom": [3.2, 4.3]}
    with_series = config.model_copy(
        update={"surface": config.surface.changed({"long_range": series})}
    )
    for block in surface_draws.members(with_series).values():
        assert block["long_range"] == series


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"trajectories": 6}, "trajectories: 6 is no multiple of sampling.replicates, 4; use 8"),
        ({"states": [[7, 0]]}, r"states: \[7, 0\] is not in grid.states"),
        ({"every": 3}, "every: 3 leaves one energy of 3"),
    ],
)
def test_wrong_input_is_refused_in_one_line(product, changes, said):
    config = small(product(0.01), **changes)
    with pytest.raises(UserError, match=said) as caught:
        surface_draws.check(config)
    assert "\n" not in str(caught.value)


def test_the_covariance_must_be_that_of_the_surface(product):
    given = product(0.01)
    with pytest.raises(UserError, match="none.nc: file does not exist"):
        surface_draws.check(small(given | {"file": "none.nc"}))
    with pytest.raises(UserError, match="digest .* is not .*which was asked for"):
        surface_draws.check(small(given | {"digest": "0" * 64}))
    config = small(given)
    terms = config.surface.to_mapping()["terms"] | {
        "zeta": [{"powers": [0, 0], "values": [10.0] * 5}]
    }
    other = config.model_copy(update={"surface": config.surface.changed({"terms": terms})})
    with pytest.raises(UserError, match="another surface"):
        surface_draws.check(other)
    surface_draws.check(config)
    published = {"type": "original", "beta": 8.0, "deformation": "none"}
    whole = config.to_mapping() | {"surface": published}
    with pytest.raises(UserError, match="type 'original' has no covariance"):
        surface_draws.check(type(config).from_mapping(whole, "test"))
