"""Tables of rate coefficients as their users meet them."""

import subprocess
import sys

import numpy as np
import pytest
from library_tables import RELATIVE_ERROR, TEMPERATURES_K, energy_defect, k_true, learned

import vibrates
from vibrates.cli import main
from vibrates.core.errors import UserError
from vibrates.core.netcdf import write_atomic
from vibrates.library import reaction
from vibrates.library.interpolation import LogInterpolant

DOWN, UP = "N2(3) + H2(0) -> N2(2) + H2(0)", "N2(2)+H2->N2(3)+H2"


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    directory = tmp_path_factory.mktemp("results")
    write_atomic(learned(), directory / "learned.nc")
    return directory


@pytest.fixture(scope="module")
def rates(results):
    return vibrates.open_rates(results)


@pytest.mark.parametrize("transition, v, vp", [(DOWN, 3, 2), (UP, 2, 3)])
def test_a_rate_is_that_of_the_table_and_close_to_the_law_between(rates, transition, v, vp):
    at = rates(transition, TEMPERATURES_K)
    assert at.k == pytest.approx(k_true(v, vp, TEMPERATURES_K), rel=1e-12, abs=0)
    assert at.std / at.k == pytest.approx(RELATIVE_ERROR, rel=1e-12)
    between = np.geomspace(100, 5000, 97)
    at = rates(transition, between)
    assert np.abs(np.log(at.k / k_true(v, vp, between))).max() < 0.03
    assert (at.std / at.k >= RELATIVE_ERROR).all()


def test_detailed_balance_holds_between_the_temperatures_of_the_table(rates):
    T = np.geomspace(110, 4900, 50)
    ratio = rates(UP, T).k / rates(DOWN, T).k
    boltzmann = k_true(2, 3, T) / k_true(3, 2, T)
    assert ratio == pytest.approx(boltzmann, rel=1e-10, abs=0)


def test_a_number_comes_back_for_a_number_and_counts_as_k(rates):
    at = rates(DOWN, 450)
    assert isinstance(float(at), float) and np.shape(at.k) == ()
    assert float(at) == at.k and 2.0 * np.asarray(at) == 2.0 * at.k
    assert str(at).startswith("450 K  ")
    same = rates.k(v=3, w=0, dv=-1, dw=0, T=450)
    assert float(same) == float(at) == float(rates.k(450, v=3, vp=2))


def test_origin_and_extrapolation_are_said(rates):
    def said(v, vp):
        at = rates.k(v=v, vp=vp, T=450)
        return str(at.origin), bool(at.extrapolated)

    assert said(1, 0) == ("computed", False)
    assert said(2, 1) == ("predicted", False)
    assert said(1, 2) == ("detailed balance (predicted)", False)
    assert said(4, 3) == ("computed", True)


def test_every_transition_is_listed_and_the_tidy_table_is_whole(rates):
    listed = rates.transitions()
    assert len(listed) == len(rates) == 8
    assert set(listed["reaction"]) == {str(rate) for rate in rates}
    assert all(name in rates for name in listed["reaction"])
    assert listed.set_index("reaction").loc[DOWN, "energy_defect_cm"] == energy_defect(3, 2)
    tidy = rates.to_pandas()
    assert len(tidy) == len(rates) * len(TEMPERATURES_K)
    row = tidy[(tidy.v == 3) & (tidy.vp == 2) & (tidy.T_K == 500)].iloc[0]
    assert row.k_cm3_s == pytest.approx(k_true(3, 2, 500), rel=1e-12, abs=0)
    assert row.std_cm3_s == pytest.approx(RELATIVE_ERROR * row.k_cm3_s, rel=1e-12, abs=0)
    assert len(rates.select([DOWN])) == 1


def test_the_band_of_a_plot_holds_the_law(rates):
    axes = rates.plot(DOWN, "N2(1)+H2->N2(0)+H2")
    lines = [line for line in axes.lines if line.get_linestyle() == "-"]
    assert len(lines) == 2
    x, y = lines[0].get_data()
    assert np.abs(np.log(y / k_true(3, 2, x))).max() < 0.03


@pytest.mark.parametrize(
    "transition, said",
    [
        ("N2(3)+H2", "one '->'"),
        ("N2(3)+H2->N2(2)", "H2 is missing"),
        ("N2(3)+CO->N2(2)+CO", "CO where N2 \\+ H2 is expected"),
        ("N2(x)+H2->N2(2)+H2", "N2\\(v\\) with whole numbers"),
        ("N2(3,1)+H2->N2(2)+H2", "N2\\(v\\) with whole numbers"),
        ("N2(-3)+H2->N2(2)+H2", "N2\\(v\\) with whole numbers"),
        ("N2(3)+H2->N2(0)+H2", "has no N2\\(3\\) \\+ H2\\(0\\) -> N2\\(0\\)"),
        ("", "one '->'"),
    ],
)
def test_a_reaction_that_is_not_there_is_one_line(rates, transition, said):
    with pytest.raises(UserError, match=said) as error:
        rates(transition, 300)
    assert "\n" not in str(error.value)
    assert transition not in rates


@pytest.mark.parametrize("temperature", [99.0, 5001.0, [300, 6000], np.nan, -1.0])
def test_a_temperature_outside_the_table_is_refused(rates, temperature):
    with pytest.raises(UserError, match="outside the table, 100 to 5000 K"):
        rates(DOWN, temperature)


def test_unknown_quantum_numbers_are_refused(rates):
    with pytest.raises(UserError, match="no quantum number 'u'"):
        rates.k(u=1, T=300)
    with pytest.raises(UserError, match="needs temperatures"):
        rates.k(v=1, dv=-1)


def test_reactions_are_read_as_they_are_written():
    numbers = {"HD": ("v", "j"), "He": ()}
    text = "HD(1,3) + He -> HD(0,5) + He"
    assert reaction.parse(text, numbers) == (1, 3, 0, 5)
    assert reaction.text((1, 3, 0, 5), numbers) == text
    assert reaction.parse("He+HD(v=1, j=3)=>HD(j=5,v=0)+He".replace("j=5,v=0", "v0,j5"), numbers)
    pair = {"N2": ("v",), "H2": ("w",)}
    assert reaction.parse("H2 + N2(v=7) → N2(v=6) + H2(v=1)", pair) == (7, 0, 6, 1)


@pytest.mark.parametrize("points", [6, 12, 24])
def test_interpolation_converges_and_its_error_covers(points):
    """Of a law that is curved in T^(-1/3), and an endothermic one."""
    T = np.geomspace(100, 5000, points)
    fine = np.geomspace(100, 5000, 301)
    law = LogInterpolant(T, np.log(k_true(1, 2, T)), np.zeros(points), energy_defect(1, 2))
    error = np.abs(law.value(fine) - np.log(k_true(1, 2, fine)))
    assert error.max() < 4.0 * points**-2
    assert (error <= 2.0 * law.interpolation_error(fine) + 1e-9).mean() > 0.8


def test_files_without_rates_are_refused(tmp_path):
    with pytest.raises(UserError, match="neither learned.nc nor rates.nc"):
        vibrates.open_rates(tmp_path)
    with pytest.raises(UserError, match="does not exist"):
        vibrates.open_rates(tmp_path / "rates.nc")
    write_atomic(learned().drop_vars("k"), tmp_path / "rates.nc")
    with pytest.raises(UserError, match="holds no rate coefficients"):
        vibrates.open_rates(tmp_path / "rates.nc")


def test_two_like_molecules_are_refused(tmp_path):
    """The second molecule's level would stand for both."""
    write_atomic(learned(pair=("N2", "N2")), tmp_path / "learned.nc")
    with pytest.raises(UserError, match="two molecules N2: .*cannot be opened yet"):
        vibrates.open_rates(tmp_path)


def test_quantum_rates_open_as_well(root):
    rates = vibrates.open_rates(root / "data/quantum_hehd_rates.csv")
    assert rates.pair == ("HD", "He") and len(rates) > 1000
    at = rates("HD(0,1)+He->HD(0,0)+He", 10)
    assert at.k == pytest.approx(6.9625e-12, rel=1e-9, abs=0) and np.isnan(at.std)


def test_the_command_line_gives_the_same_numbers(results, rates, capsys):
    assert main(["k", str(results), DOWN, "300", "450"]) == 0
    assert capsys.readouterr().out.strip() == str(rates(DOWN, [300, 450]))
    assert main(["k", str(results), DOWN, "50"]) == 2
    assert "outside the table" in capsys.readouterr().err


def test_importing_the_package_is_light():
    script = "import sys, vibrates; print(sorted({'numpy', 'xarray', 'scipy'} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", script], text=True, capture_output=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_a_plot_without_matplotlib_is_one_line(rates, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(UserError, match=r"^plot: matplotlib is not installed; pip install"):
        rates.plot(DOWN)
