"""Tables of the further points: what the design reached, moments, both methods at long bonds."""

import pandas as pd

from vibrates.abinitio import settings
from vibrates.abinitio.design import reached
from vibrates.config.surface_block import read_surface
from vibrates.core import tables
from vibrates.core.files import write_text
from vibrates.core.scripts import run
from vibrates.potential import drawn, long_bonds, moments
from vibrates.potential import points as point_tables
from vibrates.potential.expansion import Expansion
from vibrates.potential.registry import build_surface

# Orders that three points of each cosine and of the dihedral angle tell apart.
RESOLVED = Expansion(4, 4, 2, True, True)


def main(
    description: str, known: str, designed: str, nevpt2: str, coupled: str, surface: str,
    moments_table: str, overlap: str, joined: str, uncertainty: str,
) -> None:  # fmt: skip
    described = settings.load(description)
    a, b = described.diatoms
    points = point_tables.with_cosines(point_tables.read(designed)[0])
    table = reached(described, point_tables.read(known)[0], points)
    write_text(uncertainty, table.to_csv(index=False, float_format="%.4g"))
    block = read_surface(drawn.read(surface).block(), surface)
    own = point_tables.energy(build_surface(block, a, b), points)
    square = points["group"].str.contains("quadrature")
    parts = [
        moments.compared(
            points.loc[rows], points.loc[rows, point_tables.ENERGY].to_numpy(), own[rows], RESOLVED
        )
        for rows in points[square].groupby("R_angstrom").groups.values()
        if len(rows) % 4 == 0
    ]
    write_text(moments_table, pd.concat(parts).to_csv(index=False, float_format="%.6g"))
    multireference, _ = long_bonds.read(nevpt2)
    single, level = point_tables.read(coupled)
    both = long_bonds.overlap(multireference, single, long_bonds.JOINING_ANGSTROM)
    write_text(overlap, both.to_csv(index=False, float_format="%.6g"))
    beyond = long_bonds.joined(multireference, single, long_bonds.JOINING_ANGSTROM)
    stated = level | {"method": long_bonds.JOINED, "joining_angstrom": long_bonds.JOINING_ANGSTROM}
    tables.write(joined, beyond, stated)


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        description=snakemake.params.description,
        **dict(snakemake.input.items()),
        moments_table=snakemake.output.moments,
        overlap=snakemake.output.overlap,
        joined=snakemake.output.joined,
        uncertainty=snakemake.output.reached,
    )
