"""The grid of a campaign as its configuration gives it: states, energies, shells of b, bases."""

from typing import Any

import numpy as np


def energies(config: dict[str, Any]) -> np.ndarray:
    """Total classical energies U of the grid [cm^-1], ascending."""
    given = config["grid"]["energies_cm"]
    if isinstance(given, dict):
        series = given["geometric"]
        # Rounded, so that the numbers survive a text file and seed the same random streams.
        return np.round(np.geomspace(series["first"], series["last"], series["count"]), 3)
    return np.asarray(given, dtype=float)


def shell_edges(config: dict[str, Any]) -> np.ndarray:
    """Edges of the impact-parameter shells [angstrom], ascending from 0; one more than shells."""
    return np.asarray(config["grid"]["impact_parameter_edges_angstrom"], dtype=float)


def states(config: dict[str, Any]) -> list[tuple[int, int]]:
    """Initial vibrational levels (v, w), in the order of the configuration."""
    given = config["grid"]["states"]
    if isinstance(given, dict):
        (v0, v1), (w0, w1) = given["v"], given["w"]
        return [(v, w) for w in range(w0, w1 + 1) for v in range(v0, v1 + 1)]
    return [(int(v), int(w)) for v, w in given]


def levels(config: dict[str, Any], molecule: str, level: int) -> range:
    """Vibrational levels propagated of a molecule that starts in `level`."""
    rule = config["basis"][molecule]
    first = max(0, level - rule["below"])
    return range(first, max(level + rule["above"], first + rule["minimum"] - 1) + 1)


def bases(config: dict[str, Any], v: int, w: int) -> tuple[range, range]:
    """Levels propagated of both molecules for the initial state (v, w)."""
    a, b = config["pair"]
    return levels(config, a, v), levels(config, b, w)
