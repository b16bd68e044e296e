"""Opening of tables of rate coefficients from any stage of a campaign."""

from pathlib import Path

import numpy as np
import xarray as xr
import yaml

from vibrates.core import tables
from vibrates.core.errors import UserError
from vibrates.core.netcdf import read_product
from vibrates.library import data_sets
from vibrates.library.table import RateTable

PRODUCTS = ("learned.nc", "rates.nc")
CELL = ("transition", "temperature")


def open_rates(path: str | Path) -> RateTable:
    """Rate coefficients of a campaign, of a quantum calculation, or of a packaged data set.

    Parameters
    ----------
    path : str or Path
        A results directory (its learned.nc, or rates.nc where nothing was learned), one of these
        files, a CSV of quantum rates (``rates.csv`` of ``make quantum``), or the name of a data set
        of the package (``"n2h2"``).

    Raises
    ------
    UserError
        If there is no such file, it is damaged, or it holds no rate coefficients.
    """
    where = Path(path)
    if where.is_dir():
        found = [where / name for name in PRODUCTS if (where / name).is_file()]
        if not found:
            raise UserError(
                f"{where}: holds neither {' nor '.join(PRODUCTS)}; run the campaign to its end"
            )
        where = found[0]
    elif not where.exists() and not where.suffix and len(where.parts) == 1:
        where = data_sets.path_of(where.name)
    if where.suffix == ".csv":
        return quantum_table(where)
    return campaign_table(read_product(where, "run the campaign to its end"), str(where))


def campaign_table(product: xr.Dataset, source: str) -> RateTable:
    """The table of learned.nc or rates.nc.

    Parameters
    ----------
    product : xarray.Dataset
        Content of the file.
    source : str
        Its name, for messages.

    Raises
    ------
    UserError
        If it has no rate coefficients.
    """
    if "k" not in product or "configuration" not in product.attrs:
        raise UserError(f"{source}: holds no rate coefficients; name a learned.nc or rates.nc")
    configuration = yaml.safe_load(product.attrs["configuration"])
    if "log10_k_std" in product:
        log_std = product["log10_k_std"] * np.log(10.0)
        origin = product["origin"].values.astype(object)
        flag = product["flag"].attrs["flag_meanings"].split().index("extrapolated")
        extrapolated = (product["flag"] == flag) | (product["k_rests_on_edge"] == 1)
    else:
        log_std = product["k_stderr"] / product["k"]
        origin = np.full(product["k"].shape, "computed", dtype=object)
        extrapolated = product["k_rests_on_edge"] == 1
    reverse = (product["direction"] == "detailed_balance").values[:, None]
    origin = np.where(reverse, "detailed balance (" + origin + ")", origin).astype(str)
    dataset = xr.Dataset(
        {
            "k": product["k"],
            "log_std": log_std,
            "origin": (CELL, origin),
            "extrapolated": extrapolated,
            "energy_defect": product["energy_difference"],
        },
        attrs=product.attrs,
    )
    a, b = configuration["pair"]
    if a == b:
        # Species name the quantum numbers of a table, and of two N2 one would hide the other.
        raise UserError(
            f"{source}: two molecules {a}: a table of like molecules cannot be opened yet; read "
            "the file with xarray"
        )
    atom = len(configuration["molecules"][b]["masses_u"]) == 1
    return RateTable(dataset, {a: ["v"], b: [] if atom else ["w"]}, source)


def quantum_table(path: Path) -> RateTable:
    """The table of a CSV of close-coupling or coupled-states rates, (v, j) -> (v', j').

    Raises
    ------
    UserError
        If the file cannot be read, is damaged, or does not name molecule and atom.
    """
    names = ["v", "j", "vp", "jp"]
    table, about = tables.read(path, [*names, "T_K", "k_cm3_s"], "rates of `make quantum`")
    if missing := {"molecule", "atom"} - set(about):
        raise UserError(f"{path}: its header names no {', '.join(sorted(missing))}; add them")
    wide = table.pivot(index=names, columns="T_K", values="k_cm3_s")
    k = wide.to_numpy()
    dataset = xr.Dataset(
        {
            "k": (CELL, k),
            "log_std": (CELL, np.full(k.shape, np.nan)),
            "origin": (CELL, np.full(k.shape, "computed")),
            "extrapolated": (CELL, np.zeros(k.shape, dtype=bool)),
            "energy_defect": ("transition", np.full(len(k), np.nan)),
        },
        coords={"temperature": wide.columns.to_numpy(dtype=float)}
        | {name: ("transition", wide.index.get_level_values(name)) for name in names},
        attrs=about,
    )
    return RateTable(dataset, {about["molecule"]: ["v", "j"], about["atom"]: []}, str(path))
