"""The plan covers every trajectory once; a batch's fingerprint changes with its physics only."""

import numpy as np
import pytest
from scipy.optimize import minimize

from vibrates.campaign.allocation import needed
from vibrates.core.errors import UserError
from vibrates.trajectories import plan


@pytest.mark.parametrize("size", [1, 7, 24, 100, 300, 100000])
def test_batches_cover_every_trajectory_once(small, size):
    small = small.changed({"sampling": {"pilot": 24}})
    frame = plan.into_batches(plan.pilot(small), size)
    assert frame.groupby("batch")[["stop", "start"]].sum().diff(axis=1)["start"].abs().max() <= size
    assert (frame.groupby("batch")[["v", "w"]].nunique() == 1).all(axis=None)
    covered = [
        (r.v, r.w, energy, shell, index)
        for _, rows in frame.groupby("batch")
        for r in rows.head(1).itertuples()
        for energy, shell, indices in plan.units(rows)
        for index in indices
    ]
    expected = [
        (v, w, energy, shell, index)
        for v, w in small.grid.states
        for energy in small.grid.energies
        for shell in range(2)
        for index in range(24)
    ]
    assert len(covered) == len(set(covered))
    assert set(covered) == set(expected)


def test_pieces_do_not_depend_on_the_size_of_the_batches(small):
    """From 256 trajectories a batch, the same pieces come out of every plan."""
    small = small.changed({"sampling": {"pilot": 600}})

    def pieces(size):
        frame = plan.into_batches(plan.pilot(small), size)
        return sorted(
            (int(rows["v"].iloc[0]), energy, shell, *indices)
            for _, rows in frame.groupby("batch")
            for energy, shell, indices in plan.units(rows)
        )

    assert pieces(256) == pieces(1000) == pieces(10**6)


def test_plan_survives_its_file_to_the_last_digit(small, tmp_path):
    series = {"geometric": {"first": 100 / 3, "last": 60000, "count": 7}}
    small = small.changed({"grid": {"energies_cm": series}})
    frame = plan.into_batches(plan.pilot(small), 40)
    plan.write_plan(frame, tmp_path / "p.csv")
    again = plan.read_plan(tmp_path / "p.csv")
    assert again.equals(frame)
    assert plan.fingerprint(small, plan.batch_rows(again, 3)) == plan.fingerprint(
        small, plan.batch_rows(frame, 3)
    )


def test_truncated_plan_is_refused(small, tmp_path):
    path = tmp_path / "p.csv"
    plan.write_plan(plan.into_batches(plan.pilot(small), 40), path)
    text = path.read_text()
    path.write_text(text[: text.rindex(",")])
    with pytest.raises(UserError, match=r"p\.csv: line 20: stop is missing"):
        plan.read_plan(path)


def _set(config, path, value):
    for name in reversed(path.split(".")):
        value = {name: value}
    return config.changed(value)


@pytest.mark.parametrize(
    ("path", "value", "physical"),
    [
        ("seed", 7, True),
        ("surface.terms.beta", [{"powers": [0, 0], "values": [2.0]}], True),
        ("surface.stretch_length_angstrom", [0.45, 0.4], True),
        ("molecules.N2.omega_e_cm", 2359.0, True),
        ("molecules.H2.quadrupole.coefficients_au", [0.5], True),
        ("grid.start_distance_angstrom", 13, True),
        ("grid.impact_parameter_edges_angstrom", [0, 1, 4], True),
        ("basis.N2.minimum", 9, True),
        ("dynamics.time_step_fs", 0.2, True),
        ("dynamics.switching_from", 0.8, True),
        ("sampling.replicates", 8, True),
        ("sampling.importance_fraction", 0.25, True),
        ("name", "other", False),
        ("results", "elsewhere", False),
        ("jobs.ranks", 1, False),
        ("jobs.trajectories_per_batch", 999, False),
        ("sampling.budget", 10**6, False),
        ("sampling.target_relative_error", 0.01, False),
        ("rates.symmetrisation", "total", False),
        ("rates.temperatures_K", [77], False),
        ("learning.complete_v", [1, 9], False),
        ("figures.opacity_energies_cm", [500], False),
        ("grid.states", [[1, 0], [2, 0], [3, 0], [4, 0]], False),
    ],
)
def test_digest_follows_the_physics(small, path, value, physical):
    rows = plan.batch_rows(plan.into_batches(plan.pilot(small), 40), 0)
    before, after = plan.fingerprint(small, rows), plan.fingerprint(_set(small, path, value), rows)
    assert (before != after) is physical


def test_another_state_keeps_the_batches_of_the_others(small):
    """A state added at the end leaves number and fingerprint of all batches before it."""
    more = _set(small, "grid.states", [*small.grid.states, [4, 0]])
    old, new = (plan.into_batches(plan.pilot(c), 40) for c in (small, more))
    for batch in old["batch"].unique():
        assert plan.fingerprint(small, plan.batch_rows(old, batch)) == plan.fingerprint(
            more, plan.batch_rows(new, batch)
        )


@pytest.mark.parametrize("seed", range(3))
def test_allocation_is_the_cheapest_that_meets_every_goal(seed):
    """Against a general optimiser, for three goals over twelve strata."""
    random = np.random.default_rng(seed)
    single, cost = random.lognormal(0, 2, (3, 12)), random.lognormal(0, 1, 12)
    done, target = np.full(12, 64), 0.3 * np.sqrt((random.lognormal(0, 2, 12) / 64).sum())
    counts = needed(single, cost, done, target)
    assert np.all((single / counts).sum(axis=1) <= target**2 * (1 + 1e-9))
    best = minimize(
        lambda x: (np.exp(x) * cost).sum() / (counts * cost).sum(),
        np.log(counts * 1.1),
        bounds=[(np.log(64), None)] * 12,
        method="SLSQP",
        constraints={
            "type": "ineq",
            "fun": lambda x: 1 - (single / np.exp(x)).sum(axis=1) / target**2,
        },
        options={"maxiter": 500, "ftol": 1e-12},
    )
    assert best.success
    assert best.fun == pytest.approx(1.0, abs=1e-4)


def test_allocation_adds_nothing_where_the_target_is_met():
    done = np.array([16, 32])
    assert np.array_equal(needed(np.array([[0.1, 0.1]]), np.ones(2), done, 0.5), done)
