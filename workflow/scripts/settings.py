"""What the programs of a job read, as a JSON file."""

import json
from typing import Any

from vibrates.core.files import write_text
from vibrates.core.scripts import run


def main(content: dict[str, Any], output: str) -> None:
    write_text(output, json.dumps(content))


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        content=snakemake.params.content,
        output=snakemake.output[0],
    )
