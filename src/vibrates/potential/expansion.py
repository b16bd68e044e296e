"""Angular expansion of a potential of two diatoms, in the frame whose z axis is R.

    V(R, theta_a, theta_b, phi, r_a, r_b) = sum_i A_i(R, r_a, r_b) F_i(theta_a, theta_b, phi),
    F_i = P(lambda_a, mu; theta_a) P(lambda_b, mu; theta_b) Phi_mu(phi)

P(lambda, mu) are associated Legendre functions normalised on cos theta, Phi_0 = (2 pi)^(-1/2) and
Phi_mu = pi^(-1/2) cos(mu phi): the F_i are orthonormal over all orientations. They are the
bipolar harmonics of Green (J. Chem. Phys. 62, 2271 (1975)) before l_a and l_b are coupled.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.polynomial.legendre import leggauss
from numpy.typing import NDArray
from scipy.special import assoc_legendre_p_all

from vibrates.core.errors import UserError
from vibrates.potential.orientation import cosines

# V(R, c_a, c_b, c_ab, r_a, r_b), arguments broadcast together, atomic units.
PotentialFunction = Callable[[NDArray, NDArray, NDArray, NDArray, NDArray, NDArray], NDArray]
_MARGIN = 4  # quadrature points in addition to those for products of the highest orders


@dataclass(frozen=True)
class Expansion:
    """An expansion with orders up to ``order_a``, ``order_b``, projections up to ``order_mu``.

    ``like_a``, ``like_b``: the molecule has equal ends, so that only even orders occur.
    """

    order_a: int
    order_b: int
    order_mu: int
    like_a: bool = False
    like_b: bool = False

    def __post_init__(self) -> None:
        for name in ("order_a", "order_b", "order_mu"):
            if getattr(self, name) < 0:
                raise UserError(
                    f"{name}: {getattr(self, name)} is below the limit 0; give an order >= 0"
                )

    @property
    def terms(self) -> list[tuple[int, int, int]]:
        """(lambda_a, lambda_b, mu) of every term."""
        return [
            (a, b, mu)
            for a in range(0, self.order_a + 1, 2 if self.like_a else 1)
            for b in range(0, self.order_b + 1, 2 if self.like_b else 1)
            for mu in range(min(a, b, self.order_mu) + 1)
        ]

    def functions(self, theta_a: NDArray, theta_b: NDArray, phi: NDArray) -> NDArray:
        """The functions F_i.

        Parameters
        ----------
        theta_a, theta_b, phi : (q,)
            Angles between the bonds and R, and the dihedral angle, radian.

        Returns
        -------
        NDArray
            (terms, q)
        """
        p_a = normalised_legendre(self.order_a, self.order_mu, np.cos(theta_a))
        p_b = normalised_legendre(self.order_b, self.order_mu, np.cos(theta_b))
        return np.stack([
            p_a[a, mu] * p_b[b, mu] * np.cos(mu * phi) / np.sqrt((1 + (mu == 0)) * np.pi)
            for a, b, mu in self.terms
        ])  # fmt: skip

    def coefficients(
        self, potential: PotentialFunction, distance: NDArray, r_a: NDArray, r_b: NDArray
    ) -> NDArray:
        """The coefficients A_i of a potential, by quadrature.

        Parameters
        ----------
        potential
            V(R, c_a, c_b, c_ab, r_a, r_b) in atomic units.
        distance : (m,)
            R, bohr.
        r_a, r_b : (g,)
            Pairs of bond lengths, bohr.

        Returns
        -------
        NDArray
            (m, terms, g), hartree.
        """
        theta_a, theta_b, phi, weights = self.quadrature()
        projector = self.functions(theta_a, theta_b, phi) * weights
        c_a, c_b, c_ab = (x[None, :, None] for x in cosines(theta_a, theta_b, phi))
        result = np.empty((len(distance), len(self.terms), len(r_a)))
        for row, at in enumerate(distance.tolist()):
            v = potential(np.full((1, 1, 1), at), c_a, c_b, c_ab, r_a, r_b)
            result[row] = projector @ np.broadcast_to(v, (1, len(weights), len(r_a)))[0]
        return result

    def quadrature(self) -> tuple[NDArray, NDArray, NDArray, NDArray]:
        """Angles and weights (q,): Gauss-Legendre in both cosines, equidistant in phi."""
        halves: list[tuple[NDArray, NDArray]] = []
        for order, like in ((self.order_a, self.like_a), (self.order_b, self.like_b)):
            x, w = leggauss(2 * ((order + _MARGIN + 1) // 2 + 1))
            # With equal ends one half of the orientations represents both.
            halves.append((x[x > 0], 2.0 * w[x > 0]) if like and not halves else (x, w))
        count = 2 * (self.order_mu + _MARGIN)
        # Midpoints of (0, pi): V is even in phi.
        phi = (np.arange(count) + 0.5) * np.pi / count
        (x_a, w_a), (x_b, w_b) = halves
        grid = np.meshgrid(np.arccos(x_a), np.arccos(x_b), phi, indexing="ij")
        weights = w_a[:, None, None] * w_b[:, None] * np.full(count, 2.0 * np.pi / count)
        return *(angle.ravel() for angle in grid), weights.ravel()

    def remainder(
        self,
        potential: PotentialFunction,
        distance: NDArray,
        r_a: float,
        r_b: float,
        orientations: int = 200,
        seed: int = 1,
    ) -> NDArray:
        """Root mean square of V minus its expansion over random orientations.

        Parameters
        ----------
        potential
            V(R, c_a, c_b, c_ab, r_a, r_b) in atomic units.
        distance : (m,)
            R, bohr.
        r_a, r_b
            Bond lengths, bohr.
        orientations
            Number of random orientations.
        seed
            Seed of their generator.

        Returns
        -------
        NDArray
            (m,), hartree.
        """
        random = np.random.default_rng(seed)
        theta_a, theta_b = np.arccos(random.uniform(-1.0, 1.0, (2, orientations)))
        phi = random.uniform(0.0, np.pi, orientations)
        a, b = np.array([r_a]), np.array([r_b])
        coefficients = self.coefficients(potential, distance, a, b)[:, :, 0]
        v = potential(distance[:, None], *cosines(theta_a, theta_b, phi), a, b)
        error = v - coefficients @ self.functions(theta_a, theta_b, phi)
        return np.sqrt((error**2).mean(axis=1))


def normalised_legendre(order: int, projection: int, x: NDArray) -> NDArray:
    """Associated Legendre functions P(lambda, mu; x), normalised on [-1, 1].

    With the Condon-Shortley phase: times exp(i mu phi)/sqrt(2 pi) they are spherical harmonics.

    Parameters
    ----------
    order, projection
        Largest lambda and mu.
    x
        Arguments, of any shape (...).

    Returns
    -------
    NDArray
        (order + 1, projection + 1, ...), 0 for mu > lambda.
    """
    return assoc_legendre_p_all(order, projection, x, norm=True)[0][:, : projection + 1]
