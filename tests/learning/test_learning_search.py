"""The kernel search against brute force, resumed against uninterrupted, and its tables."""

import itertools
import json

import numpy as np
import pytest
from campaigns import campaign, with_changes
from learning_ladders import rotor

from vibrates.core.checkpoint import Checkpoint
from vibrates.core.errors import UserError
from vibrates.learning import kernels
from vibrates.learning.kernels import BASE, extended
from vibrates.learning.readers import read
from vibrates.learning.search import run, selection, tables
from vibrates.learning.search.candidate import Trainer, level_errors, mean_error, transition_errors
from vibrates.learning.search.cost import Cost, fourth_power, recorded_hours
from vibrates.learning.search.run import growth
from vibrates.learning.search.screening import screened
from vibrates.learning.search.selection import by_bic, by_validation, grow, predicted_levels
from vibrates.learning.search.training_sets import levels, training_sets, validation_set

pytestmark = pytest.mark.slow

TRAINED = (3, 6)
SIZES = (25, 40)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    path = tmp_path_factory.mktemp("rates") / "rotor.csv"
    path.write_text(rotor(8))
    return read(path)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def trainer(data, store):
    return Trainer(data, store, "lbfgs", 8)


@pytest.fixture
def two_bases(monkeypatch):
    """Two of the seven base kernels, so that a brute-force search is small."""
    chosen = {name: kernel for name, kernel in BASE.items() if name in ("RBF", "LIN")}
    monkeypatch.setattr(kernels, "BASE", chosen)
    monkeypatch.setattr(selection, "BASE", chosen)
    return chosen


def stored_in(directory):
    """The results of all candidates that a store holds."""
    checkpoint = Checkpoint(directory / "candidates")
    return [checkpoint.find(*one) for one in checkpoint.stored()]


def test_all_training_sets_with_the_fixed_level_are_there():
    values = list(range(6))
    found = training_sets(values, 2, 3)
    brute = [s for s in itertools.combinations(values, 3) if 2 in s]
    assert found == brute


def test_screening_finds_the_sets_that_predict_better(data, trainer):
    """Sets ranked by shared parameters, against each trained on its own."""
    sets = training_sets(levels(data), 3, 2)
    assert screened(data, trainer.features, sets, len(sets), 40, 8) == sets
    few = screened(data, trainer.features, sets, 3, 40, 8)
    assert len(few) == 3 and set(few) <= set(sets)

    def error(chosen):
        return np.mean(
            [
                mean_error(
                    trainer.candidate("M52", trained, SIZES),
                    predicted_levels(trainer.data, trained),
                )
                for trained in chosen
            ]
        )

    assert error(few) < error([trained for trained in sets if trained not in few])


def test_training_sets_are_ranked_from_the_candidates_of_every_kernel(data, two_bases, tmp_path):
    """Each set with the kernel its validation chooses, best first, from the files alone."""
    chosen = {"points": SIZES, "iterations": 8}
    settings = with_changes(campaign().learning, search=chosen).search
    screen = {
        "combinations": 9,
        "sets": [list(one) for one in training_sets(levels(data), 3, 2)[:3]],
    }
    candidates = [
        run.one_kernel(data, settings, name, screen["sets"], tmp_path) for name in two_bases
    ]
    ranked = run.training_sets(data, [5], screen, json.loads(json.dumps(candidates)))
    assert sorted(entry["trained"] for entry in ranked) == sorted(screen["sets"])
    assert all(entry["sets_trained"] == 3 and entry["combinations"] == 9 for entry in ranked)
    errors = [entry["test_percent"] for entry in ranked]
    assert errors == sorted(errors) and len(set(errors)) == 3
    for entry in ranked:
        own = [of_kernel[screen["sets"].index(entry["trained"])] for of_kernel in candidates]
        best = min(own, key=lambda result: mean_error(result, entry["validating"]))
        assert best["trained"] == entry["trained"] and best["kernel"] == entry["kernel"]
    with pytest.raises(ValueError, match="shorter"):
        run.training_sets(data, [5], screen, [candidates[0], candidates[1][:2]])


@pytest.mark.parametrize(("fixed", "size", "words"), [(9, 2, "fixed: 9"), (2, 6, "sizes: 6")])
def test_an_impossible_training_set_is_one_line(fixed, size, words):
    with pytest.raises(UserError, match=words) as caught:
        training_sets(list(range(6)), fixed, size, "some.csv")
    assert str(caught.value).startswith("some.csv: ")


@pytest.mark.parametrize(
    ("wanted", "trained", "expected"),
    [
        ((6, 9), (5, 18), (6, 9)),
        ((6, 9, 12), (5, 9, 12, 19), (6, 10, 13)),
        ((6, 9), (5, 9, 14, 19), (6, 10)),
        ((6, 12), (5, 8, 12, 17, 19), (6, 13)),
    ],
)
def test_validation_sets_shift_as_in_the_paper(wanted, trained, expected):
    assert validation_set(wanted, trained, range(21)) == expected


def test_validation_transitions_are_those_of_table_iv():
    count = dict(zip(range(21), 3 * np.arange(21) + 63, strict=True))
    assert sum(count[j] for j in validation_set((6, 9), (5, 18), range(21))) == 171
    # The paper prints 179 for N = 4 with {6, 10}; its own 3 j + 63 gives 174.
    assert sum(count[j] for j in validation_set((6, 9), (5, 9, 14, 19), range(21))) == 174


def test_errors_of_a_level_are_per_cent_of_log10_k(data):
    target = np.log10(data.k.values)
    rows = np.ones(len(target), dtype=bool)
    found = level_errors(data, *transition_errors(1.02 * target, target), rows)
    assert found["4"]["transitions"] == 4
    assert all(level["percent"] == pytest.approx(2.0) for level in found.values())
    assert found["4"]["over"] == 0 and found["4"]["below"] == 4
    result = {
        "levels": {"1": {"transitions": 1, "percent": 4.0}, "3": {"transitions": 3, "percent": 0.0}}
    }
    assert mean_error(result, [1, 3]) == pytest.approx(1.0)


@pytest.mark.parametrize("criterion", ["validation", "bic"])
def test_growth_is_that_of_a_brute_force_search(trainer, two_bases, criterion):
    """Every step takes the best of all sums and products with a base kernel, and stops in time."""
    score = by_bic if criterion == "bic" else by_validation((5,))
    path = [result["kernel"] for result in grow(trainer, TRAINED, SIZES, score, 3)]

    def value(expression):
        return score(trainer.candidate(expression, TRAINED, SIZES))

    expected = [min(("LIN", "RBF"), key=value)]
    while len(expected) < 3:
        last = expected[-1]
        wrapped = f"({last})" if "+" in last.split(")")[-1] else last
        options = [f"{last}+{b}" for b in ("LIN", "RBF")] + [
            f"{wrapped}*{b}" for b in ("LIN", "RBF")
        ]
        best = min(options, key=value)
        if value(best) >= value(last):
            break
        expected.append(best)
    assert path == expected


def test_a_killed_search_resumes_and_ends_the_same(data, two_bases, tmp_path, monkeypatch):
    chosen = {"points": SIZES, "iterations": 8, "validation": ((5,), (5, 7)), "growth": 2}
    settings = with_changes(campaign().learning, search=chosen).search
    whole = growth(data, settings, list(TRAINED), "lbfgs", tmp_path / "whole")
    calls = []
    trained = Trainer._trained

    def dies(self, *arguments):
        calls.append(arguments)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return trained(self, *arguments)

    monkeypatch.setattr(Trainer, "_trained", dies)
    with pytest.raises(KeyboardInterrupt):
        growth(data, settings, list(TRAINED), "lbfgs", tmp_path / "killed")
    (damaged,) = (tmp_path / "killed").glob("*.part")
    assert len(stored_in(tmp_path / "killed")) == 3
    damaged.write_bytes(damaged.read_bytes()[:-5])
    kept = len(stored_in(tmp_path / "killed"))
    assert kept == 2
    before = len(calls)
    resumed = growth(data, settings, list(TRAINED), "lbfgs", tmp_path / "killed")
    stored = stored_in(tmp_path / "whole")
    assert len(calls) - before == len(stored) - kept

    def timeless(found):
        return json.loads(
            json.dumps(found),
            object_hook=lambda d: {k: v for k, v in d.items() if not k.startswith("seconds")},
        )

    assert timeless(resumed) == timeless(whole)
    # Chosen by the first validating set: its time is that of every kernel it tried.
    spent = {one["kernel"]: one["seconds"] for one in stored if "percent" not in one}
    first = whole[0]
    tried = {*two_bases, *(extended(first["path"][0], o, n) for o in "+*" for n in two_bases)}
    assert first["seconds"] == pytest.approx(
        sum(spent[kernel] for kernel in tried) + first["optimal"]["seconds"]
    )


def test_rmsprop_takes_all_its_iterations_on_the_last_size(data, tmp_path):
    """RMSProp as published has no stages: a size before the last changes nothing."""
    published = Trainer(data, tmp_path, "rmsprop", 40)
    both, last = (published.candidate("RBF", TRAINED, sizes) for sizes in (SIZES, SIZES[1:]))
    assert both["log_marginal_likelihood"] == last["log_marginal_likelihood"]
    assert both["levels"] == last["levels"]


def test_stages_end_where_training_on_all_points_does(data, tmp_path):
    noisy = data.copy(deep=True)
    noisy["k"] *= np.exp(0.2 * np.random.default_rng(0).standard_normal(data["k"].shape))
    trainer = Trainer(noisy, tmp_path, "lbfgs", 200)
    points = int(9 * data.sizes["temperature"])
    staged, full = (
        trainer.candidate("RBF", TRAINED, sizes, whole=True) for sizes in ((25, points), (points,))
    )
    assert full["converged"] and staged["points"] == full["points"] == points
    assert staged["log_marginal_likelihood"] == pytest.approx(
        full["log_marginal_likelihood"], abs=0.05
    )


def test_stored_candidates_depend_on_data_and_settings(data, store, trainer):
    assert trainer.candidate("RBF", TRAINED, SIZES) == trainer.candidate("RBF", TRAINED, SIZES)
    count = len(stored_in(store))
    other = data.copy(deep=True)
    other["k"].values[0, 0] *= 1.01
    Trainer(other, store, "lbfgs", 8).candidate("RBF", TRAINED, SIZES)
    Trainer(data, store, "lbfgs", 3).candidate("RBF", TRAINED, SIZES)
    assert len(stored_in(store)) == count + 2


def test_tables_count_transitions_and_times(trainer, two_bases):
    single = trainer.candidate("LIN", TRAINED, SIZES)
    optimal = trainer.candidate("RBF", TRAINED, SIZES)
    found = {
        "N": 2,
        "trained": [3, 6],
        "validating": [5],
        "optimiser": "lbfgs",
        "criterion": "validation",
        "single": single,
        "optimal": optimal,
        "seconds": 3600.0,
        "seconds_single": 1800.0,
        "predicted": predicted_levels(trainer.data, TRAINED, (5,)),
    }
    assert found["predicted"] == [1, 2, 4, 7, 8] and levels(trainer.data)[-1] == 8
    counts = tables.count_table([found]).iloc[0]
    assert (counts["training"], counts["validation"], counts["predicted"]) == (9, 5, 22)
    assert 0 <= counts["optimal_below"] <= 22
    hours = {level: 1.0 * level for level in range(1, 9)}
    times = tables.time_table([found], Cost(hours, True)).iloc[0]
    assert times["saved_percent"] == pytest.approx(100 * (1 - (14 + 1.0) / 36))
    assert times["saved_without_search_percent"] == pytest.approx(100 * (1 - 14 / 36))
    assert np.isnan(times["saved_computed_alone_percent"])
    shares = tables.time_table([found], Cost(hours, False)).iloc[0]
    assert shares["training_validation"] == pytest.approx(14 / 36)
    assert np.isnan(shares["saved_percent"])
    kernels = tables.kernel_table([found]).iloc[0]
    assert kernels["optimal_percent"] == pytest.approx(mean_error(optimal, found["predicted"]))


def test_every_predicted_transition_is_listed(trainer, data):
    whole = trainer.candidate("RBF", TRAINED, SIZES, whole=True)
    found = {
        "N": 2,
        "optimiser": "lbfgs",
        "criterion": "validation",
        "validating": [5],
        "predicted": [7, 8],
        "single": whole,
        "optimal": whole,
    }
    table = tables.transition_table([found], data)
    assert len(table) == 2 * (7 + 8) and set(table["j"]) == {7, 8}
    assert table["percent"].mean() == pytest.approx(mean_error(whole, [7, 8]))
    assert (table["rms_dex"] ** 2).mean() == pytest.approx(mean_error(whole, [7, 8], "mse_dex2"))


def test_cost_is_recorded_or_follows_the_fourth_power(data, tmp_path):
    assert fourth_power([1, 2]).by_level[2] == 16.0
    file = tmp_path / "hours.csv"
    rows = [f"{j},{0.5 * j}" for j in levels(data)]
    file.write_text("\n".join(["j,core_hours", *rows, "8,1"]) + "\n")
    hours = recorded_hours(str(file), data)
    assert hours.by_level[2] == 1.0 and hours.by_level[8] == 5.0
    assert list(hours.by_level) == levels(data) and np.isnan(hours.alone([2]))
    file.write_text("\n".join(["# by hand", "# on one core", "j,core_hours", *rows, "8,1"]) + "\n")
    assert recorded_hours(str(file), data).by_level == hours.by_level
    for text, words in (
        ("\n".join(["j,core_hours", *rows[:-2]]), "j = 7, 8"),
        ("v,core_hours\n1,2\n", "column j is missing"),
        ("j,core_hours\n1,2\n2,-1\n", "line 3"),
        ("j;core_hours\n1;2\n", "separated by semicolons; separate them by commas"),
        ("", "table"),
    ):
        file.write_text(text)
        with pytest.raises(UserError, match=words) as caught:
            recorded_hours(str(file), data)
        assert str(caught.value).startswith(str(file)) and "\n" not in str(caught.value)


def test_recorded_hours_that_were_truncated_or_changed_are_refused(root, data, tmp_path):
    """The shipped file states its number of rows and checksum."""
    text = (root / "data" / "quantum_hehd_hours.csv").read_text()
    file = tmp_path / "hours.csv"
    for damaged, words in (
        ("".join(text.splitlines(keepends=True)[:9]), "truncated"),
        (text.replace("core_hours\n0,0.00", "core_hours\n0,0.01"), "checksum"),
    ):
        assert damaged != text
        file.write_text(damaged)
        with pytest.raises(UserError, match=words):
            recorded_hours(str(file), data)


def test_work_that_serves_several_levels_is_paid_whole_by_whoever_needs_one(data, tmp_path):
    """Levels 1 and 2 come from one calculation, 7 and 8 (twice) from another, the rest singly."""
    file = tmp_path / "hours.csv"
    rows = [*(f"{j},1" for j in range(3, 7)), "1 2,4", "7 8 8,6"]
    file.write_text("\n".join(["j,core_hours", *rows]) + "\n")
    cost = recorded_hours(str(file), data)
    assert cost.by_level == {1: 2, 2: 2, 3: 1, 4: 1, 5: 1, 6: 1, 7: 2, 8: 4}
    assert cost.total == 14 and cost.shares([2, 3, 7]) == 5 and cost.alone([2, 3, 7]) == 11
    assert cost.alone(levels(data)) == cost.total
    found = {
        "N": 2,
        "optimiser": "lbfgs",
        "criterion": "validation",
        "trained": [2, 3],
        "validating": [7],
        "predicted": [1, 4, 5, 6, 8],
        "seconds": 0.0,
        "seconds_single": 0.0,
    }
    times = tables.time_table([found], cost).iloc[0]
    assert times["saved_without_search_percent"] == pytest.approx(100 * (1 - 5 / 14))
    assert times["saved_computed_alone_percent"] == pytest.approx(100 * (1 - 11 / 14))
    file.write_text("j,core_hours\n1 x,4\n")
    with pytest.raises(UserError, match="line 2"):
        recorded_hours(str(file), data)
