"""Dynamic distribution of pieces of work over MPI ranks; rank 0 collects every result.

Rank 0 computes as well and receives pending messages between its own pieces. So that no rank waits
for rank 0, a worker always holds one further piece while it computes, and results are transferred
while the next piece is being computed. All messages are two-sided and need no action of rank 0 in
the meantime.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from mpi4py import MPI

_AHEAD = 2  # pieces that a worker holds and has not returned
_LOOKS = 10  # probes without a message before rank 0 continues with its own work
_NAP = 0.002  # seconds between probes of a rank that has nothing to compute


def share_out(
    comm: MPI.Comm,
    pieces: Iterable[int],
    compute: Callable[[int], Any],
    keep: Callable[[int, Any], None],
) -> None:
    """Compute every piece on one of the ranks and collect the results on rank 0.

    To be called by all ranks; ``pieces`` and ``keep`` are used on rank 0 only.

    Parameters
    ----------
    comm
        The communicator.
    pieces
        Numbers of the pieces, which are distributed in this order.
    compute
        ``compute(piece)`` gives the result of a piece, a picklable object.
    keep
        ``keep(piece, result)`` is called on rank 0 for every result, as it arrives.
    """
    if comm.rank == 0:
        _lead(comm, deque(pieces), compute, keep)
    else:
        _follow(comm, compute)


def _lead(
    comm: MPI.Comm,
    todo: deque[int],
    compute: Callable[[int], Any],
    keep: Callable[[int, Any], None],
) -> None:
    given = 0  # pieces that workers hold
    arriving: list[MPI.Request] = []
    for worker in list(range(1, comm.size)) * _AHEAD:
        if todo:
            comm.send(todo.popleft(), worker)
            given += 1
    while todo or given:
        status = MPI.Status()
        while (message := _arrived(comm, status)) is not None:
            if todo:
                comm.send(todo.popleft(), status.source)
                given += 1
            arriving.append(message.irecv())
        waiting = []
        for request in arriving:
            complete, result = request.test()
            if complete:
                assert result is not None  # what `_follow` sends
                keep(*result)
                given -= 1
            else:
                waiting.append(request)
        arriving = waiting
        if todo:
            piece = todo.popleft()
            keep(piece, compute(piece))
        elif given:
            time.sleep(_NAP)
    for worker in range(1, comm.size):
        comm.send(None, worker)


def _arrived(comm: MPI.Comm, status: MPI.Status) -> MPI.Message | None:
    """The next pending message, if any; a probe without a match makes MPI progress messages."""
    for _ in range(_LOOKS):
        if (message := comm.improbe(status=status)) is not None:
            return message
    return None


def _follow(comm: MPI.Comm, compute: Callable[[int], Any]) -> None:
    leaving: list[MPI.Request] = []
    while (piece := _receive(comm, leaving)) is not None:
        leaving.append(comm.isend((piece, compute(piece)), 0))
    MPI.Request.waitall(leaving)


def _receive(comm: MPI.Comm, leaving: list[MPI.Request]) -> int | None:
    """The next piece. Probing also progresses the results being sent; sleeping frees the core."""
    while True:
        leaving[:] = [request for request in leaving if not request.test()[0]]
        if comm.iprobe(0):
            return comm.recv(source=0)
        time.sleep(_NAP)
