"""The table of rate coefficients, rates.nc: all transitions of all initial states."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from vibrates.collisions.detailed_balance import FORMULA, detailed_balance
from vibrates.config import Campaign
from vibrates.core.errors import UserError
from vibrates.core.netcdf import provenance
from vibrates.core.units import KELVIN_TO_CM
from vibrates.rates.coefficients import relative_mass, state_rates
from vibrates.rates.rotational import grouped, resolved_variables, vibrational_rates
from vibrates.rates.symmetrisation import SCHEMES, check_scheme

_RATE = ("transition", "temperature")
# Position (state, row) of a transition (v, w, vp, wp).
_Places = dict[tuple[int, int, int, int], tuple[int, int]]

# With a larger share of the thermal integral in `k_edge_fraction`, a rate depends on the ends of
# the energy grid: on its first or last interval, or on the region beyond it. Below this limit k of
# synthetic cross sections is accurate to 15 % on grids of only six energies; above one half it can
# be wrong by any factor.
EDGE_LIMIT = 0.3
_RATIO = (
    "rotational partition function of the initial over that of the final levels, the product of "
    "B_f/B_i of both molecules, B_v = <1/(2 mu r^2)> in level v"
)


def rate_table(
    reduced: Sequence[xr.Dataset], config: Campaign, sources: Sequence[str] = ()
) -> xr.Dataset:
    """Rate coefficients of every exothermic transition and its reverse.

    The endothermic direction follows from `detailed_balance`, never from its own trajectories.
    Where these exist, their rate is stored in addition as `k_direct`, a test of microscopic
    reversibility.

    Parameters
    ----------
    reduced
        One dataset of `layout` per initial state; of a quantised rotor one per (v, w, j).
    config
        The campaign; of it `rates`, `seed`, `rotors`, the target of `sampling` and the molecules.
    sources
        Names of the files that ``reduced`` comes from, for the record.

    Returns
    -------
    xr.Dataset
        That of rates.nc at `rates.temperatures_K`, rows ordered by (v, w, vp, wp); cm^3 s^-1. With
        a quantised rotor ``k`` is the thermal average of the configured mixture, and the variables
        of `rotational.resolved_variables` hold all others.

    Raises
    ------
    UserError
        If no transition among the states is exothermic.
    """
    scheme = check_scheme(config.rates.symmetrisation)
    mass, samples = relative_mass(config), int(config.rates.bootstrap)
    seed, rotor = int(config.seed), config.quantised
    groups = {} if rotor is None else grouped(reduced, samples, seed)
    if rotor is None:
        states = [state_rates(one, mass, samples, seed) for one in reduced]
        members = [[one] for one in reduced]
    else:
        states = [
            vibrational_rates(levels, config, mass, rotor.mixture) for levels in groups.values()
        ]
        members = [[one.reduced for one in levels] for levels in groups.values()]
    computed, direct = _index(states)
    if not computed:
        raise UserError(
            "rates: no exothermic transition among the states of the campaign; add an initial "
            "state (v, w) above the lowest one, or raise rates.transitions.max_dv or max_dw"
        )
    keys = sorted(set(computed) | {(*key[2:], *key[:2]) for key in computed})
    rows = [_row(key, computed, direct, states, members, config) for key in keys]
    temperature = states[0]["temperature"].values
    kept = np.isin(temperature, np.asarray(config.rates.temperatures_K, dtype=float))
    table = _dataset(rows, kept, temperature, scheme, config, sources)
    if rotor is None:
        return table
    by_mixture = {}
    for mixture in rotor.mixtures:
        found = [vibrational_rates(levels, config, mass, mixture) for levels in groups.values()]
        of_mixture = [_row(key, computed, direct, found, members, config) for key in keys]
        by_mixture[mixture] = xr.Dataset(
            {
                name: (_RATE, np.array([row[f"k_{scheme}{end}"] for row in of_mixture]))
                for name, end in (("k", ""), ("k_stderr", "_stderr"))
            }
        )
    variables, coordinates = resolved_variables(groups, keys, by_mixture, config, mass, kept)
    molecule = config.pair[rotor.position]
    return (
        table.assign(variables)
        .assign_coords(coordinates)
        .assign_attrs(quantised_rotor=molecule, mixture=rotor.mixture)
    )


def _index(states: Sequence[xr.Dataset]) -> tuple[_Places, _Places]:
    """Positions {(v, w, vp, wp): (state, row)} of exothermic and of endothermic transitions."""
    computed: _Places = {}
    direct: _Places = {}
    for number, rates in enumerate(states):
        initial = (int(rates.attrs["v"]), int(rates.attrs["w"]))
        columns = (rates[name].values for name in ("vp", "wp", "energy_difference"))
        for row, (vp, wp, difference) in enumerate(zip(*columns, strict=True)):
            key = (*initial, int(vp), int(wp))
            (computed if difference >= 0 else direct)[key] = (number, row)
    return computed, direct


def _row(key, computed, direct, states, members, config) -> dict:
    """All columns of one transition, as arrays over temperature or numbers."""
    forward = key in computed
    source = key if forward else (*key[2:], *key[:2])
    number, position = computed[source]
    rates = states[number].isel(transition=position)
    temperature = rates["temperature"].values
    # The ratio of a quantised rotor depends on temperature.
    difference, ratio = float(rates["energy_difference"]), rates["rotational_ratio"].values
    factor = 1.0 if forward else detailed_balance(difference, ratio, temperature * KELVIN_TO_CM)
    row = {
        "key": key,
        "direction": "computed" if forward else "detailed_balance",
        "energy_difference": difference if forward else -difference,
        "rotational_ratio": ratio if forward else 1 / ratio,
        "n_trajectories": sum(int(one["count"].sum()) for one in members[number]),
        "n_failed": sum(int(one["failed"].sum()) for one in members[number]),
        "target_reached": _target_reached(source, rates, config),
    }
    for scheme in SCHEMES:
        row[f"k_{scheme}"] = factor * rates[f"k_{scheme}"].values
        row[f"k_{scheme}_stderr"] = factor * rates[f"stderr_{scheme}"].values
    configured = config.rates.symmetrisation
    for part in ("monte_carlo", "interpolation", "edge_error"):
        row[part] = factor * rates[f"{part}_{configured}"].values
    row["k_edge_fraction"] = rates[f"edge_{configured}"].values
    # Missing where k is.
    row["rests_on_edge"] = (~(row["k_edge_fraction"] <= EDGE_LIMIT)).astype(np.int8)
    row["k_error_correlation"] = rates[f"correlation_{configured}"].values
    row["k_extrapolated_fraction"] = rates[f"extrapolated_{configured}"].values
    row["missing"] = factor * rates[f"missing_{configured}"].values
    row["k_direct"] = row["k_direct_stderr"] = np.full(len(temperature), np.nan)
    # Of a quantised rotor the initial levels that carry the reverse direction need not have been
    # run: its channels are compared instead (`sanity.tables.reversibility`).
    if not forward and key in direct and config.quantised is None:
        number, position = direct[key]
        own = states[number].isel(transition=position)
        row["k_direct"] = own[f"k_{configured}"].values
        row["k_direct_stderr"] = own[f"stderr_{configured}"].values
    return row


def _target_reached(key, rates: xr.Dataset, config: Campaign) -> int:
    """1 if the Monte-Carlo error of k meets the target at its temperatures, 0 if not, -1: none.

    key: (v, w, vp, wp) of the computed direction; its reverse has the same relative error. Other
    errors do not decrease with the number of trajectories, which is determined by the target.
    """
    sampling = config.sampling
    changes = [tuple(change) for change in sampling.target_transitions]
    if (key[2] - key[0], key[3] - key[1]) not in changes:
        return -1
    scheme = config.rates.symmetrisation
    at = np.isin(rates["temperature"].values, np.asarray(sampling.target_temperatures_K, float))
    k, stderr = rates[f"k_{scheme}"].values[at], rates[f"monte_carlo_{scheme}"].values[at]
    return int(np.all(stderr <= sampling.target_relative_error * k))


def _dataset(rows, kept, temperature, scheme, config, sources) -> xr.Dataset:
    rate, share = {"units": "cm^3 s^-1"}, {"units": "1"}
    labels = {
        "k_edge_fraction": (
            share,
            "share of the thermal integral outside the energy grid and in "
            "its first and last interval",
        ),
        "k_extrapolated_fraction": (share, "share of the thermal integral outside the energy grid"),
        "k_direct": (
            rate,
            "endothermic rate from its own trajectories, not used; missing where "
            "the state was not run",
        ),
        "k_direct_stderr": (rate, "standard error of k_direct"),
    }
    for name in SCHEMES:
        labels[f"k_{name}"] = (rate, f"rate coefficient, symmetrisation {name}")
        labels[f"k_{name}_stderr"] = (rate, f"standard error of k_{name}")

    def over_temperature(name, units, long_name):
        values = np.array([row[name][kept] for row in rows])
        return (_RATE, values, {**units, "long_name": long_name})

    def over_transition(name, units, long_name):
        values = np.array([row[name] for row in rows])
        return ("transition", values, {"units": units, "long_name": long_name})

    variables = {name: over_temperature(name, *label) for name, label in labels.items()}
    variables["k"] = over_temperature(f"k_{scheme}", rate, "rate coefficient")
    variables["k_stderr"] = over_temperature(
        f"k_{scheme}_stderr",
        rate,
        "standard error of k: k_monte_carlo_stderr, k_interpolation_error"
        + (
            " and k_edge_error in "
            if config.quantised is None
            else ", k_edge_error and k_rotational_error in "
        )
        + "quadrature",
    )
    variables["k_monte_carlo_stderr"] = over_temperature(
        "monte_carlo", rate, "standard error of k from the finite number of trajectories"
    )
    variables["k_interpolation_error"] = over_temperature(
        "interpolation",
        rate,
        "error of k from interpolation between the energies: its change with every second energy",
    )
    variables["k_edge_error"] = over_temperature(
        "edge_error",
        rate,
        "error of k from beyond the energy grid: the change if the cross section vanished there or "
        "kept its end slope, whichever is larger",
    )
    if config.quantised is not None:
        variables["k_rotational_error"] = over_temperature(
            "missing",
            rate,
            "error of k from initial rotational levels that were not run: their population times k "
            "or the rate from the highest levels that were run",
        )
    variables["k_rests_on_edge"] = over_temperature(
        "rests_on_edge", share, "whether k_edge_fraction exceeds edge_fraction_limit"
    )
    variables["k_rests_on_edge"][2].update(
        flag_values=np.array([0, 1], dtype=np.int8),
        flag_meanings="no yes",
        edge_fraction_limit=EDGE_LIMIT,
    )
    variables["k_error_correlation"] = (
        (*_RATE, "temperature_2"),
        np.array([row["k_error_correlation"][np.ix_(kept, kept)] for row in rows]),
        {**share, "long_name": "correlation of the errors k_stderr of k between two temperatures"},
    )
    variables |= {
        "direction": over_transition(
            "direction",
            "1",
            f"computed, or from detailed balance, {FORMULA} with q_i/q_f = rotational_ratio",
        ),
        "rotational_ratio": (
            over_transition("rotational_ratio", "1", _RATIO)
            if config.quantised is None
            else over_temperature(
                "rotational_ratio", share, f"{_RATIO}; of a quantised rotor that of its species"
            )
        ),
        "energy_difference": over_transition(
            "energy_difference", "cm^-1", "vibrational energy of the initial less the final state"
        ),
        "n_trajectories": over_transition("n_trajectories", "1", "good trajectories behind k"),
        "n_failed": over_transition("n_failed", "1", "failed trajectories, left out of k"),
        "target_reached": over_transition(
            "target_reached",
            "1",
            "relative Monte-Carlo error of k: 1 target met, 0 not met, -1 no target",
        ),
    }
    coordinates = {
        "temperature": (
            "temperature",
            temperature[kept],
            {"units": "K", "long_name": "temperature"},
        )
    }
    names = {
        "v": "initial level of molecule a",
        "w": "initial level of molecule b",
        "vp": "final level of molecule a",
        "wp": "final level of molecule b",
    }
    for position, (name, long_name) in enumerate(names.items()):
        values = np.array([row["key"][position] for row in rows])
        coordinates[name] = ("transition", values, {"units": "1", "long_name": long_name})
    attributes = provenance(config, list(sources)) | {
        "title": "State-to-state vibrational rate coefficients",
        "symmetrisation": scheme,
        "weighting": "plain: sum of (weight x) over the number of good trajectories",
    }
    return xr.Dataset(variables, coordinates, attributes)
