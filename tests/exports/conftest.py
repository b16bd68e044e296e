"""Rates that the programs read, and where the results of reading them are said."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest

# Tables and readers of tests/library, which these tests share.
sys.path.insert(0, str(Path(__file__).parents[1] / "library"))

TEMPERATURES = 20


def pytest_configure(config):
    config.stash_lines = []


def pytest_terminal_summary(terminalreporter, config):
    if config.stash_lines:
        terminalreporter.section("what the programs read")
        for line in config.stash_lines:
            terminalreporter.write_line(line)


@pytest.fixture
def report(request):
    """Says a line at the end of the run: program, version, what it loaded, worst deviation of k."""
    return request.config.stash_lines.append


def rough(dataset):
    """Half of the reactions with ln k that the law of four terms misses by more than 5 %."""
    T = dataset["temperature"].values
    odd = ((dataset["v"] + dataset["vp"]) % 4 == 1).values
    dataset["k"].values[odd] *= np.exp(0.4 * np.sin(2.5 * np.log(T)))


@pytest.fixture(scope="session")
def rates(tmp_path_factory):
    """Of a campaign that the variable RATES names (results directory, learned.nc or rates.nc).

    Otherwise of a law that is known, half of it made rough.
    """
    pytest.importorskip("xarray")
    from vibrates import open_rates

    if named := os.environ.get("RATES"):
        return open_rates(named)
    return made(tmp_path_factory.mktemp("rates"), change=rough)


def made(directory, change=lambda dataset: None, **options):
    """A table of the law, changed."""
    from library_tables import learned

    from vibrates import open_rates
    from vibrates.core.netcdf import write_atomic

    dataset = learned(**options)
    change(dataset)
    write_atomic(dataset, directory / "learned.nc")
    return open_rates(directory)


@pytest.fixture
def polar(tmp_path):
    """CO with a partner, as a function of it; and its Einstein coefficients."""
    einstein = tmp_path / "einstein.csv"
    einstein.write_text("v,vp,A_per_s\n1,0,30.0\n2,1,58.0\n3,2,85.0\n2,0,1.0\n")

    def of(partner):
        return made(tmp_path, levels=3, pair=("CO", partner)), einstein

    return of


@pytest.fixture
def grid():
    """20 temperatures in the range of a rate, its ends included."""
    return lambda rate: np.clip(np.geomspace(*rate.range, TEMPERATURES), *rate.range)


@pytest.fixture
def compare(report, grid):
    """Compares k(reaction)(T) of a program with the table, within the errors that a file states."""

    def worst(program, found, rates, said=None, rounding=1e-6):
        deviations = {}
        for name, k in found.items():
            # A program may order the species of a side in its own way.
            rate = rates[name]
            T = grid(rate)
            deviation = float(np.abs(np.asarray(k(T)) / rate(T).k - 1.0).max())
            # Files state two digits.
            allowed = rounding if said is None else 1.06 * said[str(rate)] + rounding
            assert deviation <= allowed, f"{name}: {deviation}, stated {allowed}"
            deviations[name] = deviation
        report(
            f"{program}: {len(found)} of {len(rates)} rates, k within "
            f"{100.0 * max(deviations.values()):.2g} % at {TEMPERATURES} temperatures"
        )

    return worst
