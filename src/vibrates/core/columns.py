"""Names of the columns of tables of ab initio points of two molecules."""

ANGLES = ["theta_a_deg", "theta_b_deg", "phi_deg"]
COORDINATES = [*ANGLES, "R_angstrom", "r_a_angstrom", "r_b_angstrom"]
ENERGY = "E_CCSDT_meV"
