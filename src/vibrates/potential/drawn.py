"""A fitted surface with the covariance of its parameters, as a file, and surfaces drawn from it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
import yaml
from numpy.typing import NDArray

from vibrates.core.errors import UserError
from vibrates.core.fingerprint import fingerprint
from vibrates.core.netcdf import provenance, read_product
from vibrates.potential.fit import FitResult, Term

_REMEDY = "make it again: make surface"


@dataclass(frozen=True)
class KnownSurface:
    """A fit, and the keys of the ``surface`` block that say how parameters follow the bonds.

    ``stretches``: `stretch_length_angstrom` or `stretches`, as in the configuration.
    """

    found: FitResult
    stretches: Mapping[str, Any]

    def block(self, values: NDArray | None = None) -> dict[str, Any]:
        """The ``surface`` block of the configuration, with other values of the terms if given."""
        return {"type": "fitted", **self.stretches, "terms": self.found.rows(values)}

    def drawn(self, seed: int, number: int) -> dict[str, Any]:
        """The block of a surface drawn from the covariance of the fit.

        Parameters
        ----------
        seed
            Seed of all draws.
        number
            Number of the draw, from 1; a draw does not depend on how many there are.
        """
        factor = np.linalg.cholesky(self.found.covariance)
        normal = np.random.default_rng([seed, number]).standard_normal(len(factor))
        return self.block(self.found.values + factor @ normal)

    def digest(self) -> str:
        """sha256 (hexadecimal) of values, covariance, terms and stretch functions."""
        return fingerprint(
            terms=[(t.parameter, t.powers, t.count) for t in self.found.terms],
            values=self.found.values,
            covariance=self.found.covariance,
            stretches=dict(self.stretches),
        )

    def dataset(self, description: Mapping[str, Any], sources: list[str]) -> xr.Dataset:
        """The product: values and covariance, with the terms that they belong to.

        Parameters
        ----------
        description
            Of the points and the fit, for the record.
        sources
            Names of the files of points.
        """
        units = {"R_m_angstrom": "angstrom", "eps_meV": "meV", "beta": "1", "zeta": "1"}
        names: list[str] = []
        powers: list[tuple[int, int]] = []
        positions: list[int] = []
        for term in self.found.terms:
            names += [term.parameter] * term.count
            powers += [term.powers] * term.count
            positions += range(term.count)
        power_a, power_b = np.array(powers).T
        own = "of the parameter, per angstrom and power of the stretch"
        value = ("value",)

        def coordinate(values, text):
            return (value, np.asarray(values), {"units": "1", "long_name": text})

        return xr.Dataset(
            {
                "values": (value, self.found.values, {"units": own, "long_name": "fitted value"}),
                "covariance": (
                    ("value", "value_2"),
                    self.found.covariance,
                    {"units": f"products of {own}", "long_name": "covariance of the fit"},
                ),
            },
            {
                "parameter": coordinate(names, "parameter of the surface"),
                "power_a": coordinate(power_a, "power of the stretch of a"),
                "power_b": coordinate(power_b, "power of the stretch of b"),
                "position": coordinate(positions, "place in the term's list of values"),
            },
            provenance(dict(description), sources)
            | {
                "title": "A surface fitted to ab initio points, and the covariance of its values",
                "units_of_parameters": json.dumps(units),
                "stretches": json.dumps(dict(self.stretches)),
                "digest": self.digest(),
                "reduced_chi_square": self.found.reduced_chi_square,
            },
        )


def as_text(block: Mapping[str, Any]) -> str:
    """A ``surface`` block as YAML."""
    content = {"surface": dict(block)}
    return yaml.safe_dump(content, sort_keys=False, default_flow_style=None, width=120)


def read(path: str | Path, digest: str | None = None) -> KnownSurface:
    """The surface of a file that was written from `KnownSurface.dataset`.

    Parameters
    ----------
    path
        The file.
    digest
        The `KnownSurface.digest` that it must have; None if any is accepted.

    Raises
    ------
    UserError
        If it is missing, damaged, another file or another surface.
    """
    stored = read_product(path, _REMEDY)
    needed = {"values", "covariance", "parameter", "power_a", "power_b", "position"}
    if missing := needed - set(map(str, stored.variables)):
        raise UserError(
            f"{path}: not a fitted surface with its covariance (lacks "
            f"{', '.join(sorted(missing))}); {_REMEDY}"
        )
    terms: list[Term] = []
    rows = zip(
        *(stored[n].values.tolist() for n in ("parameter", "power_a", "power_b")), strict=True
    )
    for (name, i, j), place in zip(rows, stored["position"].values.tolist(), strict=True):
        if place == 0:
            terms.append(Term(name, (i, j), 1))
        else:
            terms[-1] = Term(name, (i, j), place + 1)
    found = FitResult(
        tuple(terms),
        stored["values"].values,
        stored["covariance"].values,
        float(stored.attrs["reduced_chi_square"]),
    )
    known = KnownSurface(found, json.loads(stored.attrs["stretches"]))
    if digest is not None and known.digest() != digest:
        raise UserError(
            f"{path}: digest {known.digest()} is not {digest}, which was asked for; copy it, if "
            "this is the file that is meant"
        )
    return known


def require_same(known: KnownSurface, block: Mapping[str, Any], path: str | Path) -> None:
    """UserError unless a ``surface`` block is the surface whose covariance the file holds.

    Parameters
    ----------
    known
        The surface of the file.
    block
        The plain ``surface`` block of a configuration.
    path
        The file, for the message.
    """
    central = known.block()
    own = {name: block.get(name) for name in central}
    if _plain(own) != _plain(central):
        first = next(name for name in central if _plain(own[name]) != _plain(central[name]))
        raise UserError(
            f"{path}: holds the covariance of another surface than the configured one "
            f"(surface.{first} differs); name the file of this surface, or none"
        )


def _plain(value: Any) -> Any:
    """Lists and floats throughout, as a file of the configuration may have tuples and integers."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return float(value) if isinstance(value, int | float) else value
