"""Data sets that the package carries: opened by name, described, of the default campaign."""

import json
import tomllib

import numpy as np
import pytest
import xarray as xr
import yaml
from library_tables import learned

import vibrates
from vibrates.cli import main
from vibrates.config import load, resolved
from vibrates.core.errors import UserError
from vibrates.core.netcdf import write_atomic
from vibrates.library import data_sets, publish

STANDARD = 2_000_000  # bytes: a wheel stays small
NAMES = data_sets.names()


def test_there_is_the_pair_of_the_default_campaign():
    assert "n2h2" in NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_data_set_opens_by_its_name(name):
    rates = vibrates.open_rates(name)
    at = rates("N2(1) + H2 -> N2(0) + H2", [300, 450, 1000])
    assert (np.diff(at.k) > 0).all() and (at.std > 0).all() and (at.std < at.k).all()
    back = rates("N2(0) + H2 -> N2(1) + H2", 1000)
    boltzmann = np.exp(-rates.rate(v=1, vp=0).energy_defect / (0.6950348 * 1000))
    # N2(0) has the larger rotational constant, and by so much fewer rotational states.
    assert 1.005 < float(back) / (at.k[2] * boltzmann) < 1.015


@pytest.mark.parametrize("name", NAMES)
def test_a_data_set_says_what_it_is(name):
    path = data_sets.path_of(name)
    assert path.stat().st_size < STANDARD
    with xr.open_dataset(path) as product:
        about = product.attrs
    for key in ("title", "summary", "license", "references", "creator_name", "product_version"):
        assert about[key], key
    assert about["product_version"] == about["vibrates_version"] == vibrates.__version__
    assert about["vibrates_commit"] and about["fingerprint"]


def test_the_data_set_is_of_the_default_campaign_as_it_is_now(root):
    """A change of the default campaign asks for `make data-set`."""
    with xr.open_dataset(data_sets.path_of("n2h2")) as product:
        # It was computed before rotors could be quantised.
        given = {"rotors": {"N2": "classical", "H2": "classical"}}
        stored = resolved(given | yaml.safe_load(product.attrs["configuration"]), "n2h2.nc")
    now = load(root / "config" / "config.yaml")

    def constants(config):  # Weights of nuclear spins count for quantised rotors alone.
        return {
            name: molecule.model_copy(update={"spin_weights": None})
            for name, molecule in config.molecules.items()
        }

    assert constants(stored) == constants(now), "molecules: run make data-set"
    for block in ("pair", "surface", "grid", "basis", "dynamics", "sampling", "rates"):
        assert getattr(stored, block) == getattr(now, block), f"{block}: run make data-set"


def test_a_campaign_becomes_a_data_set(tmp_path):
    product = learned()
    product.attrs["configuration"] = yaml.safe_dump(
        yaml.safe_load(product.attrs["configuration"]) | {"surface": {"type": "fitted"}}
    )
    write_atomic(
        product.assign(log10_k=np.log10(product["k"]).assign_attrs(units="1", long_name="x")),
        tmp_path / "learned.nc",
    )
    path = publish.publish(tmp_path / "learned.nc", "made", tmp_path / "rates")
    with xr.open_dataset(path) as made:
        assert made.attrs["title"] == "State-to-state vibrational rate coefficients of N2 + H2"
        assert "classical rotors" in made.attrs["summary"]
        xr.testing.assert_equal(made["k"], product["k"])
    rates = vibrates.open_rates(path)
    assert float(rates("N2(3) + H2 -> N2(2) + H2", 300)) > 0.0


def test_what_holds_no_learned_rates_is_refused(tmp_path, capsys):
    write_atomic(learned(), tmp_path / "learned.nc")  # without log10_k
    assert publish.main([str(tmp_path), "made"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and "holds no learned rates" in error


def test_an_unknown_name_lists_the_known_ones(capsys):
    with pytest.raises(UserError, match="n2h2"):
        vibrates.open_rates("n2h3")
    assert main(["k", "n2h3", "N2(1) + H2 -> N2(0) + H2", "300"]) == 2
    assert "n2h2" in capsys.readouterr().err


def test_metadata_of_the_repository_agree(root):
    """CITATION.cff, codemeta.json and the package name one version, one license, one title."""
    citation = yaml.safe_load((root / "CITATION.cff").read_text())
    codemeta = json.loads((root / "codemeta.json").read_text())
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    assert citation["version"] == codemeta["version"] == vibrates.__version__
    assert citation["license"] == project["license"] == "MIT"
    assert codemeta["license"].endswith("/MIT")
    assert codemeta["description"] == project["description"]
    assert codemeta["name"] == project["name"]
    python = project["requires-python"]
    assert codemeta["runtimePlatform"] == f"Python {python}"
