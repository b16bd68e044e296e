"""Check the products; a failed check fails the run, a warning is shown and goes on."""

import json

from vibrates.config import resolved
from vibrates.core.files import write_text
from vibrates.core.scripts import run
from vibrates.core.terminal import tell
from vibrates.rates.sanity import check_products, load_inputs, require_passed


def main(reduced, cross_sections, rates, output, config, fingerprint, made_with):
    """Print one line per warning, all checks into the log, and write checks.json if none failed."""
    result = check_products(*load_inputs(reduced, cross_sections, rates, made_with), config)
    result["fingerprint"] = fingerprint
    text = json.dumps(result, indent=2) + "\n"
    print(text)
    for check in result["checks"]:
        if check["status"] == "warning":
            tell(f"warning: {check['name']}: {check['message']}")
    require_passed(result, rates)
    write_text(output, text)


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        reduced=list(snakemake.input.reduced),
        cross_sections=snakemake.input.cross_sections,
        rates=snakemake.input.rates,
        output=snakemake.output[0],
        config=resolved(snakemake.config).parts[snakemake.params.part],
        fingerprint=snakemake.params.fingerprint,
        made_with=snakemake.params.made_with,
    )
