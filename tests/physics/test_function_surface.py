"""A function of the user as a surface: expansion, trajectories, and functions that are none."""

import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest
from surface_samples import ATOM_FUNCTION, FUNCTION, SAMPLES, molecules, write_files
from surface_samples import surface as surface_of

from vibrates.config.campaign import checked
from vibrates.config.surface_block import read_surface
from vibrates.core.errors import UserError
from vibrates.core.units import ANGSTROM_TO_BOHR
from vibrates.core.yaml_files import read_layers
from vibrates.potential import function_surface
from vibrates.potential.function_source import random_orientations
from vibrates.potential.registry import build_surface
from vibrates.trajectories import TrajectoryRunner, plan
from vibrates.trajectories.work import BatchWork

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def files(tmp_path, monkeypatch):
    """The files that samples name."""
    write_files(tmp_path)
    monkeypatch.chdir(tmp_path)


def write(directory, body, name="bad.py"):
    """A block that names a function with this body, applied to V of the sample."""
    text = (
        "import numpy as np\nfrom own_surface import potential as good\n\n"
        "def potential(R, theta_a, theta_b, phi, r_a, r_b):\n"
        "    v = good(R, theta_a, theta_b, phi, r_a, r_b)\n"
        f"    {body}\n"
    )
    (directory / name).write_text(text)
    return FUNCTION | {"source": f"{name}:potential"}


def refused(block):
    """The message, one line, of a surface that is refused."""
    a, b = molecules(SAMPLES["function"])
    with pytest.raises(UserError) as caught:
        build_surface(read_surface(block, "c.yaml"), a, b)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("return v[:3]", r"of the shape \(24,\) returns float64 of the shape \(3,\)"),
        ("return v * 1j", "returns complex128 of the shape"),
        ("return v if R < 9 else 0.0", "raises ValueError: .* it has to take R, theta_a"),
        ("return np.where(R < 5, np.nan, v)", r"R = 2\.\d+, .* returns nan"),
        ("return 1e3 * v", r"at R = .* is 8066 cm\^-1, and 30 meV at .* too hard a wall"),
        ("return 1e-3 * v", r"R = .* is .* cm\^-1, .*(no wall|too soft)"),
        ("return -v", "no wall"),
        ("return v * (1 + 0.01 * np.cos(theta_a))", "ends of molecule a exchanged, .* are alike"),
        ("return v * (1 + 0.01 * np.cos(theta_b))", "ends of molecule b exchanged"),
        ("return v * np.where(R < 6, 1.0, 1.5)", r"at R = 3\.1\d+, .* it jumps"),
        ("return v * np.where(r_b < 1.6, 1.0, 1.1)", r"r_b = 0\.84\d+ .* it jumps"),
        ("return v * np.where(abs(np.cos(theta_b)) < 0.5, 1.0, 1.1)", "it jumps"),
    ],
)
def test_a_function_that_is_no_potential_is_refused_with_geometry_and_value(tmp_path, body, words):
    message = refused(write(tmp_path, body))
    assert re.search(words, message), message


def test_other_faults_name_the_key():
    assert "no function 'nothing'" in refused(FUNCTION | {"source": "own_surface.py:nothing"})
    assert "surface.bonds_angstrom: 1 ranges" in refused(FUNCTION | {"bonds_angstrom": [[0.9, 1]]})
    far = FUNCTION | {"bonds_angstrom": [[0.9, 1.0], [0.5, 1.4]]}
    assert "does not hold r_e of N2, 1.098; widen it" in refused(far)
    with pytest.raises(UserError, match=r"c.yaml: surface.source: .*none.py is no file"):
        read_surface(FUNCTION | {"source": "none.py:potential"}, "c.yaml")
    with pytest.raises(UserError, match=r"bonds_angstrom: \[1.4, 0.9\] must ascend"):
        read_surface(FUNCTION | {"bonds_angstrom": [[1.4, 0.9], [0.5, 1.4]]}, "c.yaml")


def test_the_file_is_part_of_the_fingerprint(tmp_path):
    """All fingerprints cover the settings of the surface, and these the content of the file."""
    settings = read_surface(FUNCTION, "c.yaml")
    mapping = settings.to_mapping()
    assert read_surface(mapping, "c.yaml") == settings
    with (tmp_path / "own_surface.py").open("a") as stream:
        stream.write("# another version\n")
    assert read_surface(FUNCTION, "c.yaml").digest != settings.digest
    with pytest.raises(UserError, match=r"surface.digest: .* a file changed since; remove the key"):
        read_surface(mapping, "c.yaml")
    (tmp_path / "table.txt").write_text("1")
    with_table = FUNCTION | {"files": ["table.txt"]}
    before = read_surface(with_table, "c.yaml").digest
    (tmp_path / "table.txt").write_text("2")
    assert read_surface(with_table, "c.yaml").digest != before


def test_the_expansion_is_kept_and_used_only_for_the_same_function(tmp_path, monkeypatch):
    a, b = molecules(SAMPLES["function, an atom"])
    settings = read_surface(ATOM_FUNCTION, "c.yaml")
    first = build_surface(settings, a, b, tmp_path / "plan")
    r_a, r_b = a.r_e * np.array([[0.9], [1.0], [1.1]]), np.ones((1, 1))
    tables = first.kernel_tables(r_a, r_b).tables
    assert (tmp_path / "plan" / "surface.nc").is_file()
    calls = []
    monkeypatch.setattr(
        function_surface.FunctionSurface, "_expand", lambda one: calls.append(one) or first.expanded
    )
    again = build_surface(settings, a, b, tmp_path / "plan")
    assert np.array_equal(again.kernel_tables(r_a, r_b).tables, tables)
    assert not calls
    with (tmp_path / "own_surface.py").open("a") as stream:
        stream.write("# another version\n")
    other = build_surface(read_surface(ATOM_FUNCTION, "c.yaml"), a, b, tmp_path / "plan")
    assert other.expanded is first.expanded
    assert len(calls) == 1


def test_an_expansion_beyond_the_limit_and_bonds_outside_it_are_refused():
    a, b = molecules(SAMPLES["function, an atom"])
    coarse = surface_of(ATOM_FUNCTION | {"order": 1, "error_limit": 1e-3}, a, b)
    with pytest.raises(UserError, match=r"order 1 has a relative error of .* raise surface.order"):
        coarse.kernel_tables(np.array([[a.r_e]]), np.ones((1, 1)))
    fine = surface_of(ATOM_FUNCTION, a, b)
    with pytest.raises(UserError, match=r"bonds_angstrom\[0\]: .* length 1.647.* 0.85 to 1.45;"):
        fine.kernel_tables(np.array([[1.5 * a.r_e]]), np.ones((1, 1)))


def test_stated_errors_are_those_at_other_geometries():
    """Of V at random geometries of a seed of its own, in the wall and outside."""
    a, b = molecules(SAMPLES["function"])
    surface = surface_of(FUNCTION, a, b)
    errors = surface.errors()
    assert 1e-6 < errors.loc["wall", "V"] < 0.02
    assert (errors.to_numpy() < FUNCTION["error_limit"]).all()
    random = np.random.default_rng(11)
    orientation = random_orientations(2000, seed=12)
    bonds = [random.uniform(low, high, 2000) for low, high in surface.bonds]
    distance = random.uniform(4.5, 12.0, 2000)
    v, ours = (one.potential(distance, *orientation, *bonds) for one in (surface, surface.expanded))
    wall = (v > 0.01 * surface.highest) & (v < surface.highest)
    assert wall.sum() > 100
    found = np.sqrt(np.mean((ours[wall] / v[wall] - 1.0) ** 2))
    # Another distribution of R: the same size of error.
    assert 0.5 < found / errors.loc["wall", "V"] < 2.0
    assert np.sqrt(np.mean((ours - v)[distance > 9] ** 2) / np.mean(v[distance > 9] ** 2)) < 0.02


def test_no_hole_inside_the_wall_and_no_kink():
    """The expansion rises towards small R, and walks along R have no jump of the slope."""
    a, b = molecules(SAMPLES["function"])
    surface = surface_of(FUNCTION, a, b)
    count, steps = 60, 600
    c = [x[:, None] for x in random_orientations(count, seed=5)]
    random = np.random.default_rng(6)
    bonds = [random.uniform(low, high, (count, 1)) for low, high in surface.bonds]
    distance = np.linspace(1.5, 30.0, steps)
    v = surface.expanded.potential(distance, *c, *bonds)
    inside = v > 0.1 * surface.highest
    assert inside.any(axis=1).all()
    slope = np.diff(v, axis=1)
    assert (slope < 0.0)[inside[:, 1:]].all()
    # A step of 0.048 bohr changes the slope of the wall by about 9 %.
    bend = np.abs(np.diff(slope, axis=1)) / np.abs(slope[:, :-1])
    assert bend[inside[:, 2:]].max() < 0.2
    tail = v[:, distance > 15.0]
    assert (tail < 0.0).all()
    assert (np.diff(tail, axis=1) > 0.0).all()


def test_trajectories_on_the_expansion_are_those_on_the_surface(pair, settings, sample, tmp_path):
    """P on the surface of the oracle, passed as a plain function, within 0.5 %."""
    n2, h2, _ = pair
    (tmp_path / "oracle_surface.py").write_text(
        "from vibrates.potential.orientation import cosines\n"
        "from vibrates.trajectories.oracle import molecules_and_surface\n\n"
        "_, _, surface = molecules_and_surface()\n\n"
        "def potential(R, theta_a, theta_b, phi, r_a, r_b):\n"
        "    return surface.potential(R, *cosines(theta_a, theta_b, phi), r_a, r_b)\n"
    )
    block = FUNCTION | {
        "source": "oracle_surface.py:potential", "order": 8, "error_limit": 0.02,
        "bonds_angstrom": [[1.0, 1.25], [0.55, 1.05]],
    }  # fmt: skip
    expanded = build_surface(read_surface(block, "c.yaml"), n2, h2)
    start = sample(48, energy_cm=12000.0)
    outcomes = [
        TrajectoryRunner(one, n2, h2, 5, 3, 1, 0, settings(0.4, interaction_range_angstrom=12.0))
        .run(start)
        for one in (pair[2], expanded)
    ]  # fmt: skip
    for outcome in outcomes:
        assert (outcome.status == 0).all()
    energy_errors = [outcome.energy_error.max() for outcome in outcomes]
    assert energy_errors[1] < 1.2 * energy_errors[0]
    exact, ours = (outcome.probability.sum(axis=0) for outcome in outcomes)
    for final in ((0, 0), (2, 0)):
        assert ours[final] == pytest.approx(exact[final], rel=5e-3)


def test_units_and_angles_reach_the_function_as_stated():
    a, b = molecules(SAMPLES["function, an atom"])
    surface = surface_of(ATOM_FUNCTION, a, b)
    in_bohr = dataclasses.replace(surface.function, length=1.0)
    distance = 6.3
    v = surface.potential(distance, 0.4)
    assert v == pytest.approx(
        in_bohr.values(distance / ANGSTROM_TO_BOHR, 0.4, 0.0, 0.0, a.r_e / ANGSTROM_TO_BOHR, 1.0)
    )


def test_a_campaign_checks_the_function_and_its_batches_share_the_expansion(tmp_path):
    """`vibrates check` reads a configuration as here; batches depend on the file's content."""
    mapping = read_layers(ROOT / "config" / "tiny.yaml") | {
        "surface": FUNCTION | {"highest_energy_cm": 30000}, "results": str(tmp_path / "results"),
    }  # fmt: skip
    config = checked(mapping, "c.yaml")
    rows = plan.batch_rows(plan.into_batches(plan.pilot(config), 1000), 0)
    work = BatchWork(config, rows)
    assert work.collision.propagation.interaction.form == 7
    assert plan.plan_path(config.results, 0).with_name("surface.nc").is_file()
    with pytest.raises(UserError, match=r"c.yaml: surface: V at .* too hard a wall"):
        checked(mapping | {"surface": write(tmp_path, "return 1e3 * v")}, "c.yaml")
    for changes, words in (
        ({"highest_energy_cm": 5000}, "surface.highest_energy_cm: 5000 is below the largest of"),
        ({"bonds_angstrom": [[1.05, 1.15], [0.5, 1.2]]}, "1.05 to 1.15, the vibrational grid of N"),
    ):
        with pytest.raises(UserError, match=words):
            checked(mapping | {"surface": mapping["surface"] | changes}, "c.yaml")
    with (tmp_path / "own_surface.py").open("a") as stream:
        stream.write("# another version\n")
    assert plan.fingerprint(checked(mapping, "c.yaml"), rows) != work.fingerprint
