"""A configuration is checked whole before anything runs; each mistake is one line with a remedy."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
import yaml

from vibrates import config as configuration
from vibrates.core.errors import UserError
from vibrates.core.yaml_files import read_layers

# change of the default campaign -> words its message must have
MISTAKES = {
    "unknown key": ({"seeed": 1}, ["seeed", "did you mean 'seed'"]),
    "unknown nested key": ({"grid": {"shells": 3}}, ["grid", "shells", "remove"]),
    "negative energy": (
        {"grid": {"energies_cm": [-5.0, 10.0]}},
        ["grid.energies_cm[0]", "-5.0", "0", "raise"],
    ),
    "negative geometric energy": (
        {"grid": {"energies_cm": {"geometric": {"first": -1, "last": 9, "count": 3}}}},
        ["grid.energies_cm.geometric.first", "-1", "raise"],
    ),
    "results in a file": ({"results": "/etc/passwd"}, ["results", "/etc/passwd is a file"]),
    "results in a system directory": ({"results": "/proc/nope"}, ["/proc cannot be written"]),
    "results in the root directory": ({"results": "/"}, ["root directory", "of its own"]),
    "results among the sources": ({"results": "."}, ["project directory", "of its own"]),
    "results with a wildcard": ({"results": "a{b}"}, ["results", "'{'", "without it"]),
    "results with a long name": ({"results": "x" * 300}, ["300 bytes", "200", "shorten"]),
    "unsorted energies": ({"grid": {"energies_cm": [50, 10]}}, ["grid.energies_cm", "sort"]),
    "no form of energies": ({"grid": {"energies_cm": 5}}, ["grid.energies_cm", "array or object"]),
    "v beyond the well": ({"grid": {"states": [[80, 0]]}}, ["grid.states", "80", "67", "lower"]),
    "basis beyond the well": (
        {"basis": {"H2": {"minimum": 30}}},
        ["basis.H2", "29", "17", "lower"],
    ),
    "target beyond the basis": (
        {
            "basis": {"H2": {"minimum": 1, "above": 0}},
            "sampling": {"target_transitions": [[-1, 1]]},
        },
        ["target_transitions", "level 1", "basis is 0 to 0", "raise"],
    ),
    "endothermic target": (
        {"sampling": {"target_transitions": [[1, 0]]}},
        ["target_transitions", "endothermic", "reverse"],
    ),
    "impossible target": ({"grid": {"states": [[0, 0], [0, 1], [0, 2]]}}, ["below level 0"]),
    "unknown treatment": ({"rotors": {"H2": "Quantum"}}, ["rotors.H2", "classical, quantum"]),
    "rotor of an unknown molecule": (
        {"rotors": {"h2": "quantum"}},
        ["rotors", "'h2'", "H2", "remove it"],
    ),
    "two quantised rotors": (
        {"rotors": {"N2": "quantum", "H2": "quantum"}},
        ["rotors", "N2 and H2", "one molecule", "classical"],
    ),
    "a species without levels": (
        {"rotors": {"H2": {"treatment": "quantum", "initial_j": [0, 2]}}},
        ["rotors.H2.initial_j", "[0, 2]", "ortho-H2", "add"],
    ),
    "largest j below an initial one": (
        {"rotors": {"H2": {"treatment": "quantum", "largest_j": 1, "initial_j": [0, 1, 2]}}},
        ["rotors.H2.largest_j", "1 is below", "2", "raise"],
    ),
    "weights of even and odd j exchanged": (
        {"rotors": {"H2": "quantum"}, "molecules": {"H2": {"spin_weights": [3, 1]}}},
        ["molecules.H2.spin_weights", "[3.0, 1.0]", "1.00783", "[1, 3]"],
    ),
    "pilot no multiple": ({"sampling": {"pilot": 17}}, ["sampling.pilot", "17", "16", "use 32"]),
    "budget below the pilot": ({"sampling": {"budget": 3000}}, ["budget", "3000", "raise"]),
    "number as text": ({"dynamics": {"norm_error_limit": "1e-9"}}, ["norm_error_limit", "1.0e-9"]),
    "not a number": ({"surface": {"beta": float("nan")}}, ["surface.beta", "finite"]),
    "unknown surface": (
        {"surface": {"type": "morse"}},
        ["surface.type", "morse", "original, modified, correlation, table, fitted", "choose one"],
    ),
    "unknown word": ({"rates": {"symmetrisation": "none"}}, ["symmetrisation", "translational"]),
    "table without configurations": (
        {"surface": {"type": "table"}},
        ["configurations", "add"],
    ),
    "keys of another surface": ({"surface": {"beta": 8.0}}, ["surface.beta", "fitted", "remove"]),
    "published table of another pair": (
        {"pair": ["N2", "N2"], "surface": {"type": "modified"}},
        ["surface", "modified"],
    ),
    "atom with the keys of a diatom": (
        {"molecules": {"H2": {"masses_u": [1.0]}}},
        ["molecules.H2", "omega_e_cm", "two masses"],
    ),
    "atom where a diatom belongs": (
        {"pair": ["N2", "O"], "basis": {"O": {"below": 0, "above": 0, "minimum": 1}}},
        ["surface", "fitted", "N2, O"],
    ),
    "unknown molecule": ({"pair": ["N2", "CO"]}, ["pair", "CO", "add"]),
    "range inside the shells": (
        {"dynamics": {"interaction_range_angstrom": 6}},
        ["interaction_range_angstrom", "6", "0.75", "5", "raise"],
    ),
    "start inside the range": (
        {"grid": {"start_distance_angstrom": 11}},
        ["start_distance_angstrom", "11", "12", "raise"],
    ),
    "missing reference file": (
        {"reference": {"published_rates": {"dv1": "no/such.csv"}}},
        ["reference.published_rates.dv1", "no/such.csv", "remove the key"],
    ),
    "hours of no rates": (
        {"reference": {"hours": {"he_hd": "data/quantum_hehd_hours.csv"}}},
        ["reference.hours.he_hd", "state_to_state"],
    ),
    "figure of another state": (
        {"figures": {"temperature_transition": [7, 0, 6, 0]}},
        ["figures.temperature_transition", "[7, 0]", "grid.states"],
    ),
    "too little to learn from": (
        {"grid": {"states": [[1, 0]]}, "figures": {"transitions": [[1, 0, 0, 0]]}},
        ["learning", "at least 3"],
    ),
}


@pytest.fixture(scope="module")
def default(root: Path) -> Path:
    return root / "config" / "config.yaml"


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistake_is_one_line_with_key_value_and_remedy(default, mistake):
    change, words = MISTAKES[mistake]
    with pytest.raises(UserError) as caught:
        configuration.load(default, change)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(f"{default}: ") or "config.yaml: " in message
    for word in words:
        assert word in message


def test_missing_key_tells_what_it_is(default, tmp_path):
    content = read_layers(default)
    del content["dynamics"]["time_step_fs"]
    (tmp_path / "c.yaml").write_text(yaml.safe_dump(content))
    with pytest.raises(UserError, match=r"dynamics: key 'time_step_fs' is missing.*\[fs\]"):
        configuration.load(tmp_path / "c.yaml")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name: [", "line 1"),
        ("a: 1\na: 2\n", "twice"),
        ("- 1\n", "no mapping"),
        ("extends: c.yaml\n", "leads back"),
        ("extends: absent.yaml\n", "absent.yaml"),
    ],
)
def test_malformed_file(tmp_path, text, words):
    (tmp_path / "c.yaml").write_text(text)
    with pytest.raises(UserError, match=words) as caught:
        configuration.load(tmp_path / "c.yaml")
    assert "\n" not in str(caught.value)


def test_extending_file_replaces_whole_blocks(tmp_path):
    (tmp_path / "base.yaml").write_text("a: {x: 1, y: 2}\nb: 3\n")
    (tmp_path / "own.yaml").write_text("extends: base.yaml\na: {x: 5}\n")
    assert read_layers(tmp_path / "own.yaml") == {"a": {"x": 5}, "b": 3}


@pytest.mark.parametrize(
    "name",
    [
        "config.yaml",
        "tiny.yaml",
        "ladder.yaml",
        "processes.yaml",
        "surfaces/original_rates.yaml",
        "surfaces/modified_rates.yaml",
        "surfaces/fitted_rates.yaml",
        "pairs/n2n2.yaml",
        "pairs/con2.yaml",
        "pairs/n2o.yaml",
    ],
)
def test_shipped_configurations_are_valid(root, name, monkeypatch):
    monkeypatch.chdir(root)
    config = configuration.load(Path("config") / name)
    assert np.all(np.diff(config.grid.energies) > 0)


def test_default_campaign_is_the_one_promised(default):
    config = configuration.load(default)
    assert config.grid.states == [(v, 0) for v in (1, 2, 3, 4, 5, 6, 8, 10)]
    assert len(config.grid.energies) >= 16
    assert config.surface.type == "fitted"
    assert config.sampling.target_relative_error <= 0.20
    assert {300, 5000} <= set(config.sampling.target_temperatures_K)


def test_command_line_reports_a_mistake_in_one_line(tmp_path, default):
    (tmp_path / "c.yaml").write_text(f"extends: {default}\nseed: -1\n")
    ran = subprocess.run(
        ["vibrates", "check", "c.yaml"], cwd=tmp_path, text=True, capture_output=True, check=False
    )
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("error: c.yaml: seed: -1") and ran.stderr.count("\n") == 1


def test_molecules_complete_those_of_the_extended_file(tmp_path, default):
    """Molecule by molecule and constant by constant; a constant itself is replaced."""
    (tmp_path / "c.yaml").write_text(
        f"extends: {default}\nmolecules:\n  H2: {{D_e_eV: 4.7483}}\n  D2:\n    masses_u: [2.0]\n"
    )
    base, own = read_layers(default)["molecules"], read_layers(tmp_path / "c.yaml")["molecules"]
    assert own.pop("D2") == {"masses_u": [2.0]}
    assert own == base | {"H2": base["H2"] | {"D_e_eV": 4.7483}}
    config = configuration.load(tmp_path / "c.yaml")
    assert config.molecules["H2"].D_e_eV == 4.7483 and config.molecules["N2"].D_e_eV == 9.905


ONE_STATE = {
    "grid": {"states": [[1, 0]]},
    "figures": {"transitions": [[1, 0, 0, 0]], "temperature_transition": [1, 0, 0, 0]},
}


@pytest.mark.parametrize("text", ["learning: none\n", "learning: null\n", "learning:\n"])
def test_a_campaign_of_one_state_without_learning(tmp_path, default, text):
    (tmp_path / "c.yaml").write_text(f"extends: {default}\n{text}")
    config = configuration.load(tmp_path / "c.yaml", ONE_STATE)
    assert config.learning is None and config.shown == ((-1, 0), 0)
    assert "learning" not in config.to_mapping()
    content = config.to_mapping()
    assert configuration.resolved(content) == config
    with pytest.raises(UserError, match="learning: the campaign has no such block; add it"):
        _ = config.to_learn


# What belongs to no molecule: change of a constant -> words of its message.
IMPLAUSIBLE = {
    "omega_e of another molecule": (
        {"N2": {"omega_e_cm": 2169.8}},
        ["molecules.N2.omega_e_cm: 2169.8", "2358.7", "a factor of 1.05", "correct"],
    ),
    "D_e in kcal/mol": ({"H2": {"D_e_eV": 109.5}}, ["molecules.H2.D_e_eV", "15", "lower it"]),
    "isotope with the constants of another": (
        {"H2": {"masses_u": [2.014, 2.014]}},
        ["molecules.H2.omega_e_cm", "a factor of 1.05"],
    ),
    "x_e in cm^-1": ({"N2": {"x_e": 0.6}}, ["molecules.N2.x_e: 0.6", "0.00738", "factor of 2"]),
    "y_e": ({"H2": {"y_e": -0.01}}, ["molecules.H2.y_e: -0.01", "limit 0.1 x_e"]),
    "polarizability in angstrom^3 of a proton": (
        {"H2": {"polarizability_parallel": {"coefficients_au": [0.9], "length_angstrom": 1}}},
        ["molecules.H2.polarizability_parallel.coefficients_au", "0.9 bohr^3", "6.748 bohr^3"],
    ),
    "quadrupole in debye angstrom times 1000": (
        {"N2": {"quadrupole": {"coefficients_au": [-1500.0], "length_angstrom": 1}}},
        ["molecules.N2.quadrupole.coefficients_au", "limit 100"],
    ),
}


@pytest.mark.parametrize("mistake", IMPLAUSIBLE)
def test_constants_that_no_molecule_has_are_refused(default, mistake):
    change, words = IMPLAUSIBLE[mistake]
    with pytest.raises(UserError) as caught:
        configuration.load(default, {"molecules": change})
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_isotopes_keep_one_morse_curve(default):
    """D2 from the constants of H2 by the relations, as a user would add it."""
    h2 = read_layers(default)["molecules"]["H2"]
    ratio = (1.00782503 / 2.01410178) ** 0.5
    d2 = h2 | {
        "masses_u": [2.01410178, 2.01410178],
        "omega_e_cm": h2["omega_e_cm"] * ratio,
        "x_e": h2["x_e"] * ratio,
    }
    config = configuration.load(default, {"molecules": {"D2": d2}})
    assert config.molecules["D2"].omega_e_cm == pytest.approx(3113.4, rel=1e-4)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"type": "atom_pairs", "atom_pair": {"R_m_angstrom": 3.3, "eps_meV": 0.01, "beta": 8}},
         ["surface.atom_pair.eps_meV: 0.01 is below the limit 0.05"]),
        ({"terms": {"R_m_angstrom": [{"powers": [0, 0], "values": [0.0036]}]}},
         ["surface: V at orientation H", "repulsive wall"]),
        ({"terms": {"eps_meV": [{"powers": [0, 0], "values": [5000.0]}]}},
         ["surface: its deepest well has 5", "meV, not within the limits 0.05 and 3000"]),
        ({"terms": {"R_m_angstrom": [{"powers": [0, 0], "values": [14.0]}]}},
         ["surface: V has no well within 12 angstrom"]),
    ],
)  # fmt: skip
def test_surfaces_that_no_pair_has_are_refused(default, tmp_path, change, words):
    content = read_layers(default)
    if "terms" in change:
        terms = content["surface"]["terms"] | change["terms"]
        content["surface"] = content["surface"] | {"terms": terms}
    else:
        content["surface"] = change
    (tmp_path / "c.yaml").write_text(yaml.safe_dump(content))
    with pytest.raises(UserError) as caught:
        configuration.load(tmp_path / "c.yaml")
    assert all(word in str(caught.value) for word in words), str(caught.value)
