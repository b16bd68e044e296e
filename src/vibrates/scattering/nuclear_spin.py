"""Statistical weights that the nuclear spins of a homonuclear diatom give to even and odd j.

The wave function changes sign when two like fermions are exchanged, and does not for two like
bosons. In a Sigma_g^+ electronic state, the ground state of H2, D2, N2, exchange multiplies the
rotational function by (-1)^j, so that even and odd j go with nuclear-spin functions of opposite
symmetry. Of the n^2 = (2 I + 1)^2 functions of two nuclei with spin I, n (n + 1)/2 are symmetric
and n (n - 1)/2 antisymmetric (Landau and Lifshitz, Quantum Mechanics, section 86). Collisions with
a closed-shell atom do not turn one kind into the other.
"""

from vibrates.core.errors import UserError

UNLIKE = (1.0, 1.0)  # two nuclei that differ: all j alike


def weights(spin: float) -> tuple[float, float]:
    """Weights of even and odd j of two like nuclei with this spin, in units of hbar.

    1 : 3 for H2 (I = 1/2), 6 : 3 for D2 and N2 (I = 1), 1 : 0 for I = 0. UserError unless 2 I is
    a whole number of zero or more.
    """
    # ASSUME: a Sigma_g^+ electronic state; in Sigma_g^- (O2) even and odd j are exchanged.
    if spin < 0 or 2 * spin != int(2 * spin):
        raise UserError(
            f"molecule.nuclear_spin: {spin:g} is no spin; give a multiple of 0.5, 0 or more"
        )
    n = 2 * spin + 1
    symmetric, antisymmetric = n * (n + 1) / 2, n * (n - 1) / 2
    fermions = int(2 * spin) % 2 == 1
    return (antisymmetric, symmetric) if fermions else (symmetric, antisymmetric)
