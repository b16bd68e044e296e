"""The campaign of a pair on the surface of its ab initio points, instead of its first surface."""

import os
from pathlib import Path

import yaml

from vibrates import config
from vibrates.abinitio import settings, surface_points
from vibrates.core.files import write_text
from vibrates.core.scripts import run
from vibrates.core.yaml_files import read_yaml
from vibrates.potential import points as point_tables

HEAD = """\
# {pair} on the surface of ab initio points. Made by workflow/modules/potential.smk from {source}.
"""


def main(description: str, campaign: str, source: str, output: str) -> None:
    described = settings.load(description).settings
    if described.fit is not None:
        block = read_yaml(source)["surface"]
    else:
        points, _ = point_tables.read(source)
        file = Path(output).with_name("surface_points.csv")
        write_text(file, surface_points.table(points).to_csv(index=False))
        block = surface_points.block(config.load(campaign), file)
    content = {
        "extends": os.path.relpath(campaign, Path(output).parent),
        "name": described.name,
        "results": f"results-{described.name}",
        "surface": block,
    }
    head = HEAD.format(pair=" + ".join(described.pair), source=source)
    text = yaml.safe_dump(content, sort_keys=False, default_flow_style=None, width=150)
    write_text(output, head + text)
    config.load(output)


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        description=snakemake.params.description,
        campaign=snakemake.params.campaign,
        source=snakemake.input[0],
        output=snakemake.output[0],
    )
