"""What the jobs of monomer properties need, one file a molecule."""

import json
from pathlib import Path

from vibrates.abinitio import settings
from vibrates.core.files import write_text
from vibrates.core.scripts import run


def main(described: dict, outputs: list[str]) -> None:
    for path in outputs:
        name = Path(path).stem.removeprefix("monomer_")
        write_text(path, json.dumps(settings.monomer(described, name)))


if __name__ == "__main__":
    run(main, described=snakemake.params.content, outputs=list(snakemake.output))
