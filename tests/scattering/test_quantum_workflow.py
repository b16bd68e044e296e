"""From a description to rates: plan, jobs, what is kept, products."""

import copy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
import yaml

from vibrates.core import netcdf
from vibrates.core.checkpoint import Checkpoint
from vibrates.core.errors import UserError
from vibrates.core.units import CM_TO_HARTREE
from vibrates.scattering import calculation, job_file, plan, product, settings
from vibrates.scattering.hours import by_served_levels
from vibrates.scattering.work import Work, fingerprints

REPOSITORY = Path(__file__).parents[2]
TINY = {
    "levels": {"v_max": 1, "j_max": 2}, "basis": {"j_max": [5, 4], "closed_cm": 3000},
    "energies": {"near_cm": [20, 60, 200], "spacing_cm": 700, "highest_cm": 1500},
    "sectors_bohr": [[2.2, 0.2], [6.0, 0.4], [12.0, 0.4]], "legendre_terms": 6,
}  # fmt: skip


@pytest.fixture(scope="module")
def described(tmp_path_factory):
    """A description of He + HD that takes a second, and the file that holds it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(REPOSITORY)  # The shipped description names its files from there.
        content = settings.load("config/quantum/small.yaml").to_mapping() | TINY
    content["surface"] = str(REPOSITORY / content["surface"])
    content["molecule"] = content["molecule"] | {
        "curve": str(REPOSITORY / content["molecule"]["curve"])
    }
    path = tmp_path_factory.mktemp("quantum") / "tiny.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return settings.load(path), path


def blocks_of(description):
    rotor, mass = settings.rotor(description), settings.reduced_masses(description)[1]
    return calculation.of(description).blocks(), rotor.energies, mass


def test_every_level_has_energies_from_its_threshold_to_the_highest(described):
    found, levels, _ = blocks_of(described[0])
    wanted = levels[:2, :3]
    energies = np.concatenate([b.energies for b in found])
    reference = np.concatenate([b.reference for b in found])
    for level in wanted.ravel():
        mine = (energies > level) & (reference <= level)
        collision = np.sort(energies[mine] - level) / CM_TO_HARTREE
        assert collision[0] <= 20.001 and collision[-1] > 1500 - 700
        assert np.diff(collision).max() <= 701
    for block in found:
        assert (block.reference < block.energies).all()


def test_partial_waves_begin_with_all_and_end_with_the_last():
    waves = plan.waves(4, 75)
    assert list(waves[:9]) == list(range(9)) and waves[-1] == 75
    assert (np.diff(waves) <= np.maximum(1, waves[:-1] // 4)).all()
    assert list(plan.waves(100, 12)) == list(range(13))


@pytest.mark.parametrize("method", ["coupled_states", "close_coupling"])
def test_jobs_add_up_to_the_cross_sections_of_the_library(described, method):
    """The same partial waves, by the slower road that solves one J after the other."""
    changes = {
        "method": method,
        "jobs": {"energies": 5, "chunks": 2, "ranks": 1},
        "waves": {"reach_bohr": 2.0, "extra": 3, "every": 1000},
    }
    description = described[0].changed(changes)
    works = [Work(description, len(blocks_of(description)[0]) - 1, chunk) for chunk in (0, 1)]
    block = works[0].block
    opacity, waves = [], []
    for work in works:
        opacity.append(sum(work.opacity(i) for i in range(len(work.pieces))))
        waves.append(work.waves)
    order = np.argsort(np.concatenate(waves))
    opacity = np.concatenate(opacity)[order]
    total = np.einsum("j,jep->ep", 2.0 * np.arange(len(order)) + 1.0, opacity)[-1]
    work = works[0]
    problem, (v, j) = work.problem, work.labels.T
    energies = work.calculation.energies(work.labels)
    initial, final = np.nonzero(energies[:, None] > energies)
    k_squared = 2 * problem.reduced_mass * (block.energies[-1] - energies[initial])
    mine = np.pi * total / (k_squared * (2 * j[initial] + 1))
    among = settings.in_basis(description.basis, problem.rotor.energies, block.energies.max())
    # All levels take part in the library: here too, at the highest energy.
    assert among[0, :6].all() and among[1, :5].all() and not among[1, 5]
    whole = np.zeros_like(mine)
    for j_total in range(int(block.last[-1]) + 1):
        for weight, channels in problem.blocks(j_total, method, among):
            s = problem.s_matrices(channels, block.energies[-1:])[0]
            where = {key: i for i, key in enumerate(zip(v, j, strict=True))}
            of = np.array([where.get(key, -1) for key in zip(channels.v, channels.j, strict=True)])
            for pair, (a, b) in enumerate(zip(initial, final, strict=True)):
                p = (np.abs(s[np.ix_(of == a, of == b)]) ** 2).sum()
                whole[pair] += weight * (2 * j_total + 1) * p
    whole *= np.pi / (k_squared * (2 * j[initial] + 1))
    np.testing.assert_allclose(mine, whole, rtol=1e-9)


def test_even_and_odd_j_of_like_nuclei_do_not_mix(described):
    """He + H2: no pair between even and odd j; with I = 0 there is no odd j at all."""
    content = described[0]

    def h2(spin):
        changes = {"name": "H2", "masses_u": [1.00782503, 1.00782503], "nuclear_spin": spin}
        return content.changed({"molecule": changes})

    levels = settings.rotor(h2(0.5)).energies / CM_TO_HARTREE
    # Measured: S_0(0) at 354.37 cm^-1, the fundamental at 4161.17.
    assert levels[0, 2] - levels[0, 0] == pytest.approx(354.37, rel=3e-3)
    assert levels[1, 0] - levels[0, 0] == pytest.approx(4161.17, rel=2e-3)
    work = Work(h2(0.5), 1, 0)
    initial, final = work.pairs
    changes = [(*work.labels[a], *work.labels[b]) for a, b in zip(initial, final, strict=True)]
    # v = 0-1, j = 0-2: six pairs of the four even levels, one of the two odd ones.
    assert len(changes) == 7 and all((j - jp) % 2 == 0 for _, j, _, jp in changes)
    assert work.opacity(0).shape[-1] == 7 and (work.opacity(0)[0, -1] > 0).all()
    # The odd terms of V are exactly zero: S between even and odd j is rounding.
    channels = work.pieces[0].channels().of_wave(0)
    s = work.problem.s_matrices(channels, work.block.energies[-1:])[0]
    open_j = channels.j[channels.thresholds < work.block.energies[-1]]
    assert np.abs(s[np.ix_(open_j % 2 == 0, open_j % 2 == 1)]).max() < 1e-12
    bosons = Work(h2(0), 1, 0)
    assert len(bosons.pairs[0]) == 6
    assert (bosons.labels[np.concatenate(bosons.pairs), 1] % 2 == 0).all()
    assert len(Work(content, 1, 0).pairs[0]) == 15


def run(path, block, output, ranks):
    return subprocess.run(
        [str(Path(sys.executable).with_name("mpiexec")), "-n", str(ranks),
         sys.executable, "-m", "vibrates.scattering.batch", str(path), str(block), "0", str(output),
         "--ranks", str(ranks)],
        cwd=REPOSITORY, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.slow
def test_a_job_gives_the_same_for_one_and_two_ranks_and_goes_on_from_its_pieces(
    described, tmp_path
):
    description, path = described
    one, two = tmp_path / "one.nc", tmp_path / "two.nc"
    for output, ranks in ((one, 1), (two, 2)):
        done = run(path, 0, output, ranks)
        assert done.returncode == 0, done.stderr
    first = netcdf.read_product(one, "")
    assert first["opacity"].equals(netcdf.read_product(two, "")["opacity"])
    # A piece that an earlier attempt kept is taken as it is; one of other settings is not.
    work = Work(description, 0, 0)
    pieces = work.tasks()
    output = tmp_path / "resumed.nc"
    kept = Checkpoint(output)
    kept.add(
        pieces[0].key,
        pieces[0].fingerprint,
        {"opacity": 0.0 * work.opacity(0) + 0.125, "seconds": 1.0},
    )
    kept.add(pieces[1].key, "of other settings", {"opacity": np.zeros(3), "seconds": 1.0})
    kept.close()
    assert run(path, 0, output, 1).returncode == 0
    resumed = netcdf.read_product(output, "")
    difference = (resumed["opacity"] - first["opacity"]).values
    np.testing.assert_allclose(difference, 0.125 - work.opacity(0), atol=1e-12)
    assert not Checkpoint(output).files()
    # Where jobs are put together they must be those asked for.
    expected = fingerprints(description, [(0, 0), (1, 0)])
    assert job_file.read(one, expected[0, 0])["opacity"].equals(first["opacity"])
    with pytest.raises(UserError, match=r"one\.nc: made with other settings.*remove it"):
        job_file.read(one, expected[1, 0])


def test_products_of_a_calculation(described):
    """sigma, k, checks and hours from opacities that are known: |S|^2 = 1 up to the last wave."""
    description = described[0]
    found, levels, mass = blocks_of(description)
    blocks = []
    for block in found:
        last = block.last
        waves = plan.waves(description.waves.every, last.max())
        v, j = np.indices((2, 3)).reshape(2, -1)
        initial, final = np.nonzero(levels[v, j][:, None] > levels[v, j])
        opacity = np.ones((len(waves), len(block.energies), len(initial)))
        blocks.append(xr.Dataset(
            {"opacity": (("wave", "energy", "pair"), opacity), "last": ("energy", last),
             "reference": ("energy", block.reference / CM_TO_HARTREE)},
            {"wave": waves, "energy": block.energies / CM_TO_HARTREE,
             "v": ("pair", v[initial]), "j": ("pair", j[initial]),
             "vp": ("pair", v[final]), "jp": ("pair", j[final])}))  # fmt: skip
    sections = product.cross_sections(blocks, calculation.of(description))
    here = np.isfinite(sections.sigma[:, 0])
    assert here.sum() >= 4
    # pi/k^2 sum (2J + 1) over J <= last.
    for index in np.flatnonzero(here):
        last = np.concatenate([b["last"].values for b in blocks])[
            np.argsort(np.concatenate([b["energy"].values for b in blocks]), kind="stable")
        ][index]
        k_squared = 2 * mass * (sections.energies[index] - sections.initial[0])
        expected = np.pi * (last + 1) ** 2 / k_squared / (2 * sections.numbers["j"][0] + 1)
        assert sections.sigma[index, 0] == pytest.approx(expected, rel=1e-9)
    table = product.rates(sections, mass, np.array([100.0, 300.0]))
    assert len(table) == 2 * 15 and (table["k_cm3_s"] > 0).all()
    checks = product.checks(sections, table)
    assert checks["transitions"] == 15 and checks["largest_share_of_the_last_fifth_of_waves"] > 0.2
    stored = product.table(sections, table)
    for name, check in (
        ("share_below", "below_the_lowest"),
        ("share_beyond", "beyond_the_highest"),
    ):
        assert stored[name].dims == ("pair", "temperature") and stored[name].shape == (15, 2)
        assert float(stored[name].max()) == checks[f"largest_share_of_k_{check}_energy"]
        mine = table[table["T_K"] == 300.0][name].to_numpy()
        np.testing.assert_array_equal(stored[name].sel(temperature=300.0), mine)
    assert (
        stored["share_below"].sel(temperature=100.0) > stored["share_below"].sel(temperature=300.0)
    ).all()
    assert (
        stored["share_beyond"].sel(temperature=100.0)
        < stored["share_beyond"].sel(temperature=300.0)
    ).all()
    hours = by_served_levels(found, [3600.0] * len(found), levels, description.levels)
    assert hours["core_hours"].sum() == pytest.approx(len(found))
    # The highest energies complete collisions from high levels alone, middle ones from many.
    served = [set(text.split()) for text in hours["j"]]
    assert set.union(*served) == {"0", "1", "2"} and max(map(len, served)) == 3


def test_mistakes_of_a_description_are_named(described, tmp_path):
    content = yaml.safe_load(described[1].read_text(encoding="utf-8"))
    for change, message in (
        ({"basis": {"j_max": [5], "closed_cm": 1}}, "basis.j_max"),
        ({"method": "sudden"}, "method"),
        ({"sectors_bohr": [[6.0, 0.1], [2.0, 0.1]]}, "do not ascend"),
        ({"surplus": 1}, "surplus"),
        (
            {"molecule": content["molecule"] | {"masses_u": [1.0078, 1.0078]}},
            r"wrong\.yaml: molecule\.nuclear_spin: missing",
        ),
        (
            {"molecule": content["molecule"] | {"nuclear_spin": 0.5}},
            r"wrong\.yaml: molecule\.nuclear_spin: .* differ",
        ),
        (
            {"molecule": content["molecule"] | {"masses_u": [1.0078, 1.0078], "nuclear_spin": 0.3}},
            r"wrong\.yaml: molecule\.nuclear_spin: 0\.3 is no spin",
        ),
    ):
        path = tmp_path / "wrong.yaml"
        path.write_text(yaml.safe_dump(copy.deepcopy(content) | change), encoding="utf-8")
        with pytest.raises(UserError, match=message):
            settings.load(path)
