"""Write the table of rate coefficients of all initial states."""

from vibrates.core.netcdf import provenance, write_atomic
from vibrates.core.scripts import run
from vibrates.rates.basis_edge import require_room
from vibrates.rates.layout import read_reduced
from vibrates.rates.table import rate_table


def rates(reduced, output, config, campaign):
    """Write rates.nc from the reduced files, if the bases were large enough.

    config: what k depends on; campaign: the whole configuration, for the file's provenance.
    """
    states = [read_reduced(path) for path in reduced]
    require_room(states, config)
    table = rate_table(states, config)
    write_atomic(table.assign_attrs(provenance(campaign, [str(path) for path in reduced])), output)


if __name__ == "__main__":
    run(
        rates,
        log=snakemake.log,
        reduced=list(snakemake.input.reduced),
        output=snakemake.output[0],
        config=snakemake.params.config,
        campaign=snakemake.config,
    )
