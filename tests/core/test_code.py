"""The fingerprint of a stage's code: what it depends on counts, and nothing else does."""

import importlib.util
import shutil
from pathlib import Path

import pytest

from vibrates.core.code import CARRIERS, PACKAGE, sources

STAGES = {
    "vibrates.abinitio.blocks": ("abinitio/energies.py", "conv_tol = 1e-10", "conv_tol = 1e-9"),
    "vibrates.abinitio.coupled_cluster": (
        "abinitio/energies.py",
        "conv_tol_normt = 2e-8, 1e-4",
        "conv_tol_normt = 2e-8, 1e-5",
    ),
    "vibrates.abinitio.second_order": ("abinitio/energies.py", "with_t2=False", "with_t2=True"),
    "vibrates.abinitio.multireference": ("abinitio/nevpt2.py", "(1e-11, 2e-6)", "(1e-11, 3e-6)"),
    "vibrates.abinitio.atom_diatom": ("abinitio/open_shell.py", "float(0.5 *", "float(0.6 *"),
    "vibrates.abinitio.properties": ("abinitio/molecule.py", "FIELD = 0.004", "FIELD = 0.005"),
    "vibrates.abinitio.polar": ("abinitio/polar_molecule.py", "FIELD = 0.0008", "FIELD = 0.0009"),
    "vibrates.scattering.work": ("scattering/propagator.py", "h / 3.0", "h / 3.1"),
    "vibrates.learning.search.candidate": (
        "learning/optimisers.py",
        "import minimize",
        "import minimize as m",
    ),
    "vibrates.learning.published_gp": ("learning/features.py", "EXTRA = 0", "EXTRA = 1"),
    "vibrates.longrange.training": ("potential/network.py", "EXTRA = 0", "EXTRA = 1"),
    "vibrates.trajectories.work": ("trajectories/kernel/strang.py", "EXTRA = 0", "EXTRA = 1"),
    "vibrates.rates.coefficients": (
        "rates/symmetrisation.py",
        "def energy_weight",
        "def energy_weight_10",
    ),
}


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """A copy of the sources; a function: fingerprints of all stages there, read anew; a result."""
    package = tmp_path_factory.mktemp("src") / PACKAGE.name
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    for path, old, _ in STAGES.values():
        if old.startswith("EXTRA"):
            (package / path).write_text((package / path).read_text() + f"\n{old}\n")

    def fingerprints():
        spec = importlib.util.spec_from_file_location("copy_of_code", package / "core" / "code.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return {stage: module.code_fingerprint(stage) for stage in STAGES}

    return package, fingerprints, fingerprints()


def edited(path: Path, change):
    """The text before; the file is changed."""
    text = path.read_text(encoding="utf-8")
    assert change(text) != text
    path.write_text(change(text), encoding="utf-8")
    return text


@pytest.mark.parametrize("stage", STAGES)
def test_a_changed_source_changes_the_stages_that_depend_on_it(copied, stage):
    package, fingerprints, before = copied
    path, old, new = STAGES[stage]
    text = edited(package / path, lambda text: text.replace(old, new))
    after = fingerprints()
    (package / path).write_text(text, encoding="utf-8")
    module = "vibrates." + path.removesuffix(".py").replace("/", ".")
    expected = {one for one in STAGES if module in sources(one)}
    assert {one for one in STAGES if before[one] != after[one]} == expected
    assert stage in expected and len(expected) < len(STAGES)


def test_a_tenth_of_the_energy_weight_is_noticed_by_the_rates_alone(copied):
    """With `energy_weight` divided by ten nothing was to be done."""
    package, fingerprints, before = copied
    path = package / "rates" / "symmetrisation.py"
    head, rest = path.read_text(encoding="utf-8").split("def energy_weight", 1)
    assert "    return " in rest
    changed = rest.replace("    return ", "    return 0.1 * ", 1)
    text = edited(path, lambda _: head + "def energy_weight" + changed)
    after = fingerprints()
    path.write_text(text, encoding="utf-8")
    changed = {stage for stage in STAGES if before[stage] != after[stage]}
    assert changed == {"vibrates.rates.coefficients"}


def test_comments_docstrings_and_layout_do_not_count(copied):
    package, fingerprints, before = copied
    for path in {path for path, _, _ in STAGES.values()}:
        text = (package / path).read_text(encoding="utf-8")
        head, rest = text.split('"""', 1)
        (package / path).write_text(f'{head}"""More words. {rest}\n\n# A comment.\n')
    assert fingerprints() == before


def test_what_carries_results_does_not_count(copied):
    package, fingerprints, before = copied
    for name in CARRIERS:
        place = package.joinpath(*name.split(".")[1:])
        path = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
        path.write_text(path.read_text(encoding="utf-8") + "\nCHANGED = 1\n", encoding="utf-8")
    assert fingerprints() == before


def test_only_what_a_stage_takes_names_from_belongs_to_it():
    scattering = sources("vibrates.scattering.work")
    assert "vibrates.potential.sites" in scattering
    # They lie in packages that it imports from.
    assert not {"vibrates.potential.fit", "vibrates.scattering.thermal"} & scattering
    assert not any(".abinitio." in name or ".figures." in name for name in scattering)
    # A package that hands on names, and one that defines what is taken.
    assert "vibrates.trajectories.runner" in sources("vibrates.trajectories.work")
    assert "vibrates.potential.registry" in sources("vibrates.trajectories.work")
    # Surfaces are imported where the registry builds them.
    assert "vibrates.potential.sites" in sources("vibrates.trajectories.work")
    with pytest.raises(ValueError, match="vibrates.nothing is no module"):
        sources("vibrates.nothing")
