"""Checks of the products: what a careful reader would look at before using the rates.

Every check is a mapping: name, status (`passed`, `warning`, `failed`), value, limit, message. A
failed check means wrong products, and stops the campaign (`require_passed`); a warning, products
whose stated error does not hold or that say too little about it.
"""

from collections.abc import Mapping, Sequence

import xarray as xr

from vibrates.config import Campaign
from vibrates.core.errors import UserError
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


def require_passed(result: Mapping, name: str) -> None:
    """UserError, one line, if a check of `check_products` failed; `name`: the file of rates."""
    failed = [check for check in result["checks"] if check["status"] == "failed"]
    if failed:
        reasons = "; ".join(
            f"{check['name']} {check['value']:.3g}, limit {check['limit']:.3g} ({check['message']})"
            if check["value"] is not None
            else f"{check['name']} ({check['message']})"
            for check in failed
        )
        raise UserError(
            f"{name}: {len(failed)} of {len(result['checks'])} checks failed, do not use it: "
            f"{reasons}"
        )


def load_inputs(
    reduced_paths: Sequence[str],
    cross_sections_path: str,
    rates_path: str,
    fingerprints: Mapping[str, str],
) -> tuple[list[xr.Dataset], xr.Dataset, xr.Dataset]:
    """Read the products that `check_products` takes.

    ``fingerprints``: of reduced, cross_sections and rates. Raises UserError for a file that is
    damaged or has another one.
    """
    return (
        [layout.read_reduced(path, fingerprints["reduced"]) for path in reduced_paths],
        read_product(cross_sections_path, fingerprint=fingerprints["cross_sections"]),
        read_product(rates_path, fingerprint=fingerprints["rates"]),
    )
