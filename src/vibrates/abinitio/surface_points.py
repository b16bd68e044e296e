"""Ab initio points as a surface of its own: the table and the block of ``surface.type: points``."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from vibrates.config import Campaign
from vibrates.core.columns import ENERGY
from vibrates.core.units import BOHR_TO_ANGSTROM

# Columns of a file of points, and of the table.
COLUMNS = {
    "R_angstrom": "R",
    "theta_a_deg": "theta_a",
    "theta_b_deg": "theta_b",
    "phi_deg": "phi",
    "r_a_angstrom": "r_a",
    "r_b_angstrom": "r_b",
    ENERGY: "V",
}
UNITS = {"length": "angstrom", "angle": "degree", "energy": "meV"}
# Largest lambda_a + lambda_b of the fit and of its expansion, and their limits of error.
ORDERS = {"fit_order": 4, "fit_error_limit": 0.15, "order": 6, "error_limit": 0.05}


def table(points: pd.DataFrame, held_out: bool = False) -> pd.DataFrame:
    """R, theta_a, theta_b, phi, r_a, r_b, V in `UNITS`.

    Parameters
    ----------
    points
        A table of ab initio points.
    held_out
        Whether those that are kept from the fit are wanted, or the others.
    """
    rows = points["group"].str.startswith("held_out") == held_out
    return points.loc[rows, list(COLUMNS)].rename(columns=COLUMNS).reset_index(drop=True)


def bond_ranges(campaign: Campaign) -> list[tuple[float, float]]:
    """Least and largest bond length of both molecules on the vibrational grids, angstrom."""
    found = []
    for position, partner in enumerate(campaign.partners):
        lengths = np.concatenate(
            [partner.basis(campaign.bases(*state)[position]).r for state in campaign.grid.states]
        )
        low, high = BOHR_TO_ANGSTROM * np.array([lengths.min(), lengths.max()])
        found.append((float(low), float(high)))
    return found


def block(campaign: Campaign, file: str | Path) -> dict[str, Any]:
    """The ``surface`` block of the table in ``file`` for a campaign.

    The bonds are those of all vibrational grids of the campaign, the energy its largest one.
    """
    bonds = [[round(low - 5e-4, 3), round(high + 5e-4, 3)] for low, high in bond_ranges(campaign)]
    return {
        "type": "points",
        "file": str(file),
        "units": UNITS,
        "bonds_angstrom": bonds,
        "highest_energy_cm": float(campaign.grid.energies[-1]),
        **ORDERS,
    }
