"""The error of a rate coefficient by its sources: variables k_stderr_monte_carlo, _surface, ...

A part that was not estimated is missing (NaN) and says so in its attributes; it is never zero.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

PARTS = {
    "monte_carlo": "finite number of trajectories, and interpolation and ends of the energy grid",
    "learning": "regression over initial states",
    "surface": "values of the fitted surface",
    "method": "classical paths and rotors",
}
MISSING = {
    "monte_carlo": "not computed from trajectories",
    "learning": "no regression takes part",
    "surface": "not estimated: rates.surface_draws is not configured",
    "method": "not estimated",
}
_CELL = ("transition", "temperature")
Key = tuple[int, int, int, int]


def spread(responses: xr.Dataset) -> NDArray:
    """Relative error of k from the surface, as a standard deviation of ln k.

    The root mean square of ln(k_drawn/k) over the drawn surfaces, less its part that the finite
    number of trajectories explains. What N draws cannot tell from that part stays in: the result is
    at least (2/N)^(1/4) of it.

    Parameters
    ----------
    responses
        Dataset of `surface_draws.responses`.

    Returns
    -------
    NDArray
        (transition, temperature); NaN where a rate is missing.
    """
    draws = responses["surface"].str.match(r"draw\d+$").values
    ratio = responses["k_ratio"].values[draws]
    noise = np.mean((responses["k_ratio_stderr"].values[draws] / ratio) ** 2, axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        square = np.mean(np.log(ratio) ** 2, axis=0)
    return np.sqrt(np.maximum(square - noise, noise * np.sqrt(2.0 / draws.sum())))


def by_transition(responses: Sequence[xr.Dataset]) -> dict[Key, NDArray]:
    """`spread` (T,) of every transition (v, w, v', w') of some states."""
    found = {}
    for one in responses:
        initial = int(one.attrs["v"]), int(one.attrs["w"])
        for final, own in zip(
            zip(one["vp"].values.tolist(), one["wp"].values.tolist(), strict=True),
            spread(one), strict=True,
        ):  # fmt: skip
            found[(*initial, *final)] = own
    return found


def at_transitions(known: Mapping[Key, NDArray], keys: Sequence[Key]) -> NDArray:
    """Relative errors (N, T) of any transitions from those that are known.

    Either direction of a transition has the same relative error. Within a family, one change
    (v' - v, w' - w) at one w, its logarithm is linear in v between known states, and constant
    beyond them; without any at this w, the nearest w is taken. NaN for families without any.
    """
    both = dict(known) | {(*key[2:], *key[:2]): value for key, value in known.items()}
    columns = len(next(iter(both.values()))) if both else 0
    families: dict[tuple[int, int], dict[int, dict[int, NDArray]]] = {}
    for (v, w, vp, wp), value in both.items():
        families.setdefault((vp - v, wp - w), {}).setdefault(w, {})[v] = value
    rows = np.full((len(keys), columns), np.nan)
    for row, (v, w, vp, wp) in enumerate(keys):
        family = families.get((vp - v, wp - w))
        if not family:
            continue
        ladder = family[min(family, key=lambda other: (abs(other - w), other))]
        levels = sorted(ladder)
        values = np.array([ladder[level] for level in levels])
        for column in range(columns):
            usable = np.isfinite(values[:, column]) & (values[:, column] > 0.0)
            if usable.any():
                rows[row, column] = np.exp(
                    np.interp(v, np.array(levels)[usable], np.log(values[usable, column]))
                )
    return rows


def with_parts(
    table: xr.Dataset, parts: Mapping[str, NDArray], remarks: Mapping[str, str] | None = None
) -> xr.Dataset:
    """A table of rates with every part of the error as a variable.

    Parameters
    ----------
    table
        Dataset with k (transition, temperature).
    parts
        Standard errors (transition, temperature) by names of `PARTS`, in the unit of k; NaN where
        one was not estimated.
    remarks
        Attributes ``comment`` of parts, by name.
    """
    rate = table["k"].transpose(*_CELL)
    variables = {}
    for name, source in PARTS.items():
        values = parts.get(name)
        given = np.full(rate.shape, np.nan) if values is None else np.asarray(values)
        attributes = {
            "units": rate.attrs.get("units", "cm^3 s^-1"),
            "long_name": f"standard error of k from: {source}",
        }
        if np.isnan(given).any():
            attributes["missing_value_meaning"] = MISSING[name]
        if remarks and name in remarks:
            attributes["comment"] = remarks[name]
        variables[f"k_stderr_{name}"] = (_CELL, given, attributes)
    return table.assign(variables)


def keys_of(table: xr.Dataset) -> list[Key]:
    """(v, w, v', w') of every transition."""
    columns = (table[name].values.tolist() for name in ("v", "w", "vp", "wp"))
    return [(int(v), int(w), int(vp), int(wp)) for v, w, vp, wp in zip(*columns, strict=True)]


def of_rates(table: xr.Dataset, responses: Sequence[xr.Dataset] = ()) -> xr.Dataset:
    """rates.nc with the parts of its errors.

    Parameters
    ----------
    table
        Dataset of `table.rate_table`.
    responses
        Those of `surface_draws.responses`, of some of its states; none if no surfaces were drawn.
    """
    parts = {"monte_carlo": table["k_stderr"].transpose(*_CELL).values}
    remarks = {}
    if responses:
        relative = at_transitions(by_transition(responses), keys_of(table))
        parts["surface"] = relative * table["k"].transpose(*_CELL).values
        initial = ", ".join(f"({one.attrs['v']}, {one.attrs['w']})" for one in responses)
        remarks["surface"] = (
            f"k times the standard deviation of ln k over {responses[0].attrs['draws']} surfaces "
            f"drawn from the covariance of the fit, computed for the initial states {initial}; "
            "linear in v between them, constant beyond"
        )
    return with_parts(table, parts, remarks)


def of_learned(learned: xr.Dataset, rates: xr.Dataset) -> xr.Dataset:
    """learned.nc with the parts of its errors.

    That of the surface is the relative one of rates.nc, continued along v. The error of a computed
    rate is that of its trajectories, that of a predicted one the regression's, in which the errors
    of the rates it was trained on are contained.

    Parameters
    ----------
    learned
        Dataset of `learning.product.learn`.
    rates
        Dataset of rates.nc with its parts (`of_rates`).
    """
    k = learned["k"].transpose(*_CELL).values
    own = k * np.log(10.0) * learned["log10_k_std"].transpose(*_CELL).values
    computed = learned["origin"].transpose(*_CELL).values.astype(str) == "computed"
    parts = {
        "monte_carlo": np.where(computed, own, np.nan),
        "learning": np.where(computed, np.nan, own),
    }
    remarks = {}
    if "k_stderr_surface" in rates:
        relative = (rates["k_stderr_surface"] / rates["k"]).transpose(*_CELL).values
        if np.isfinite(relative).any():
            known = dict(zip(keys_of(rates), relative, strict=True))
            parts["surface"] = at_transitions(known, keys_of(learned)) * k
            remarks["surface"] = str(rates["k_stderr_surface"].attrs.get("comment", ""))
    return with_parts(learned, parts, remarks)
