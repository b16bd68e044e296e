"""Write the table of cross sections and opacity functions of all initial states."""

from vibrates.core.netcdf import write_atomic
from vibrates.rates.cross_sections import cross_section_table
from vibrates.rates.layout import read_reduced


def cross_sections(reduced, output, config):
    """Write cross_sections.nc from the reduced files."""
    states = [read_reduced(path) for path in reduced]
    write_atomic(cross_section_table(states, config, [str(path) for path in reduced]), output)


if __name__ == "__main__":
    from vibrates.config import resolved
    from vibrates.core.scripts import run

    run(
        cross_sections,
        reduced=list(snakemake.input.reduced),
        output=snakemake.output[0],
        config=resolved(snakemake.config),
    )
