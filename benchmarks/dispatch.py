"""How busy the ranks of a batch are when pieces differ by 30 times, whatever else the machine does.

    python benchmarks/dispatch.py

The pieces sleep instead of computing, so that the result shows the sharing out alone.
"""

import subprocess
import sys
import time

import numpy as np

PIECES, RESULT = 80, 100_000  # numbers per result: 800 kB travel with every piece


def work_of_a_rank() -> None:
    from mpi4py import MPI

    from vibrates.core.dispatch import share_out

    comm = MPI.COMM_WORLD
    spread = np.random.default_rng(0).uniform(np.log(0.02), np.log(0.6), PIECES)
    seconds = np.sort(np.exp(spread))[::-1]

    def compute(piece: int) -> np.ndarray:
        time.sleep(seconds[piece])
        return np.zeros(RESULT)

    comm.Barrier()
    start = time.perf_counter()
    share_out(comm, range(PIECES), compute, lambda piece, result: None)
    comm.Barrier()
    if comm.rank == 0:
        print(seconds.sum() / comm.size / (time.perf_counter() - start))


if __name__ == "__main__":
    if sys.argv[1:] == ["--worker"]:
        work_of_a_rank()
    else:
        for ranks in (1, 2, 4, 8):
            run = subprocess.run(
                ["mpiexec", "-n", str(ranks), sys.executable, __file__, "--worker"],
                capture_output=True,
                text=True,
                check=True,
            )
            print(f"{ranks} rank(s): busy {100 * float(run.stdout):.1f} % of the time", flush=True)
