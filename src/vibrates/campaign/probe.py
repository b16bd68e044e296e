"""The doctor's test job: ``srun ... python -m vibrates.campaign.probe CONFIG DIRECTORY --ranks 2``.

Examines on a node what a batch needs there, and writes the findings to DIRECTORY/found.json.
"""

import argparse
import json
import os
import shutil
import socket
import sys
import tempfile
import time
from pathlib import Path

from mpi4py import MPI

from vibrates.config import load
from vibrates.core.errors import UserError
from vibrates.core.files import write_text
from vibrates.core.mpi import check_size
from vibrates.trajectories import cache, plan
from vibrates.trajectories.work import BatchWork


def look(comm: MPI.Comm, config: Path, directory: Path) -> dict[str, object]:
    """Findings of rank 0 of the test job.

    Parameters
    ----------
    comm
        Communicator of the job.
    config
        Configuration of the campaign whose kernel is loaded.
    directory
        Directory in which the doctor left the file ``token``.

    Returns
    -------
    dict
        Size of the communicator, host, versions, scratch space (10^6 bytes), cache, seconds to load
        the kernel and cores, by name.
    """
    campaign = load(config)
    rows = plan.into_batches(plan.pilot(campaign), plan.UNIT)
    work = BatchWork(campaign, plan.batch_rows(rows, 0))
    began = time.monotonic()
    cache.load(work.warm_up)
    seconds = time.monotonic() - began
    scratch = Path(tempfile.gettempdir())
    token = directory / "token"
    return {
        "size": comm.size,
        "host": socket.gethostname(),
        "python": sys.version.split()[0],
        "mpi": MPI.Get_library_version().split("\n")[0],
        "token": token.read_text() if token.exists() else None,
        "scratch": str(scratch),
        "scratch_mb": shutil.disk_usage(scratch).free // 10**6,
        "cache": str(cache.directory()),
        "cached": cache.whole(),
        "kernel_seconds": seconds,
        "cores": len(os.sched_getaffinity(0)),
    }


def main() -> None:
    """Run under MPI; exit code 2 with one line if the number of ranks is not the requested one."""
    p = argparse.ArgumentParser(prog="vibrates.campaign.probe")
    p.add_argument("config", type=Path)
    p.add_argument("directory", type=Path)
    p.add_argument("--ranks", type=int, required=True)
    options = p.parse_args()
    comm = MPI.COMM_WORLD
    try:
        check_size(comm, options.ranks)
        if comm.rank == 0:
            write_text(
                options.directory / "found.json",
                json.dumps(look(comm, options.config, options.directory)),
            )
        comm.Barrier()
    except UserError as error:
        print(f"error: {error}", file=sys.stderr, flush=True)
        comm.Abort(2)


if __name__ == "__main__":
    main()
