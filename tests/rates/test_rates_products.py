"""Comparison with published rates, checks of the products, and the scripts that write them."""

import copy
import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from vibrates.core.errors import UserError
from vibrates.core.netcdf import provenance, write_atomic
from vibrates.rates import compare, sanity
from vibrates.rates.basis_edge import require_room
from vibrates.rates.cross_sections import cross_section_table
from vibrates.rates.reduction import reduce_batches
from vibrates.rates.table import rate_table

MADE_WITH = {"reduced": "synthetic", "cross_sections": "made here", "rates": "made here"}
SCRIPTS = Path(__file__).parents[2] / "workflow" / "scripts"


def script(name):
    spec = importlib.util.spec_from_file_location(f"script_{name}", SCRIPTS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.main


@pytest.fixture(scope="module")
def products(synthetic, tmp_path_factory):
    """Files of a campaign of two states made by the scripts: (source, paths)."""
    tmp_path = tmp_path_factory.mktemp("products")
    reduced = []
    for v in (1, 2):
        source = synthetic(v=v)
        batch = source.write(tmp_path / f"batch{v:05d}.nc", v, per_stratum=320)
        reduced.append(tmp_path / f"v{v}_w0.nc")
        sums = reduce_batches([source.planned(batch)], source.config, v, 0)
        stamp = provenance(source.config, [str(batch)], "synthetic")
        write_atomic(sums.assign_attrs(stamp), reduced[-1])
    paths = {name: tmp_path / f"{name}.nc" for name in ("cross_sections", "rates")}
    for name, path in paths.items():
        script(name)(reduced, path, source.config, "made here", "synthetic")
    return synthetic(), {"reduced": reduced, **paths}


def published(path, rows, columns="v,T_K,k_cm3_s"):
    path.write_text("\n".join([columns, *(",".join(map(str, row)) for row in rows)]) + "\n")
    return path


def test_ratios_and_their_errors(products, tmp_path, capsys):
    source, paths = products
    exact = {t: source.rate("total", t) for t in (300, 1000)}
    table = published(
        tmp_path / "published_dv1.csv",
        [(1, 300, exact[300]), (1, 1000, exact[1000] / 2), (7, 300, 1e-15), (1, 77, 1e-15)],
    )
    rates = compare.read_rates(paths["rates"])
    found = compare.ratios(rates, compare.read_published(table), "total")
    assert found[["v", "dv", "T_K"]].values.tolist() == [[1, 1, 300], [1, 1, 1000]]
    expected = np.array([1.0, 2.0])
    assert np.all(np.abs(found["ratio"] - expected) < 4 * found["stderr"])
    k = rates["k_total"].sel(temperature=300).values
    row = (rates["v"].values == 1) & (rates["vp"].values == 0)
    assert found["ratio"][0] == pytest.approx(k[row][0] / exact[300], rel=1e-12)

    assert compare.main(paths["rates"], [table]) == 0
    printed = capsys.readouterr().out
    for scheme in ("translational", "total", "initial"):
        assert f"symmetrisation {scheme}" in printed
    assert "1 -> 0" in printed and "300 K" in printed and "1000 K" in printed
    assert compare.main(paths["rates"], [table], "configured") == 0
    assert capsys.readouterr().out.count("symmetrisation") == 1


@pytest.mark.parametrize(
    ("columns", "name", "dv", "message"),
    [
        ("v,T_K,rate", "a_dv1.csv", None, "column k_cm3_s is missing"),
        ("v,T_K,k_cm3_s", "rates.csv", None, "give it with --dv"),
        (None, "absent_dv1.csv", None, "cannot be read"),
    ],
)
def test_unusable_tables_are_named(tmp_path, columns, name, dv, message):
    path = tmp_path / name
    if columns:
        published(path, [(1, 300, 1e-15)], columns)
    with pytest.raises(UserError, match=message) as caught:
        compare.read_published(path, dv)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([(1, 300, 1e-15), (1, 300, 2e-15)], "v = 1, dv = 1 at 300 K a second time"),
        ([(1, 300, 1e-15), (-1, 300, 2e-15)], "v = -1 with dv = 1 in data row 2 has no final"),
        ([(0, 300, 1e-15)], "v = 0 with dv = 1 in data row 1 has no final level"),
    ],
)
def test_rows_that_are_no_transitions_are_named(tmp_path, rows, message):
    path = published(tmp_path / "a_dv1.csv", rows)
    with pytest.raises(UserError, match=message):
        compare.read_published(path)


def test_a_table_without_a_common_state_is_an_exit_status_of_one(products, tmp_path, capsys):
    path = published(tmp_path / "a_dv1.csv", [(7, 300, 1e-15), (1, 77, 1e-15)])
    assert compare.main(products[1]["rates"], [path], "configured") == 1
    assert "no state and temperature in common" in capsys.readouterr().out


def test_a_rate_that_is_not_positive_is_named(tmp_path):
    path = published(tmp_path / "a_dv1.csv", [(1, 300, 1e-15), (2, 300, -1e-15)])
    with pytest.raises(UserError, match="k_cm3_s = -1e-15 in data row 2; it must be positive"):
        compare.read_published(path, None)


def test_dv_from_option_column_or_name(tmp_path):
    plain = published(tmp_path / "rates.csv", [(2, 300, 1e-15)])
    assert compare.read_published(plain, 2)["dv"].tolist() == [2]
    column = published(tmp_path / "other.csv", [(2, 300, 1e-15, 1)], "v,T_K,k_cm3_s,dv")
    assert compare.read_published(column)["dv"].tolist() == [1]
    named = published(tmp_path / "x_dv3.csv", [(3, 300, 1e-15)])
    assert compare.read_published(named)["dv"].tolist() == [3]


def test_rates_of_another_kind_are_refused(products, tmp_path):
    with pytest.raises(UserError, match="not a table of rates"):
        compare.read_rates(products[1]["cross_sections"])
    with pytest.raises(UserError, match="does not exist"):
        compare.read_rates(tmp_path / "nothing.nc")


def test_good_products_pass(products, tmp_path):
    source, paths = products
    output = tmp_path / "checks.json"
    script("checks")(
        paths["reduced"],
        paths["cross_sections"],
        paths["rates"],
        output,
        source.config,
        "checked here",
        MADE_WITH,
    )
    result = json.loads(output.read_text())
    found = {check["name"]: check["status"] for check in result["checks"]}
    assert len(found) == 13 and "failed" not in found.values()
    sanity.require_passed(result, "rates.nc")
    for name in (
        "positive_rates",
        "detailed_balance",
        "standard_errors",
        "failed_trajectories",
        "energy_error",
        "norm_error",
        "reversibility",
        "target_error",
    ):
        assert found[name] == "passed", name


@pytest.fixture
def loaded(products):
    source, paths = products
    inputs = sanity.load_inputs(
        paths["reduced"], paths["cross_sections"], paths["rates"], MADE_WITH
    )
    return copy.deepcopy(source.config), *inputs


def spoil(config, reduced, sections, rates, what):
    """Damage the products in one way."""
    if what == "detailed_balance":
        rates["k"][{"transition": int(np.argmax(rates["direction"].values == "computed"))}] *= 1.1
    elif what == "positive_rates":
        rates["k"][{"transition": 0, "temperature": 1}] = np.nan
    elif what == "standard_errors":
        rates["k_stderr"][{"transition": 0, "temperature": 1}] = 0.0
    elif what == "target_error":
        rates["target_reached"][:] = 0
    elif what == "edge_fraction":
        rates["k_edge_fraction"][{"temperature": 1}] = 0.2
    elif what == "outer_shell":
        for name in ("probability_sum", "thermal_sum"):
            reduced[0][name][{"shell": -1}] = reduced[0][name].isel(shell=0)
    elif what == "cross_sections":
        sections["sigma"][0] *= 1.1
    elif what == "failed_trajectories":
        reduced[0]["failed"][:] = reduced[0]["count"] // 10
    elif what == "energy_error":
        reduced[0]["energy_error"][0, 0] = 3.0
    elif what == "norm_error":
        reduced[0]["norm_error"][0, 0] = 1e-6
    elif what == "edge_population":
        reduced[1]["edge_population_a"][:5] = 0.3
    elif what == "step_error":
        reduced[1]["probability_error"][:5] = 0.3
    elif what == "reversibility":
        rates["k_direct"][:] = rates["k_direct"] * 5


@pytest.mark.parametrize(
    ("what", "status"),
    [
        ("positive_rates", "failed"),
        ("detailed_balance", "failed"),
        ("standard_errors", "failed"),
        ("target_error", "warning"),
        ("edge_fraction", "warning"),
        ("outer_shell", "warning"),
        ("cross_sections", "failed"),
        ("failed_trajectories", "warning"),
        ("energy_error", "failed"),
        ("norm_error", "failed"),
        ("edge_population", "failed"),
        ("step_error", "warning"),
        ("reversibility", "warning"),
    ],
)
def test_every_check_finds_its_fault(loaded, what, status):
    config, reduced, sections, rates = loaded
    reduced = [one.copy(deep=True) for one in reduced]
    sections, rates = sections.copy(deep=True), rates.copy(deep=True)
    spoil(config, reduced, sections, rates, what)
    result = sanity.check_products(reduced, sections, rates, config)
    found = {check["name"]: check for check in result["checks"]}
    assert found[what]["status"] == status
    assert found[what]["message"] and "\n" not in found[what]["message"]
    assert result["status"] == status or result["status"] == "failed"
    json.dumps(result, allow_nan=False)


def test_a_crowded_basis_edge_stops_the_campaign(loaded):
    config, reduced, _, _ = loaded
    require_room(reduced, config)
    crowded = [one.copy(deep=True) for one in reduced]
    crowded[1]["edge_population_a"][:] = 0.3
    with pytest.raises(UserError, match=r"basis\.N2: .* 0\.3 .* 0\.01; raise basis\.N2\.above"):
        require_room(crowded, config)
    config = config.changed({"rates": {"edge_population_limit": 0.5}})
    require_room(crowded, config)


def test_a_state_without_open_trajectories_is_reported_not_invented(synthetic, tmp_path):
    """All energies below the threshold D/4: k is missing, and the check says what to do."""
    source = synthetic()
    source.change(grid={"energies_cm": {"geometric": {"first": 100, "last": 500, "count": 4}}})
    path = source.write(tmp_path / "batch00000.nc", 1)
    reduced = reduce_batches([source.planned(path)], source.config, 1, 0)
    rates = rate_table([reduced], source.config)
    assert np.isnan(rates["k"].values).all()
    result = sanity.check_products(
        [reduced], cross_section_table([reduced], source.config), rates, source.config
    )
    first = result["checks"][0]
    assert first["status"] == "failed" and "grid.energies_cm" in first["message"]
    with pytest.raises(
        UserError, match="checks failed, do not use it: positive_rates .*grid.energ"
    ) as e:
        sanity.require_passed(result, "rates.nc")
    assert "\n" not in str(e.value)


@pytest.mark.parametrize("name", ["cross_sections", "rates", "checks"])
def test_sums_made_with_other_settings_or_code_are_refused(products, tmp_path, name):
    source, paths = products
    made_with = MADE_WITH | {"reduced": "others"}
    with pytest.raises(
        UserError, match=r"v1_w0\.nc: made with other settings, input files or code"
    ):
        if name == "checks":
            files = (paths["reduced"], paths["cross_sections"], paths["rates"])
            script(name)(*files, tmp_path / "out", source.config, "new", made_with)
        else:
            script(name)(paths["reduced"], tmp_path / "out", source.config, "new", "others")
    assert not (tmp_path / "out").exists()


def test_products_say_where_they_come_from(products):
    for name in ("cross_sections", "rates"):
        with xr.open_dataset(products[1][name]) as dataset:
            assert "v1_w0.nc" in dataset.attrs["sources"]
            assert "omega_e_cm" in dataset.attrs["configuration"]
            assert dataset.attrs["vibrates_version"]
            for variable in dataset.variables:
                # The edges of a cell take the units of its coordinate (CF conventions, 7.1).
                if not variable.endswith("_bounds"):
                    assert {"units", "long_name"} <= set(dataset[variable].attrs)
