"""What every MPI program of the campaign does at its start."""

from mpi4py import MPI

from vibrates.core.errors import UserError


def check_size(comm: MPI.Comm, asked: int) -> None:
    """UserError unless `comm` has as many ranks as asked for.

    A launcher and an MPI library that do not understand each other start N programs of one rank
    each, all with exit code 0, which would all write the same file.
    """
    if comm.size != asked:
        raise UserError(
            f"MPI started {comm.size} rank(s), {asked} asked for; use the"
            " mpiexec of the same environment, or under SLURM 'srun --mpi=pmi2'"
        )
