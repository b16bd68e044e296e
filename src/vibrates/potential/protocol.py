"""Interface of potential energy surfaces."""

from typing import Protocol

from numpy.typing import ArrayLike, NDArray

from vibrates.potential.kernel_forms import KernelTables


class Potential(Protocol):
    """An interaction energy V(R, orientation, r_a, r_b)."""

    def potential(
        self,
        distance: ArrayLike,
        c_a: ArrayLike,
        c_b: ArrayLike,
        c_ab: ArrayLike,
        r_a: ArrayLike | None = None,
        r_b: ArrayLike | None = None,
    ) -> NDArray:
        """V in hartree, in plain NumPy.

        Parameters
        ----------
        distance
            R between the centres of mass, bohr.
        c_a, c_b, c_ab
            n_a.R^, n_b.R^ and n_a.n_b of the unit bond vectors, R from molecule a to molecule b.
        r_a, r_b
            Bond lengths, bohr; the equilibrium ones where they are not given.

        Returns
        -------
        V; all arguments broadcast against each other.
        """
        ...


class PotentialSurface(Potential, Protocol):
    """A surface on which trajectories can be run.

    The molecules are not part of the interface: a surface of sites has only masses of nuclei.
    """

    def kernel_tables(self, r_a: NDArray, r_b: NDArray) -> KernelTables:
        """The parameters on the grid of bond lengths r_a (n, 1) x r_b (1, m), bohr.

        From these ``vibrates.trajectories.kernel`` computes the same V, and the forces; a function
        of the user within the limit of the error of its expansion.
        """
        ...
