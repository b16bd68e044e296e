"""Exact and coupled-states quantum scattering of a vibrating rotor and an atom, or of two rotors.

rotor      levels of AB on a vibrational grid
channels   which (v, j, l) couple, and how Legendre terms of V couple them
propagator psi' psi^-1 from inside the wall to where V has died away, many energies at once
matching   K and S matrices from it
atom_problem   a rotor and an atom
pair_problem   two rotors, whose V is expanded by `potential.expansion`; pair_channels its channels
partial_waves  of either: cross sections, summed over partial waves until they have converged
calculation    what a description (config/quantum) asks for: levels, pieces of work, products
nuclear_spin   statistical weights of even and odd j
thermal    rate coefficients from cross sections
"""

from vibrates.scattering.atom_problem import ScatteringProblem
from vibrates.scattering.channels import Channels, close_coupling, coupled_states
from vibrates.scattering.partial_waves import cross_sections
from vibrates.scattering.rotor import Rotor
from vibrates.scattering.thermal import RateCoefficient, rate_coefficient

__all__ = [
    "Channels",
    "ScatteringProblem",
    "RateCoefficient",
    "Rotor",
    "close_coupling",
    "coupled_states",
    "cross_sections",
    "rate_coefficient",
]
