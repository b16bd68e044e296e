"""Cost of a trajectory and accuracy of the choice of its step: the tables of docs/performance.md.

make bench      runs the benchmarks (a quarter of an hour; times want a machine without other work)
"""

import os
import subprocess
import sys

from report import ROOT, run_study

from vibrates.core.errors import UserError

NEEDS = ()
REMEDY = "run: make bench"
SECTIONS = ("performance/trajectories", "performance/steps")
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
    """The lines as they are: tables in Markdown."""
    return {f"performance/{name}": "\n".join(numbers[name]) for name in BENCHMARKS}


if __name__ == "__main__":
    run_study("performance")
