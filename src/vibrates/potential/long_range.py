"""The long-range surface u(R, x) = -sum_m C_m(x)/R^m (eq. 2 of Hong, Huang, Zhang 2024).

R enters only through its powers, so that the surface is correct far beyond the points of its
training. Internally energies are in units of ``energy_unit`` and R in units of ``distance_unit``,
so that the outputs of the network are of order one.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vibrates.core.errors import UserError
from vibrates.potential.network import CoefficientNetwork


@dataclass(frozen=True)
class Coordinate:
    """One internal coordinate: its range, and whether C_m is even in it about the middle.

    With ``even`` the input of the network is an even function of the normalised coordinate, which
    makes the symmetry of a homonuclear molecule (theta -> pi - theta, range 0 to pi) exact.
    """

    name: str
    lower: float
    upper: float
    even: bool = False

    def normalised(self, x: NDArray) -> NDArray:
        """Between -1 and 1."""
        centred = (2.0 * x - self.lower - self.upper) / (self.upper - self.lower)
        return 2.0 * centred**2 - 1.0 if self.even else centred

    def slope(self, x: NDArray) -> NDArray:
        """d(normalised)/dx."""
        scale = 2.0 / (self.upper - self.lower)
        centred = (2.0 * x - self.lower - self.upper) / (self.upper - self.lower)
        return 4.0 * centred * scale if self.even else scale + 0.0 * x


@dataclass(frozen=True, eq=False)
class LongRangeSurface:
    """Networks for C_m, or for u itself if ``powers`` is empty (for comparison).

    ``powers``: the m of the series. ``coordinates``: of x, in order. ``weights``: of ``network``.
    ``least_distance``: smallest distance (bohr) at which it may be evaluated. Atomic units.
    """

    powers: tuple[int, ...]
    coordinates: tuple[Coordinate, ...]
    hidden: tuple[int, ...]
    weights: NDArray
    least_distance: float
    distance_unit: float
    energy_unit: float

    @property
    def network(self) -> CoefficientNetwork:
        """The network: inputs x (and R without a series), outputs C_m in internal units."""
        inputs = len(self.coordinates) + (not self.powers)
        return CoefficientNetwork((inputs, *self.hidden, max(len(self.powers), 1)))

    def inputs(self, distance: NDArray, x: NDArray) -> NDArray:
        """Inputs of the network (N, n_in)."""
        columns = [c.normalised(x[:, i]) for i, c in enumerate(self.coordinates)]
        if not self.powers:
            columns.append(np.log(distance / self.distance_unit))
        return np.stack(columns, axis=1)

    def factors(self, distance: NDArray) -> NDArray:
        """Factors of its outputs (N, n_out): -(unit/R)^m."""
        if not self.powers:
            return np.ones((len(distance), 1))
        return -((self.distance_unit / distance[:, None]) ** np.array(self.powers))

    def checked(self, distance: NDArray, x: NDArray) -> tuple[NDArray, NDArray]:
        """Both as arrays (N,), (N, d); UserError for NaN or too small R."""
        distance, x = np.atleast_1d(distance).astype(float), np.asarray(x, dtype=float)
        x = np.broadcast_to(np.atleast_2d(x), (len(distance), len(self.coordinates)))
        if not (np.isfinite(distance).all() and np.isfinite(x).all()):
            raise UserError(
                "long-range surface: a coordinate is not a number; check the geometries"
            )
        if distance.min(initial=np.inf) < self.least_distance:
            raise UserError(
                f"long-range surface: R = {distance.min():.4g} bohr is inside "
                f"{self.least_distance:.4g}, where the series was not trained; use the full surface"
            )
        return distance, x

    def energy(self, distance: NDArray, x: NDArray) -> NDArray:
        """u (N,), hartree, at R (N,), bohr, and internal coordinates (N, d)."""
        distance, x = self.checked(distance, x)
        outputs = self.network(self.weights, self.inputs(distance, x))
        return self.energy_unit * (self.factors(distance) * outputs).sum(axis=1)

    def gradient(self, distance: NDArray, x: NDArray) -> tuple[NDArray, NDArray]:
        """du/dR (N,) and du/dx (N, d)."""
        distance, x = self.checked(distance, x)
        inputs, factors = self.inputs(distance, x), self.factors(distance)
        slopes = self.network.by_inputs(self.weights, inputs, factors)
        by_x = slopes[:, : len(self.coordinates)] * np.stack(
            [c.slope(x[:, i]) for i, c in enumerate(self.coordinates)], axis=1
        )
        if self.powers:
            outputs = self.network(self.weights, inputs)
            by_distance = -(factors * outputs * np.array(self.powers)).sum(axis=1) / distance
        else:
            by_distance = slopes[:, -1] / distance
        return self.energy_unit * by_distance, self.energy_unit * by_x

    def coefficients(self, x: NDArray) -> NDArray:
        """C_m (N, n_m) at internal coordinates (N, d), hartree bohr^m; UserError without powers."""
        if not self.powers:
            raise UserError("long-range surface: without powers it has no coefficients C_m")
        x = np.atleast_2d(np.asarray(x, dtype=float))
        units = self.energy_unit * self.distance_unit ** np.array(self.powers, dtype=float)
        return self.network(self.weights, self.inputs(np.ones(len(x)), x)) * units

    def digest(self) -> str:
        """Fingerprint (sha256, hexadecimal) of all that its energies depend on."""
        content = asdict(self) | {"weights": np.round(self.weights, 12).tolist()}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def save(self, path: str | Path, fingerprint: str | None = None) -> None:
        """Write it as netCDF; ``fingerprint``: that of all that the training depends on."""
        # The environment of PySCF, which imports surfaces for their harmonics, has no xarray.
        import xarray as xr

        from vibrates.core.netcdf import write_atomic

        described = {"units": "1", "long_name": "weights and biases, layer by layer"}
        coordinates = [asdict(c) for c in self.coordinates]
        attributes = {
            "powers": list(self.powers), "hidden": list(self.hidden),
            "names": [c["name"] for c in coordinates],
            "lower": [c["lower"] for c in coordinates], "upper": [c["upper"] for c in coordinates],
            "even": [int(c["even"]) for c in coordinates],
            "least_distance": self.least_distance, "distance_unit": self.distance_unit,
            "energy_unit": self.energy_unit,
        }  # fmt: skip
        if fingerprint is not None:
            attributes["fingerprint"] = fingerprint
        write_atomic(
            xr.Dataset({"weights": ("weight", self.weights, described)}, attrs=attributes), path
        )

    @classmethod
    def load(cls, path: str | Path, fingerprint: str | None = None) -> "LongRangeSurface":
        """Read what `save` wrote.

        Raises UserError if it is missing or damaged, or has another fingerprint than the given one.
        """
        from vibrates.core.fingerprint import check
        from vibrates.core.netcdf import read_product

        remedy = "remove it and train the surface again"
        stored = read_product(path, remedy)
        if fingerprint is not None:
            check(path, stored.attrs.get("fingerprint"), fingerprint, remedy)
        a = {name: np.atleast_1d(value) for name, value in stored.attrs.items()}
        names = [str(n) for n in a["names"]]
        coordinates = tuple(
            Coordinate(*one) for one in zip(
                names, map(float, a["lower"]), map(float, a["upper"]), map(bool, a["even"]),
                strict=True,
            )
        )  # fmt: skip
        return cls(
            tuple(int(m) for m in a["powers"]), coordinates, tuple(int(n) for n in a["hidden"]),
            stored["weights"].values, float(a["least_distance"][0]),
            float(a["distance_unit"][0]), float(a["energy_unit"][0]),
        )  # fmt: skip
