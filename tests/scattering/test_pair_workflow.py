"""Two diatoms, from a description to rates: levels, modifications, thermal averages, refusals."""

import copy
import importlib.util
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from vibrates.core import netcdf
from vibrates.core.errors import UserError
from vibrates.core.units import (
    CM_TO_HARTREE,
    HARTREE_TO_CM,
    KELVIN_TO_HARTREE,
    RATE_AU_TO_CM3_S,
)
from vibrates.core.yaml_files import read_layers
from vibrates.potential.orientation import quadrupole_angular
from vibrates.scattering import calculation, cumulative, job_file, product, settings
from vibrates.scattering.pair_calculation import PairCalculation, check_like_ends
from vibrates.scattering.pair_models import PairScattering
from vibrates.scattering.pair_problem import PairProblem
from vibrates.scattering.partial_waves import cross_sections, memory_mb, opacity
from vibrates.scattering.propagator import Propagator
from vibrates.scattering.rotor import Rotor
from vibrates.scattering.work import Work, fingerprints
from vibrates.trajectories.quantum_rotor.levels import rovibrational_energies

REPOSITORY = Path(__file__).parents[2]
SMALL = REPOSITORY / "config" / "quantum" / "n2h2_small.yaml"
# Seconds: two rotational levels of each molecule, wide sectors.
TINY = {
    "modifications": {"N2": ["even"], "H2": ["even", "odd"]},
    "basis": {"j_max": [4, 3], "points": [5, 5]},
    "expansion_orders": [2, 2, 2],
    "sectors_bohr": [[4.6, 0.2], [9.0, 0.2]],
    "levels": {"j_max": [2, 1]},
    "energies": {"collision_cm": [100, 200, 350]},
    "waves": {"reach_bohr": 2.0, "extra": 1, "step": 1, "every": 100},
    "jobs": {"energies": 10, "chunks": 2},
}


@pytest.fixture(scope="module")
def described():
    """A description of N2 + H2 that takes a second."""
    return settings.load(SMALL).changed(TINY)


def test_levels_are_those_of_the_trajectories():
    """The same molecules: spectroscopic levels, Morse functions, B to all orders of distortion."""
    asked = PairCalculation(settings.load(REPOSITORY / "config" / "quantum" / "n2h2.yaml"))
    for molecule, rotor, count in zip(asked.molecules, asked.rotors, (3, 1), strict=True):
        j = np.arange(rotor.energies.shape[1])
        expected = rovibrational_energies(molecule, range(count), j)
        assert rotor.energies[:count] * HARTREE_TO_CM == pytest.approx(
            expected * HARTREE_TO_CM, abs=0.01
        )
        level = molecule.level_energy(np.arange(3))
        assert rotor.energies[:3, 0] == pytest.approx(level, rel=1e-12)
        # j = 0: the functions are those of the Morse curve, on the grid of its lowest states.
        podvr = molecule.basis(range(len(rotor.r)))
        assert np.abs(rotor.states[0]) == pytest.approx(np.abs(podvr.amplitudes), abs=1e-10)
    # Distortion: E(j = 6) - E(0) of H2 lies 80 cm^-1 below B j(j + 1).
    h2 = asked.rotors[1].energies[0] * HARTREE_TO_CM
    rigid = asked.molecules[1].rotational_constant(0) * HARTREE_TO_CM * 42
    assert 50.0 < rigid - (h2[6] - h2[0]) < 110.0


def test_even_and_odd_j_can_be_solved_apart(described):
    """All j together give the modifications' probabilities, and none between them."""
    asked = PairCalculation(described)
    waves, energies = np.array([0, 2]), asked.blocks()[0].energies[1:]
    parts = {
        modification: asked.problem(block)
        for block in asked.blocks()
        for modification in [block.modification]
    }
    basis = tuple(level for problem in parts.values() for level in problem.basis)
    one = next(iter(parts.values()))
    whole = PairProblem(
        one.first, one.second, basis, one.reduced_mass, one.potential, one.expansion, one.edges
    )
    together = opacity(whole, waves, energies, "coupled_states")
    inside = np.zeros(together.shape[2:], dtype=bool)
    for problem in parts.values():
        place = [basis.index(level) for level in problem.basis]
        inside[np.ix_(place, place)] = True
        apart = opacity(problem, waves, energies, "coupled_states")
        # Coupled states: Omega of the others may go further, which adds nothing.
        assert together[:, :, place][:, :, :, place] == pytest.approx(apart, rel=1e-7, abs=1e-13)
    assert np.abs(together[:, :, ~inside]).max() < 1e-20


@pytest.mark.parametrize("method", ["coupled_states", "close_coupling"])
def test_jobs_add_up_to_the_cross_sections_of_the_library(described, method):
    """Pieces, chunks, blocks and product against one sum over all waves in the library."""
    few = {"method": method, "modifications": {"H2": ["odd"]}, "waves": {"reach_bohr": 0.7}}
    chosen = described.changed(few)
    asked = calculation.of(chosen)
    (block,) = asked.blocks()
    jobs = []
    for chunk in (0, 1):
        work = Work(chosen, 0, chunk)
        assert work.fingerprint == fingerprints(chosen, [(0, chunk)])[0, chunk]
        pieces = [
            {"opacity": work.opacity(number), "seconds": 0.0} for number in range(len(work.pieces))
        ]
        jobs.append(job_file.dataset(work, pieces))
    found = product.cross_sections([product.joined(jobs)], asked)
    # The library stops where the sum has converged: here at the last wave of the block.
    energy = block.energies[-1:]
    problem = asked.problem(block)
    waves = np.arange(block.last[-1] + 1)
    k_squared = 2.0 * problem.reduced_mass * (energy[0] - problem.energies)
    sums = np.einsum("j,jab->ab", 2.0 * waves + 1.0, opacity(problem, waves, energy, method)[:, 0])
    labels = problem.labels.tolist()
    numbers = found.numbers
    assert len(found.initial) > 5
    for pair in range(len(found.initial)):
        start, end = (
            labels.index([int(numbers[f"{name}{suffix}"][pair]) for name in asked.names])
            for suffix in ("", "p")
        )
        if np.isnan(found.sigma[-1, pair]):
            assert k_squared[start] < 0.0
            continue
        expected = np.pi * sums[start, end] / k_squared[start] / problem.degeneracies[start]
        assert found.sigma[-1, pair] == pytest.approx(expected, rel=1e-8)


def test_transitions_are_reversible(described):
    """N(E) is the same both ways, so that detailed balance holds for every pair of levels."""
    problem = PairCalculation(described)._problems["even", "even"]
    energy = problem.energies.max() + np.array([500.0]) * CM_TO_HARTREE
    sigma = cross_sections(
        problem, energy, "coupled_states", tolerance=1.0, step=30,
        wanted=np.zeros((len(problem.energies),) * 2, dtype=bool),
    )[0]  # fmt: skip
    flux = problem.degeneracies * (energy - problem.energies)
    forward = sigma * flux[:, None]
    assert forward == pytest.approx(forward.T, rel=1e-9) and (forward > 0).all()


def known(asked, modification, value):
    """Cross sections of all wanted pairs with N(E) = ``value`` (E - threshold) for each."""
    block = next(b for b in asked.blocks() if b.modification == modification)
    labels, initial, final = asked.wanted(block)
    energies = asked.energies(labels)
    zero = energies[initial].min()
    grid = zero + np.geomspace(1e-5, 0.2, 400)
    above = grid[:, None] - energies[initial]
    k_squared = 2.0 * asked.reduced_mass * above
    sums = np.where(above > 0, value * above, np.nan)
    sigma = np.pi * sums / (k_squared * asked.degeneracies(labels)[initial])
    sigma[above <= 0] = np.nan
    names = zip(asked.names, labels[initial].T, labels[final].T, strict=True)
    numbers = {}
    for name, before, after in names:
        numbers |= {name: before, f"{name}p": after}
    return product.CrossSections(grid, sigma, np.zeros_like(sigma), energies[initial], numbers)


def test_thermal_rates_of_known_probabilities(described):
    """Cumulative probabilities against the mean of state-to-state rates, level by level."""
    asked = PairCalculation(described)
    temperatures = np.array([200.0, 1000.0])
    modification = ("even", "odd")
    found = known(asked, modification, 3.0)
    parts = cumulative.partial_rates(found, asked, modification, temperatures)
    k_t = temperatures * KELVIN_TO_HARTREE
    levels = asked.initial_levels(modification, (1, 0))
    energies = asked.energies(levels)
    partition = (asked.degeneracies(levels) * np.exp(-energies / k_t[:, None])).sum(axis=1)
    # int N exp(-E/kT) dE/(2 pi) of a line from its threshold on is slope (kT)^2 exp(-threshold/kT).
    translation = (asked.reduced_mass * k_t / (2.0 * np.pi)) ** 1.5
    expected = np.zeros(2)
    basis = np.array(asked.basis(modification))
    lower = basis[basis[:, 0] == 0]
    for start in levels:
        for end in lower:
            threshold = max(asked.energies(start[None])[0], asked.energies(end[None])[0])
            expected += 3.0 * k_t**2 * np.exp(-threshold / k_t) / (2.0 * np.pi)
    expected = expected / (translation * partition) * RATE_AU_TO_CM3_S
    total = parts.groupby("T_K")["k_cm3_s"].sum().to_numpy()
    # Levels of one class open one after another, which bends N(E) a little.
    assert total == pytest.approx(expected, rel=0.01)
    assert set(parts["j2p"]) == {1, 3} and set(parts["j2"]) == {1}
    # Where levels of v = 0 lie above those of v = 1 the pair is stored the other way round.
    assert (found.numbers["v1"] == 1).any()


def test_averages_over_modifications(described):
    """Even and odd j2 as 1 : 3 at any T, or as in equilibrium; N2 has one of them alone."""
    asked = PairCalculation(described)
    temperatures = np.array([50.0, 2000.0])
    parts = {
        one: cumulative.partial_rates(known(asked, one, value), asked, one, temperatures)
        for one, value in ((("even", "even"), 1.0), (("even", "odd"), 5.0))
    }
    table = cumulative.thermal_rates(parts, asked).set_index(
        ["modification_1", "modification_2", "T_K"]
    )["k_cm3_s"]
    for t in temperatures:
        even, odd = table["even", "even", t], table["even", "odd", t]
        assert table["even", "normal", t] == pytest.approx((even + 3 * odd) / 4, rel=1e-12)
        j = np.arange(2)  # levels.j_max of H2
        energies = asked.rotors[1].energies[0, :2] - asked.rotors[1].energies[0, 0]
        weight = np.array([1, 3]) * (2 * j + 1) * np.exp(-energies / (t * KELVIN_TO_HARTREE))
        mean = (weight * [even, odd]).sum() / weight.sum()
        assert table["even", "equilibrium", t] == pytest.approx(mean, rel=1e-12)
    ends = cumulative.final_levels(parts)
    sums = ends.groupby(["modification_2", "T_K"])["share"].sum()
    assert sums.to_numpy() == pytest.approx(1.0, rel=1e-12)
    stated = cumulative.checks(parts["even", "odd"])
    assert 0.0 < stated["largest_share_of_thermal_k_that_ends_in_the_highest_j2"] < 1.0


def test_unlike_nuclei_have_odd_terms_and_one_modification(described):
    """CO + H2: odd lambda of CO, all of its j in one calculation."""
    mapping = described.to_mapping()
    mapping |= {"pair": ["CO", "H2"], "nuclear_spin": {"H2": 0.5}, "modifications": {"H2": ["odd"]}}
    mapping["surface"] = read_layers(REPOSITORY / "config" / "config.yaml")["surface"]
    asked = PairCalculation(PairScattering.from_mapping(mapping, "test"))
    assert asked.modifications == [("all", "odd")]
    assert {a for a, _, _ in asked.expansion.terms} == {0, 1, 2}
    assert {b for _, b, _ in asked.expansion.terms} == {0, 2}
    assert [j for j, _ in asked.rotations(("all", "odd"))] == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]


def test_what_the_expansion_leaves_out_is_measured(described):
    """It falls with the orders; at (8, 6, 4) a fraction of a per cent of the anisotropy."""
    orders = ([2, 2, 2], [4, 4, 2], [8, 6, 4])
    left = [PairCalculation(described.changed({"expansion_orders": o})).remainder() for o in orders]
    assert left[0] > 2.0 * left[1] and left[1] > 5.0 * left[2] and left[2] < 0.005


def test_memory_that_is_promised_is_enough():
    """The arrays of a propagator and of S stay below what the refusal states."""
    n, sectors = 60, 40
    edges = np.linspace(4.0, 8.0, sectors + 1)
    at_edges, at_middle = (np.ones((m, n, n)) for m in (sectors + 1, sectors))
    made = Propagator(2000.0, np.zeros(n), edges, 1e-3 * at_edges, 1e-3 * at_middle)
    stored = sum(value.nbytes for value in vars(made).values() if isinstance(value, np.ndarray))
    assert (stored + at_edges.nbytes + at_middle.nbytes) / 1e6 < memory_mb(n, sectors) - 300.0


def script(name):
    """A script of the workflow as a module."""
    place = REPOSITORY / "workflow" / "scripts" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_scripts_make_all_products(described, tmp_path):
    """From files of jobs to rates, averages, checks and figures, as the workflow does it."""
    path, results = tmp_path / "tiny.yaml", tmp_path / "results"
    path.write_text(yaml.safe_dump(described.to_mapping()), encoding="utf-8")
    (results / "figures").mkdir(parents=True)
    waves = []
    for block in (0, 1):
        for chunk in (0, 1):
            work = Work(described, block, chunk)
            pieces = [task.compute() for task in work.tasks()]
            waves.append(str(results / f"{block}_{chunk}.nc"))
            netcdf.write_atomic(job_file.dataset(work, pieces), Path(waves[-1]))
    named = {name: str(results / f"{name}.csv") for name in ("rates", "thermal", "final_levels")}
    sections, checks = str(results / "cross_sections.nc"), str(results / "checks.json")
    script("quantum_rates").main(
        str(path), waves, named["rates"], sections, str(results / "hours.csv"), checks,
        named["thermal"], named["final_levels"],
    )  # fmt: skip
    figures = [str(results / "figures" / f"{name}.png") for name in ("rates", "final_levels")]
    script("quantum_figures").main(
        named["rates"], sections, *figures, named["thermal"], named["final_levels"]
    )
    thermal = pd.read_csv(results / "thermal.csv", comment="#")
    assert set(thermal["modification_2"]) == {"even", "odd", "equilibrium", "normal"}
    assert (thermal["k_cm3_s"] > 0).all() and len(thermal) == 4 * 3
    rates = pd.read_csv(results / "rates.csv", comment="#")
    assert list(rates.columns[:8]) == ["v1", "j1", "v2", "j2", "v1p", "j1p", "v2p", "j2p"]
    stored = netcdf.read_product(results / "cross_sections.nc", "")
    assert stored.sizes["pair"] == len(rates) / 3
    checks = json.loads((results / "checks.json").read_text(encoding="utf-8"))
    assert set(checks) == {"even even", "even odd"}
    hours = pd.read_csv(results / "hours.csv", comment="#")
    assert hours["modification"].tolist() == ["even even", "even odd"]
    assert all(Path(figure).stat().st_size > 1000 for figure in figures)


def test_mistakes_of_a_description_are_named(described, tmp_path):
    content = described.to_mapping()
    content["molecules"]["He"] = {"masses_u": [4.0]}

    def loaded(change):
        path = tmp_path / "wrong.yaml"
        path.write_text(yaml.safe_dump(copy.deepcopy(content) | change), encoding="utf-8")
        return calculation.of(settings.load(path)).blocks()

    basis, jobs = content["basis"], content["jobs"]
    for change, message in (
        ({"pair": ["N2", "N2"]}, "pair: two molecules N2 are identical"),
        ({"pair": ["N2", "He"]}, "pair: He is an atom; .*molecule and atom"),
        ({"pair": ["N2", "Xe"]}, "pair: Xe is no key of molecules"),
        ({"atom": {"name": "He", "mass_u": 4.0}}, "atom"),
        ({"nuclear_spin": {"N2": 1}}, r"nuclear_spin\.H2: missing"),
        ({"nuclear_spin": {"N2": 1, "H2": 0.3}}, r"nuclear_spin\.H2: 0\.3 is no spin"),
        ({"nuclear_spin": {"N2": 0, "H2": 0.5}, "modifications": {"N2": ["odd"]}},
         r"modifications\.N2: odd j do not exist"),
        ({"modifications": {"CO": ["odd"]}}, r"modifications\.CO: CO is no molecule of the pair"),
        ({"basis": basis | {"j_max": [3, 3]}}, r"basis\.j_max: 3 of N2 is too low"),
        ({"basis": basis | {"j_max": [[4, 3], [2, 3]]}}, r"basis\.j_max"),
        ({"basis": basis | {"vibrations": [[1, 0]]}}, r"basis\.vibrations: level \[0, 0\]"),
        ({"basis": basis | {"points": [3, 5]}}, r"basis\.points: 3 of N2 are too few"),
        ({"jobs": jobs | {"memory_mb": 10}},
         r"basis: \d+ channels in 22 sectors need \d+ MB, more than jobs\.memory_mb, 10"),
        ({"levels": {"j_max": [2, 0]}},
         r"levels\.j_max: \[2, 0\] leaves no initial level .* odd j2"),
        ({"energies": {"collision_cm": [100, 200, 500]}},
         r"basis: its highest rotational level, 39\d cm\^-1 with even j1 and even j2, cannot take"),
        ({"transitions": [[0, 0, 1, 0]]},
         r"energies\.collision_cm: the highest total energy, \d+ cm\^-1, is below"),
        ({"sectors_bohr": [[6.0, 0.1], [2.0, 0.1]]}, "do not ascend"),
    ):  # fmt: skip
        with pytest.raises(UserError, match=message) as caught:
            loaded(change)
        assert "\n" not in str(caught.value)


def test_vibrational_levels_with_different_rotation_are_refused():
    """The trap that makes a probability 90 times too large with S unitary as ever."""
    rotor = Rotor(np.array([1.0, 1.1]), np.array([[0.0, 1e-5], [1e-2, 1.1e-2]]),
                  np.stack([np.eye(2)] * 2))  # fmt: skip
    still = Rotor.rigid(0.0, 0)
    basis = ((0, 0, 0, 0), (0, 1, 0, 0), (1, 0, 0, 0))
    expansion, edges = PairCalculation(settings.load(SMALL)).expansion, np.array([3.0, 4.0])
    with pytest.raises(UserError, match=r"\(j_1, j_2\) = \(1, 0\) stands in one of"):
        PairProblem(rotor, still, basis, 2000.0, quadrupole_angular, expansion, edges)
    PairProblem(rotor, still, (*basis, (1, 1, 0, 0)), 2000.0, quadrupole_angular, expansion, edges)


def test_a_surface_without_the_symmetry_of_like_ends_is_refused(described):
    molecules = PairCalculation(described).molecules

    def crooked(distance, c_a, c_b, c_ab, r_a, r_b):
        return np.exp(-distance) * (1.0 + 0.1 * c_b)

    with pytest.raises(UserError, match="surface: V changes by .* when H2 is turned round"):
        check_like_ends(crooked, molecules)
