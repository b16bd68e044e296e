"""A function of the user as a surface: itself for quantum engines, expanded for trajectories."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from vibrates.core.errors import UserError
from vibrates.core.fingerprint import fingerprint
from vibrates.core.units import ANGSTROM_TO_BOHR, BOHR_TO_ANGSTROM, CM_TO_HARTREE, EV_TO_HARTREE
from vibrates.molecules.diatom import Atom, Diatom
from vibrates.potential import expansion_file
from vibrates.potential.contour import Contour, contour_distances
from vibrates.potential.expanded import (
    QUANTITIES,
    RANGES,
    ExpandedSurface,
    TotalOrder,
    convergence,
)
from vibrates.potential.function_source import (
    IN_BOHR,
    IN_HARTREE,
    IN_RADIAN,
    UserFunction,
    check_continuity,
    check_symmetry,
    load,
    random_orientations,
)
from vibrates.potential.kernel_forms import KernelTables
from vibrates.potential.spline_grid import SplineGrid

if TYPE_CHECKING:
    from vibrates.potential.settings import ExpandedSettings, FunctionSettings

FILE = "surface.nc"
# V is 1 eV at 0.65 (helium) to 0.85 (nitrogen) of the distance at which it is 30 meV, and not
# within this distance. With an energy a thousand times too large both are where V changes sign.
_HARDEST, _NEAREST = 0.97, 1.3 * ANGSTROM_TO_BOHR
_LEAST_SHARE = 0.1  # of the limit of the error: harmonics with a smaller share of V are left out
_LEFT_OUT = 0.02  # of that limit: combinations of bond lengths that V hardly distinguishes
_CHECKED = 24  # orientations
_FARTHEST = 25.0  # bohr: V is checked up to there


def user_function(settings: FunctionSettings, atom: bool) -> UserFunction:
    """The function of a ``surface`` block, of three arguments with ``atom``; not checked.

    Raises UserError if its file cannot be run or has no such function.
    """
    units = settings.units
    return UserFunction(
        load(settings.source), settings.source, IN_BOHR[units.length], IN_RADIAN[units.angle],
        IN_HARTREE[units.energy], atom,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class FunctionSurface:
    """``function``: V; ``bonds``: ranges of both bond lengths, bohr; ``highest``: energy, hartree.

    ``store``: directory that keeps the expansion; ``made_from``: what its fingerprint covers.
    """

    function: UserFunction
    diatom_a: Diatom
    diatom_b: Diatom | Atom
    bonds: tuple[tuple[float, float], tuple[float, float]]
    highest: float
    order: int
    error_limit: float
    made_from: Any = None
    store: Path | None = None

    @classmethod
    def from_settings(
        cls, settings: FunctionSettings, a: Diatom | Atom, b: Diatom | Atom
    ) -> FunctionSurface:
        """The surface of a ``surface`` block; the function is checked.

        Parameters
        ----------
        settings
            The block.
        a, b
            A diatom, and a diatom or an atom.

        Raises
        ------
        UserError
            For other molecules, and for a function that is no potential of them.
        """
        function = user_function(settings, isinstance(b, Atom))
        surface = cls.of_function(settings, function, a, b)
        surface.check()
        return surface

    @classmethod
    def of_function(
        cls,
        settings: ExpandedSettings,
        function: UserFunction,
        a: Diatom | Atom,
        b: Diatom | Atom,
    ) -> FunctionSurface:
        """As `from_settings`, of a given function, without its check.

        Parameters
        ----------
        settings
            The ``surface`` block.
        function
            V of the user.
        a, b
            The two molecules; the second one may be an atom.

        Raises
        ------
        UserError
            If the first one is an atom, or if the ranges of bonds are not those of the pair.
        """
        if isinstance(a, Atom):
            raise UserError(
                f"surface.type: '{settings.type}' is for two diatoms or a diatom and an atom, the "
                f"pair is {a.name}, {b.name}; name the diatom first"
            )
        count = 1 if isinstance(b, Atom) else 2
        if len(settings.bonds_angstrom) != count:
            raise UserError(
                f"surface.bonds_angstrom: {len(settings.bonds_angstrom)} ranges, the pair "
                f"{a.name}, {b.name} has {count} bonds; give one range for each"
            )
        ranges = [(r * ANGSTROM_TO_BOHR, s * ANGSTROM_TO_BOHR) for r, s in settings.bonds_angstrom]
        first, second = (*ranges, (b.r_e, b.r_e))[:2]
        for molecule, (low, high) in zip((a, b), (first, second), strict=True):
            if not low <= molecule.r_e <= high:
                raise UserError(
                    f"surface.bonds_angstrom: {low * BOHR_TO_ANGSTROM:.4g} to "
                    f"{high * BOHR_TO_ANGSTROM:.4g} does not hold r_e of {molecule.name}, "
                    f"{molecule.r_e * BOHR_TO_ANGSTROM:.4g}; widen it"
                )
        made_from = {
            "surface": settings.to_mapping(),
            "molecules": [(one.r_e, one.like_ends) for one in (a, b)],
        }
        return cls(
            function, a, b, (first, second), settings.highest_energy_cm * CM_TO_HARTREE,
            settings.order, settings.error_limit, made_from,
        )  # fmt: skip

    def stored_in(self, directory: Path) -> FunctionSurface:
        """This surface with its expansion kept in ``directory``."""
        return replace(self, store=directory)

    @property
    def _r_e(self) -> tuple[float, float]:
        return self.diatom_a.r_e, self.diatom_b.r_e

    def check(self) -> None:
        """UserError, one line with geometry and value, for what no pair of molecules does."""
        contour = Contour(self.function, random_orientations(_CHECKED, seed=2), self._r_e)
        contour(np.full(_CHECKED, _FARTHEST))  # its shape, before all else
        soft, hard = (contour_distances(contour, x * EV_TO_HARTREE) for x in (0.03, 1.0))
        nearest, steepest = int(np.argmin(hard)), int(np.argmax(hard / soft))
        if hard[nearest] < _NEAREST:
            contour.refuse(
                nearest, float(hard[nearest]), EV_TO_HARTREE,
                f"nowhere outside 1 eV: a wall within {_NEAREST * BOHR_TO_ANGSTROM:g} angstrom is "
                "too soft; correct the function or surface.units",
            )  # fmt: skip
        if hard[steepest] > _HARDEST * soft[steepest]:
            contour.refuse(
                steepest, float(hard[steepest]), EV_TO_HARTREE,
                f"and 30 meV at {soft[steepest] * BOHR_TO_ANGSTROM:.4g} angstrom: too hard a wall; "
                "correct the function or surface.units",
            )  # fmt: skip
        random = np.random.default_rng(4)
        bonds = np.array([random.uniform(low, high, _CHECKED) for low, high in self.bonds])
        like = (self.diatom_a.like_ends, self.diatom_b.like_ends)
        check_symmetry(self.function, like, random.uniform(0.9, 1.5, _CHECKED) * soft, bonds)
        check_continuity(self.function, hard, _FARTHEST, np.array(self.bonds))

    @cached_property
    def expanded(self) -> ExpandedSurface:
        """The expansion, from the store where it is there and of this surface.

        Raises UserError if its error exceeds the limit.
        """
        path = None if self.store is None else self.store / FILE
        stamp = fingerprint(made_from=self.made_from, code=expansion_file.code())
        found = expansion_file.read(path, stamp) if path is not None else None
        if found is None:
            found = self._expand()
            if path is not None:
                expansion_file.write(found, path, stamp, self.made_from)
        self._require(found)
        return found

    def _expand(self) -> ExpandedSurface:
        like = (self.diatom_a.like_ends, self.diatom_b.like_ends)
        angular = TotalOrder.of(self.order, *like, atom=isinstance(self.diatom_b, Atom))
        built = ExpandedSurface.build(
            self.function, angular, self.bonds, self._r_e, self.highest,
            _LEAST_SHARE * self.error_limit,
        )  # fmt: skip
        errors = convergence(built, self.function, self._r_e, self.highest)
        return replace(built, errors=tuple(errors.to_numpy().ravel().tolist()))

    def errors(self) -> pd.DataFrame:
        """Relative errors of the expansion (`vibrates.potential.expanded.convergence`)."""
        table = np.reshape(self.expanded.errors, (len(RANGES), len(QUANTITIES)))
        return pd.DataFrame(table, index=list(RANGES), columns=list(QUANTITIES))

    def _require(self, found: ExpandedSurface) -> None:
        worst = int(np.argmax(found.errors))
        place, quantity = divmod(worst, len(QUANTITIES))
        if not found.errors[worst] <= self.error_limit:
            remedy = "narrow surface.bonds_angstrom" if quantity > 1 else "raise surface.order"
            raise UserError(
                f"surface.error_limit: the expansion of order {self.order} has a relative error of "
                f"{found.errors[worst]:.2g} in {QUANTITIES[quantity]} in the {RANGES[place]}, "
                f"beyond the limit {self.error_limit:g}; {remedy}, or raise the limit"
            )

    def potential(
        self,
        distance: ArrayLike,
        c_a: ArrayLike,
        c_b: ArrayLike = 0.0,
        c_ab: ArrayLike = 0.0,
        r_a: ArrayLike | None = None,
        r_b: ArrayLike | None = None,
    ) -> NDArray:
        """V in hartree, of the function itself. Arguments as in `Potential.potential`."""
        r_a = self.diatom_a.r_e if r_a is None else r_a
        r_b = self.diatom_b.r_e if r_b is None else r_b
        return self.function.values(distance, c_a, c_b, c_ab, r_a, r_b)

    def kernel_tables(self, r_a: NDArray, r_b: NDArray) -> KernelTables:
        """Kernel input on the grid r_a x r_b, of the expansion; UserError as there."""
        return self.on_grid(r_a, r_b).kernel_tables()

    def on_grid(self, r_a: NDArray, r_b: NDArray) -> SplineGrid:
        """The expansion that trajectories see on the grid r_a x r_b; UserError as there."""
        return self.expanded.on_grid(r_a, r_b, _LEFT_OUT * self.error_limit)
