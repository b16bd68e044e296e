"""The vibrational relaxation type of Cantera 4.0 (development) as an extension of 3.2.

With the formula and the keys of its sources: k = A T^b exp(C0 + C13 T^(-1/3) + C23 T^(-2/3)), A in
the units of the mechanism. Importing this module registers the type.
"""

import cantera as ct
import numpy as np


class _Data(ct.ExtensibleRateData):
    def update(self, gas):
        self.T = gas.T
        return True


@ct.extension(name="multi-state-resolved-vibrational-relaxation", data=_Data)
class Relaxation(ct.ExtensibleRate):
    """The rate; Cantera makes it by the name of the type."""

    def set_parameters(self, node, units):
        """Reads the mapping ``rate-constant``."""
        given = node["rate-constant"]
        self.A = given.convert_rate_coeff("A", units)
        self.constants = [given[key] for key in ("b", "C0", "C13", "C23")]

    def eval(self, data):
        """k in m^3 kmol^-1 s^-1."""
        b, C0, C13, C23 = self.constants
        x = data.T ** (-1 / 3)
        return self.A * np.exp(b * np.log(data.T) + C0 + C13 * x + C23 * x * x)
