"""A learned table becomes a data set of the package.

A data set is the learned.nc of a campaign with the attributes that a repository of research data
asks for (names of the Attribute Convention for Data Discovery, ACDD 1.3) beside those of its
campaign: configuration, version, commit, fingerprint.

    python -m vibrates.library.publish results n2h2
"""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import xarray as xr
import yaml

from vibrates import __version__
from vibrates.core.errors import UserError
from vibrates.core.netcdf import read_product, write_atomic
from vibrates.library import data_sets
from vibrates.library.exports.citation import TEXTS

METHOD = (
    "Mixed quantum-classical trajectories (quantum vibrations, {rotors} rotors and relative "
    "motion) on the surface '{surface}'; states without trajectories predicted by a Gaussian "
    "process, reverse directions by detailed balance. Standard deviations are those of the finite "
    "number of trajectories and of the prediction; errors of the method (about a factor of two for "
    "one quantum) and of the surface come on top (docs/method.md, docs/surface.md)."
)


def publish(learned: Path, name: str, into: Path | None = None) -> Path:
    """Write the learned table of a campaign as a data set of the package.

    Parameters
    ----------
    learned : Path
        learned.nc of a finished campaign.
    name : str
        Name by which `open_rates` finds it.
    into : Path, optional
        Directory of the data set; that of the package by default.

    Raises
    ------
    UserError
        If the table is damaged or holds no learned rates.
    """
    product = read_product(learned, "run the campaign to its end")
    if "log10_k" not in product:
        raise UserError(f"{learned}: holds no learned rates; name the learned.nc of a campaign")
    target = (data_sets.directory() if into is None else into) / f"{name}.nc"
    target.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(product.assign_attrs(product.attrs | description(product, name)), target)
    return target


def description(product: xr.Dataset, name: str) -> dict[str, str]:
    """Attributes that describe a data set to a repository of research data."""
    configuration = yaml.safe_load(product.attrs["configuration"])
    a, b = configuration["pair"]
    T = product["temperature"].values
    return {
        "Conventions": "ACDD-1.3",
        "id": f"vibrates-{name}-{__version__}",
        "title": f"State-to-state vibrational rate coefficients of {a} + {b}",
        "summary": METHOD.format(
            rotors=_rotors(configuration.get("rotors", {})),
            surface=configuration["surface"]["type"],
        ),
        "keywords": "rate coefficients, vibrational energy transfer, state-to-state, "
        f"{a}, {b}, V-T, V-V, plasma kinetics, hypersonic flow",
        "product_version": __version__,
        "license": "MIT",
        "creator_name": "the vibrates authors",
        "references": "; ".join(TEXTS),
        "comment": f"{product.sizes['transition']} transitions, {T.min():g} to {T.max():g} K",
    }


def _rotors(rotors: Mapping[str, Any]) -> str:
    """Treatment of the rotors, from the block of the configuration, as words."""
    quantised = []
    for molecule, given in rotors.items():
        block = given if isinstance(given, Mapping) else {"treatment": given}
        if block["treatment"] == "quantum":
            limit = f" up to {block['up_to_K']:g} K" if "up_to_K" in block else ""
            quantised.append(f"{molecule} quantum{limit}")
    return f"{' and '.join(quantised)}, other" if quantised else "classical"


def main(arguments: list[str] | None = None) -> int:
    """Publish the learned table of a results directory."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("results", type=Path, help="results directory of a finished campaign")
    parser.add_argument("name", help="name of the data set")
    options = parser.parse_args(arguments)
    try:
        print(publish(options.results / "learned.nc", options.name))
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
