"""Tasks: pieces of work with a key, a fingerprint of everything they depend on, and a result.

`run` computes the tasks whose results are not in a checkpoint yet, in this process or distributed
over the ranks of an MPI communicator, and stores each result when it is finished. Pieces of
batches, ab initio points, molecular properties, partial waves, kernel candidates and trainings are
such tasks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vibrates.core.checkpoint import Checkpoint, Result
from vibrates.core.fingerprint import fingerprint

if TYPE_CHECKING:
    from mpi4py import MPI


@dataclass(frozen=True)
class Task:
    """One piece of work.

    ``key`` identifies it among tasks of one kind; ``fingerprint`` covers the settings, code and
    input files that its result depends on (`core.fingerprint`); ``compute`` returns arrays and
    plain values by name.
    """

    key: str
    fingerprint: str
    compute: Callable[[], Mapping[str, Any]]


def combined(tasks: Sequence[Task]) -> str:
    """The fingerprint of the product of all ``tasks``."""
    return fingerprint(tasks=[(task.key, task.fingerprint) for task in tasks])


def stored(tasks: Sequence[Task], checkpoint: Checkpoint) -> dict[str, Result]:
    """The results of ``tasks`` in the checkpoint, by key, except damaged ones.

    Raises ValueError if two tasks have the same key.
    """
    wanted = {task.key: task.fingerprint for task in tasks}
    if len(wanted) < len(tasks):
        keys = [task.key for task in tasks]
        raise ValueError(f"two tasks have one key: {next(k for k in keys if keys.count(k) > 1)}")
    return checkpoint.results(wanted)


def run(
    tasks: Sequence[Task],
    checkpoint: Checkpoint | None,
    comm: MPI.Comm | None = None,
    done: Callable[[str, Result], None] = lambda key, result: None,
) -> dict[str, Result]:
    """The results of all tasks; those that are not in the checkpoint are computed.

    Parameters
    ----------
    tasks
        The tasks, with distinct keys.
    checkpoint
        Where results are looked up and stored; None to store nothing.
    comm
        Communicator over which the tasks are distributed; every rank calls this function with the
        same tasks, and rank 0 stores the results.
    done
        Called with key and result of every computed task, after the result has been stored.

    Returns
    -------
    dict
        Results by key, in the order of the tasks; empty on all ranks but rank 0.

    Raises
    ------
    UserError
        If a result cannot be stored.
    """
    leading = comm is None or comm.rank == 0
    results = stored(tasks, checkpoint) if leading and checkpoint is not None else {}

    def keep(number: int, result: Mapping[str, Any]) -> None:
        task = tasks[number]
        if checkpoint is not None:
            # As it is read later: a resumed job continues with the same values, types included.
            result = checkpoint.add(task.key, task.fingerprint, result)
        results[task.key] = dict(result)
        done(task.key, results[task.key])

    missing = [i for i, task in enumerate(tasks) if task.key not in results]
    if comm is None:
        for number in missing:
            keep(number, tasks[number].compute())
    else:
        # Importing mpi4py.MPI initialises MPI: only programs started by an MPI launcher do so.
        from vibrates.core.dispatch import share_out

        share_out(comm, missing, lambda number: tasks[number].compute(), keep)
    if checkpoint is not None:
        checkpoint.close()
    return {task.key: results[task.key] for task in tasks} if leading else {}
