"""The kinds of configuration files: which one a file is, its check, and the workflow it is for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vibrates.abinitio import settings as pair_points
from vibrates.abinitio.models import PairPoints
from vibrates.campaign import rotor_cost
from vibrates.config import Campaign, completion, load
from vibrates.config.surface_block import Surface
from vibrates.core import results_directory
from vibrates.core.errors import UserError
from vibrates.core.model import Model, key, optional
from vibrates.core.yaml_files import read_layers
from vibrates.longrange import description as long_range
from vibrates.longrange import models as long_range_models
from vibrates.longrange.models import LongRangeTraining
from vibrates.molecules.settings import Molecule
from vibrates.scattering import calculation as quantum_calculation
from vibrates.scattering import settings as quantum
from vibrates.scattering import surface as site_surface
from vibrates.scattering.models import Scattering, SiteSurfacePoints
from vibrates.scattering.pair_models import PairScattering
from vibrates.trajectories import plan


class Constants(Model):
    """Molecules, and perhaps a surface: a file that others extend."""

    molecules: dict[str, Molecule] = key("Constants of the molecules", "see the keys")
    surface: Surface | None = optional("Interaction of two molecules", "see the keys")


@dataclass(frozen=True)
class Kind:
    """A kind of configuration.

    ``check(path)`` reads and checks a file, all that it names included, and returns lines about it;
    it raises UserError. ``snakefile``: the workflow that takes such a file; None if there is none.
    """

    name: str
    model: type[Model]
    check: Callable[[Path], list[str]]
    snakefile: str | None = None


def of(path: str | Path) -> Kind:
    """The kind of a file: the one whose keys it has most of.

    Raises UserError if the file cannot be read, or has a key of no kind.
    """
    given = set(read_layers(path))
    if given and given <= set(Constants.model_fields):
        return KINDS["constants"]
    shares = {name: len(given & set(one.model.model_fields)) for name, one in KINDS.items()}
    best = max(shares, key=lambda name: shares[name])
    if not shares[best]:
        keys = ", ".join(sorted(map(str, given))) or "no key"
        raise UserError(
            f"{path}: {keys}: no configuration of {', '.join(k.name for k in KINDS.values())}; see "
            "config/README.md"
        )
    return KINDS[best]


def check(path: str | Path, expected: str | None = None) -> tuple[Kind, list[str]]:
    """Check a file of any kind.

    Parameters
    ----------
    path
        The file.
    expected
        The kind that it must be, a key of `KINDS`; None for any.

    Returns
    -------
    kind, lines
        Its kind, and what is to be said of it.

    Raises
    ------
    UserError
        If it cannot be read or run, or is of another kind.
    """
    kind = of(path)
    if expected is not None and kind.name != KINDS[expected].name:
        raise UserError(
            f"{path}: is a configuration of {kind.name}; name one of {KINDS[expected].name}"
        )
    return kind, kind.check(Path(path))


def _campaign(path: Path) -> list[str]:
    config = load(path)
    for name, expected in (
        ("potential", "potential"),
        ("quantum", "quantum"),
        ("quantum_surface", "quantum_surface"),
        ("longrange", "longrange"),
    ):
        if module := getattr(config.modules, name):
            check(module, expected)
    lines = []
    for name, part in config.parts.items():
        if name:
            T, U = part.rates.temperatures_K, part.grid.energies
            lines.append(f"{name} part, {T[0]:g} to {T[-1]:g} K, U {U[0]:g} to {U[-1]:g} cm^-1:")
        lines += _trajectories(part)
    lines.append(f"results in {config.results}/")
    if config.complete is not None:
        lines.append(
            f"table of {sum(len(one.members()) for one in config.complete.families)} transitions "
            f"from {len(completion.states(config))} states, pilot of "
            f"{len(completion.pilot(config))} more, at most {config.complete.core_hours:g} core "
            "hours"
        )
    if config.learning is None:
        lines.append("no block learning: rates of the states of the grid alone")
    if not config.reference.published_rates.to_mapping():
        lines.append("no published rates named (reference.published_rates): comparison skipped")
    return lines


def _trajectories(config: Campaign) -> list[str]:
    """Initial states and numbers of trajectories of a campaign of one treatment of the rotors."""
    rotor_cost.check(config)
    pilot = plan.into_batches(plan.pilot(config), config.jobs.trajectories_per_batch)
    sizes = [[len(levels) for levels in config.bases(v, w)] for v, w in config.grid.states]
    largest = max(sizes, key=lambda n: n[0] * n[1])
    return [
        f"initial states {len(config.states)}, largest basis {largest[0]} x {largest[1]}",
        *([config.quantised.description] if config.quantised is not None else []),
        f"pilot {int((pilot['stop'] - pilot['start']).sum())} trajectories in "
        f"{pilot['batch'].nunique()} batches, budget {config.sampling.budget} in "
        f"{config.sampling.rounds} more rounds",
    ]


def _quantum(path: Path) -> list[str]:
    described = quantum.load(path)
    results_directory.check(described.results, str(path))
    if isinstance(described, Scattering):
        _has_block(path, "surface", described.surface, "surface")
        quantum.read_sites(described.surface)
        wanted = described.levels
        partners = (described.molecule.name, described.atom.name)
        what = f"levels to v = {wanted.v_max}, j = {wanted.j_max}"
    else:
        partners = described.pair
        what = f"vibrational transitions {len(described.transitions)}"
    blocks = quantum_calculation.of(described).blocks()
    return [
        f"{' + '.join(partners)}, {described.method}, {what}",
        f"{sum(len(block.energies) for block in blocks)} energies in "
        f"{len(blocks) * described.jobs.chunks} jobs",
        f"results in {described.results}/",
    ]


def _pair_points(path: Path) -> list[str]:
    described = pair_points.load(path)
    results_directory.check(described.settings.results, str(path))
    points = described.settings
    line = (
        f"{' + '.join(points.pair)}: {len(pair_points.geometry_table(described.points))} points in "
        f"{points.basis}"
    )
    if points.larger_basis is not None:
        more = len(pair_points.geometry_table(described.larger_basis))
        line += f", {more} in {points.larger_basis.basis}"
    for name in points.properties:
        pair_points.monomer(described, name)
    forecast = pair_points.forecast(described, "points")
    return [line, *([forecast] if forecast else []), f"results in {points.results}/"]


def _site_surface(path: Path) -> list[str]:
    described = site_surface.load(path)
    results_directory.check(described.results, str(path))
    counts = [len(site_surface.fingerprints(described, one))
              for one in (described.sets.small, described.sets.large)]  # fmt: skip
    return [
        f"{'-'.join(described.symbols[:2])} + {described.symbols[2]}: points in {counts[0]} jobs "
        f"in {described.sets.small.basis}, {counts[1]} in {described.sets.large.basis}",
        f"results in {described.results}/",
    ]


def _long_range(path: Path) -> list[str]:
    described = long_range.load(path)
    results_directory.check(described.results, str(path))
    source = described.source
    if isinstance(source, long_range_models.TailSource):
        for name in source.pair:
            _has_block(path, "source.surface", source.surface, "molecules", name)
        _has_block(path, "source.surface", source.surface, "surface")
    if isinstance(source, long_range_models.TailSource) or (
        isinstance(source, long_range_models.AnalyticSource) and Path(source.properties).exists()
    ):
        long_range.known_surface(source)
    return [
        f"{described.title}: C_m for m = {', '.join(map(str, described.powers))}, ensemble of "
        f"{described.ensemble}",
        f"results in {described.results}/",
    ]


def _constants(path: Path) -> list[str]:
    found = Constants.from_mapping(read_layers(path), str(path))
    surface = f", surface of type {found.surface.type}" if found.surface else ""
    return [f"molecules {', '.join(found.molecules)}{surface}; other files extend it"]


def _has_block(source: Path, place: str, path: str, block: str, name: str | None = None) -> None:
    """The file that a key names has a block, and in it an entry of this name; else UserError."""
    found: Any = read_layers(path).get(block)
    if isinstance(found, Mapping) and (name is None or name in found):
        return
    what = block if name is None else f"{block}.{name}"
    raise UserError(f"{source}: {place}: {path} has no {what}; name a configuration that has it")


KINDS = {
    "campaign": Kind("a campaign", Campaign, _campaign, "Snakefile"),
    "potential": Kind(
        "ab initio points of two diatoms and the fit to them",
        PairPoints,
        _pair_points,
        "workflow/modules/potential.smk",
    ),
    "quantum": Kind("quantum scattering", Scattering, _quantum, "workflow/modules/quantum.smk"),
    "quantum_pair": Kind(
        "quantum scattering", PairScattering, _quantum, "workflow/modules/quantum.smk"
    ),
    "quantum_surface": Kind(
        "ab initio points of a diatom and an atom and the fit to them",
        SiteSurfacePoints,
        _site_surface,
        "workflow/modules/quantum_surface.smk",
    ),
    "longrange": Kind(
        "a long-range surface",
        LongRangeTraining,
        _long_range,
        "workflow/modules/longrange.smk",
    ),
    "constants": Kind("molecules and surfaces", Constants, _constants),
}
