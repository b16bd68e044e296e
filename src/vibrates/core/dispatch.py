"""Pieces of work shared out among MPI ranks as they finish, with rank 0 keeping every result.

Rank 0 computes too and receives pending messages between its own pieces. So that no rank waits for
it, a worker always has one piece in hand while it computes another, and results are transferred
while the next piece is being computed. All messages are two-sided and need no action of rank 0 in
the meantime.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from mpi4py import MPI

_AHEAD = 2  # pieces a worker has been given and not returned
_LOOKS = 10  # before no message is believed to be there
_NAP = 0.002  # seconds between looks where there is nothing to compute


def share_out(
    comm: MPI.Comm,
    pieces: Iterable[int],
    compute: Callable[[int], Any],
    keep: Callable[[int, Any], None],
) -> None:
    """Compute every piece on one of the ranks; ``keep(piece, result)`` is called on rank 0 only.

    Called by all ranks; `pieces` and `keep` count on rank 0. They are given out in their order.
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
    given = 0  # to workers, and not come back
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
    """The next message that is here; a look that finds none makes MPI fetch what has arrived."""
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
    """The next piece. Looking also moves the results on their way, and a nap costs no core."""
    while True:
        leaving[:] = [request for request in leaving if not request.test()[0]]
        if comm.iprobe(0):
            return comm.recv(source=0)
        time.sleep(_NAP)
