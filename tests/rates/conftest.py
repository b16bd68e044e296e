"""Synthetic batches whose cross sections and rates are known in closed form.

A trajectory's transition probability depends on its translational energy and impact parameter
only, P = p(Etr) q(b) times log-normal noise of mean one, so that sigma(U) and the rates of all
three symmetrisations are one-dimensional integrals.
"""

from dataclasses import dataclass, field

import numpy as np
import pytest
from campaigns import campaign
from scipy.integrate import quad

from vibrates.config import Campaign
from vibrates.core.netcdf import write_atomic
from vibrates.core.units import KELVIN_TO_CM
from vibrates.rates.coefficients import rate_unit, relative_mass
from vibrates.trajectories.batch_file import batch_dataset
from vibrates.trajectories.plan import PlannedBatch

N_A, N_B = 4, 2


def configuration() -> Campaign:
    """The default campaign cut to one state and a small grid."""
    return campaign(
        {
            "name": "synthetic",
            "seed": 7,
            "grid": {
                "states": [[1, 0]],
                "energies_cm": {"geometric": {"first": 500, "last": 60000, "count": 16}},
                "impact_parameter_edges_angstrom": [0.0, 1.0, 2.0, 3.0],
            },
            "sampling": {
                "replicates": 16,
                "target_relative_error": 0.2,
                "target_temperatures_K": [300, 1000, 5000],
                "target_transitions": [[-1, 0]],
            },
            "rates": {
                "temperatures_K": [200, 300, 1000, 3000, 5000],
                "symmetrisation": "translational",
                "transitions": {"max_dv": 1, "max_dw": 0},
                "bootstrap": 200,
                "edge_population_limit": 0.01,
            },
        }
    )


@dataclass
class Synthetic:
    """Source of batches for one initial state (v, 0), and of the exact results."""

    config: Campaign = field(default_factory=configuration)
    v: int = 1
    noise: float = 0.0
    scale: float = 3e6
    constant: float | None = None
    tilted: bool = False

    def change(self, **blocks):
        """Lay changes over blocks of the configuration."""
        self.config = self.config.changed(blocks)

    @property
    def energies(self):
        return self.config.grid.energies

    @property
    def edges(self):
        return self.config.grid.shell_edges

    def probability(self, translational):
        """p(Etr), rising like a Landau-Teller probability unless constant."""
        if self.constant is not None:
            return np.full(np.shape(translational), self.constant)
        return 0.5 * np.exp(-((self.scale / np.asarray(translational)) ** (1 / 3)))

    @staticmethod
    def opacity(b):
        return np.exp(-((b / 1.2) ** 2))

    @property
    def effective_area(self):
        """Integral of 2 pi b q(b) up to the last edge, angstrom^2."""
        return np.pi * 1.2**2 * (1 - np.exp(-((self.edges[-1] / 1.2) ** 2)))

    def batch(self, seed, per_stratum=64, failed=(), start=0, energies=None):
        """A batch with `per_stratum` trajectories of every stratum, indices from `start`."""
        generator = np.random.default_rng(seed)
        energies = self.energies if energies is None else energies
        shells = np.arange(len(self.edges) - 1)
        index = start + np.arange(per_stratum)
        energy, shell, index = (
            x.ravel() for x in np.meshgrid(energies, shells, index, indexing="ij")
        )
        n = len(energy)
        x = generator.beta(3 if self.tilted else 2, 2, n)
        weight = 1 / (2 * x) if self.tilted else np.ones(n)
        low, high = self.edges[shell] ** 2, self.edges[shell + 1] ** 2
        b = np.sqrt(low + (high - low) * generator.random(n))
        lognormal = np.exp(self.noise * generator.standard_normal(n) - self.noise**2 / 2)
        p = self.probability(x * energy) * self.opacity(b) * lognormal
        probability = np.zeros((n, N_A, N_B))
        probability[:, self.v - 1, 0] = p
        if self.v + 1 < N_A:
            probability[:, self.v + 1, 0] = p
        probability[:, self.v, 0] = 1 - probability.sum(axis=(1, 2))
        status = np.zeros(n, dtype=np.int8)
        status[list(failed)] = 1
        probability[status != 0] = np.nan
        columns = {
            "energy_cm": energy,
            "shell": shell.astype(np.int16),
            "index": index.astype(np.int32),
            "impact_parameter": b,
            "translational_energy": x * energy,
            "weight": weight,
            "status": status,
            "steps": np.full(n, 1000, dtype=np.int32),
            "energy_error": np.full(n, 0.1),
            "norm_error": np.full(n, 1e-12),
            "time_step": np.full(n, 0.4),
            "probability_error": np.full(n, 1e-4),
        }
        attributes = {"v": self.v, "w": 0, "fingerprint": "synthetic"}
        return batch_dataset(columns, probability, attributes)

    def write(self, path, *arguments, **options):
        write_atomic(self.batch(*arguments, **options), path)
        return path

    @staticmethod
    def planned(path):
        """The batch file as a plan names it."""
        return PlannedBatch(path, "synthetic")

    def difference(self):
        """E(v) - E(v-1), cm^-1."""
        a = self.config.molecules["N2"]

        def level(v):
            x = v + 0.5
            return a.omega_e_cm * (x - a.x_e * x**2 + a.y_e * x**3)

        return level(self.v) - level(self.v - 1)

    def cross_section(self, energy):
        """Exact sigma(U), angstrom^2."""
        mean = quad(
            lambda x: 6 * x * (1 - x) * self.probability(x * energy), 0, 1, epsabs=0, epsrel=1e-9
        )[0]
        return self.effective_area * mean

    def rate(self, scheme, temperature):
        """Exact k(v -> v-1), cm^3/s.

        `translational` in the form integrated over the rotations: the integral over U with the
        microcanonical measure is int dEtr/kT (Etr/kT) exp(-Ebar/kT) dEbar/dEtr P(Etr).
        """
        kT, d = temperature * KELVIN_TO_CM, self.difference()

        def integrand(e):
            shifted = e - d / 2 + d**2 / (16 * e)
            boltzmann = np.exp(-shifted / kT) * (1 - d**2 / (16 * e**2)) / kT
            if scheme == "translational":
                return e / kT * boltzmann * self.probability(e) * self.effective_area
            phase_space = e if scheme == "total" else shifted
            return (phase_space / kT) ** 3 / 6 * boltzmann * self.cross_section(e)

        points = d / 4 + kT * np.array([0, 2, 5, 10, 20, 40, 80])
        total = sum(
            quad(integrand, lo, hi, epsabs=0, epsrel=1e-8, limit=200)[0]
            for lo, hi in zip(points[:-1], points[1:], strict=True)
        )
        return rate_unit(temperature, relative_mass(self.config)) * total


@pytest.fixture
def config():
    return configuration()


@pytest.fixture(scope="session")
def synthetic():
    """Factory of `Synthetic` sources."""
    return Synthetic
