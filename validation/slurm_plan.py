"""Effort of config/paper.yaml, as `vibrates plan` prints it: a section of docs/slurm.md.

python validation/slurm_plan.py
"""

import contextlib
import io

from report import ROOT, run_study

from vibrates import cli

CAMPAIGN = "config/paper.yaml"
NEEDS = (CAMPAIGN,)
REMEDY = f"{CAMPAIGN} belongs to the repository"
SECTIONS = ("slurm/plan",)


def measure() -> dict:
    """The lines that `vibrates plan` prints."""
    said = io.StringIO()
    with contextlib.chdir(ROOT), contextlib.redirect_stdout(said):
        cli.main(["plan", CAMPAIGN])
    return {"lines": said.getvalue().splitlines()}


def sections(numbers: dict) -> dict[str, str]:
    """The lines as a block of code."""
    return {"slurm/plan": "\n".join(f"    {line}".rstrip() for line in numbers["lines"])}


if __name__ == "__main__":
    run_study("slurm_plan")
