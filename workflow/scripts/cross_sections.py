"""Write the table of cross sections and opacity functions of all initial states."""

from vibrates.config import Campaign, resolved
from vibrates.core.netcdf import write_atomic
from vibrates.core.scripts import run
from vibrates.rates.cross_sections import cross_section_table
from vibrates.rates.layout import read_reduced


def main(
    reduced: list[str], output: str, config: Campaign, fingerprint: str, reduced_with: str
) -> None:
    """Write cross_sections.nc from the reduced files."""
    states = [read_reduced(path, reduced_with) for path in reduced]
    table = cross_section_table(states, config, [str(path) for path in reduced])
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
    )
