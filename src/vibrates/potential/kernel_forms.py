"""The interactions that the kernel computes, and the tables that each reads.

`vibrates.trajectories.kernel.interaction` calls the function of a form by its number. A kernel
reads columns by position without checks; therefore tables are checked here, before it is called.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vibrates.potential.orientation import EXTRA


@dataclass(frozen=True)
class KernelForm:
    """A form of the interaction, which the kernel identifies by ``number``.

    ``columns``: number of columns of its tables; with ``step`` any multiple of ``step`` columns may
    follow.
    """

    number: int
    name: str
    columns: int
    step: int = 0

    def reads(self, columns: int) -> bool:
        """Whether its tables may have this number of columns."""
        more = columns - self.columns
        return more >= 0 and more % self.step == 0 if self.step else more == 0

    @property
    def width(self) -> str:
        """The number of columns, in words."""
        return f"{self.columns} + {self.step} n" if self.step else str(self.columns)


# Harmonic coefficients of R_m, eps and beta, five each.
IMPROVED_LENNARD_JONES = KernelForm(0, "improved Lennard-Jones", 15)
# A and alpha of A exp(-alpha R), without orientation.
EXPONENTIAL = KernelForm(1, "exponential", 2)
# R_m, eps, beta, zeta by five harmonics, then by the extra ones, the same at every point.
FLEXIBLE_LENNARD_JONES = KernelForm(2, "flexible Lennard-Jones", 20 + 4 * EXTRA)
# R_m, eps, beta of an atom pair, half the bond length.
ATOM_PAIRS = KernelForm(3, "atom pairs", 4)
# As FLEXIBLE_LENNARD_JONES, and 29 more columns: C_6, C_7, C_8 by nine harmonics; start of the
# switching range to the long-range part (bohr), and its reciprocal length.
JOINED = KernelForm(4, "joined to a long-range series", FLEXIBLE_LENNARD_JONES.columns + 29)
# Five sites along the bond, then decay, d^2, one or more a_k, c_6 and c_8 of three functions.
SITES = KernelForm(5, "sites", 5 + 3 * 5, step=3)
# As FLEXIBLE_LENNARD_JONES, and 39 more columns: the stretches xi_a, xi_b and their product; by
# which the extra harmonics of R_m are multiplied that follow, the same at every point.
FOLLOWING_LENNARD_JONES = KernelForm(
    6, "flexible, following the bonds", FLEXIBLE_LENNARD_JONES.columns + 3 + 3 * EXTRA
)
# Splines in R (`vibrates.potential.spline_grid`): one row of numbers after another, the first
# SPLINE_HEADER of which say how many there are; for any width that holds them.
SPLINES = KernelForm(7, "splines", 16, step=8)
SPLINE_HEADER = 16
# As FOLLOWING_LENNARD_JONES, and the 29 more columns of JOINED at the end.
FOLLOWING_JOINED = KernelForm(
    8, "following the bonds, joined to a long-range series", FOLLOWING_LENNARD_JONES.columns + 29
)

FORMS = {
    form.number: form
    for form in (
        IMPROVED_LENNARD_JONES, EXPONENTIAL, FLEXIBLE_LENNARD_JONES, ATOM_PAIRS, JOINED, SITES,
        FOLLOWING_LENNARD_JONES, SPLINES, FOLLOWING_JOINED,
    )
}  # fmt: skip


class KernelTables(NamedTuple):
    """Parameters of a surface for the kernel, on the grid of both bond lengths.

    ``form``: number of a `KernelForm`; ``tables`` (points, columns): its parameters;
    ``quadrupole`` (points,): Q_a Q_b. Atomic units; points in the order of the raveled grid.
    """

    form: int
    tables: NDArray
    quadrupole: NDArray


def checked(interaction: KernelTables, points: int) -> KernelTables:
    """The same tables, if the kernel of their form can read them on a grid of ``points`` points.

    Raises
    ------
    ValueError
        If the form is unknown, or the tables do not have its layout; one line.
    """
    number, tables, quadrupole = interaction
    form = FORMS.get(number)
    if form is None:
        known = ", ".join(f"{one.number} ({one.name})" for one in FORMS.values())
        raise ValueError(f"kernel form {number} is none of {known}; name one of them")
    about = f"kernel form {form.number} ({form.name})"
    if tables.ndim != 2 or len(tables) != points or not form.reads(tables.shape[1]):
        raise ValueError(
            f"{about} reads tables of {points} points x {form.width} columns, these have the "
            f"shape {tables.shape}; the surface is of another form"
        )
    if form is SPLINES and tables.flat[0] != tables.size:
        raise ValueError(
            f"{about} states {tables.flat[0]:.0f} numbers, the tables hold {tables.size}; "
            "give those of one grid of bond lengths"
        )
    if quadrupole.shape != (points,):
        raise ValueError(
            f"{about} reads {points} products of quadrupoles, these have the shape "
            f"{quadrupole.shape}; give one for each point"
        )
    for name, array in (("tables", tables), ("quadrupole", quadrupole)):
        if array.dtype != np.float64 or not array.flags.c_contiguous:
            raise ValueError(
                f"{about}: {name} of type {array.dtype}, contiguous: {array.flags.c_contiguous}; "
                "give contiguous numbers of double precision"
            )
    return interaction
