"""A drawing of packages in layers, with arrows from what imports to what is imported.

Layers are rows; within a row the order has few crossings and the places bend arrows little
(Sugiyama, Tagawa and Toda, IEEE Trans. Syst. Man Cybern. 11, 109 (1981)).
"""

from collections.abc import Mapping
from functools import partial

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch
from matplotlib.path import Path
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator
from scipy.optimize import lsq_linear

from vibrates.figures import style

SWEEPS = 8  # downwards and upwards; more do not change the order of today's packages
# A place in a row: a package, or an arrow (importing, imported) that passes the layer.
Place = str | tuple[str, str]


def reduced(imports: Mapping[str, list[str]]) -> list[tuple[str, str]]:
    """The imports (importing, imported) that no path of other imports implies."""

    def below(name: str) -> set[str]:
        return set().union(*({other} | below(other) for other in imports[name]))

    return [
        (name, other)
        for name, others in imports.items()
        for other in others
        if not any(other in below(between) for between in others)
    ]


def draw(layers: list[list[str]], imports: Mapping[str, list[str]]) -> Figure:
    """The layers as rows of boxes, with arrows for the `reduced` imports.

    Parameters
    ----------
    layers
        Packages by layer, the highest first.
    imports
        Imported packages, all of lower layers, by package.
    """
    arrows = reduced(imports)
    level = {name: number for number, layer in enumerate(layers) for name in layer}
    ordered, paths = rows(layers, arrows)
    places = straightened(ordered, paths, [level[path[0]] for path in paths])
    every = [x for row in places for x in row.values()]
    figure = style.new_figure(7.5, 8.0)
    axes = figure.add_subplot()
    axes.set_axis_off()
    axes.set(xlim=(min(every) - 0.6, max(every) + 0.6), ylim=(len(layers) - 0.5, -0.5))
    for number in range(0, len(layers), 2):
        axes.axhspan(number - 0.5, number + 0.5, color="0.95", linewidth=0)
    for path in paths:
        points = [(places[n][place], n) for n, place in enumerate(path, level[path[0]])]
        points[-1] = (points[-1][0], points[-1][1] - 0.27)  # The head ends at the box.
        axes.add_patch(
            FancyArrowPatch(
                path=Path(curve(points)), arrowstyle="-|>", mutation_scale=12,
                color=style.PALETTE[0], linewidth=1.2, zorder=1,
            )
        )  # fmt: skip
    for name, number in level.items():
        axes.text(
            places[number][name], number, name, ha="center", va="center", zorder=2,
            bbox={"boxstyle": "round,pad=0.4", "facecolor": "white", "edgecolor": "0.2"},
        )  # fmt: skip
    return figure


def rows(
    layers: list[list[str]], arrows: list[tuple[str, str]]
) -> tuple[list[list[Place]], list[list[Place]]]:
    """The order of the places in every layer: by the mean place of their neighbours.

    An arrow that passes layers has a place in each of them, so that it runs between the packages.

    Parameters
    ----------
    layers
        Packages by layer, the highest first.
    arrows
        (importing, imported), the second in a lower layer.

    Returns
    -------
    rows, paths
        Places by layer, in their order; for every arrow its places from the first to the last.
    """
    level = {name: number for number, layer in enumerate(layers) for name in layer}
    found: list[list[Place]] = [list(layer) for layer in layers]
    paths: list[list[Place]] = []
    for arrow in arrows:
        passed = range(level[arrow[0]] + 1, level[arrow[1]])
        for number in passed:
            found[number].append(arrow)
        paths.append([arrow[0], *[arrow for _ in passed], arrow[1]])

    def mean_place(place: Place, number: int, neighbours: int) -> float:
        places, near = packed(found[neighbours]), []
        for path, (first, _) in zip(paths, arrows, strict=True):
            at, other = number - level[first], neighbours - level[first]
            if min(at, other) >= 0 and max(at, other) < len(path) and path[at] == place:
                near.append(places[path[other]])
        return sum(near) / len(near) if near else packed(found[number])[place]

    for _ in range(SWEEPS):
        for order, step in ((range(1, len(found)), -1), (range(len(found) - 2, -1, -1), 1)):
            for number in order:
                key = partial(mean_place, number=number, neighbours=number + step)
                found[number] = sorted(found[number], key=key)
    return found, paths


def width(place: Place) -> float:
    """Room for a package, or for an arrow that passes the layer."""
    return 1.0 if isinstance(place, str) else 0.3


def packed(row: list[Place]) -> dict[Place, float]:
    """Horizontal places of a row as close together as they can be, centred at zero."""
    edges = np.cumsum([0.0, *map(width, row)])
    return dict(zip(row, (edges[1:] + edges[:-1] - edges[-1]) / 2, strict=True))


def straightened(
    rows: list[list[Place]], paths: list[list[Place]], first: list[int]
) -> list[dict[Place, float]]:
    """Horizontal places, in the order of the rows, with the smallest sideways steps of arrows.

    Bounded least squares in the distances between neighbours.

    Parameters
    ----------
    rows, paths
        As the function `rows` returns them.
    first
        The layer in which each path begins.
    """
    index = {
        (n, place): i for i, (n, place) in enumerate((n, p) for n, r in enumerate(rows) for p in r)
    }
    # Place = that of the row's leftmost + the distances up to it.
    places, lower = np.zeros((len(index), len(index))), np.full(len(index), -np.inf)
    for number, row in enumerate(rows):
        for i, place in enumerate(row):
            places[index[number, place], [index[number, p] for p in row[: i + 1]]] = 1.0
            if i:
                lower[index[number, place]] = (width(row[i - 1]) + width(place)) / 2
    steps = [
        places[index[n, here]] - places[index[n + 1, there]]
        for path, start in zip(paths, first, strict=True)
        for n, (here, there) in enumerate(zip(path, path[1:], strict=False), start)
    ]
    equations = np.vstack([steps, 0.05 * places])  # Weakly: all places at zero.
    x = places @ lsq_linear(equations, np.zeros(len(equations)), (lower, np.inf)).x
    return [{place: x[index[n, place]] for place in row} for n, row in enumerate(rows)]


def curve(points: list[tuple[float, float]]) -> NDArray:
    """A smooth curve (n, 2) downwards through points, which does not swing beyond them."""
    x, y = np.array(points).T
    fine = np.linspace(y[0], y[-1], 12 * len(y))
    return np.column_stack([PchipInterpolator(y, x)(fine), fine])
