"""The example that relaxes N2(v = 10) in H2."""

import importlib.util

import numpy as np
import pytest
from library_tables import energy_defect, learned

from vibrates.core.netcdf import write_atomic
from vibrates.core.units import KELVIN_TO_CM
from vibrates.library import open_rates


@pytest.fixture(scope="module")
def example(root):
    spec = importlib.util.spec_from_file_location("relaxation", root / "examples/relaxation.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    path = tmp_path_factory.mktemp("ladder") / "learned.nc"
    write_atomic(learned(levels=10), path)
    return path


def test_a_ladder_that_is_linear_in_v_is_that_of_the_scaling(example, results):
    rates = open_rates(results)
    ours = example.jumps_of_table(rates, 1000.0)
    scaled = example.jumps_of_scaling(rates, 1000.0)
    assert ours == pytest.approx(scaled, rel=1e-9, abs=0)
    assert np.count_nonzero(ours) == 20


def test_molecules_are_conserved_and_end_in_a_boltzmann_distribution(example, results):
    k = example.jumps_of_table(open_rates(results), 1000.0)
    times = np.array([0.0, 1e-6, 1.0, 10.0])
    n = example.relax(k, times, 1e19)
    assert n.sum(axis=1) == pytest.approx(1.0, abs=1e-9)
    assert n[0, -1] == 1.0
    boltzmann = np.exp([-energy_defect(v, 0) / (KELVIN_TO_CM * 1000.0) for v in range(11)])
    assert n[-1] == pytest.approx(boltzmann / boltzmann.sum(), rel=1e-3, abs=0)


def test_the_first_decay_is_that_of_all_jumps_from_the_level(example):
    k = np.zeros((11, 11))
    k[9, 10], k[7, 10] = 2e-13, 1e-13
    times = np.linspace(0.0, 1e-5, 5)
    n = example.relax(k, times, 1e18)
    assert n[:, 10] == pytest.approx(np.exp(-3e-13 * 1e18 * times), rel=1e-9)
    assert n[1:, 9] / n[1:, 7] == pytest.approx(2.0, rel=1e-9)


def test_it_draws_its_figure(example, results, tmp_path, capsys):
    example.main([str(results), "--output", str(tmp_path / "out.png")])
    assert (tmp_path / "out.png").stat().st_size > 10_000
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 3 and said[0].split()[-2] == said[1].split()[-2]
