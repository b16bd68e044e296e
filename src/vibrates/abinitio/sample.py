"""Repeat a sample of the points of a data file: `python -m vibrates.abinitio.sample FILE [COUNT]`.

Prints computed and stored energies; exit status 1 if one differs by more than LIMIT_MEV.
"""

import argparse
import sys

import numpy as np

from vibrates.abinitio.blocks import ENERGIES, point
from vibrates.abinitio.models import PairLevel
from vibrates.core.scripts import run
from vibrates.potential import points as point_tables

LIMIT_MEV = 0.005  # convergence of both calculations; other hardware sums in another order


def repeat(file: str, count: int) -> None:
    """Compute ``count`` points, spread evenly over the file, once more; exit status as above.

    Raises UserError if the file is damaged or states no level of theory.
    """
    points, provenance = point_tables.read(file)
    keys = {name: value for name, value in provenance.items() if name in PairLevel.model_fields}
    level = PairLevel.from_mapping(keys, file)
    chosen = points.iloc[np.linspace(0, len(points) - 1, count).round().astype(int)]
    print(
        f"{file}: {len(points)} points, {level.method}/{level.basis}, "
        f"{level.program}; {count} repeated"
    )
    worst = 0.0
    for _, row in chosen.iterrows():
        difference = point(row, level)[2] - row[point_tables.ENERGY]
        worst = max(worst, abs(difference))
        print(
            f"  {row['configuration']:>10} R = {row['R_angstrom']:5.2f} angstrom  stored "
            f"{row[point_tables.ENERGY]:11.4f} meV  difference {difference:+.4f}",
            flush=True,
        )
    verdict = "within" if worst <= LIMIT_MEV else "exceeds"
    print(
        f"largest difference {worst:.4f} meV: {verdict} the limit of {LIMIT_MEV} meV "
        f"({', '.join(ENERGIES)} are stored)"
    )
    sys.exit(int(worst > LIMIT_MEV))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("count", type=int, nargs="?", default=4)
    run(repeat, **vars(parser.parse_args()))
