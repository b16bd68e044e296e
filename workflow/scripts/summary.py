"""The closing summary: printed, and kept as a file."""

from vibrates.core.files import write_text
from vibrates.core.scripts import run
from vibrates.core.terminal import tell
from vibrates.summary import summary_text


def main(results: str, summary: str) -> None:
    text = summary_text(results)
    write_text(summary, text)
    tell(text)


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        results=snakemake.config["results"],
        summary=snakemake.output.summary,
    )
