"""The potential curve of a diatom, by CCSD(T), which is full CI for two electrons.

`python -m vibrates.abinitio.curve SYMBOLS BASIS LENGTHS OUTPUT`; SYMBOLS and LENGTHS (bohr) are
comma-separated.
"""

import argparse

import pandas as pd
from pyscf import lib

from vibrates.abinitio.molecule import Molecule
from vibrates.core.scripts import run
from vibrates.core.tables import write
from vibrates.core.units import BOHR_TO_ANGSTROM


def compute(symbols: str, basis: str, lengths: str, output: str) -> None:
    """Energies, hartree, at bond lengths in bohr."""
    lib.num_threads(1)
    atoms = symbols.split(",")
    rows = [
        (r, Molecule(atoms, (1.0, 1.0), r * BOHR_TO_ANGSTROM, basis, "ccsd(t)").energy())
        for r in map(float, lengths.split(","))
    ]
    table = pd.DataFrame(rows, columns=["r_bohr", "E_hartree"]).round(9)
    write(output, table, {"symbols": atoms, "method": "CCSD(T)", "basis": basis})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("symbols", "basis", "lengths", "output"):
        parser.add_argument(name)
    run(compute, **vars(parser.parse_args()))
