import warnings
from functools import partial

import numpy as np
import pandas as pd
import pytest
from figure_products import (
    CONFIG,
    EDGES_ANGSTROM,
    ENERGIES_CM,
    NITROGEN,
    PUBLISHED_CSV,
    RELATIVE_ERROR,
    STATES,
    TEMPERATURES_K,
    cross_sections,
    learned,
    rates,
)
from matplotlib.image import imread

from vibrates.config.surface_block import read_surface
from vibrates.core.errors import UserError
from vibrates.figures import cross_sections as cross_sections_figure
from vibrates.figures import ladder, leave_one_out, style, surface, temperature
from vibrates.figures.published import published_rates
from vibrates.potential.orientation import REFERENCE_CONFIGURATIONS

TRANSITIONS = [(1, 0, 0, 0), (5, 0, 4, 0)]
NONE_PUBLISHED = published_rates(None, comparable=True)


@pytest.fixture
def published(tmp_path):
    path = tmp_path / "rates.csv"
    path.write_text(PUBLISHED_CSV)
    return published_rates(path, comparable=True)


def surface_table():
    return surface.table(*CONFIG.partners, CONFIG.surface)


def legend_text(figure):
    return " ".join(t.get_text() for t in figure.legends[0].get_texts())


FIGURES = {
    "surface": (surface.draw, surface_table, 2),
    "cross_sections": (
        cross_sections_figure.draw,
        lambda: cross_sections_figure.table(cross_sections(), TRANSITIONS, [2000, 10000]),
        2,
    ),
    "ladder": (ladder.draw, lambda: ladder.table(learned(), NITROGEN, NONE_PUBLISHED), 1),
    "temperature": (
        partial(temperature.draw, **temperature.labels(rates(), TRANSITIONS[0])),
        lambda: temperature.table(rates(), TRANSITIONS[0], NONE_PUBLISHED),
        1,
    ),
    "leave_one_out": (leave_one_out.draw, lambda: leave_one_out.table(learned()), 2),
}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_written_with_its_data_and_without_a_warning(name, tmp_path):
    draw, table, _ = FIGURES[name]
    png, csv = tmp_path / "new" / f"{name}.png", tmp_path / "new" / f"{name}.csv"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        style.write(draw, table(), str(png), str(csv))
    height, width, _ = imread(png).shape
    assert width > 1200 and height > 800
    written = pd.read_csv(csv)
    assert list(written.columns) == list(table().columns)
    assert len(written) == len(table()) > 0


@pytest.mark.parametrize("name", FIGURES)
def test_every_axis_has_a_name_and_a_unit(name):
    draw, table, n_axes = FIGURES[name]
    figure = draw(table())
    assert len(figure.axes) == n_axes
    for axes in figure.axes:
        for label in (axes.get_xlabel(), axes.get_ylabel()):
            assert label
            # Opacities and quantum numbers alone have no unit.
            assert "(" in label or "level" in label
    assert figure.legends


def test_surface_cuts_are_those_of_table_2():
    """Depth and place of the well of the campaign's surface, quadrupoles included, are close to
    the R_m and eps of Hong et al. 2023, Table 2, and both published surfaces are shown."""
    cuts = surface_table()
    assert set(cuts["surface"]) == {"original", "modified"}
    assert set(cuts.loc[cuts["campaign"], "surface"]) == {"modified"}
    own = cuts[cuts["campaign"] & (cuts["configuration"] == "X")]
    lowest = own.loc[own["V_meV"].idxmin()]
    assert lowest["R_angstrom"] == pytest.approx(3.52, abs=0.1)
    assert lowest["V_meV"] == pytest.approx(-5.98, abs=1.5)
    figure = surface.draw(cuts)
    for axes in figure.axes:
        curves = [line for line in axes.lines if len(line.get_xdata()) > 2]
        assert len(curves) == 2 * len(REFERENCE_CONFIGURATIONS)


def test_a_surface_of_ones_own_is_shown_alone():
    rows = {
        name: {"R_m_angstrom": 3.6, "eps_meV": 6.0, "beta": 8.0}
        for name in REFERENCE_CONFIGURATIONS
    }
    own = read_surface({"type": "table", "configurations": rows, "deformation": "none"}, "test")
    cuts = surface.table(*CONFIG.partners, own)
    assert set(cuts["surface"]) == {"table"} and cuts["campaign"].all()


def test_cross_sections_and_opacities_are_those_of_the_file():
    data = cross_sections()
    table = cross_sections_figure.table(data, TRANSITIONS, [2000, 2100, 10000])
    sigma = table[(table["quantity"] == "sigma") & (table["v"] == 5)]
    np.testing.assert_array_equal(sigma["value"], data.sigma.values[STATES.index(5)])
    opacity = table[table["quantity"] == "opacity"]
    nearest = ENERGIES_CM[[np.abs(ENERGIES_CM - e).argmin() for e in (2000, 10000)]]
    np.testing.assert_array_equal(opacity["energy_cm"].unique(), nearest)
    np.testing.assert_array_equal(opacity["lower_angstrom"][:4], EDGES_ANGSTROM[:-1])
    np.testing.assert_array_equal(opacity["upper_angstrom"][:4], EDGES_ANGSTROM[1:])


def test_every_cross_section_and_opacity_has_error_bars():
    data = cross_sections_figure.table(cross_sections(), TRANSITIONS, [2000, 10000])
    figure = cross_sections_figure.draw(data)
    left, right = figure.axes
    assert len(left.containers) == len(TRANSITIONS)
    assert len(right.containers) == 2 * len(TRANSITIONS)
    assert all(c.has_yerr for c in left.containers)
    assert all(c.has_yerr for c in right.containers)
    widths = [c for c in right.collections if c.get_alpha() == 0.6]
    assert len(widths) == 2 * len(TRANSITIONS)
    for shells in widths:
        ends = np.array([segment[:, 0] for segment in shells.get_segments()])
        np.testing.assert_array_equal(ends.ravel(), np.repeat(EDGES_ANGSTROM, 2)[1:-1])
    assert f"{style.grouped(64 * 4 * len(ENERGIES_CM))} trajectories" in legend_text(figure)


def test_error_bars_stay_positive_on_a_logarithmic_axis():
    lower, upper = style.log_errors(np.array([1.0, 1.0]), np.array([0.3, 5.0]))
    np.testing.assert_allclose(lower, [0.3, 0.9])
    np.testing.assert_allclose(upper, [0.3, 5.0])


def test_a_transition_that_was_not_computed_is_named():
    with pytest.raises(UserError, match=r"\(9, 0\) -> \(8, 0\) is not in the results"):
        cross_sections_figure.table(cross_sections(), [(9, 0, 8, 0)], [2000])


def test_ladder_shows_computed_predicted_scaling_law_and_published(published):
    table = ladder.table(learned(), NITROGEN, published)
    counts = table.groupby("kind").size() / len(TEMPERATURES_K)
    assert dict(counts) == {
        "computed": len(STATES),
        "predicted": 8 - len(STATES),
        "gaussian_process": 8,
        "scaling_law": 8,
        "published": 4,  # the file's v = 20 and T = 7000 K are outside the ladder
    }
    at_one = table[table["v"] == 1].set_index(["kind", "temperature_K"])["k"]
    for T in TEMPERATURES_K:
        assert at_one["scaling_law", T] == pytest.approx(at_one["computed", T])
    # Hong et al. 2023, eq. A5, for 2 -> 1 of N2: dE/E10 is about 0.006.
    at_two = table[(table["v"] == 2) & (table["kind"] == "scaling_law")].set_index("temperature_K")
    expected = 2 * 1.00615 * np.exp(4.34 / 1000.0 ** (1 / 3)) * at_one["scaling_law", 1000.0]
    assert at_two.loc[1000.0, "k"] == pytest.approx(expected, rel=1e-3)
    predicted = table[table["kind"] == "predicted"]
    np.testing.assert_allclose(predicted["upper"] / predicted["k"], 10.0**0.08)


def test_ladder_says_when_no_published_rates_are_named(published):
    without = ladder.draw(ladder.table(learned(), NITROGEN, NONE_PUBLISHED))
    assert "no published rates" in legend_text(without)
    beside = ladder.draw(ladder.table(learned(), NITROGEN, published))
    assert "no published rates" not in legend_text(beside)
    n = len(TEMPERATURES_K)
    assert len(beside.axes[0].containers) == 2 * n  # computed and predicted, each T
    assert len(beside.axes[0].lines) > len(without.axes[0].lines)


def test_of_many_temperatures_a_few_are_drawn_and_all_are_written():
    many = learned().interp(temperature=np.linspace(100.0, 5000.0, 30))
    many["origin"] = learned().origin[:, 0].drop_vars("temperature").broadcast_like(many["k"])
    table = ladder.table(many, NITROGEN, NONE_PUBLISHED)
    assert table["temperature_K"].nunique() == 30
    texts = [text.get_text() for text in ladder.draw(table).axes[0].texts]
    assert len(texts) == 8
    assert {texts[0], texts[-1]} == {"100 K", "5000 K"}


def test_ladder_counts_the_trajectories_of_its_own_levels():
    assert ladder.trajectories(rates(), learned()) == 1000 * (1 + 2 + 3 + 4 + 5)


def test_temperature_figure_shows_three_symmetrisations_and_published(published):
    table = temperature.table(rates(), TRANSITIONS[0], published)
    assert list(table["kind"].unique()) == ["computed", "total", "initial", "published"]
    computed = table[table["kind"] == "computed"]
    np.testing.assert_allclose(computed["stderr"] / computed["k"], RELATIVE_ERROR)
    assert table[table["kind"] == "published"]["temperature_K"].max() == 5000.0
    figure = temperature.draw(table, **temperature.labels(rates(), TRANSITIONS[0]))
    text = legend_text(figure)
    assert "translational" in text and "published" in text and "000 trajectories" in text
    assert not any("no published" in t.get_text() for t in figure.texts)
    without = temperature.draw(temperature.table(rates(), TRANSITIONS[0], NONE_PUBLISHED))
    assert any("no published" in t.get_text() for t in without.texts)


def test_published_rates_of_another_transition_are_not_shown(tmp_path):
    path = tmp_path / "rates.csv"
    path.write_text(PUBLISHED_CSV)
    assert len(published_rates(path, comparable=False)) == 0
    assert len(published_rates(path, comparable=True)) > 0


def test_leave_one_out_shows_every_computed_value_with_its_sigma():
    table = leave_one_out.table(learned())
    assert len(table) == len(STATES) * len(TEMPERATURES_K)
    np.testing.assert_allclose(table["error"], table["predicted"] - table["computed"])
    parity, errors = leave_one_out.draw(table).axes
    assert len(parity.containers) == len(errors.containers) == len(TEMPERATURES_K)
    assert all(c.has_xerr and c.has_yerr for c in parity.containers)
    inside = (table["error"].abs() <= table["predicted_std"]).mean()
    assert f"{100 * inside:.0f} %" in errors.get_title()
