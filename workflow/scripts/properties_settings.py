"""What the job of the properties of one molecule needs."""

import json

from vibrates.core.files import write_text
from vibrates.core.scripts import run


def main(content: dict, output: str) -> None:
    write_text(output, json.dumps(content))


if __name__ == "__main__":
    run(main, content=snakemake.params.content, output=snakemake.output[0])
