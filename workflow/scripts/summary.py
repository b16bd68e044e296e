"""The closing summary: printed, and kept as a file."""

from pathlib import Path

from vibrates.core.scripts import run
from vibrates.summary import summary_text


def main(results: str, summary: str) -> None:
    text = summary_text(results)
    Path(summary).write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    run(main, results=snakemake.params.results, summary=snakemake.output.summary)
