"""Check the rates of both treatments where they meet, beside the checks of the parts."""

import json
from pathlib import Path

from vibrates.config import Campaign, resolved
from vibrates.core.files import write_text
from vibrates.core.netcdf import read_product
from vibrates.core.scripts import run
from vibrates.core.terminal import tell
from vibrates.rates.sanity import check_joined, require_passed


def main(
    rates: str, checks: list[str], output: str, config: Campaign, fingerprint: str, rates_with: str
) -> None:
    """Print its warnings, all checks into the log, and write checks.json if none failed."""
    of_parts = {
        part: json.loads(Path(path).read_text(encoding="utf-8"))["checks"]
        for part, path in zip(config.parts, checks, strict=True)
    }
    result = check_joined(read_product(rates, fingerprint=rates_with), of_parts)
    result["fingerprint"] = fingerprint
    text = json.dumps(result, indent=2) + "\n"
    print(text)
    for check in result["checks"]:
        # Those of the parts have been shown.
        if check["status"] == "warning" and ": " not in check["name"]:
            tell(f"warning: {check['name']}: {check['message']}")
    require_passed(result, rates)
    write_text(output, text)


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        rates=snakemake.input.rates,
        checks=list(snakemake.input.checks),
        output=snakemake.output[0],
        config=resolved(snakemake.config),
        fingerprint=snakemake.params.fingerprint,
        rates_with=snakemake.params.rates_with,
    )
