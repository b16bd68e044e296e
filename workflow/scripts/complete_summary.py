"""The complete table, what its rounds expected and reached, and the verdict."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from vibrates.campaign.completion.decision import Decision
from vibrates.campaign.completion.report import row, summary
from vibrates.config import Campaign, resolved
from vibrates.core.files import write_text
from vibrates.core.scripts import run
from vibrates.core.terminal import tell
from vibrates.trajectories.batch_file import batch_attributes


def main(
    config: Campaign,
    decisions: Sequence[str],
    batches: Sequence[str],
    copied: dict[str, str],
    rounds: str,
    text: str,
) -> None:
    """Write rounds.csv and summary.txt; rates and table of the last round are those of the loop."""
    found, rows = [], []
    for path in decisions:
        values = json.loads(Path(path).read_text(encoding="utf-8"))
        number, _ = values.pop("round"), values.pop("fingerprint")
        found.append(Decision.from_mapping(values))
        rows.append(row(number, found[-1], found[-2] if len(found) > 1 else None))
    frame = pd.DataFrame(rows)
    hours = sum(batch_attributes(path)["cpu_seconds"] for path in batches) / 3600.0
    for source, target in copied.items():
        shutil.copyfile(source, target)
    write_text(rounds, frame.to_csv(index=False))
    said = summary(frame, found, config.to_complete, hours)
    write_text(text, said)
    tell(said.splitlines()[0])


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        config=resolved(snakemake.config),
        decisions=list(snakemake.input.decisions),
        batches=list(snakemake.input.batches),
        copied={
            str(snakemake.input[name]): str(snakemake.output[name]) for name in ("table", "rates")
        },
        rounds=snakemake.output.rounds,
        text=snakemake.output.summary,
    )
