"""Where the ab initio points of an atom and a homonuclear diatom lie."""

import numpy as np
import pandas as pd
from scipy.stats import qmc

from vibrates.longrange.models import SobolGeometries


def geometries(chosen: SobolGeometries) -> pd.DataFrame:
    """Scrambled Sobol points in (ln R, r, cos theta), and a cut along R.

    Columns: group (``sample`` or ``cut``), R_bohr, r_bohr, theta_deg; ``block`` numbers the jobs. A
    homonuclear molecule needs theta up to 90 degrees only.
    """
    count = chosen.count
    unit = qmc.Sobol(3, rng=chosen.seed).random(1 << (count - 1).bit_length())[:count]
    inner, outer = chosen.R_bohr
    shortest, longest = chosen.r_bohr
    cut = chosen.cut
    table = pd.DataFrame({
        "group": ["sample"] * count + ["cut"] * len(cut.R_bohr),
        "R_bohr": [*np.round(inner * (outer / inner) ** unit[:, 0], 3), *cut.R_bohr],
        "r_bohr": [*np.round(shortest + (longest - shortest) * unit[:, 1], 3)]
        + [cut.r_bohr] * len(cut.R_bohr),
        "theta_deg": [*np.round(np.degrees(np.arccos(unit[:, 2])), 2)]
        + [cut.theta_deg] * len(cut.R_bohr),
    })  # fmt: skip
    table.insert(0, "block", np.arange(len(table)) // chosen.block_size)
    return table
