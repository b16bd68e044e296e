"""The data model: what is read, what is refused, and the features of the papers."""

import numpy as np
import pytest
from learning_ladders import LEVELS, TEMPERATURES_K, TRANSITION, rates, rotor

from vibrates.core.errors import UserError
from vibrates.learning import data as model_data
from vibrates.learning.data import rate_data
from vibrates.learning.features import FEATURES, MIHALIK, feature, feature_matrix, varying
from vibrates.learning.readers import from_campaign, read
from vibrates.rates.compare import read_published

LAMDA = """!MOLECULE
CO
!MOLECULAR WEIGHT
28.0
!NUMBER OF ENERGY LEVELS
3
!LEVEL + ENERGIES(cm^-1) + WEIGHT + J
    1     0.000000000  1.0     0
    2     3.845033413  3.0     1
    3    11.534919938  5.0     2
!NUMBER OF RADIATIVE TRANSITIONS
2
!TRANS + UP + LOW + EINSTEINA(s^-1) + FREQ(GHz) + E_u(K)
    1     2     1  7.203e-08    115.2712018   5.53
    2     3     2  6.910e-07    230.5380000  16.60
!NUMBER OF COLL PARTNERS
1
!COLLISIONS BETWEEN
1 CO-pH2 made up for a test
!NUMBER OF COLL TRANS
3
!NUMBER OF COLL TEMPS
2
!COLL TEMPS
   10.0   20.0
!TRANS + UP + LOW + COLLRATES(cm^3 s^-1)
    1     2     1  3.3e-11  3.2e-11
    2     3     1  3.6e-11  3.9e-11
    3     3     2  6.2e-11  6.5e-11
"""


def family(dataset=None, **options):
    return from_campaign(
        rates(**options) if dataset is None else dataset, "rates.nc", [TRANSITION], [0]
    )


def test_a_campaign_gives_its_family_in_order_of_state_and_temperature():
    dataset = rates()
    shuffled = dataset.isel(
        transition=np.random.default_rng(0).permutation(dataset.sizes["transition"]),
        temperature=slice(None, None, -1),
    )
    found = family(shuffled)
    assert tuple(found.v.values) == LEVELS
    np.testing.assert_array_equal(found.temperature, TEMPERATURES_K)
    np.testing.assert_array_equal(found.k, dataset.k.values[: len(LEVELS)])
    np.testing.assert_array_equal(found.k_stderr, dataset.k_stderr.values[: len(LEVELS)])
    assert set(found.origin.values.ravel()) == {"computed"}


def test_rows_from_detailed_balance_are_not_learned_from():
    dataset = rates()
    dataset["direction"] = ("transition", ["computed"] * 5 + ["detailed_balance"] * 5)
    assert from_campaign(dataset, "x").sizes["transition"] == 5


def test_correlation_follows_a_reversed_temperature_axis():
    correlation = np.eye(4) + np.diag([0.5, 0.1, 0.2], 1) + np.diag([0.5, 0.1, 0.2], -1)
    straight = family(rates(correlation=correlation))
    backwards = rates(correlation=correlation).isel(
        temperature=slice(None, None, -1), temperature_2=slice(None, None, -1)
    )
    np.testing.assert_allclose(
        model_data.error_correlation(family(backwards)), model_data.error_correlation(straight)
    )


def test_standard_error_in_dex_is_the_derivative_of_log10():
    found, small = family(relative_error=0.2), 1e-6
    derivative = (np.log10(found.k * (1 + small)) - np.log10(found.k)).values / small
    np.testing.assert_allclose(model_data.log10_k_stderr(found), 0.2 * derivative, rtol=1e-5)


def test_lamda_files_give_levels_rates_and_energies(tmp_path):
    path = tmp_path / "co.dat"
    path.write_text(LAMDA)
    found = read(path)
    assert list(zip(found.j.values, found.jp.values, strict=True)) == [(1, 0), (2, 0), (2, 1)]
    np.testing.assert_allclose(found.k.values[1], [3.6e-11, 3.9e-11])
    np.testing.assert_allclose(found.energy_difference.values[2], 11.534919938 - 3.845033413)
    vibrating = LAMDA.replace("3.0     1\n", "3.0     0_1\n").replace(
        "1.0     0\n", "1.0     0_0\n"
    )
    path.write_text(vibrating.replace("5.0     2\n", "5.0     1_0\n"))
    assert read(path).v.values.tolist() == [0, 1, 1] and read(path).jp.values.tolist() == [0, 0, 1]


def test_a_lamda_file_cut_short_is_one_line(tmp_path):
    lines = LAMDA.splitlines(keepends=True)
    for kept in range(1, len(lines)):
        (tmp_path / "cut.dat").write_text("".join(lines[:kept]))
        with pytest.raises(UserError, match="cut.dat: no LAMDA/RADEX table") as caught:
            read(tmp_path / "cut.dat")
        assert "\n" not in str(caught.value)


def test_published_ladders_and_tidy_tables_are_read(tmp_path):
    (tmp_path / "rates_dv2.csv").write_text(
        "v,T_K,k_cm3_s\n3,100,1e-17\n3,200,2e-17\n2,100,1e-18\n2,200,2e-18\n"
    )
    found = read(tmp_path / "rates_dv2.csv")
    assert found.v.values.tolist() == [2, 3] and found.vp.values.tolist() == [0, 1]
    (tmp_path / "rotor.csv").write_text(rotor(4))
    assert read(tmp_path / "rotor.csv").sizes["transition"] == 10


LADDER_TABLE = "v,T_K,k_cm3_s\n2,100,1e-17\n2,200,2e-17\n3,100,1e-18\n3,200,2e-18\n"


def test_the_key_and_not_the_name_says_how_many_quanta_are_lost(tmp_path):
    """The file of reference.published_rates.dv1, whatever it is called."""
    path = tmp_path / "table_dv2.csv"
    path.write_text(LADDER_TABLE)
    found = read(path, dv=1)
    assert found.vp.values.tolist() == [1, 2]
    path.write_text(
        LADDER_TABLE.replace("v,T", "v,dv,T").replace(",100", ",2,100").replace(",200", ",2,200")
    )
    with pytest.raises(UserError, match=r"column dv has 2, and its key .*dv1 says 1"):
        read(path, dv=1)


def test_comments_are_read_over_in_every_table(tmp_path):
    path = tmp_path / "rates_dv1.csv"
    path.write_text("# from a paper\n" + LADDER_TABLE + "# the end\n")
    assert read(path).v.values.tolist() == [2, 3]
    assert read_published(path)["dv"].unique().tolist() == [1]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (LADDER_TABLE.replace(",", ";"), "separated by semicolons; separate them by commas"),
        (LADDER_TABLE.replace(",", "\t"), "separated by tabulators"),
    ],
)
@pytest.mark.parametrize("reader", [read, read_published])
def test_other_separators_are_named(tmp_path, reader, text, words):
    path = tmp_path / "rates_dv1.csv"
    path.write_text(text)
    with pytest.raises(UserError, match=words) as caught:
        reader(path)
    assert "\n" not in str(caught.value)


def test_negative_levels_are_refused(tmp_path):
    path = tmp_path / "levels.csv"
    path.write_text(
        "v,vp,T_K,k_cm3_s\n1,0,100,1e-17\n1,0,200,1e-17\n0,-1,100,1e-17\n0,-1,200,1e-17\n"
    )
    with pytest.raises(UserError, match=r"levels.csv: vp = -1 of .*counted from 0"):
        read(path)


def test_a_missing_error_in_a_table_is_not_called_a_lack_of_trajectories(tmp_path):
    path = tmp_path / "errors.csv"
    path.write_text("v,vp,T_K,k_cm3_s,k_stderr_cm3_s\n1,0,100,1e-17,1e-18\n1,0,200,1e-17,\n")
    with pytest.raises(UserError, match=r"k_stderr = nan .*200 K; .*give the error") as caught:
        read(path)
    assert "replicates" not in str(caught.value)


def table(change):
    lines = rotor(3).splitlines()
    return "\n".join(change(lines)) + "\n"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda x: [*x, x[1]], ("j = 1 -> j' = 0", "200 K", "twice")),
        (lambda x: [*x[:3], *x[4:]], ("j = 1 -> j' = 0", "1000 K", "missing")),
        (lambda x: [*x[:1], "1,0,200,0", *x[2:]], ("k = 0.0", "j = 1", "200 K", "k > 0")),
        (lambda x: [*x[:1], "1,0,200,-1e-11", *x[2:]], ("k = -1e-11",)),
        (lambda x: [*x[:1], "1,0,200,", *x[2:]], ("k_cm3_s = nan", "data row 1")),
        (lambda x: [*x[:1], "1,0,200,abc", *x[2:]], ("no number",)),
        (lambda x: [*x[:1], "1.5,0,200,1e-11", *x[2:]], ("j = 1.5", "no integer")),
        (lambda x: [x[0], *(y for y in x[1:] if ",200," in y)], ("1 temperature", "at least 2")),
        (lambda x: [y.rpartition(",")[0] for y in x], ("k_cm3_s is missing",)),
        (lambda x: [x[0].replace("jp", "q"), *x[1:]], ("j is given without jp",)),
    ],
)
def test_a_bad_table_is_one_clear_line(tmp_path, change, words):
    path = tmp_path / "bad.csv"
    path.write_text(table(change))
    with pytest.raises(UserError) as caught:
        read(path)
    message = str(caught.value)
    assert "\n" not in message and "bad.csv: " in message
    for word in words:
        assert word in message


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("k", np.nan, ("k = nan", "v = 2", "1000 K")),
        ("k_stderr", np.nan, ("k_stderr = nan", "v = 2")),
        ("k_stderr", -1.0, ("k_stderr = -1.0",)),
    ],
)
def test_bad_campaign_rates_are_one_clear_line(name, value, words):
    dataset = rates()
    dataset[name].values[1, 2] = value
    with pytest.raises(UserError) as caught:
        family(dataset)
    assert "\n" not in str(caught.value) and str(caught.value).startswith("rates.nc: ")
    for word in words:
        assert word in str(caught.value)


def rovibrational(j_max=20, v_max=2):
    """The layout of Mihalik et al.: j' = 0-20; de-excitation only."""
    rows = [
        (v, j, vp, jp)
        for v in range(v_max + 1)
        for j in range(j_max + 1)
        for vp in range(v + 1)
        for jp in range(j_max + 1)
        if (vp < v or jp < j)
    ]
    v, j, vp, jp = np.array(rows).T
    return rate_data(
        {"v": v, "j": j, "vp": vp, "jp": jp},
        np.array([10.0, 20.0]),
        np.full((len(v), 2), 1e-12),
        "made up",
    )


def test_features_are_those_of_the_paper():
    """Mihalik et al. 2024, eqs. 10-12, at (1, 5) -> (0, 3) and (1, 5) -> (1, 4)."""
    data = rovibrational()
    at = [
        int(np.flatnonzero((data.v == 1) & (data.j == 5) & (data.vp == vp) & (data.jp == jp))[0])
        for vp, jp in ((0, 3), (1, 4))
    ]
    cells = np.zeros((data.sizes["transition"], 2), dtype=bool)
    cells[at, 1] = True
    # T, dv, dj, v, j, v', j', parity of dj, dv != 0
    np.testing.assert_array_equal(
        feature_matrix(MIHALIK, data, cells)[np.argsort(at)],
        [[20, -1, -2, 1, 5, 0, 3, 0, 1], [20, 0, -1, 1, 5, 1, 4, 1, 0]],
    )


def test_number_of_transitions_is_that_of_the_paper():
    """3 j + 63 from every initial j, 1953 in all, and the training sets of Table I."""
    data = rovibrational()
    counts = np.bincount(data.j.values)
    np.testing.assert_array_equal(counts, 3 * np.arange(21) + 63)
    assert counts.sum() == 1953
    sets = {
        195: (5, 18),
        309: (5, 16, 19),
        393: (5, 9, 14, 19),
        498: (5, 8, 12, 17, 19),
        600: (5, 8, 11, 14, 17, 19),
    }
    for expected, levels in sets.items():
        assert counts[list(levels)].sum() == expected


def test_a_landau_teller_rate_is_a_plane_in_ladder_and_temperature():
    data = family(relative_error=0.0)
    log10_k = np.log10(data.v.values)[:, None] - 30.0 * TEMPERATURES_K ** (-1 / 3)
    design = np.column_stack(
        [np.ones(20), feature("ladder", data).ravel(), feature("T_cube_root", data).ravel()]
    )
    _, residual, *_ = np.linalg.lstsq(design, log10_k.ravel(), rcond=None)
    assert residual[0] < 1e-20


def test_the_ladder_feature_is_the_harmonic_matrix_element():
    """|<v-3| (a + a')^3 |v>|^2 of a harmonic oscillator is v (v-1) (v-2)."""
    data = rate_data(
        {"v": np.array([3, 7]), "vp": np.array([0, 4])}, np.array([1.0, 2.0]), np.ones((2, 2)), "x"
    )
    np.testing.assert_allclose(10 ** feature("ladder", data)[:, 0], [3 * 2 * 1, 7 * 6 * 5])
    exchange = rate_data(
        {"v": [3], "w": [2], "vp": [4], "wp": [1]}, TEMPERATURES_K, np.ones((1, 4)), "x"
    )
    np.testing.assert_allclose(10 ** feature("ladder", exchange), 4 * 2)


def test_impossible_features_are_named():
    data = family()
    with pytest.raises(UserError, match="feature speed is unknown; choose from T, v"):
        feature("speed", data)
    with pytest.raises(UserError, match="no quantum number j"):
        feature("dj_odd", data)
    with pytest.raises(UserError, match="energies of the levels"):
        feature("energy_defect", data)
    assert varying(["v", "dv", "T"], data) == ["v", "T"]
    assert set(MIHALIK) <= set(FEATURES)
