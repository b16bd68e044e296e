"""Collisions of two molecules: quantities common to trajectories, quantum scattering and rates.

pair              reduced mass of the relative motion, energy defect of a transition
detailed_balance  ratio of the rate coefficients of both directions
thermal           mean relative speed; a cross section between and beyond its energies
"""
