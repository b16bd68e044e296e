"""Files for `vibrates oracle`: what is no case of a trajectory is refused in one line."""

import json

import pytest

from vibrates import cli
from vibrates.core.errors import UserError
from vibrates.trajectories import oracle


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"v": "x"}, "v: 'x' is no whole number"),
        ({"n_b": 0}, "n_b: 0 is no whole number of at least 1"),
        ({"U_cm": None}, "U_cm: None is no number"),
        ({"initial": []}, "initial.R: None is no list of three numbers"),
        ({"final": {"R": [1, 2, "x"]}}, "final.R: .* is no list of three numbers"),
        ({"probabilities": []}, "probabilities: no list"),
        (
            {"probabilities": [{"v": 99, "w": 0, "P": 0.5}]},
            "probabilities: .* has no v, w of",
        ),
    ],
)
def test_cases_that_are_no_trajectories_are_one_line(tmp_path, change, words):
    case = oracle.read_cases()[0] | change
    (tmp_path / "cases.json").write_text(json.dumps([case]))
    with pytest.raises(UserError, match=f"cases.json: case 0: {words}.*; give an oracle file"):
        oracle.read_cases(tmp_path / "cases.json")


@pytest.mark.parametrize("text", ['{"a": 1}', "[]", "[1]", "null", "[{}]", "no JSON"])
def test_files_that_are_no_list_of_cases_end_with_exit_code_2(tmp_path, text, capsys):
    (tmp_path / "cases.json").write_text(text)
    assert cli.main(["oracle", str(tmp_path / "cases.json")]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"error: {tmp_path}/cases.json: ") and said.count("\n") == 1
