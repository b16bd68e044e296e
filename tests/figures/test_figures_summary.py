import base64
import html
import json
import re

import pytest
from figure_products import STATES, TEMPERATURES_K, learned_file, rate, rates

from vibrates.core.errors import UserError
from vibrates.core.netcdf import write_atomic
from vibrates.summary import summary_page, summary_text, total_trajectories


@pytest.fixture
def results(tmp_path):
    write_atomic(rates(), tmp_path / "rates.nc")
    write_atomic(learned_file(), tmp_path / "learned.nc")
    (tmp_path / "figures").mkdir()
    return tmp_path


def line(text, v):
    """The table's line of level v."""
    rows = [one for one in text.splitlines() if one[:4].strip() == str(v) and "e-" in one]
    assert len(rows) == 1
    return rows[0]


def test_rates_with_errors_at_the_target_temperatures(results):
    text = summary_text(results)
    for v in STATES:
        for T in TEMPERATURES_K[1:]:
            assert f"{rate(v, T):.2e}  12.0 %" in line(text, v)
    assert f"{rate(1, 100.0):.2e}" not in text
    assert "predicted" in line(text, 4) and f"{100 * (10**0.08 - 1):.1f} %" in line(text, 4)
    assert "predicted" not in line(text, 5)


def test_says_which_rotor_is_quantised_and_of_which_mixture_k_is(results):
    assert "quantised" not in summary_text(results)
    marked = rates().assign_attrs(quantised_rotor="H2", mixture="normal")
    write_atomic(marked, results / "rates.nc")
    assert "translational, H2 quantised (normal)" in summary_text(results).splitlines()[0]


def test_a_value_at_the_edge_of_the_grid_is_the_predicted_one_and_marked(tmp_path):
    learned = learned_file()
    column = 1
    place = learned["v"].values.tolist().index(5)
    learned["origin"].values[place, column] = "predicted"
    learned["k"].values[place, column] = 3.21e-15
    write_atomic(rates(), tmp_path / "rates.nc")
    write_atomic(learned, tmp_path / "learned.nc")
    text = line(summary_text(tmp_path), 5)
    assert "3.21e-15" in text and "%*" in text
    assert f"{rate(5, TEMPERATURES_K[2]):.2e}  12.0 %" in text


def test_says_which_targets_were_missed_and_what_failed(results):
    text = summary_text(results)
    assert "not reached" in line(text, 8) and "not reached" not in line(text, 1)
    assert "target of 15 % reached for 4 of 5" in text and "raise sampling.budget" in text
    assert "15000 trajectories used, 3 failed" in text
    assert "largest relative error 12.0 %" in text
    assert "rms error 0.071 dex, worst 0.100 dex" in text


def test_names_the_files_that_are_there_and_no_others(results):
    text = summary_text(results)
    for name in ("rates.nc", "learned.nc", "figures"):
        assert str(results / name) in text
    assert "checks.json" not in text


def test_repeats_what_the_checks_found(results):
    checks = [
        {"name": "one", "status": "passed", "message": "all is well"},
        {"name": "two", "status": "warning", "message": "look at the energy grid"},
    ]
    (results / "checks.json").write_text(json.dumps({"status": "warning", "checks": checks}))
    text = summary_text(results)
    assert "1 of 2 checks of the products passed" in text
    assert "warning: two: look at the energy grid" in text and "all is well" not in text


def test_works_before_the_learning(results):
    (results / "learned.nc").unlink()
    text = summary_text(results)
    assert "no learned.nc yet" in text and "predicted" not in text


def test_counts_a_state_once_however_many_transitions_it_has():
    assert total_trajectories(rates()) == (15000, 3)


def test_a_directory_without_rates_is_one_line(tmp_path):
    with pytest.raises(UserError, match=r"rates.nc: file does not exist; run the campaign"):
        summary_text(tmp_path)


def test_a_file_of_the_results_stands_for_their_directory(results):
    assert summary_text(results / "rates.nc") == summary_text(results)


def test_the_report_opens_with_the_result_and_its_figure(results):
    figure = results / "figures" / "ladder.png"
    figure.write_bytes(b"a picture")
    text = summary_text(results)
    page = summary_page(text, figure)
    assert html.escape(line(text, 5)) in page and "trajectories used" in page
    assert "figures (PNG)" not in page  # the list of files
    (image,) = re.findall(r"base64,([^\"]+)", page)
    assert base64.b64decode(image) == b"a picture"
    figure.unlink()
    with pytest.raises(UserError, match=r"ladder.png: cannot be read"):
        summary_page(text, figure)
