"""Small campaigns in memory: one initial state, a fixed number of trajectories per stratum.

Studies with the same numbers use the same random numbers, so that what one setting changes can be
told from noise far below the standard error of either.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from vibrates.config import Campaign, load
from vibrates.rates import bootstrap
from vibrates.rates.coefficients import thermal_average
from vibrates.rates.reduction import Sums
from vibrates.trajectories import batch_file, plan
from vibrates.trajectories.sampling import Initial
from vibrates.trajectories.work import BatchWork, joined

DEFAULT = Path(__file__).parents[1] / "config" / "config.yaml"
TEMPERATURES = (300.0, 1000.0, 5000.0)
PROCESSES = {  # (v, w) -> (v', w')
    "(1,0) -> (0,0)": ((1, 0), (0, 0)),
    "(0,1) -> (0,0)": ((0, 1), (0, 0)),
    "(0,1) -> (1,0)": ((0, 1), (1, 0)),
}
STATES = ((1, 0), (0, 1))
REFERENCE_ENERGY_CM = 1000.0


def default(changes: dict | None = None) -> Campaign:
    """The default campaign with changes laid over it.

    P is to be accurate for all of `PROCESSES`.
    """
    targets = {"sampling": {"target_transitions": [[-1, 0], [0, -1], [1, -1]]}}
    return load(DEFAULT).changed(targets).changed(changes or {})


@dataclass(frozen=True)
class Study:
    """``count`` trajectories in every stratum of the state (v, w).

    ``one_stream``: all energies share their random numbers, scaled in energy, so that the cross
    section is a smooth function of U.
    """

    config: Campaign
    state: tuple[int, int]
    count: int
    one_stream: bool = False

    def columns(self) -> tuple[BatchWork, dict[str, NDArray]]:
        """All trajectories, by two processes: the columns of a batch file and `probability`."""
        global _study, _work
        own = {"grid": {"states": [list(self.state)]}, "sampling": {"pilot": self.count}}
        config = self.config.changed(own)
        _study, _work = self, BatchWork(config, plan.pilot(config).assign(batch=0))
        numbers = range(len(_work.pieces))
        # Forked, so that the work is built once.
        with get_context("fork").Pool(2) as pool:
            results = dict(zip(numbers, pool.map(_piece, numbers, chunksize=2), strict=True))
        return _work, joined(results[piece] for piece in sorted(results))

    def reduced(self) -> xr.Dataset:
        """The dataset of `vibrates.rates.layout` of these trajectories."""
        work, columns = self.columns()
        return reduce(work, columns)


def reduce(work: BatchWork, columns: dict[str, NDArray]) -> xr.Dataset:
    """Sums over the trajectories that `Study.columns` returned."""
    columns = dict(columns)
    first = tuple(levels.start for levels in work.levels)
    attributes = {"v": work.v, "w": work.w}
    batch = batch_file.batch_dataset(columns, columns.pop("probability"), attributes, first)
    sums = Sums(work.config, work.v, work.w, batch["vp"].values, batch["wp"].values)
    sums.add(batch, "study")
    return sums.dataset()


def _piece(number: int) -> dict[str, NDArray]:
    study, work = _study, _work
    if not study.one_stream:
        return work.compute(number)
    energy_cm, shell, indices = work.pieces[number]
    initial = work.initial(REFERENCE_ENERGY_CM, shell, indices)
    initial = scaled(initial, energy_cm / REFERENCE_ENERGY_CM)
    return work.columns(energy_cm, shell, indices, initial)


def scaled(initial: Initial, factor: float) -> Initial:
    """The same collisions with all energies times ``factor``."""
    root = np.sqrt(factor)
    return replace(
        initial,
        momentum=root * initial.momentum,
        l_a=root * initial.l_a,
        l_b=root * initial.l_b,
        translational_energy=factor * initial.translational_energy,
        rotational_energy_a=factor * initial.rotational_energy_a,
        rotational_energy_b=factor * initial.rotational_energy_b,
    )


def rates(
    reduced: xr.Dataset,
    final: tuple[int, int],
    draws: NDArray | None = None,
    temperatures: Sequence[float] = TEMPERATURES,
):
    """k of one transition in arbitrary units at ``temperatures``, which the configuration has.

    Returns values (T,), bootstrap samples (T, B), the share of k from outside the energy grid (T,).
    """
    match = (reduced["vp"].values == final[0]) & (reduced["wp"].values == final[1])
    if draws is None:
        draws = resamplings(reduced)
    average = thermal_average(reduced, int(np.flatnonzero(match)[0]), "translational", draws)
    at = [list(reduced["temperature"].values).index(t) for t in temperatures]
    return average.value[at], average.samples[at], average.extrapolated[at]


def resamplings(reduced: xr.Dataset, samples: int = 200, one_stream: bool = False) -> NDArray:
    """How often each replicate is drawn, (B, E, S, R); the same at all energies of one stream."""
    shape = reduced["count"].shape
    draws = bootstrap.draw(1, 0, 0, samples, (1, *shape[1:]) if one_stream else shape)
    return np.broadcast_to(draws, (samples, *shape))


def change(old, new, replicates: int) -> tuple[NDArray, NDArray]:
    """Relative change of k (3,) from ``old`` to ``new`` (results of `rates`), and its error."""
    value = new[0] / old[0] - 1.0
    error = bootstrap.standard_error(new[1] / old[1], replicates, axis=-1)
    return value, error
