"""What the kernel search costs: `make bench-learning`, or with fewer transitions
`OMP_NUM_THREADS=1 python benchmarks/learning.py --levels 5 11 17 --growth 2`.

The data have the size and shape of Mihalik et al. 2024: v = 0-2, j = 0-20, 3 j + 63 transitions
from every j, 19 temperatures; {5, 8, 11, 14, 17, 19} are 600 transitions, 11 400 points. The rates
are made up: an exponential gap law with propensities, and a power of T that changes with dj.
"""

import argparse
import json
import resource
import tempfile
import time

import numpy as np

from vibrates.learning.data import rate_data

TEMPERATURES_K = np.r_[np.arange(10, 100, 10), np.arange(100, 1001, 100)].astype(float)
FULL_ITERATIONS = 200  # where an optimisation on all points is compared with
PUBLISHED_HOURS = {"single kernels": 1.73, "whole search": 10.66}


def made_up():
    """Rates with the layout of the paper's, smooth in all quantum numbers and T."""
    rows = [
        (v, j, vp, jp)
        for v in range(3)
        for j in range(21)
        for vp in range(v + 1)
        for jp in range(21)
        if vp < v or jp < j
    ]
    v, j, vp, jp = np.array(rows).T
    jump, odd = np.abs(j - jp), np.abs(j - jp) % 2
    gap_K = 1770.0 * (v - vp) + 1.04 * (j * (j + 1) - jp * (jp + 1))
    T = TEMPERATURES_K
    log10_k = (
        -10.2
        - 0.11 * jump
        - 0.25 * odd
        - 2.6 * (v - vp)
        + 0.25 * np.log10(1.0 + v)
        - 0.01 * j
        - 1e-4 * np.abs(gap_K)
    )[:, None]
    slope = (0.15 + 0.05 * jump + 0.4 * (v - vp))[:, None]
    log10_k = log10_k + slope * np.log10(T / 300.0) - 0.3 * np.exp(-T / 60.0) * odd[:, None]
    return rate_data({"v": v, "j": j, "vp": vp, "jp": jp}, T, 10.0**log10_k, "made up")


def memory_gib() -> float:
    """Largest memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def evaluation(data, trained, points: int) -> None:
    """One likelihood with gradient: closed form, and GPflow's automatic differentiation."""
    from vibrates.learning import kernels
    from vibrates.learning.backend import gpflow, tf
    from vibrates.learning.data import log10_k
    from vibrates.learning.features import MIHALIK, feature_matrix
    from vibrates.learning.gaussian_process import GaussianProcess
    from vibrates.learning.search.training_sets import rows_of

    cells = np.broadcast_to(rows_of(data, trained)[:, None], data["k"].shape)
    chosen = np.random.default_rng(0).permutation(int(cells.sum()))[:points]
    X = feature_matrix(MIHALIK, data, cells)[chosen]
    y = log10_k(data)[cells][chosen]
    X, y = (X - X.mean(0)) / X.std(0), (y - y.mean()) / y.std()
    kernel = kernels.build("M52", X.shape[1])
    noise = gpflow.Parameter(1e-2, transform=gpflow.utilities.positive(1e-6))
    process = GaussianProcess(kernel, noise)
    process.likelihood.loss_and_gradient(X[:50], y[:50])  # traces the kernel
    began = clocks()
    _, own = process.likelihood.loss_and_gradient(X, y)
    seconds = clocks()[1] - began[1]
    model = gpflow.models.GPR((X, y[:, None]), kernel)
    model.likelihood.variance = noise
    began = clocks()
    with tf.GradientTape() as tape:
        loss = model.training_loss()
    parts = tape.gradient(loss, process.likelihood.variables)
    theirs = np.concatenate([np.ravel(part) for part in parts])
    print(
        f"likelihood and gradient, M52, n = {len(X)}: processor {seconds:.2f} s, GPflow "
        f"{clocks()[1] - began[1]:.2f} s; largest relative difference "
        f"{np.abs(own - theirs).max() / np.abs(theirs).max():.1e}",
        flush=True,
    )


def search(data, options) -> None:
    """Seven single kernels, then the search, with all points behind the last predictions."""
    from vibrates.learning.search import selection
    from vibrates.learning.search.candidate import Trainer, mean_error
    from vibrates.learning.search.training_sets import levels, validation_set

    with tempfile.TemporaryDirectory() as store:
        trainer = Trainer(data, store, "lbfgs", options.iterations)
        validating = validation_set((6, 9), options.levels, levels(data))
        others = selection.predicted_levels(trainer, options.levels, validating)
        criterion = selection.by_validation(validating)
        began = clocks()
        for result in selection.single_kernels(trainer, options.levels, options.points):
            print(
                f"  {result['kernel']}: validation {criterion(result):.3f} %, "
                f"{result['seconds']:.0f} s",
                flush=True,
            )
        singles = selection.single_kernels(trainer, options.levels, options.points)
        best = selection.best_of(singles, criterion)["kernel"]
        whole = trainer.candidate(best, options.levels, options.points, whole=True)
        report("single kernels", began, whole, mean_error(whole, others))
        print(where(whole, options.levels, others), flush=True)
        path = selection.grow(trainer, options.levels, options.points, criterion, options.growth)
        whole = trainer.candidate(path[-1]["kernel"], options.levels, options.points, whole=True)
        report("whole search", began, whole, mean_error(whole, others))
        print(where(whole, options.levels, others), flush=True)
        trained = len(trainer.checkpoint.stored())
        print(f"  {trained} candidates; {json.dumps([r['kernel'] for r in path])}", flush=True)


def full_size(data, options) -> None:
    """Kernels optimised on all points until nothing moves, and in stages: the same test error?"""
    from vibrates.learning.search.candidate import Trainer, mean_error
    from vibrates.learning.search.selection import predicted_levels

    every = None
    for kernel in options.full:
        for what, limit in (("stages", options.iterations), ("all points", FULL_ITERATIONS)):
            with tempfile.TemporaryDirectory() as store:
                trainer = Trainer(data, store, "lbfgs", limit)
                sizes = options.points if what == "stages" else [every]
                began = clocks()
                result = trainer.candidate(kernel, options.levels, sizes, whole=True)
                every = int(result["transitions"]) * data.sizes["temperature"]
                others = predicted_levels(trainer, options.levels)
                error = mean_error(result, others)
                report(
                    f"{kernel} optimised on {what}, log likelihood "
                    f"{result.get('log_marginal_likelihood', float('nan')):.1f}"
                    f"{'' if result.get('converged') else ', not converged'}",
                    began,
                    result,
                    error,
                )
                print(where(result, options.levels, others), flush=True)


def where(result, trained, others) -> str:
    """Errors of levels between those trained on, where validation looks, and of all beyond them."""
    from vibrates.learning.search.candidate import mean_error

    inside = [level for level in others if min(trained) < level < max(trained)]
    outside = [level for level in others if level not in inside]
    return (
        f"  {result['kernel']}: {mean_error(result, inside):.4f} % between trained levels, "
        f"{mean_error(result, outside):.4f} % beyond"
    )


def clocks() -> tuple[float, float]:
    """Seconds on the wall and of processor time."""
    return time.perf_counter(), time.process_time()


def report(what: str, began: tuple[float, float], result: dict, error: float) -> None:
    """One line: time beside the published one, error, memory."""
    wall, processor = (now - then for now, then in zip(clocks(), began, strict=True))
    published = PUBLISHED_HOURS.get(what)
    beside = f" (published for N = 6: {60 * published:.0f} min)" if published else ""
    print(
        f"{what}: {wall / 60:.1f} min, processor {processor / 60:.1f} min{beside}; "
        f"{result['kernel']}, {result.get('points', 0)} points, error {error:.4f} % of log10 k, "
        f"memory {memory_gib():.1f} GiB",
        flush=True,
    )


def main() -> None:
    """Print everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--levels", type=int, nargs="+", default=[5, 8, 11, 14, 17, 19])
    parser.add_argument("--points", type=int, nargs=2, default=[600, 2000])
    parser.add_argument("--iterations", type=int, default=60)
    parser.add_argument("--growth", type=int, default=8, help="base kernels at most")
    parser.add_argument("--evaluation", type=int, default=2000, help="points of one evaluation")
    parser.add_argument(
        "--full",
        nargs="+",
        metavar="KERNEL",
        help="no search: these kernels optimised in stages and on all points",
    )
    parser.add_argument("--every", type=int, default=1, help="every how manyth temperature")
    parser.add_argument("--rates", metavar="FILE", help="rates to learn instead of made-up ones")
    options = parser.parse_args()
    data = made_up()
    if options.rates:
        from vibrates.learning.readers import read

        data = read(options.rates)
    data = data.isel(temperature=slice(None, None, options.every))
    if options.full:
        full_size(data, options)
    else:
        evaluation(data, options.levels, options.evaluation)
        search(data, options)


if __name__ == "__main__":
    main()
