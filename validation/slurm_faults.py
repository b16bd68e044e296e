"""Outcome of twelve faults on a real SLURM cluster: a table of docs/evidence/slurm.md.

make test-slurm && python validation/slurm_faults.py
"""

from report import ROOT, run_study

NEEDS = ("results-slurm/faults.md",)
REMEDY = "run: make test-slurm"
SECTIONS = ("evidence/slurm/faults",)


def measure() -> dict:
    """Fault, outcome, time; as written by the tests."""
    lines = (ROOT / NEEDS[0]).read_text(encoding="utf-8").splitlines()
    return {"rows": [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]}


def sections(numbers: dict) -> dict[str, str]:
    """The table."""
    lines = ["| fault | outcome | time |", "|---|---|---|"]
    return {
        "evidence/slurm/faults": "\n".join(
            lines + [f"| {' | '.join(row)} |" for row in numbers["rows"]]
        )
    }


if __name__ == "__main__":
    run_study("slurm_faults")
