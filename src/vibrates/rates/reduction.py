"""Sums over trajectories per stratum: batch files in, one small dataset per (v, w) out.

All quantities that later stages need are additive: counts, weighted probabilities and weighted
probabilities times the `trajectory_factor` at every temperature, per (energy, shell, replicate).
Trajectories are added one by one in the order of their index, so that the bits of the sums do not
depend on the division of the trajectories into batches.
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import xarray as xr

from vibrates.collisions.detailed_balance import rotational_ratio
from vibrates.collisions.pair import energy_defect
from vibrates.config import Campaign
from vibrates.core.errors import UserError
from vibrates.core.units import HARTREE_TO_CM, KELVIN_TO_CM
from vibrates.molecules.rotation import rotational_energies
from vibrates.rates import layout
from vibrates.rates.symmetrisation import trajectory_factor
from vibrates.trajectories.plan import PlannedBatch
from vibrates.trajectories.quantum_rotor.levels import edge_population

_OK = 0
_SLACK = 1e-9  # angstrom


class NoGoodTrajectory(UserError):
    """All trajectories of a stratum failed."""


def reduce_batches(
    batches: Iterable[PlannedBatch], config: Campaign, v: int, w: int, j: int | None = None
) -> xr.Dataset:
    """Reduce the batch files of one initial state, one file in memory at a time.

    Parameters
    ----------
    batches
        In the order of rounds and batches.
    config
        The campaign; of it `grid`, `sampling`, `rates` and the molecules.
    v, w, j
        The initial state; ``j`` where a rotor is quantised.

    Returns
    -------
    xr.Dataset
        The dataset that `layout` describes.

    Raises
    ------
    UserError
        For a file that is damaged, was made with other settings or code, or belongs to another
        state or grid; for trajectories that are outside their shell, missing or present twice; and
        for strata without any good trajectory.
    """
    sums = None
    for planned in batches:
        batch = planned.read()
        if sums is None:
            finals = {name: batch[name].values for name in ("jp",) if name in batch.variables}
            sums = Sums(config, v, w, batch["vp"].values, batch["wp"].values, j, **finals)
        sums.add(batch, Path(planned.path).name)
    if sums is None:
        state = (v, w) if j is None else (v, w, j)
        raise UserError(f"state {state}: no batch file to reduce; run the trajectories first")
    return sums.dataset()


class Sums:
    """Accumulator of the sums of one initial state (v, w).

    vp, wp (n_final,): the final states of the batches' probability matrix. Of a state (v, w, j)
    ``jp`` (n_final,) are their rotational levels.
    """

    def __init__(self, config: Campaign, v: int, w: int, vp, wp, j: int | None = None, jp=None):
        self.config, self.v, self.w, self.j = config, v, w, j
        self.vp, self.wp = np.asarray(vp, dtype=int), np.asarray(wp, dtype=int)
        self.jp = None if jp is None else np.asarray(jp, dtype=int)
        self.energies = np.asarray(config.grid.energies, dtype=float)
        edges = config.grid.shell_edges
        self.b_lower, self.b_upper = edges[:-1], edges[1:]
        self.replicates = int(config.sampling.replicates)
        if self.replicates < 2:
            raise UserError(
                f"sampling.replicates: {self.replicates} leaves no spread to take standard errors "
                "from; set it to 2 or more (16 is usual)"
            )
        self.temperatures = np.array(
            sorted(
                {float(t) for t in config.rates.temperatures_K}
                | {float(t) for t in config.sampling.target_temperatures_K}
            )
        )
        self.kept = self._kept_final_states()
        self.targets = self._target_states()
        self.vibrational, self.ratios = self._energy_differences()
        self.differences = self.vibrational + self._rotational_differences()
        n_kept, strata = len(self.kept), (len(self.energies), len(self.b_lower))
        cells = (*strata, self.replicates)
        self.count = np.zeros(cells, dtype=np.int64)
        self.failed = np.zeros(cells, dtype=np.int64)
        self.last_index = np.full(strata, -1, dtype=np.int64)
        self.weight = np.zeros(cells)
        self.probability = np.zeros((n_kept, *cells))
        self.thermal = np.zeros((n_kept, len(self.temperatures), *cells))
        self.steps = np.zeros(strata)
        self.energy_error, self.norm_error = np.zeros(strata), np.zeros(strata)
        self.error, self.error_weight = np.zeros(strata), np.zeros(strata)
        self.edge_a, self.edge_b = np.zeros(strata), np.zeros(strata)
        self.edge_j = np.zeros(strata)

    @property
    def state(self) -> tuple[int, ...]:
        """The initial state, (v, w) or (v, w, j)."""
        return (self.v, self.w) if self.j is None else (self.v, self.w, self.j)

    def _kept_final_states(self) -> np.ndarray:
        """Positions of the final states within max_dv and max_dw; the elastic one is left out."""
        limits = self.config.rates.transitions
        dv, dw = np.abs(self.vp - self.v), np.abs(self.wp - self.w)
        near = (dv <= limits.max_dv) & (dw <= limits.max_dw)
        return np.flatnonzero(near & ((dv > 0) | (dw > 0)))

    def _target_states(self) -> np.ndarray:
        """Positions of the final states of the target transitions."""
        changes = zip(self.vp - self.v, self.wp - self.w, strict=True)
        wanted = {tuple(change) for change in self.config.sampling.target_transitions}
        return np.array([i for i, change in enumerate(changes) if change in wanted], dtype=int)

    def _energy_differences(self) -> tuple[np.ndarray, np.ndarray]:
        """E(v, w) - E(v', w') of the kept final states in cm^-1 (positive: exothermic); q_i/q_f."""
        initial, final = (self.v, self.w), (self.vp[self.kept], self.wp[self.kept])
        defect = energy_defect(self.config.partners, initial, final)
        rotor = self.config.quantised
        # Of a quantised rotor the levels themselves are weighted, not its partition function.
        mine = [n for n in range(2) if rotor is None or n != rotor.position]
        molecules = [self.config.partners[n] for n in mine]
        ratio = rotational_ratio(molecules, [initial[n] for n in mine], [final[n] for n in mine])
        return defect * HARTREE_TO_CM, np.broadcast_to(ratio, defect.shape)

    def _rotational_differences(self) -> np.ndarray | float:
        """What the kept final states differ by in rotational energy from the initial one, cm^-1."""
        rotor = self.config.quantised
        if rotor is None or self.jp is None or self.j is None:
            return 0.0
        level = (self.v, self.w)[rotor.position]
        finals = (self.vp, self.wp)[rotor.position][self.kept]
        before = rotational_energies(rotor.diatom, level, np.array([self.j]))[0]
        after = np.empty(len(self.kept))
        for final in np.unique(finals):
            mine = finals == final
            after[mine] = rotational_energies(rotor.diatom, int(final), self.jp[self.kept][mine])
        return (before - after) * HARTREE_TO_CM

    def add(self, batch: xr.Dataset, name: str) -> None:
        """Add the trajectories of one batch; `name` of the file for messages."""
        energy, shell, index = self._place(batch, name)
        order = np.argsort(index, kind="stable")
        energy, shell, index = energy[order], shell[order], index[order]
        good = batch["status"].values[order] == _OK
        cell = (energy, shell, index % self.replicates)
        stratum = (energy, shell)
        np.add.at(self.count, tuple(c[good] for c in cell), 1)
        np.add.at(self.failed, tuple(c[~good] for c in cell), 1)
        np.maximum.at(self.last_index, stratum, index)
        np.add.at(self.steps, stratum, batch["steps"].values[order].astype(float))

        chosen = order[good]
        cell, stratum = tuple(c[good] for c in cell), tuple(c[good] for c in stratum)
        for errors, key in ((self.energy_error, "energy_error"), (self.norm_error, "norm_error")):
            np.maximum.at(errors, stratum, np.abs(batch[key].values[chosen]))
        weight = batch["weight"].values[chosen].astype(float)
        np.add.at(self.weight, cell, weight)
        probability = batch["probability"].values[chosen].astype(float)
        rotor = self.config.quantised
        if self.jp is not None:
            np.add.at(self.edge_j, stratum, weight * edge_population(probability, self.jp))
        for n, (total, levels, molecule) in enumerate(
            zip((self.edge_a, self.edge_b), (self.vp, self.wp), self.config.partners, strict=True)
        ):
            if rotor is not None and n == rotor.position and len(np.unique(levels)) == 1:
                continue  # V is averaged over the density of its only level: no basis, no edge.
            # An end of a basis is an edge only if the well has levels beyond it; an atom has none.
            last = molecule.morse_levels - 1
            edge = (levels == levels.max()) & (levels < last)
            edge |= (levels == levels.min()) & (levels > 0)
            np.add.at(total, stratum, weight * probability[:, edge].sum(axis=1))
        target = weight * probability[:, self.targets].sum(axis=1)
        # An estimate above 1, or a missing one, means only that P may be entirely wrong.
        error = np.nan_to_num(batch["probability_error"].values[chosen], nan=1.0).clip(max=1.0)
        np.add.at(self.error, stratum, target * error)
        np.add.at(self.error_weight, stratum, target)
        translational = batch["translational_energy"].values[chosen].astype(float)
        for row, final in enumerate(self.kept):
            weighted = weight * probability[:, final]
            np.add.at(self.probability[row], cell, weighted)
            for column, kT in enumerate(self.temperatures * KELVIN_TO_CM):
                factor = trajectory_factor(
                    translational, self.energies[cell[0]], self.differences[row], kT
                )
                np.add.at(self.thermal[row, column], cell, weighted * factor)

    def _place(self, batch: xr.Dataset, name: str):
        """Energy, shell and index of every trajectory; UserError if they belong to no stratum."""
        held = tuple(int(batch.attrs[n]) for n in ("v", "w", "j") if n in batch.attrs)
        if held != self.state:
            raise UserError(
                f"{name}: holds state {held}, not {self.state}; remove the file and run the "
                "campaign again"
            )
        known = {"vp": self.vp, "wp": self.wp} | ({} if self.jp is None else {"jp": self.jp})
        same_basis = batch.sizes["final"] == len(self.vp) and all(
            name in batch.variables and np.array_equal(batch[name], values)
            for name, values in known.items()
        )
        if not same_basis:
            raise UserError(
                f"{name}: its basis differs from the other batches of state {self.state}; "
                "remove the file and run the campaign again"
            )
        value = batch["energy_cm"].values.astype(float)
        energy = np.abs(value[:, None] - self.energies).argmin(axis=1)
        stray = ~np.isclose(value, self.energies[energy], rtol=1e-6, atol=0)
        if stray.any():
            raise UserError(
                f"{name}: energy {value[stray][0]:g} cm^-1 is not in grid.energies_cm; "
                "remove the file and run the campaign again"
            )
        shell = batch["shell"].values.astype(np.int64)
        if len(shell) and not (0 <= shell.min() and shell.max() < len(self.b_lower)):
            raise UserError(
                f"{name}: shell {shell.max()} is outside the {len(self.b_lower)} shells of "
                "grid.impact_parameter_edges_angstrom; remove the file and run the campaign again"
            )
        b = batch["impact_parameter"].values.astype(float)
        # The conversion to bohr and back changes the last bits.
        outside = (b < self.b_lower[shell] - _SLACK) | (b > self.b_upper[shell] + _SLACK)
        if outside.any():
            i = np.flatnonzero(outside)[0]
            raise UserError(
                f"{name}: impact parameter {b[i]:g} angstrom is outside its shell, "
                f"{self.b_lower[shell[i]]:g} to {self.b_upper[shell[i]]:g}; remove the file and "
                "run the campaign again"
            )
        return energy, shell, batch["index"].values.astype(np.int64)

    def _check_complete(self) -> None:
        """UserError unless every stratum has each index once and at least one good trajectory."""
        expected, found = self.last_index + 1, (self.count + self.failed).sum(axis=-1)
        bad = (expected != found) | (self.count.sum(axis=-1) == 0)
        if not bad.any():
            return
        i, s = np.argwhere(bad)[0]
        where = (
            f"state {self.state}, U = {self.energies[i]:g} cm^-1, b = "
            f"{self.b_lower[s]:g}-{self.b_upper[s]:g} angstrom"
        )
        if expected[i, s] != found[i, s]:
            raise UserError(
                f"{where}: {found[i, s]} trajectories where {expected[i, s]} are numbered; remove "
                "the batch files of this state that do not belong to the plan and run again"
            )
        if found[i, s] == 0:
            raise UserError(f"{where}: no trajectory in the batch files; run the campaign again")
        raise NoGoodTrajectory(
            f"{where}: all {found[i, s]} trajectories failed; reduce dynamics.time_step_fs or "
            "raise the limits under dynamics"
        )

    def dataset(self) -> xr.Dataset:
        """The sums as a dataset; UserError if a stratum is incomplete."""
        self._check_complete()
        return layout.reduced_dataset(self)
