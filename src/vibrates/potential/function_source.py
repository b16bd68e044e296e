"""A potential function of the user: found in a file, called in its own units, checked."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vibrates.core.errors import UserError
from vibrates.core.units import (
    ANGSTROM_TO_BOHR,
    BOHR_TO_ANGSTROM,
    CM_TO_HARTREE,
    EV_TO_HARTREE,
    HARTREE_TO_CM,
    MEV_TO_HARTREE,
)
from vibrates.potential.chunks import in_chunks

IN_BOHR = {"bohr": 1.0, "angstrom": ANGSTROM_TO_BOHR}
IN_RADIAN = {"radian": 1.0, "degree": np.pi / 180.0}
IN_HARTREE = {
    "hartree": 1.0,
    "eV": EV_TO_HARTREE,
    "meV": MEV_TO_HARTREE,
    "cm^-1": CM_TO_HARTREE,
}
_AT_ONCE = 2_000_000  # geometries of one call


@dataclass(frozen=True)
class UserFunction:
    """V of a function, in atomic units.

    ``function``: of arrays (n,): R, theta_a, theta_b, phi, r_a, r_b, with ``atom`` R, theta, r; it
    returns V (n,). ``length``, ``angle``, ``energy``: its units in bohr, radian, hartree.
    """

    function: Callable[..., Any]
    name: str
    length: float = 1.0
    angle: float = 1.0
    energy: float = 1.0
    atom: bool = False

    def values(
        self,
        distance: ArrayLike,
        c_a: ArrayLike,
        c_b: ArrayLike,
        c_ab: ArrayLike,
        r_a: ArrayLike,
        r_b: ArrayLike,
    ) -> NDArray:
        """V in hartree, finite or not. Arguments as in `Potential.potential`.

        Raises UserError if the function fails or returns anything but one number per geometry.
        """
        return in_chunks(self._call, (distance, c_a, c_b, c_ab, r_a, r_b), _AT_ONCE)

    def __call__(
        self,
        distance: ArrayLike,
        c_a: ArrayLike,
        c_b: ArrayLike,
        c_ab: ArrayLike,
        r_a: ArrayLike,
        r_b: ArrayLike,
    ) -> NDArray:
        """As `values`; UserError that names the first geometry with a V that is not finite."""
        v = self.values(distance, c_a, c_b, c_ab, r_a, r_b)
        bad = ~np.isfinite(v)
        if bad.any():
            arrays = np.broadcast_arrays(distance, c_a, c_b, c_ab, r_a, r_b)
            here = self.geometry(*(float(x[bad][0]) for x in arrays))
            raise UserError(
                f"surface.source: {self.name} at {here} returns {v[bad][0]}; return a finite V up "
                "to surface.highest_energy_cm, or lower that energy"
            )
        return v

    def geometry(
        self, distance: float, c_a: float, c_b: float, c_ab: float, r_a: float, r_b: float
    ) -> str:
        """A geometry in words. Arguments as in `values`, numbers."""
        bohr = BOHR_TO_ANGSTROM
        theta_a, theta_b, phi = (float(np.degrees(x)) for x in _angles(c_a, c_b, c_ab))
        if self.atom:
            return f"R = {distance * bohr:.4g}, r = {r_a * bohr:.4g} angstrom, theta {theta_a:.1f}"
        return (
            f"R = {distance * bohr:.4g}, r_a = {r_a * bohr:.4g}, r_b = {r_b * bohr:.4g} angstrom, "
            f"theta_a, theta_b, phi = {theta_a:.1f}, {theta_b:.1f}, {phi:.1f} degrees"
        )

    def _call(
        self,
        distance: NDArray,
        c_a: NDArray,
        c_b: NDArray,
        c_ab: NDArray,
        r_a: NDArray,
        r_b: NDArray,
    ) -> NDArray:
        theta_a, theta_b, phi = (x / self.angle for x in _angles(c_a, c_b, c_ab))
        distance, r_a, r_b = (x / self.length for x in (distance, r_a, r_b))
        arguments = (
            (distance, theta_a, r_a) if self.atom else (distance, theta_a, theta_b, phi, r_a, r_b)
        )
        try:
            with np.errstate(all="ignore"):
                found = np.asarray(self.function(*arguments))
        except Exception as error:
            raise UserError(
                f"surface.source: {self.name} of {len(arguments)} arrays of {distance.size} "
                f"numbers raises {type(error).__name__}: {' '.join(str(error).split())}; it has to "
                f"take {', '.join(_NAMES[len(arguments)])}"
            ) from None
        if found.shape != distance.shape or found.dtype.kind not in "fiu":
            raise UserError(
                f"surface.source: {self.name} of arrays of the shape {distance.shape} returns "
                f"{found.dtype} of the shape {found.shape}; return one real V for each geometry"
            )
        return found.astype(float) * self.energy


_NAMES = {3: ("R", "theta", "r"), 6: ("R", "theta_a", "theta_b", "phi", "r_a", "r_b")}


def _angles(c_a: Any, c_b: Any, c_ab: Any) -> tuple[NDArray, NDArray, NDArray]:
    """theta_a, theta_b, phi, radian, of cosines; phi is 0 where a bond lies along R."""
    c_a, c_b = (np.clip(np.asarray(c, dtype=float), -1.0, 1.0) for c in (c_a, c_b))
    sines = np.sqrt((1.0 - c_a**2) * (1.0 - c_b**2))
    along = sines < 1e-12
    cosine = np.where(along, 1.0, (c_ab - c_a * c_b) / np.where(along, 1.0, sines))
    return np.arccos(c_a), np.arccos(c_b), np.arccos(np.clip(cosine, -1.0, 1.0))


def load(source: str) -> Callable[..., Any]:
    """The function of ``file.py:name``.

    Raises UserError if the file cannot be run or has no such function.
    """
    file, _, name = source.partition(":")
    path = Path(file).resolve()
    spec = importlib.util.spec_from_file_location(f"_surface_{path.stem}", path)
    assert spec is not None and spec.loader is not None  # the settings name a .py file
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(path.parent))  # so that it can import its neighbours
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise UserError(
            f"surface.source: {file} fails with {type(error).__name__}: {error}; correct it"
        ) from None
    finally:
        sys.path.remove(str(path.parent))
    function = getattr(module, name, None)
    if not callable(function):
        raise UserError(
            f"surface.source: {file} has no function '{name}'; name one that it defines"
        )
    return function


# --- What no potential of two molecules does.

_ORIENTATIONS, _RAYS = 24, 12
_SYMMETRY = 1e-6  # of V and of the scale below, when like ends are exchanged
_SCALE = 10.0 * CM_TO_HARTREE
_JUMP = 0.5  # change of V in one step, over the largest of its neighbours
_STEPS = 400


def check_symmetry(
    function: UserFunction, like: tuple[bool, bool], distance: NDArray, bonds: NDArray
) -> None:
    """UserError if V changes when the ends of a molecule with like ends are exchanged.

    Parameters
    ----------
    function
        The function.
    like
        Whether the ends of each molecule are alike.
    distance : (n,)
        R, bohr, where V is neither huge nor nothing.
    bonds : (2, n)
        Bond lengths, bohr.
    """
    c_a, c_b, c_ab = random_orientations(len(distance), seed=3)
    v = function(distance, c_a, c_b, c_ab, *bonds)
    for number, (sign_a, sign_b) in enumerate(((-1.0, 1.0), (1.0, -1.0))):
        if not like[number] or (number and function.atom):
            continue
        moved = (distance, sign_a * c_a, sign_b * c_b, -c_ab)
        other = function(*moved, *bonds)
        worst = int(np.argmax(np.abs(other - v) / (np.abs(v) + _SCALE)))
        if abs(other[worst] - v[worst]) > _SYMMETRY * (abs(v[worst]) + _SCALE):
            first, second = (
                function.geometry(*(float(x[worst]) for x in (*place, *bonds)))
                for place in ((distance, c_a, c_b, c_ab), moved)
            )
            raise UserError(
                f"surface.source: {function.name} at {first} is {v[worst] * HARTREE_TO_CM:.6g} "
                f"cm^-1, at {second}, the ends of molecule {'ab'[number]} exchanged, "
                f"{other[worst] * HARTREE_TO_CM:.6g}, but these are alike; correct the function, "
                "or the masses of the molecule"
            )


def check_continuity(
    function: UserFunction, nearest: NDArray, farthest: float, bonds: NDArray
) -> None:
    """UserError if V jumps along R, a bond length or an angle.

    Parameters
    ----------
    function
        The function.
    nearest : (n,)
        Smallest R of each of the orientations of `random_orientations`, bohr.
    farthest
        Largest R.
    bonds : (2, 2)
        Ranges of both bond lengths.
    """
    count = len(nearest)
    orientation = [c[:, None] for c in random_orientations(count, seed=2)]
    middle = [np.full((count, 1), 0.5 * (low + high)) for low, high in bonds]
    steps = np.linspace(0.0, 1.0, _STEPS)
    far = nearest[:, None] * (farthest / nearest[:, None]) ** steps
    near = np.full((count, 1), 1.0) * nearest[:, None]
    walks = [(far, *orientation, *middle)]
    for number, (low, high) in enumerate(bonds):
        if low < high:
            moved = list(middle)
            moved[number] = low + (high - low) * steps[None, :]
            walks.append((near, *orientation, *moved))
    for number in range(1 if function.atom else 2):
        theta = np.linspace(0.01, np.pi - 0.01, _STEPS)[None, :]
        c_a, c_b, _ = orientation
        moved_a, moved_b = (np.cos(theta), c_b) if number == 0 else (c_a, np.cos(theta))
        phi = 1.0 + np.arange(count)[:, None] / count
        c_ab = moved_a * moved_b + np.sqrt((1 - moved_a**2) * (1 - moved_b**2)) * np.cos(phi)
        walks.append((near, moved_a, moved_b, c_ab, *middle))
    for walk in walks:
        _no_jump(function, [np.broadcast_to(x, (count, _STEPS)) for x in walk])


def _no_jump(function: UserFunction, walk: list[NDArray]) -> None:
    v = function(*walk)
    change = np.abs(np.diff(v, axis=1))
    near = np.lib.stride_tricks.sliding_window_view(
        np.pad(change, ((0, 0), (4, 4)), mode="edge"), 9, axis=1
    )
    others = near[:, :, [0, 1, 2, 3, 5, 6, 7, 8]].max(axis=2)
    excess = change - (1.0 + _JUMP) * others - 1e-9
    row, step = np.unravel_index(int(np.argmax(excess[:, 1:-1])), excess[:, 1:-1].shape)
    step += 1
    if excess[row, step] > 0.0:
        place = function.geometry(*(float(x[row, step]) for x in walk))
        raise UserError(
            f"surface.source: {function.name} at {place} is {v[row, step] * HARTREE_TO_CM:.6g} "
            f"cm^-1, one step of {1 / _STEPS:.4f} of the path further "
            f"{v[row, step + 1] * HARTREE_TO_CM:.6g}: it jumps; make it continuous"
        )


def random_orientations(count: int, seed: int) -> tuple[NDArray, NDArray, NDArray]:
    """c_a, c_b, c_ab (count,) of isotropic orientations."""
    random = np.random.default_rng(seed)
    c_a, c_b = random.uniform(-1.0, 1.0, (2, count))
    phi = random.uniform(0.0, np.pi, count)
    return c_a, c_b, c_a * c_b + np.sqrt((1.0 - c_a**2) * (1.0 - c_b**2)) * np.cos(phi)
