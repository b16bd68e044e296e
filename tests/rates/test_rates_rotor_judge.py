"""The study of the quantised rotor: numbers from made rates, and the texts made of them."""

import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

sys.path.insert(0, str(Path(__file__).parents[2] / "validation"))
import rotor_judge

CHANNELS = [(0, 0), (0, 6), (2, 2), (2, 6), (1, 1), (1, 5), (3, 3), (3, 7)]


def made(T, factor=1.0):
    """rates.nc of 1 -> 0 with j = 0 to 3: k_species are those of the quantum data times factor."""
    known = rotor_judge.quantum_table(rotor_judge.THERMAL)
    k = np.array([
        [known[(known["modification_2"] == other) & (known["T_K"] == min(t, 500))]["k_cm3_s"].item()
         for t in T]
        for other in rotor_judge.MODIFICATIONS.values()
    ])  # fmt: skip
    cell = ("transition", "temperature")
    j, jp = np.array(CHANNELS).T
    population = np.broadcast_to(np.array([0.1, 0.5, 0.2, 0.2])[:, None], (4, len(T)))
    return xr.Dataset(
        {
            "k": (cell, factor * k[2:3]),
            "k_stderr": (cell, 0.1 * k[2:3]),
            "k_species": (("species", *cell), factor * k[:, None]),
            "k_species_stderr": (("species", *cell), 0.1 * k[:, None]),
            "k_initial_j": ((cell[0], "initial_j", cell[1]), np.ones((1, 4, len(T)))),
            "k_initial_j_stderr": ((cell[0], "initial_j", cell[1]), 0.1 * np.ones((1, 4, len(T)))),
            "initial_population": ((cell[0], "initial_j", cell[1]), population[None]),
            "k_channel": (("channel", "temperature"), np.ones((len(j), len(T)))),
            "n_trajectories": ("transition", [1000]),
            "n_failed": ("transition", [0]),
        },
        {
            **{n: ("transition", [x]) for n, x in zip(("v", "w", "vp", "wp"), (1, 0, 0, 0),
                                                      strict=True)},
            **{f"channel_{n}": ("channel", np.full(len(j), x))
               for n, x in (("v", 1), ("w", 0), ("vp", 0), ("wp", 0))},
            "channel_j": ("channel", j),
            "channel_jp": ("channel", jp),
            "species": list(rotor_judge.MODIFICATIONS),
            "initial_j": np.arange(4),
            "temperature": np.asarray(T, float),
        },
        {"mixture": "normal"},
    )  # fmt: skip


@pytest.fixture
def numbers(monkeypatch):
    """Those of the study, of rates 1.2 times the quantum ones; classical ones 3, 2, 1.1, 1."""
    T = [200.0, 300.0, 500.0, 1000.0]
    quantum, classical = made(T, 1.2), made(T)
    classical["k"] = quantum["k"] * np.array([3.0, 2.0, 1.05, 1.0])
    tables = {"-morse": made(T[:3], 1.2), "": quantum, "-classical": classical}
    monkeypatch.setattr(
        rotor_judge, "read_rates", lambda results: tables[results[len("results-rotor-judge") :]]
    )
    monkeypatch.setattr(rotor_judge, "batch_files", lambda _: [Path("a"), Path("b")])
    monkeypatch.setattr(rotor_judge, "batch_attributes", lambda _: {"cpu_seconds": 5.0})
    return rotor_judge.measure()


def test_ratios_to_quantum_rates_are_of_the_same_species(numbers):
    rows = numbers["against_quantum"]
    assert len(rows) == 4 * 3
    assert [row["k"] / row["quantum"] for row in rows] == pytest.approx([1.2] * 12)
    assert numbers["cost"]["quantum"] == {"trajectories": 1000, "core_hours": 10 / 3600, "ms": 10.0}


def test_shares_are_of_a_species_and_weighted_by_population(numbers):
    shares = {
        (row["species"], row["j"], row["jp"]): row["share"]
        for row in numbers["final_shares"]
        if row["T_K"] == 300.0
    }
    # Two channels of each j, with populations 0.1 and 0.2 of para, 0.5 and 0.2 of ortho.
    assert shares["para", 2, 6] == pytest.approx(0.2 / 0.6)
    assert shares["ortho", 1, 5] == pytest.approx(0.5 / 1.4)
    # A channel that the trajectories do not have counts as nothing.
    assert shares["para", 2, 4] == 0.0
    quantum = [row for row in numbers["final_shares"] if (row["j"], row["jp"]) == (2, 6)]
    assert quantum[0]["quantum"] > 0.7


def test_every_section_is_written_from_the_numbers(numbers):
    texts = rotor_judge.sections(numbers)
    assert set(texts) == set(rotor_judge.SECTIONS)
    assert texts["rotors/agreement"] == "1.20 of coupled states"
    assert texts["rotors/crossover"] == "from 500 K on"
    assert "| para | 1.20 +- 0.10 |" in texts["rotors/quantum"]
    assert "| 2 -> 6 | 0.33 (0.79) |" in texts["rotors/final j"]
    assert "| quantised / classical | 0.33 +-" in texts["rotors/measured"]


def test_the_crossover_is_where_all_higher_temperatures_agree():
    T, error = np.array([200.0, 500.0, 1000.0]), np.full(3, 0.03)
    assert rotor_judge.crossover(T, np.array([1.02, 1.5, 1.05]), error) == 1000.0
    assert rotor_judge.crossover(T, np.array([1.02, 1.0, 1.05]), error) == 200.0
    assert rotor_judge.crossover(T, np.array([1.0, 1.0, 1.5]), error) is None
