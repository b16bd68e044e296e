"""The closing summary: printed, kept as a file, and as the opening of the report."""

from pathlib import Path

from vibrates.core.files import write_text
from vibrates.core.scripts import run
from vibrates.core.terminal import tell
from vibrates.summary import summary_page, summary_text


def main(results: str, figure: str, summary: str, opening: str) -> None:
    text = summary_text(results)
    write_text(summary, text)
    write_text(opening, summary_page(text, Path(figure)))
    tell(text)


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        results=snakemake.config["results"],
        figure=snakemake.input.figure,
        summary=snakemake.output.summary,
        opening=snakemake.output.opening,
    )
