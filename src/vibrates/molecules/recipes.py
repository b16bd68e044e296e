"""Where the constants of a molecule come from: what a message says about a missing one."""

from collections.abc import Sequence

# By key of an entry of ``molecules``.
RECIPES = {
    "omega_e_cm": "harmonic wavenumber omega_e (Huber and Herzberg 1979, NIST WebBook)",
    "x_e": "omega_e x_e / omega_e of the same tables, or 0",
    "y_e": "omega_e y_e / omega_e of the same tables, or 0",
    "r_e_angstrom": "equilibrium bond length of the same tables",
    "beta_e_per_angstrom": "omega_e sqrt(mu/(2 D_e)) = 0.12177 omega_e_cm "
    "sqrt(reduced mass in u / D_e in cm^-1)",
    "D_e_eV": "D_0 plus half of omega_e, less a quarter of omega_e x_e (8065.54 cm^-1 are 1 eV)",
    "effective_electrons": "N (1 - N_b (N - N_b)/N^2) of N valence electrons, of which N_b, two "
    "times the bond order, bind: 2 for H2, 7.6 for N2 and CO, 9.33 for O2",
    "polarizability_parallel": "powers of tanh((r - r_e)/length), fitted to values at several bond "
    "lengths (target properties of an ab initio description); their sum is the polarizability of "
    "the separated atoms",
    "polarizability_perpendicular": "as polarizability_parallel, with the same sum",
    "quadrupole": "as polarizability_parallel, with the sum 0; coefficients_au [0.0] for none",
    "dipole": "as polarizability_parallel, with the sum 0",
}


def missing(names: Sequence[str]) -> str:
    """All missing keys and how each is found: the words of a message after its place."""
    named = ", ".join(f"'{name}'" for name in names)
    found = "; ".join(f"{name}: {RECIPES[name]}" for name in names)
    if len(names) == 1:
        return f"key {named} is missing; add it ({found})"
    return f"keys {named} are missing; add them ({found})"
