"""Write the table of rate coefficients of all initial states."""

from vibrates.core.netcdf import write_atomic
from vibrates.rates.basis_edge import require_room
from vibrates.rates.layout import read_reduced
from vibrates.rates.table import rate_table


def rates(reduced, output, config):
    """Write rates.nc from the reduced files, if the bases were large enough."""
    states = [read_reduced(path) for path in reduced]
    require_room(states, config)
    write_atomic(rate_table(states, config, [str(path) for path in reduced]), output)


if __name__ == "__main__":
    from vibrates.config import resolved
    from vibrates.core.scripts import run

    run(
        rates,
        reduced=list(snakemake.input.reduced),
        output=snakemake.output[0],
        config=resolved(snakemake.config),
    )
