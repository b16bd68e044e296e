"""Rows of the arrays that hold the trajectories of all lanes.

Every array is flat, and item k of it is a vector of LANES numbers: row k of the classical state, or
grid point k = g_a m + g_b.
"""

# Rows of the classical state: R, P, n_a, L_a, n_b, L_b, three components each.
R, P, N_A, L_A, N_B, L_B = 0, 3, 6, 9, 12, 15
CLASSICAL = 18
# Two more rows of a lane: distance where switching of the interaction begins, and 1 over the
# switching length.
SWITCH_FROM, INVERSE_SWITCH_LENGTH = 18, 19
LANE_STATE = 20

# Rows of the geometry that follows from it. HARMONICS: the four harmonics after the constant one;
# QUADRUPOLE: A^224/R^5; SQUARE_A, SQUARE_B: L_i^2; SWITCH, SWITCH_SLOPE: s(R) that multiplies V,
# and ds/dR.
DISTANCE, C_A, C_B, C_AB, HARMONICS, QUADRUPOLE, SQUARE_A, SQUARE_B = 0, 1, 2, 3, 4, 8, 9, 10
SWITCH, SWITCH_SLOPE = 11, 12
GEOMETRY = 13

# Rows of the expectation values for the forces: <dV/dR> at fixed A^224/R^5,
# <Q_a Q_b>, and the derivative of <V> by each of the four harmonics.
BY_DISTANCE, MEAN_QUADRUPOLE, BY_HARMONIC = 0, 1, 2
MEANS = 6
