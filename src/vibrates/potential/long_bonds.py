"""Energies at long bonds: multireference points joined to coupled cluster.

CCSD(T) holds near the equilibrium of N2, NEVPT2 at every length, but its error on the wall is
several per cent. Its part of the interaction beyond CASSCF is therefore scaled,
    V = V_CASSCF + f (V_NEVPT2 - V_CASSCF),
as in the scaling of external correlation (Brown and Truhlar, Chem. Phys. Lett. 117, 307 (1985)).
The factor f makes V that of CCSD(T) at the joining length, for every orientation and distance of
its own. Distances are compared where the bond's end is as far from the partner:
R - r_a cos^2(theta_a)/2.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vibrates.core import tables
from vibrates.core.columns import ANGLES, COORDINATES, ENERGY
from vibrates.core.errors import UserError

CASSCF, NEVPT2 = "E_CASSCF_meV", "E_NEVPT2_meV"
SAME_ANGSTROM = 0.02  # rounded distances of one offset
JOINED = "CASSCF + f (NEVPT2 - CASSCF)"


def read(path: str | Path) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Table and provenance of points by NEVPT2; UserError for a damaged or another file."""
    columns = [*COORDINATES, CASSCF, NEVPT2, "group", "configuration"]
    return tables.read(path, columns, "a file of points by NEVPT2")


def partners(points: pd.DataFrame, at: pd.DataFrame) -> NDArray:
    """For each of ``points`` the row of ``at`` of the same orientation, r_b and distance.

    Raises UserError if there is none.
    """
    out = np.empty(len(points), dtype=int)
    fixed = [*ANGLES, "r_b_angstrom"]
    reference, reduced = at[fixed].to_numpy(), _reduced(at)
    for number, (row, distance) in enumerate(
        zip(points[fixed].to_numpy(), _reduced(points), strict=True)
    ):
        same = np.all(np.abs(reference - row) < 1e-6, axis=1)
        gap = np.where(same, np.abs(reduced - distance), np.inf)
        if not len(gap) or gap.min() > SAME_ANGSTROM:
            named = ", ".join(f"{name} = {points.iloc[number][name]:g}" for name in COORDINATES)
            raise UserError(
                f"long bonds: no point at the joining length for {named}; compute it by both "
                "methods"
            )
        out[number] = int(np.argmin(gap))
    return out


def _reduced(points: pd.DataFrame) -> NDArray:
    cosine = np.cos(np.radians(points["theta_a_deg"].to_numpy()))
    return points["R_angstrom"].to_numpy() - 0.5 * points["r_a_angstrom"].to_numpy() * cosine**2


def factors(multireference: pd.DataFrame, coupled: pd.DataFrame, length: float) -> pd.DataFrame:
    """The factor f of every geometry at the joining length.

    Parameters
    ----------
    multireference, coupled
        Points by NEVPT2 and by CCSD(T).
    length
        Joining length of bond a, angstrom.

    Returns
    -------
    DataFrame
        COORDINATES and ``factor``, of the geometries that both tables have at this length.

    Raises
    ------
    UserError
        If there is none.
    """
    both = multireference[multireference["r_a_angstrom"] == length].merge(
        coupled[[*COORDINATES, ENERGY]], on=COORDINATES
    )
    if both.empty:
        raise UserError(
            f"long bonds: no geometry with a bond of {length:g} angstrom in both tables; compute "
            "some, or join at another length"
        )
    external = both[NEVPT2] - both[CASSCF]
    return both[COORDINATES].assign(factor=(both[ENERGY] - both[CASSCF]) / external)


def joined(multireference: pd.DataFrame, coupled: pd.DataFrame, length: float) -> pd.DataFrame:
    """V at every multireference point, with its method.

    Parameters
    ----------
    multireference, coupled
        Points by NEVPT2 and by CCSD(T).
    length
        Joining length of bond a, angstrom: beyond it V is that of the scaled NEVPT2.

    Returns
    -------
    DataFrame
        The rows of ``multireference`` beyond the joining length, with V in the column that the fit
        reads, ``factor`` and ``method``.

    Raises
    ------
    UserError
        If a point has no partner at the joining length.
    """
    known = factors(multireference, coupled, length)
    beyond = multireference[multireference["r_a_angstrom"] > length].reset_index(drop=True)
    factor = known["factor"].to_numpy()[partners(beyond, known)]
    energy = beyond[CASSCF] + factor * (beyond[NEVPT2] - beyond[CASSCF])
    return beyond.assign(**{ENERGY: energy.round(5), "factor": factor, "method": JOINED})


def overlap(multireference: pd.DataFrame, coupled: pd.DataFrame, length: float) -> pd.DataFrame:
    """Both methods where both were computed, and V of the scaled NEVPT2 there.

    Arguments and errors as of `joined`. Columns: COORDINATES, V by each, diagnostics of each;
    ``joined_meV`` is NaN for geometries without a partner at the joining length.
    """
    columns = [name for name in ("T1", "D1") if name in coupled]
    both = multireference.merge(coupled[[*COORDINATES, ENERGY, *columns]], on=COORDINATES)
    known = factors(multireference, coupled, length)
    values = []
    for _, row in both.iterrows():
        try:
            (at,) = partners(row.to_frame().T.infer_objects(), known)
        except UserError:
            values.append(np.nan)
            continue
        factor = known["factor"].iloc[at]
        values.append(row[CASSCF] + factor * (row[NEVPT2] - row[CASSCF]))
    return both.assign(joined_meV=values)
