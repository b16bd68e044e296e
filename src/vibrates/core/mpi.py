"""Check of the communicator at the start of every MPI program of the campaign."""

from mpi4py import MPI

from vibrates.core.errors import UserError


def check_size(comm: MPI.Comm, asked: int) -> None:
    """Require that `comm` has the number of ranks that was requested; UserError otherwise.

    With an incompatible launcher and MPI library, N programs of one rank each would start and all
    write the same file, without any error.
    """
    if comm.size != asked:
        raise UserError(
            f"MPI started {comm.size} rank(s), {asked} asked for; use the"
            " mpiexec of the same environment, or under SLURM 'srun --mpi=pmi2'"
        )
