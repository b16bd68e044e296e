"""Names of the interactions that the kernel knows, shared by surfaces and kernel."""

IMPROVED_LENNARD_JONES = 0  # tables (points, 15): harmonic coefficients of R_m, eps and beta
EXPONENTIAL = 1  # tables (points, 2): A and alpha of A exp(-alpha R), without orientation
# Tables (points, 20 + 4 EXTRA): R_m, eps, beta, zeta by 5 harmonics, then by the extra ones, the
# same at every point.
FLEXIBLE_LENNARD_JONES = 2
ATOM_PAIRS = 3  # tables (points, 4): R_m, eps, beta of an atom pair, half the bond length
# As FLEXIBLE_LENNARD_JONES, and 29 more columns: C_6, C_7, C_8 by 9 harmonics; start of the
# switching range to the long-range part (bohr), and its reciprocal length.
JOINED = 4
SITES = 5  # tables (points, 3 n + 17): five places along the bond, then three functions of n powers
