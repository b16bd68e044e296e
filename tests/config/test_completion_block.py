"""The block `complete`: which states it means, and its mistakes in one line each."""

import pytest
import yaml

from vibrates.config import completion, load
from vibrates.core.errors import UserError


@pytest.fixture
def tiny(root):
    return root / "config" / "complete_tiny.yaml"


FAMILY = {"change": [-1, 0], "v": [1, 12], "w": [0, 0]}
MISTAKES = {
    "two directions": (
        {"families": [FAMILY, {"change": [1, 0], "v": [0, 4], "w": [0, 0]}]},
        [r"families\[1\].change: \[1, 0\]", "reverse", "join"],
    ),
    "beyond what is kept": (
        {"families": [FAMILY | {"change": [-2, 0]}]},
        [r"families\[0\].change: change -2", "max_dv, 1", "raise"],
    ),
    "below the ladder": (
        {"families": [FAMILY | {"v": [0, 0]}]},
        [r"families\[0\]: change \[-1, 0\] leads below level 0"],
    ),
    "beyond the well": (
        {"families": [FAMILY | {"v": [1, 80]}]},
        [r"families\[0\].v: level 80 of N2", "lower it"],
    ),
    "not ascending": ({"families": [FAMILY | {"v": [9, 2]}]}, [r"\[9, 2\]", "exchange"]),
    "another temperature": ({"temperatures_K": [1000, 1500]}, ["1500", "rates.temperatures_K"]),
    "one temperature": ({"temperatures_K": [1000]}, ["temperatures_K", "2"]),
    "too small a pilot": (
        # The states of the grid, all of w = 0, are not learned from here.
        {"families": [{"change": [-1, 0], "v": [6, 12], "w": [1, 2]}], "pilot": 2},
        [r"families\[0\]: 2 states", "at least 3", "complete.pilot, 2"],
    ),
    "too many to test": ({"honesty": {"states": 12, "seed": 1, "error": 0.1}}, ["12", "has 9"]),
    "an error of nothing": ({"error": 0}, ["complete.error", "raise"]),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_one_line(tiny, case):
    change, words = MISTAKES[case]
    with pytest.raises(UserError) as caught:
        load(tiny, {"complete": change})
    message = str(caught.value)
    assert "\n" not in message
    for word in words:
        with pytest.raises(UserError, match=word):
            load(tiny, {"complete": change})


@pytest.mark.parametrize("more", [{}, {"up_to_K": 1000}], ids=["quantised", "crossover"])
def test_a_quantised_rotor_is_one_line(tiny, more):
    rotor = {"treatment": "quantum", "initial_j": [0, 1]} | more
    with pytest.raises(UserError, match="complete: the rotation of H2 is quantised") as caught:
        load(tiny, {"rotors": {"H2": rotor}, "sampling": {"budget": 10000}})
    assert "\n" not in str(caught.value)
    # The remedy that it names.
    assert str(caught.value).endswith("set rotors.H2 to classical")
    assert load(tiny, {"rotors": {"H2": "classical"}}).complete is not None


def test_a_family_outside_the_basis_is_one_line(tiny, tmp_path):
    text = yaml.safe_load(tiny.read_text())
    text["extends"] = str(tiny.parent / "tiny.yaml")
    text["basis"] = {
        "N2": {"below": 15, "above": 2, "minimum": 4},
        "H2": {"below": 0, "above": 0, "minimum": 1},
    }
    text["rates"] = load(tiny).rates.to_mapping() | {"transitions": {"max_dv": 1, "max_dw": 1}}
    text["complete"]["families"] = [{"change": [-1, 1], "v": [1, 12], "w": [0, 0]}]
    path = tmp_path / "table.yaml"
    path.write_text(yaml.safe_dump(text))
    with pytest.raises(UserError, match=r"families\[0\].change: \[-1, 1\] from level 1 of H2"):
        load(path)


def test_states_come_from_the_exothermic_directions(tiny):
    """N2(v) + H2(w) -> N2(v + 1) + H2(w - 1) releases energy; its reverse does not."""
    config = load(tiny)
    exchange = completion.TableFamily.from_mapping(
        {"change": [1, -1], "v": [0, 2], "w": [0, 1]}, "test"
    )
    assert completion.computing(config, exchange) == [(0, 1), (1, 1), (2, 1)]
    reverse = completion.TableFamily.from_mapping(
        {"change": [-1, 1], "v": [1, 3], "w": [0, 0]}, "test"
    )
    assert completion.computing(config, reverse) == [(0, 1), (1, 1), (2, 1)]


def test_the_states_of_the_test_are_drawn_by_the_seed_alone(tiny):
    config = load(tiny)
    drawn = completion.honest(config)
    assert len(drawn) == 2 and not set(drawn) & set(config.grid.states)
    assert not set(drawn) & set(completion.candidates(config))
    more = config.changed({"complete": {"honesty": {"states": 4}, "pilot": 9, "error": 0.01}})
    assert set(drawn) < set(completion.honest(more))
    other = config.changed({"complete": {"honesty": {"seed": 5}}})
    assert completion.honest(other) != drawn


def test_the_pilot_reaches_the_ends_first(tiny):
    config = load(tiny)
    found = completion.pilot(config)
    assert found[0] == (12, 0)
    assert len(found) == config.complete.pilot - len(config.grid.states)
    plane = [(v, w) for v in range(5) for w in range(3)]
    assert set(completion.spread(plane, [], 4)) == {(0, 0), (4, 2), (4, 0), (0, 2)}
    assert set(completion.spread(plane, [], 99)) == set(plane)
    assert completion.spread([], [(1, 0)], 3) == []
