"""vibrates: state-to-state vibrational rate coefficients, from the surface to a learned table.

A table of rate coefficients is opened by `vibrates.open_rates`; all else is run by Snakemake.
"""

import importlib
from typing import Any

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """`open_rates` on demand: most of the package needs neither xarray nor SciPy."""
    if name == "open_rates":
        return importlib.import_module("vibrates.library").open_rates
    raise AttributeError(f"module 'vibrates' has no attribute {name!r}")
