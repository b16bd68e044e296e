"""Cross sections and opacity functions of the transitions that the configuration names."""

from vibrates.core.netcdf import read_product
from vibrates.core.scripts import run
from vibrates.figures import cross_sections, style


def main(
    data: str,
    transitions: list[tuple[int, int, int, int]],
    opacity_energies_cm: list[float],
    png: str,
    csv: str,
) -> None:
    table = cross_sections.table(read_product(data), transitions, opacity_energies_cm)
    style.write(cross_sections.draw, table, png, csv)


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        data=snakemake.input.cross_sections,
        transitions=snakemake.params.transitions,
        opacity_energies_cm=snakemake.params.opacity_energies_cm,
        png=snakemake.output.png,
        csv=snakemake.output.csv,
    )
