"""Checks of the products, to be inspected before the rates are used.

Every check is a mapping: name, status (`passed`, `warning`, `failed`), value, limit, message. A
failed check means that products are wrong, and stops the campaign (`require_passed`). A warning
means that the stated error of the products may be too small or is unknown.
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
    """Run all checks.

    Parameters
    ----------
    reduced
        One dataset of `layout` per initial state.
    cross_sections, rates
        The datasets of cross_sections.nc and rates.nc.
    config
        The campaign.

    Returns
    -------
    dict
        ``status``, the worst one, and ``checks``, a list of mappings; suitable for JSON.
    """
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
    return _with_status(checks)


def check_joined(rates: xr.Dataset, of_parts: Mapping[str, Sequence[Mapping]]) -> dict:
    """Checks of a campaign with a crossover: of the joined table, and those of its parts.

    Parameters
    ----------
    rates
        Dataset of `rates.crossover.joined`.
    of_parts
        Checks of `check_products` by part.

    Returns
    -------
    dict
        As `check_products`; the name of a part's check begins with that of the part and a colon.
    """
    checks = [
        tables.positive_rates(rates),
        tables.detailed_balance(rates),
        tables.errors_present(rates),
        tables.crossover(rates),
    ]
    for part, found in of_parts.items():
        checks += [{**check, "name": f"{part}: {check['name']}"} for check in found]
    return _with_status(checks)


def _with_status(checks: list[dict]) -> dict:
    worst = max((check["status"] for check in checks), key=("passed", "warning", "failed").index)
    return {"status": worst, "checks": checks}


def require_passed(result: Mapping, name: str) -> None:
    """Raise UserError, one line, if a check of `check_products` failed; `name`: file of rates."""
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
    """Read the products that are arguments of `check_products`.

    Parameters
    ----------
    reduced_paths
        Reduced files, one per initial state.
    cross_sections_path, rates_path
        cross_sections.nc and rates.nc.
    fingerprints
        Those of the stages ``reduced``, ``cross_sections`` and ``rates``, by name.

    Returns
    -------
    reduced, cross_sections, rates
        The datasets.

    Raises
    ------
    UserError
        For a file that is missing or damaged or has another fingerprint.
    """
    return (
        [layout.read_reduced(path, fingerprints["reduced"]) for path in reduced_paths],
        read_product(cross_sections_path, fingerprint=fingerprints["cross_sections"]),
        read_product(rates_path, fingerprint=fingerprints["rates"]),
    )
