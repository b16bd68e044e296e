"""A fitted surface joined to a long-range series.

    V = (1 - s) V_fitted + s (-C_6/R^6 - C_7/R^7 - C_8/R^8 + Q_a Q_b A^224/R^5)

s(R) goes from 0 to 1 with four continuous derivatives, so that integrators keep their order. The
C_m are those of a trained `LongRangeSurface` without the electrostatic energy, which is computed
from the quadrupole moments; they are projected onto the harmonics of the orientation that the
kernel implements.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import qmc

from vibrates.core.errors import UserError
from vibrates.core.units import ANGSTROM_TO_BOHR, BOHR_TO_ANGSTROM
from vibrates.molecules.diatom import Diatom
from vibrates.potential.flexible import FittedSurface, all_harmonics
from vibrates.potential.kernel_forms import FOLLOWING_JOINED, JOINED, KernelTables
from vibrates.potential.long_range import LongRangeSurface
from vibrates.potential.orientation import at_orientation, cosines, quadrupole_angular

if TYPE_CHECKING:
    from vibrates.potential.settings import LongRangeSeries

POWERS = (6, 7, 8)
COORDINATES = ("r_a", "r_b", "theta_a", "theta_b", "phi")
HARMONICS = 9  # of the series: the five and the first four extra ones
_ORIENTATIONS = 256  # of the projection onto them


def switching_function(distance: ArrayLike, begin: float, end: float) -> NDArray:
    """The switching function s(R), with four continuous derivatives.

    Parameters
    ----------
    distance
        R, of any shape.
    begin, end
        Distances, in the same unit, below which s = 0 and above which s = 1.
    """
    x = np.clip((np.asarray(distance, dtype=float) - begin) / (end - begin), 0.0, 1.0)
    return x**5 * (126.0 + x * (-420.0 + x * (540.0 + x * (-315.0 + 70.0 * x))))


@dataclass(frozen=True)
class JoinedSurface:
    """``inner`` up to the distance ``switch[0]`` (bohr), the series beyond ``switch[1]``."""

    inner: FittedSurface
    long_range: LongRangeSurface
    switch: tuple[float, float]

    def __post_init__(self) -> None:
        if not isinstance(self.inner, FittedSurface):
            raise UserError(
                f"surface.long_range: the kernel joins a series to a FittedSurface, not to a "
                f"{type(self.inner).__name__}; give surface.type 'fitted', or no long_range"
            )
        begin, end = self.switch
        names = tuple(c.name for c in self.long_range.coordinates)
        if names != COORDINATES or not set(self.long_range.powers) <= set(POWERS):
            raise UserError(
                f"surface.long_range: a series of R^-{self.long_range.powers} in "
                f"{', '.join(names)}; the kernel knows R^-{POWERS} in "
                f"{', '.join(COORDINATES)}; train one of that form"
            )
        least = self.long_range.least_distance
        if not least <= begin < end:
            raise UserError(
                f"surface.long_range.switch_angstrom: [{begin * BOHR_TO_ANGSTROM:.4g}, "
                f"{end * BOHR_TO_ANGSTROM:.4g}] must ascend, and begin beyond the "
                f"{least * BOHR_TO_ANGSTROM:.4g} angstrom from which the series was trained"
            )

    @classmethod
    def from_settings(cls, settings: LongRangeSeries, inner: FittedSurface) -> JoinedSurface:
        """The inner surface joined to the trained series in its file.

        Raises UserError if the file is missing or has another fingerprint than ``settings``, or if
        the series cannot be joined to the surface.
        """
        long_range = LongRangeSurface.load(settings.file)
        if long_range.digest() != settings.digest:
            raise UserError(
                f"surface.long_range.digest: {settings.digest} is not that of {settings.file}, "
                f"{long_range.digest()}; copy it, if this is the file that is meant"
            )
        begin, end = (x * ANGSTROM_TO_BOHR for x in settings.switch_angstrom)
        return cls(inner, long_range, (begin, end))

    @property
    def diatom_a(self) -> Diatom:
        """The first molecule."""
        return self.inner.diatom_a

    @property
    def diatom_b(self) -> Diatom:
        """The second molecule."""
        return self.inner.diatom_b

    @cached_property
    def _projection(self) -> tuple[NDArray, NDArray]:
        """Angles (K, 3) theta_a, theta_b, phi; matrix (9, K) of the fit of harmonics to values."""
        unit = qmc.Sobol(3, rng=1).random(_ORIENTATIONS)
        angles = np.stack(
            [
                np.arccos(2.0 * unit[:, 0] - 1.0),
                np.arccos(2.0 * unit[:, 1] - 1.0),
                np.pi * unit[:, 2],
            ],
            axis=1,
        )
        return angles, np.linalg.pinv(all_harmonics(*cosines(*angles.T))[:HARMONICS].T)

    # ASSUME: outside the bond lengths of its training the C_m of the series keep their end values.
    def series_tables(self, r_a: ArrayLike, r_b: ArrayLike) -> NDArray:
        """Harmonic coefficients (3, 9, ...) of C_6, C_7, C_8 at bond lengths (bohr)."""
        r_a, r_b = np.broadcast_arrays(r_a, r_b)
        angles, matrix = self._projection
        bonds = np.stack(
            [np.clip(r.ravel(), c.lower, c.upper)
             for r, c in zip((r_a, r_b), self.long_range.coordinates, strict=False)], axis=1
        )  # fmt: skip
        tables = np.zeros((len(POWERS), HARMONICS, len(bonds)))
        rows = [POWERS.index(m) for m in self.long_range.powers]
        for k, bond in enumerate(bonds):
            x = np.hstack([np.broadcast_to(bond, (len(angles), 2)), angles])
            tables[rows, :, k] = (matrix @ self.long_range.coefficients(x)).T
        return tables.reshape(len(POWERS), HARMONICS, *r_a.shape)

    def kernel_tables(self, r_a: NDArray, r_b: NDArray) -> KernelTables:
        """Kernel input on the grid r_a x r_b: those of ``inner`` and 29 columns, Q_a Q_b."""
        _, tables, quadrupole = self.inner.kernel_tables(r_a, r_b)
        series = self.series_tables(r_a, r_b).reshape(len(POWERS) * HARMONICS, -1).T
        begin, end = self.switch
        switch = np.broadcast_to([begin, 1.0 / (end - begin)], (len(tables), 2))
        tables = np.ascontiguousarray(np.hstack([tables, series, switch]))
        form = FOLLOWING_JOINED if self.inner.follows else JOINED
        return KernelTables(form.number, tables, quadrupole)

    def potential(
        self,
        distance: ArrayLike,
        c_a: ArrayLike,
        c_b: ArrayLike,
        c_ab: ArrayLike,
        r_a: ArrayLike | None = None,
        r_b: ArrayLike | None = None,
    ) -> NDArray:
        """V in hartree. Arguments as in `Potential.potential`."""
        r_a = self.diatom_a.r_e if r_a is None else r_a
        r_b = self.diatom_b.r_e if r_b is None else r_b
        shape = np.broadcast_shapes(*map(np.shape, (distance, c_a, c_b, c_ab, r_a, r_b)))
        distance = np.asarray(distance, dtype=float)
        angular = all_harmonics(c_a, c_b, c_ab)[:HARMONICS]
        c_m = at_orientation(self.series_tables(r_a, r_b), angular, len(shape))
        series = -sum(c / distance**m for c, m in zip(c_m, POWERS, strict=True))
        electrostatic = self.inner.quadrupole_product(r_a, r_b) * quadrupole_angular(c_a, c_b, c_ab)
        share = switching_function(distance, *self.switch)
        return (1.0 - share) * self.inner.potential(distance, c_a, c_b, c_ab, r_a, r_b) + share * (
            series + electrostatic / distance**5
        )
