"""Cost of a trajectory and accuracy of the choice of its step: docs/performance.md, its tables.

make bench      runs the benchmarks (a quarter of an hour; times want a machine without other work)
"""

import os
import subprocess
import sys

from report import ROOT, run_study, span, table

from vibrates.core.errors import UserError

NEEDS = ()
REMEDY = "run: make bench"
SECTIONS = (
    "performance/controlled",
    "performance/steps summary",
    "evidence/performance/trajectories",
    "evidence/performance/steps",
)
BENCHMARKS = {"trajectories": "trajectories.py", "steps": "step_control.py"}


def measure() -> dict:
    """The lines that the benchmarks print."""
    lines = {}
    for name, script in BENCHMARKS.items():
        done = subprocess.run(
            [sys.executable, str(ROOT / "benchmarks" / script)],
            cwd=ROOT,
            env=os.environ,
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise UserError(
                f"benchmarks/{script}: failed ({done.stderr.strip().splitlines()[-1]}); run it "
                "alone"
            )
        lines[name] = done.stdout.strip().splitlines()
    return lines


def sections(numbers: dict) -> dict[str, str]:
    """The lines as they are, tables in Markdown; of these what campaigns do."""
    texts = {f"evidence/performance/{name}": "\n".join(numbers[name]) for name in BENCHMARKS}
    return texts | {
        "performance/controlled": controlled(numbers["trajectories"]),
        "performance/steps summary": shares(numbers["steps"]),
    }


def cells(lines: list[str]) -> list[list[str]]:
    """Cells of the lines that belong to tables."""
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if "|" in line]


def controlled(lines: list[str]) -> str:
    """Cost where every trajectory chooses its steps, without the column that says so."""
    head, *rows = cells(lines)
    at = head.index("dt / fs")
    own = [row[:at] + row[at + 1 :] for row in rows if row[at : at + 1] == ["controlled"]]
    return table(head[:at] + head[at + 1 :], own)


def shares(lines: list[str]) -> str:
    """Share of the trajectories within the accuracy asked for, by the choice of their steps."""
    head, _, *rows = cells(lines)
    at = next(number for number, name in enumerate(head) if name.startswith("within"))
    found: dict[str, list[float]] = {}
    for row in rows:
        found.setdefault(row[1], []).append(float(row[at].removesuffix("%")))
    own = f"{span(found.pop('controlled'), '.0f')} % of the trajectories that choose their steps"
    fixed = " and ".join(f"{span(x, '.0f')} % at {name}" for name, x in found.items())
    return f"{head[at].capitalize()} are {own}, and with fixed steps {fixed}."


if __name__ == "__main__":
    run_study("performance")
