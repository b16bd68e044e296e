"""Coupled states against close coupling, He + HD: a section of docs/quantum.md.

    python validation/quantum_methods.py

Cross sections of the same basis (v = 0-1, j = 0-5) both ways.
"""

import numpy as np
from report import DOCUMENT, table, timed, write_section

from vibrates.core.units import BOHR2_TO_ANGSTROM2, CM_TO_HARTREE
from vibrates.scattering import Collision, Rotor, cross_sections, settings

PAGE = DOCUMENT.with_name("quantum.md")
CONFIG = DOCUMENT.parents[1] / "config" / "quantum" / "hehd.yaml"
COLLISIONS_CM = (100.0, 1000.0)
# Level the collision begins in, final v, final j (None: all).
SHOWN = (((0, 1), 0, 0), ((0, 2), 0, 1), ((0, 2), 0, 0), ((1, 0), 0, None))
J_MAX, STEP = 5, 3


def collision() -> Collision:
    described = settings.load(CONFIG)
    whole = settings.collision(described)
    mass, _ = settings.reduced_masses(described)
    basis = settings.read_curve(described["molecule"]["curve"]).basis(
        mass, described["molecule"]["vibrations"]
    )
    return Collision(
        Rotor.from_basis(basis, mass, 2, J_MAX),
        whole.reduced_mass,
        whole.potential,
        10,
        settings.sector_edges([[2.0, 0.1], [10.0, 0.15], [25.0, 0.15]]),
    )


def main() -> None:
    """Rewrite the section."""
    problem, rows, lines = collision(), [], []
    levels = problem.rotor.energies
    with timed(lines):
        for (v, j), vp, jp in SHOWN:
            energies = levels[v, j] + np.array(COLLISIONS_CM) * CM_TO_HARTREE
            sigma = []
            for method in ("coupled_states", "close_coupling"):
                found = [
                    cross_sections(problem, energies[i : i + 1], method, tolerance=1e-2, step=STEP)
                    for i in range(len(energies))
                ]
                finals = np.array([one[0, v, j, vp] for one in found])
                sigma.append(np.nansum(finals, axis=1) if jp is None else finals[:, jp])
            cs, cc = (BOHR2_TO_ANGSTROM2 * np.array(one) for one in sigma)
            name = f"({v},{j}) -> ({vp},{'all' if jp is None else jp})"
            rows.append([name, *(f"{a / b:.2f} ({b:.1e})" for a, b in zip(cs, cc, strict=True))])
    head = ["transition", *(f"{e:g} cm^-1" for e in COLLISIONS_CM)]
    text = "\n".join([table(head, rows), *lines]).replace(", two processes", "")
    write_section("methods", text, PAGE)


if __name__ == "__main__":
    main()
