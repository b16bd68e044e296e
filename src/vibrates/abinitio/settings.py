"""The description of a set of ab initio points, `config/abinitio/*.yaml`, and derived values."""

from pathlib import Path
from typing import Any

import pandas as pd

from vibrates.abinitio import blocks, properties
from vibrates.abinitio.geometries import geometries
from vibrates.abinitio.models import PairPoints
from vibrates.abinitio.points import PROGRAM
from vibrates.core.errors import UserError
from vibrates.core.tasks import combined
from vibrates.core.yaml_files import read_layers, read_yaml


def load(path: str | Path) -> dict[str, Any]:
    """The validated description; UserError in one line otherwise. ``molecules`` are read in."""
    path = Path(path)
    settings = PairPoints.from_mapping(read_yaml(path), str(path)).to_mapping()
    molecules = read_layers(path.parent / settings["molecules"])["molecules"]
    for name in settings["pair"]:
        if name not in molecules:
            raise UserError(
                f"{path}: pair: '{name}' has no entry in {settings['molecules']} (there: "
                f"{', '.join(molecules)}); add it"
            )
    return settings | {"molecules": {name: molecules[name] for name in settings["pair"]}}


def larger_basis(settings: dict[str, Any]) -> dict[str, Any]:
    """The description with the larger basis, and the geometries computed in it, in their place."""
    larger = settings["larger_basis"]
    groups = {"groups": larger["groups"], "block_size": larger["block_size"]}
    return settings | {"basis": larger["basis"], "geometries": settings["geometries"] | groups}


def geometry_table(settings: dict[str, Any]) -> pd.DataFrame:
    """The list of geometries."""
    r_e = tuple(settings["molecules"][name]["r_e_angstrom"] for name in settings["pair"])
    like = tuple(first == second for first, second in settings["elements"])
    return geometries(settings["geometries"], r_e, like)


def level(settings: dict[str, Any]) -> dict[str, Any]:
    """What one point needs beside its geometry; also the provenance of the data file."""
    return {
        "pair": settings["pair"],
        "symbols": [symbol for pair in settings["elements"] for symbol in pair],
        "masses_u": [settings["molecules"][name]["masses_u"] for name in settings["pair"]],
        "method": "CCSD(T), counterpoise-corrected, 1s (and 2s 2p) cores frozen",
        "basis": settings["basis"],
        "midbond": settings["midbond"],
        "program": PROGRAM,
    }


def fingerprints(settings: dict[str, Any]) -> list[str]:
    """Of the blocks of points, by their numbers: what a rule carries as a parameter."""
    return blocks.STAGE.blocks(geometry_table(settings), level(settings))


def monomer(settings: dict[str, Any], name: str) -> dict[str, Any]:
    """What the properties of one molecule need."""
    place = settings["pair"].index(name)
    return {
        "symbols": settings["elements"][place],
        "masses_u": settings["molecules"][name]["masses_u"],
        "program": PROGRAM,
    } | settings["properties"][name]


def monomer_fingerprint(settings: dict[str, Any], name: str) -> str:
    """Of the properties of one molecule."""
    return combined(properties.tasks(monomer(settings, name)))
