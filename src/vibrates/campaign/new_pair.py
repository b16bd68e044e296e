"""`vibrates new`: the directory of a pair of molecules, from constants to commands that give rates.

Every file is checked, as `vibrates check` does, before the directory appears.
"""

import re
import shutil
import tempfile
from collections.abc import Sequence
from importlib.resources import files
from math import ceil, floor
from pathlib import Path
from string import Template

import yaml

from vibrates.abinitio import settings as pair_points
from vibrates.abinitio import surface_points
from vibrates.abinitio.contact import RADIUS_FRACTION
from vibrates.abinitio.models import PairPoints
from vibrates.campaign import kinds
from vibrates.config.campaign import Campaign, checked
from vibrates.core.errors import UserError
from vibrates.core.files import write_text
from vibrates.core.yaml_files import read_yaml
from vibrates.molecules import table
from vibrates.molecules.table import TabulatedDiatom

BASIS = "aug-cc-pvdz"
MIDBOND: dict[str, list[float]] = {
    "s": [0.9, 0.3, 0.1], "p": [0.9, 0.3, 0.1], "d": [0.6, 0.2], "f": [0.3],
}  # fmt: skip
# Functions of an atom in BASIS by number of frozen orbitals, and of MIDBOND.
_FUNCTIONS, _HYDROGEN, _MIDBOND_FUNCTIONS = {1: 23, 5: 27}, 9, 29
# A point of N2 + H2 takes so long (docs/surface.md), with 6 pairs of electrons correlated in 85
# virtual orbitals; the triples grow as o^3 v^4.
_SECONDS, _PAIRS, _VIRTUALS = 15.0, 6, 85
_BONDS = (0.8, 0.9, 1.0, 1.1, 1.2, 1.3)  # r_e
_SOURCES = {"HH": "Huber and Herzberg (1979)", "I07": "Irikura (2007)",
            "H92": "Huang, Barts, Halpern (1992)"}  # fmt: skip


def write(names: tuple[str, str], directory: Path | None, constants_only: bool) -> list[str]:
    """Write the directory of a pair.

    Parameters
    ----------
    names
        Two diatoms of the table of the package.
    directory
        Where; None for one here, named after the pair.
    constants_only
        Write the constants alone, for a surface that the user has.

    Returns
    -------
    list of str
        Lines for the user: the files, the forecast, what to do next.

    Raises
    ------
    UserError
        For a molecule that is not in the table, one whose points cannot be computed, or a directory
        that exists or cannot be made.
    """
    pair = tuple(table.find(name) for name in names)
    if directory is None:
        directory = Path("-".join(name.lower() for name in names))
    if directory.exists():
        raise UserError(
            f"{directory}: exists; name another directory with --directory, or remove it"
        )
    if constants_only:
        texts = {"molecules.yaml": _molecules(names, pair)}
        lines = [f"a campaign with 'extends: {directory.name}/molecules.yaml' has both molecules"]
    else:
        texts, lines = _texts(names, pair, directory)
    _place(texts, directory)
    return [*(f"{directory / name}" for name in texts), *lines]


def _place(texts: dict[str, str], directory: Path) -> None:
    """Write the files in a directory beside, check them, and give it its name."""
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{directory.name}.", dir=directory.parent))
    except OSError as error:
        raise UserError(
            f"{directory}: cannot be made ({error.strerror}); name another directory with "
            "--directory"
        ) from None
    try:
        for name, text in texts.items():
            write_text(beside / name, text)
        for name in texts:
            if name.endswith(".yaml"):
                kinds.check(beside / name)
        beside.chmod(0o755)
        beside.rename(directory)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _texts(
    names: tuple[str, str], pair: Sequence[TabulatedDiatom], directory: Path
) -> tuple[dict[str, str], list[str]]:
    """The files of a pair of closed shells, and the lines that follow their names."""
    for name, one in zip(names, pair, strict=True):
        if not one.closed_shell:
            raise UserError(
                f"{name}: its ground state {one.state} is an open shell, whose points the ab "
                "initio stage does not compute; take the constants alone with --constants, and "
                "give a surface of your own (docs/tutorials/own_pair.md)"
            )
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", directory.absolute().name)
    like_ends = all(one.like_ends for one in pair)
    words = {
        "a": names[0],
        "b": names[1],
        "qa": _quoted(names[0]),
        "qb": _quoted(names[1]),
        "name": name,
        "directory": directory.as_posix(),
        "results_abinitio": f"results-abinitio/{name}",
    }
    campaign = _filled("campaign.yaml", words | _grid(names, pair))
    molecules = _molecules(names, pair)
    content = yaml.safe_load(campaign) | yaml.safe_load(molecules)
    content.pop("extends")
    seconds = _seconds(pair)
    points = (
        words
        | _stretches(checked(content, "campaign.yaml"), pair)
        | {
            "elements": _yaml([list(one.elements) for one in pair]),
            "basis_set": BASIS,
            "midbond": _yaml(MIDBOND),
            "seconds": f"{seconds:g}",
            "radii": _yaml(_radii(pair)),
            "properties": "\n".join(
                f"  {_quoted(each)}: {{basis: aug-cc-pvtz, methods: {{ccsd(t): {_bonds(one)}}}}}"
                for each, one in dict(zip(names, pair, strict=True)).items()
            ),
        }
    )
    forecast = _forecast(points, names, pair, seconds)
    abinitio = _filled("abinitio.yaml", points | {"forecast": forecast})
    fit_step = (
        "The points as a surface (`surface.type: points`), with its cross-validated error, and the "
        "campaign on it."
    )
    if like_ends:
        abinitio += _filled("fit.yaml", points)
        fit_step = (
            "Fit of the surface, its errors at points that it has not seen (`fit.json`), and the "
            "campaign on it."
        )
    readme = _filled(
        "README.md",
        words
        | {
            "forecast": forecast,
            "fit_step": fit_step,
            "fit_words": ", and the form of the fit" if like_ends else "",
        },
    )
    texts = {
        "molecules.yaml": molecules,
        "campaign.yaml": campaign,
        "abinitio.yaml": abinitio,
        "README.md": readme,
    }
    return texts, [forecast, f"{directory / 'README.md'} has the commands that lead to rates"]


def _filled(template: str, words: dict[str, str]) -> str:
    text = (files("vibrates") / "data" / "new_pair" / template).read_text(encoding="utf-8")
    return Template(text).substitute(words)


def _quoted(name: str) -> str:
    """A name as YAML reads it as text: NO alone would be false."""
    return name if yaml.safe_load(name) == name else f'"{name}"'


def _yaml(value: object) -> str:
    """A value on one line."""
    return (
        yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=1000)
        .removesuffix("...\n")
        .strip()
    )


def _molecules(names: Sequence[str], pair: Sequence[TabulatedDiatom]) -> str:
    rows = []
    for name, one in dict(zip(names, pair, strict=True)).items():
        source = one.source
        for short, full in _SOURCES.items():
            source = source.replace(short, full)
        rows.append(f"  # {'-'.join(one.isotopes)}, X {one.state}: {source}.")
        rows.append(f"  {_quoted(name)}:")
        rows += [f"    {key}: {_yaml(x)}" for key, x in one.molecule().to_mapping().items()]
    words = {"a": names[0], "b": names[1], "molecules": "\n".join(rows)}
    return _filled("molecules.yaml", words)


def _grid(names: Sequence[str], pair: Sequence[TabulatedDiatom]) -> dict[str, str]:
    """States, target transitions and bases: one quantum of each molecule, and its exchange.

    The exchange is named in its exothermic direction: to the molecule with the smaller quantum; of
    like molecules from (1, 1) to (2, 0), whose quanta decrease with v.
    """
    if names[0] == names[1]:
        states, targets = [[1, 0], [1, 1]], [[-1, 0], [1, -1]]
        exchange = f"the exchange {names[0]}(1) + {names[1]}(1) -> (2) + (0)"
    else:
        quanta = [one.omega_e_cm - 2.0 * one.omega_e_x_e_cm for one in pair]
        up = 1 if quanta[1] > quanta[0] else -1
        states, targets = [[1, 0], [0, 1]], [[-1, 0], [0, -1], [up, -up]]
        first, second = names if up == -1 else names[::-1]
        exchange = f"the exchange {first}(1) + {second}(0) -> {first}(0) + {second}(1)"
    basis = "\n".join(
        f"  {_quoted(name)}: {{below: 15, above: 3, minimum: 5}}" for name in dict.fromkeys(names)
    )
    return {
        "states": _yaml(states),
        "targets": _yaml(targets),
        "exchange": exchange,
        "basis": basis,
    }


def _stretches(campaign: Campaign, pair: Sequence[TabulatedDiatom]) -> dict[str, str]:
    """Stretches of the points: they enclose the vibrational grids by a hundredth of r_e."""
    ranges = [
        (floor(100.0 * low / one.r_e_angstrom - 101.0) / 100.0,
         ceil(100.0 * high / one.r_e_angstrom - 99.0) / 100.0)
        for (low, high), one in zip(surface_points.bond_ranges(campaign), pair, strict=True)
    ]  # fmt: skip
    (low_a, high_a), (low_b, high_b) = ranges
    return {
        "ranges": _yaml([list(each) for each in ranges]),
        "stretches": _yaml([[low_a, 0.0], [high_a, 0.0], [0.0, low_b], [0.0, high_b]]),
    }


def _radii(pair: Sequence[TabulatedDiatom]) -> dict[str, float]:
    atoms = table.table().atoms
    elements = dict.fromkeys(element for one in pair for element in one.elements)
    return {name: round(RADIUS_FRACTION * atoms[name].radius_angstrom, 3) for name in elements}


def _bonds(one: TabulatedDiatom) -> list[float]:
    return [round(one.r_e_angstrom * fraction, 3) for fraction in _BONDS]


def _seconds(pair: Sequence[TabulatedDiatom]) -> float:
    """Estimated time of a point, to two digits: that of N2 + H2 times o^3 v^4."""
    occupied = sum(one.valence_electrons for one in pair) / 2.0
    functions, frozen = float(_MIDBOND_FUNCTIONS), 0
    for element in (element for one in pair for element in one.elements):
        core = pair_points.core_orbitals([element])
        functions += _FUNCTIONS.get(core, _HYDROGEN)
        frozen += core
    virtuals = functions - frozen - occupied
    seconds = _SECONDS * (occupied / _PAIRS) ** 3 * (virtuals / _VIRTUALS) ** 4
    return float(f"{max(seconds, 1.0):.2g}")


def _forecast(
    words: dict[str, str], names: Sequence[str], pair: Sequence[TabulatedDiatom], seconds: float
) -> str:
    """How many points, and their core hours."""
    described = pair_points.PairDescription(
        PairPoints.from_mapping(
            yaml.safe_load(_filled("abinitio.yaml", words | {"forecast": ""})), "abinitio.yaml"
        ),
        {name: one.molecule() for name, one in zip(names, pair, strict=True)},
    )
    count = len(pair_points.geometry_table(described.points))
    hours = count * seconds / 3600.0
    return (
        f"{count} points, about {hours:.2g} core hours at {seconds:g} s a point (estimated from "
        "N2 + H2 on an idle core)"
    )


def known() -> list[str]:
    """The names in the table, without reading more of it than is needed (for completion)."""
    return list(read_yaml(table.path())["diatoms"])
