"""Every type of surface in the registry: the block of its settings, and its kernel."""

import dataclasses
import subprocess
import sys

import numpy as np
import pytest
import yaml
from scipy.integrate import quad
from surface_samples import FITTED, SAMPLES, molecules, series, surface, write_files

from vibrates.config.surface_block import read_surface
from vibrates.core.errors import UserError
from vibrates.potential.exponential import ExponentialRepulsion
from vibrates.potential.joined import JoinedSurface
from vibrates.potential.kernel_forms import FORMS, JOINED, KernelTables, checked
from vibrates.potential.registry import SURFACES
from vibrates.trajectories import TrajectoryRunner, kernel
from vibrates.trajectories.kernel import state_layout as rows
from vibrates.trajectories.kernel import strang
from vibrates.trajectories.kernel.interaction import geometry, potential_and_means
from vibrates.trajectories.kernel.simd import LANES

# A model of tests alone: it has a kernel, and no type.
EXPONENTIAL = "exponential"


@pytest.fixture(autouse=True)
def files_of_the_samples(tmp_path, monkeypatch):
    """The files that samples name."""
    write_files(tmp_path)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def system(settings):
    """A function: surface and runner (6 x 4 or 6 x 1 levels) of a sample."""

    def build(name):
        sample = SAMPLES["table" if name == EXPONENTIAL else name]
        a, b = molecules(sample)
        if name == EXPONENTIAL:
            interaction = ExponentialRepulsion(1.1, 5.0, a.r_e)
        else:
            interaction = surface(sample.block, a, b)
        levels = 4 if sample.molecules == "two diatoms" else 1
        return interaction, TrajectoryRunner(interaction, a, b, 6, levels, 2, 0, settings(0.4))

    return build


def tables_of(name):
    """Kernel tables of a sample on 3 x 2 or 3 x 1 bond lengths (bohr), and how many these are."""
    a, b = molecules(SAMPLES[name])
    r_b = b.r_e * (np.array([1.0, 1.1]) if SAMPLES[name].molecules == "two diatoms" else np.ones(1))
    r_a = a.r_e * np.array([0.9, 1.0, 1.2])
    interaction = surface(SAMPLES[name].block, a, b).kernel_tables(r_a[:, None], r_b[None, :])
    return interaction, r_a.size * r_b.size


def test_every_type_has_a_sample_and_every_form_a_surface():
    assert {sample.type for sample in SAMPLES.values()} == set(SURFACES), "add to surface_samples"
    found = {name: set() for name in SURFACES}
    for name, sample in SAMPLES.items():
        found[sample.type].add(tables_of(name)[0].form)
    for name, entry in SURFACES.items():
        assert found[name] == {form.number for form in entry.forms}
    assert set(FORMS) == set.union(*found.values()) | {1}  # the exponential
    assert all(number == form.number for number, form in FORMS.items())


@pytest.mark.parametrize("name", SAMPLES)
def test_tables_have_the_width_that_the_kernel_reads_and_no_other_is_let_in(name):
    interaction, points = tables_of(name)
    assert checked(interaction, points) is interaction
    form, tables, quadrupole = interaction
    width = tables.shape[1]
    for columns in (tables[:, :-1], np.hstack([tables, tables[:, :1]])):
        wrong = KernelTables(form, np.ascontiguousarray(columns), quadrupole)
        with pytest.raises(ValueError, match=rf"kernel form {form} .*reads.*{columns.shape}") as no:
            checked(wrong, points)
        assert "\n" not in str(no.value) and FORMS[form].width in str(no.value)
        assert str(width) in FORMS[form].width or FORMS[form].step
    for wrong, words in (
        (interaction._replace(tables=tables[:-1]), "reads tables of"),
        (interaction._replace(quadrupole=quadrupole[:-1]), "products of quadrupoles"),
        (interaction._replace(tables=tables.astype(np.float32)), "double precision"),
        (interaction._replace(tables=np.asfortranarray(tables)), "contiguous"),
        (interaction._replace(form=99), "99 is none of"),
    ):
        with pytest.raises(ValueError, match=words):
            checked(wrong, points)


def test_a_surface_with_tables_of_another_form_reaches_no_kernel(settings):
    """44 columns for a kernel that reads 97: it read beyond the end of every row."""
    a, b = molecules(SAMPLES["table"])
    plain = surface(SAMPLES["table"].block, a, b)

    class Wrong:
        def kernel_tables(self, r_a, r_b):
            _, tables, quadrupole = plain.kernel_tables(r_a, r_b)
            wider = np.hstack([tables, np.ones((len(tables), 29))])
            return KernelTables(JOINED.number, np.ascontiguousarray(wider), quadrupole)

    with pytest.raises(ValueError, match=r"joined.* reads .*x 97 columns.*\(24, 44\)"):
        TrajectoryRunner(Wrong(), a, b, 6, 4, 2, 0, settings(0.4))


def test_a_series_is_joined_to_a_fitted_surface_alone():
    a, b = molecules(SAMPLES["table"])
    plain = surface(SAMPLES["table"].block, a, b)
    with pytest.raises(UserError, match="not to a ImprovedLennardJonesSurface; .*'fitted'"):
        JoinedSurface(plain, series(), (6.0, 8.0))
    joined = JoinedSurface(surface(FITTED, a, b), series(), (6.0, 8.0))
    with pytest.raises(UserError, match="not to a JoinedSurface"):
        dataclasses.replace(joined, inner=joined)


@pytest.mark.parametrize(
    ("name", "powers"), [("eps_meV", [1, 0]), ("R_m_angstrom", [2, 0]), ("beta", [1, 1])]
)
def test_extra_harmonics_that_the_kernel_does_not_have_are_refused(name, powers):
    a, b = molecules(SAMPLES["fitted"])
    row = {"powers": powers, "values": [0.1] * 6}
    terms = FITTED["terms"] | {name: [FITTED["terms"][name][0], row]}
    with pytest.raises(UserError, match=rf"surface\.terms\.{name}: 6 values .* give 5 or 1") as no:
        surface(FITTED | {"terms": terms}, a, b)
    assert "\n" not in str(no.value)


def test_tables_of_a_surface_without_following_harmonics_are_as_before():
    """Zeros where extra harmonics might follow ask for no other kernel."""
    a, b = molecules(SAMPLES["fitted"])
    rows = FITTED["terms"]["R_m_angstrom"]
    padded = [
        row | {"values": [*row["values"], *[0.0] * 12]} if row["powers"] == [1, 0] else row
        for row in rows
    ]
    grids = a.r_e * np.array([[0.9], [1.2]]), b.r_e * np.array([[1.0, 1.1]])
    plain, other = (
        surface(FITTED | {"terms": FITTED["terms"] | {"R_m_angstrom": r}}, a, b).kernel_tables(
            *grids
        )
        for r in (rows, padded)
    )
    assert plain.form == other.form
    assert np.array_equal(plain.tables, other.tables)


@pytest.mark.parametrize("name", SAMPLES)
def test_settings_survive_reading_and_writing(name):
    block = SAMPLES[name].block
    settings = read_surface(block, "test")
    assert type(settings) is SURFACES[settings.type].settings
    assert settings.type == SAMPLES[name].type
    assert settings.type in settings.model_config["title"].split(", ")
    mapping = settings.to_mapping()
    assert next(iter(mapping)) == "type"
    written = yaml.safe_load(yaml.safe_dump(mapping))
    assert read_surface(written, "test") == settings


@pytest.mark.parametrize("name", SAMPLES)
def test_wrong_keys_are_refused_in_one_line(name):
    block, kind = SAMPLES[name].block, SAMPLES[name].type

    def said(changed):
        with pytest.raises(UserError) as caught:
            read_surface(changed, "c.yaml")
        assert "\n" not in str(caught.value)
        return str(caught.value)

    message = said(block | {"nonsense": 1})
    assert message.startswith("c.yaml: surface: unknown key 'nonsense' (known: type, ")
    for key in SURFACES[kind].settings.model_fields:
        if SURFACES[kind].settings.model_fields[key].is_required():
            message = said({k: v for k, v in block.items() if k != key})
            assert message.startswith(f"c.yaml: surface: key '{key}' is missing; add it: "), message
    known = {key for one in SURFACES.values() for key in one.settings.model_fields}
    for key in known - set(SURFACES[kind].settings.model_fields):
        expected = f"c.yaml: surface.{key}: not used with type: {kind}; remove it"
        assert said(block | {key: 1}) == expected
    renamed = {("parameters" if key == "type" else key): value for key, value in block.items()}
    assert said(renamed) == ("c.yaml: surface: key 'parameters' is now called 'type'; rename it")
    message = said(block | {"type": "nonsense"})
    assert message.startswith("c.yaml: surface.type: 'nonsense' is none of original, modified, ")
    assert said(block | {"type_": 1}).endswith("did you mean 'type'?")


@pytest.mark.parametrize("switching_from", [None, 4.0])
@pytest.mark.parametrize("name", [*SAMPLES, EXPONENTIAL])
def test_kernel_potential_and_forces_are_those_of_the_surface(system, sample, name, switching_from):
    """One step's kick of P, L_a, L_b against numerical derivatives of the NumPy surface.

    With ``switching_from`` (bohr) the interaction is switched off over the next 6 bohr.
    """
    surface, collision = system(name)
    n, m = collision.propagation.basis_a.r.size, collision.propagation.basis_b.r.size
    start = sample(LANES, energy_cm=9000.0).classical()
    rng = np.random.default_rng(5)
    start[:, :3] = rng.normal(size=(LANES, 3)) * 2.0 + np.array([0.0, 0.0, 6.5])
    psi = rng.normal(size=(LANES, n * m)) + 1j * rng.normal(size=(LANES, n * m))
    psi /= np.linalg.norm(psi, axis=1, keepdims=True)
    density = (np.abs(psi) ** 2).reshape(-1, n, m)
    r_a, r_b = collision.propagation.basis_a.r[:, None], collision.propagation.basis_b.r[None, :]

    begin, length = (np.inf, 1.0) if switching_from is None else (switching_from, 6.0)
    switch = np.tile([begin, 1.0 / length], (LANES, 1))

    def switched(distance):
        x = np.clip((distance - begin) / length, 0.0, 1.0)
        return 1.0 - quad(lambda t: 630.0 * t**4 * (1.0 - t) ** 4, 0.0, x)[0]

    # Of a function trajectories see its expansion on the grid.
    expanded = surface.on_grid(r_a, r_b) if hasattr(surface, "on_grid") else None

    def mean(t, position, n_a, n_b):
        distance = np.linalg.norm(position)
        place = distance, n_a @ position / distance, n_b @ position / distance, n_a @ n_b
        if expanded is None:
            values = surface.potential(*place, r_a, r_b)
        else:
            values = expanded.potential(*place).reshape(n, m)
        return switched(distance) * (density[t] * values).sum()

    ours = kernel.mean_potential(
        start, psi.real.copy(), psi.imag.copy(), switch, *collision.propagation.interaction
    )
    h = 1e-4
    c = np.ascontiguousarray(np.hstack([start, switch]).T).ravel()
    re, im = np.ascontiguousarray(psi.real.T).ravel(), np.ascontiguousarray(psi.imag.T).ravel()
    g = np.zeros(rows.GEOMETRY * LANES)
    means, potential = np.zeros(rows.MEANS * LANES), np.zeros(n * m * LANES)
    kernel_form, tables, quadrupole = collision.propagation.interaction
    geometry(c, g)
    potential_and_means(kernel_form, n * m, re, im, g, tables, quadrupole, potential, means)
    strang.kick(c, g, means, 1.0)
    kicked = c.reshape(-1, LANES).T

    def gradient(t, arguments, place):
        moved = np.eye(3) * h

        def at(step):
            changed = [a + (step if k == place else 0.0) for k, a in enumerate(arguments)]
            return mean(t, *changed)

        return np.array([(at(d) - at(-d)) / (2.0 * h) for d in moved])

    for t in range(LANES):
        x, n_a, n_b = start[t, 0:3], start[t, 6:9], start[t, 12:15]
        assert ours[t] == pytest.approx(mean(t, x, n_a, n_b), rel=1e-12)
        by_x, by_a, by_b = (gradient(t, (x, n_a, n_b), place) for place in range(3))
        expected = np.concatenate([-by_x, -np.cross(n_a, by_a), -np.cross(n_b, by_b)])
        change = np.concatenate([kicked[t, k : k + 3] - start[t, k : k + 3] for k in (3, 9, 15)])
        np.testing.assert_allclose(change, expected, atol=2e-7 * np.abs(expected).max())


def test_the_environment_of_pyscf_reads_points_without_pydantic():
    """It has NumPy, SciPy and pandas only (envs/abinitio.txt)."""
    script = (
        "import sys; sys.modules.update(dict.fromkeys(('pydantic', 'xarray', 'numba')));"
        "import vibrates.potential.points, vibrates.potential.joined, vibrates.potential.sites,"
        "vibrates.potential.lennard_jones, vibrates.potential.atom_pairs"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
