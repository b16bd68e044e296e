"""Check the products and write what was found; warnings also go to the log."""

import json
import sys

from vibrates.core.files import write_text
from vibrates.rates.sanity import check_products, load_inputs


def main(reduced, cross_sections, rates, output, config, fingerprint, made_with):
    """Write checks.json and print one line per check that did not pass."""
    result = check_products(*load_inputs(reduced, cross_sections, rates, made_with), config)
    result["fingerprint"] = fingerprint
    for check in result["checks"]:
        if check["status"] != "passed":
            print(f"{check['status']}: {check['name']}: {check['message']}", file=sys.stderr)
    write_text(output, json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    from vibrates.config import resolved
    from vibrates.core.scripts import run

    run(
        main,
        reduced=list(snakemake.input.reduced),
        cross_sections=snakemake.input.cross_sections,
        rates=snakemake.input.rates,
        output=snakemake.output[0],
        config=resolved(snakemake.config),
        fingerprint=snakemake.params.fingerprint,
        made_with=snakemake.params.made_with,
    )
