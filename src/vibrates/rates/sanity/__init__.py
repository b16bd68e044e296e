"""Checks of the products: what a careful reader would look at before using the rates.

Every check is a mapping: name, status (`passed`, `warning`, `failed`), value, limit, message. A
failed check means wrong products; a warning, products whose stated error does not hold or that
say too little about it.
"""

from collections.abc import Sequence

import xarray as xr

from vibrates.config import Campaign
from vibrates.core.netcdf import read_product
from vibrates.rates import layout
from vibrates.rates.sanity import tables, trajectories


def check_products(
    reduced: Sequence[xr.Dataset], cross_sections: xr.Dataset, rates: xr.Dataset, config: Campaign
) -> dict:
    """Run all checks; returns {"status": worst, "checks": [...]}, ready for JSON."""
    checks = [
        tables.positive_rates(rates),
        tables.cross_sections(cross_sections),
        tables.detailed_balance(rates),
        tables.errors_present(rates),
        tables.target(rates, config),
        tables.edge_fraction(rates, config),
        trajectories.outer_shell(reduced, config),
        trajectories.failed_share(reduced),
        trajectories.energy_error(reduced, config),
        trajectories.norm_error(reduced, config),
        trajectories.edge_population(reduced, config),
        trajectories.step_error(reduced, config),
        tables.reversibility(rates),
    ]
    worst = max((check["status"] for check in checks), key=("passed", "warning", "failed").index)
    return {"status": worst, "checks": checks}


def load_inputs(reduced_paths, cross_sections_path, rates_path):
    """Read the products that `check_products` takes; UserError for a damaged one."""
    reduced = [layout.read_reduced(path) for path in reduced_paths]
    return reduced, read_product(cross_sections_path), read_product(rates_path)
