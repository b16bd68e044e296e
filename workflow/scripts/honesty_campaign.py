"""The configuration of the campaign of the states that test the complete table."""

from vibrates.campaign.completion.honesty import campaign_of
from vibrates.config import Campaign, resolved
from vibrates.core.scripts import run
from vibrates.core.yaml_files import write


def main(config: Campaign, source: str, output: str) -> None:
    write(campaign_of(config, source), output)


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        config=resolved(snakemake.config),
        source=snakemake.params.source,
        output=snakemake.output[0],
    )
