"""k of N2(1) + H2 -> N2(0) + H2 with H2's rotation quantised, beside classical rotors.

    python validation/rotor_judge.py [TRAJECTORIES PER STRATUM] [PROCESSES]

The initial state v = 1 of config/rotor_judge.yaml, without rounds after the pilot. Prints k of
every initial j, thermal averages of the nuclear-spin mixtures with their errors, the final j, the
default campaign (classical rotors) and fits to measured rates.
"""

import json
import os
import sys
import time
from multiprocessing import get_context
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import numpy as np
import pandas as pd
import xarray as xr

from vibrates.config import Campaign, load
from vibrates.core.netcdf import write_atomic
from vibrates.rates.basis_edge import require_room
from vibrates.rates.measured import RELAXATION
from vibrates.rates.reduction import Sums
from vibrates.rates.table import rate_table
from vibrates.trajectories import batch_file, plan
from vibrates.trajectories.work import BatchWork, joined

ROOT = Path(__file__).parents[1]
CONFIG = ROOT / "config" / "rotor_judge.yaml"
EVIDENCE = ROOT / "docs" / "evidence" / "default_campaign.json"
OUTPUT = "results-rotor-judge"


def reduced(config: Campaign, rows: pd.DataFrame, processes: int) -> xr.Dataset:
    """Sums over all trajectories of one initial state, computed by some processes."""
    global _work
    _work = BatchWork(config, rows)
    _work.warm_up()
    with get_context("fork").Pool(processes) as pool:
        columns = joined(pool.map(_piece, range(len(_work.pieces)), chunksize=1))
    probability = columns.pop("probability")
    batch = batch_file.batch_dataset(columns, probability, dict(_work.state), _work.final_labels)
    finals = [batch[name].values for name in ("vp", "wp")]
    sums = Sums(config, _work.v, _work.w, *finals, _work.j, batch["jp"].values)
    sums.add(batch, "judgement")
    return sums.dataset()


def _piece(number: int) -> dict[str, np.ndarray]:
    return _work.compute(number)


def classical(temperatures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """k and its error of the default campaign, nan where it has none; (T,)."""
    numbers = json.loads(EVIDENCE.read_text(encoding="utf-8"))["numbers"]
    known = np.array(numbers["temperatures_K"])
    name, found = next(iter(numbers["relaxation"].items()))
    k, error = (np.full(len(temperatures), np.nan) for _ in range(2))
    for i, t in enumerate(temperatures):
        if t in known:
            at = int(np.flatnonzero(known == t)[0])
            fit = float(RELAXATION[name](t))
            k[i], error[i] = found["ratio"][at] * fit, found["error"][at] * fit
    return k, error


def report(rates: xr.Dataset) -> None:
    """Print the tables."""
    T = rates["temperature"].values
    row = int(np.flatnonzero((rates["v"] == 1) & (rates["vp"] == 0))[0])
    one = rates.isel(transition=row)
    print("| k / cm^3 s^-1 | " + " | ".join(f"{t:g} K" for t in T) + " |")
    print("|---" * (len(T) + 1) + "|")

    def line(name: str, k: np.ndarray, error: np.ndarray | None = None) -> None:
        cells = [f"{value:.2e}" for value in np.atleast_1d(k)]
        if error is not None:
            cells = [
                f"{cell} ({100 * e / v:.0f} %)" for cell, e, v in zip(cells, error, k, strict=True)
            ]
        print(f"| {name} | " + " | ".join(cells) + " |")

    for j in rates["initial_j"].values:
        at = one.sel(initial_j=j)
        line(f"j = {j}", at["k_initial_j"].values, at["k_initial_j_stderr"].values)
    for species in rates["species"].values:
        at = one.sel(species=species)
        line(str(species), at["k_species"].values, at["k_species_stderr"].values)
    for name, fit in RELAXATION.items():
        line(f"measured, {name}", fit(T))
    line("classical rotors (default campaign)", *classical(T))
    print("\nshares of the final j' in k of each initial j")
    for j in rates["initial_j"].values:
        mine = ((rates["channel_j"] == j) & (rates["channel_vp"] == 0)).values
        k = rates["k_channel"].values[mine]
        for jp, share in zip(rates["channel_jp"].values[mine], k / k.sum(axis=0), strict=True):
            print(f"j = {j} -> {jp}: " + " ".join(f"{s:.3f}" for s in share))


def main() -> None:
    """Run the judgement."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 96
    processes = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    config = load(CONFIG).changed(
        {"grid": {"states": [[1, 0]]}, "sampling": {"pilot": count, "rounds": 0}}
    )
    began, every = time.monotonic(), []
    frame = plan.pilot(config).assign(batch=0)
    print(config.quantised.description if config.quantised else "classical", flush=True)
    for state in config.states:
        rows = frame[frame["j"] == state[2]]
        every.append(reduced(config, rows, processes))
        print(f"{state}: {time.monotonic() - began:.0f} s", flush=True)
    rates = rate_table(every, config)
    Path(OUTPUT).mkdir(exist_ok=True)
    write_atomic(rates, Path(OUTPUT) / "judgement.nc")
    report(rates)
    require_room(every, config)


if __name__ == "__main__":
    main()
