"""Write the table of rate coefficients of all initial states."""

from collections.abc import Sequence

from vibrates.config import Campaign, resolved
from vibrates.core.netcdf import read_product, write_atomic
from vibrates.core.scripts import run
from vibrates.rates import error_parts
from vibrates.rates.basis_edge import require_room
from vibrates.rates.layout import read_reduced
from vibrates.rates.table import rate_table


def main(
    reduced: list[str],
    output: str,
    config: Campaign,
    fingerprint: str,
    reduced_with: str,
    drawn: Sequence[str] = (),
    drawn_with: str | None = None,
) -> None:
    """Write rates.nc from the reduced files, if the bases were large enough."""
    states = [read_reduced(path, reduced_with) for path in reduced]
    responses = [read_product(path, fingerprint=drawn_with) for path in drawn]
    require_room(states, config)
    table = rate_table(states, config, [str(path) for path in [*reduced, *drawn]])
    table = error_parts.of_rates(table, responses)
    write_atomic(table.assign_attrs(fingerprint=fingerprint), output)


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        reduced=list(snakemake.input.reduced),
        output=snakemake.output[0],
        config=resolved(snakemake.config).parts[snakemake.params.part],
        fingerprint=snakemake.params.fingerprint,
        reduced_with=snakemake.params.reduced_with,
        drawn=list(snakemake.input.drawn),
        drawn_with=snakemake.params.drawn_with,
    )
