# The configuration of this run and what all rules use. Mistakes stop here, before any job.
import os
import sys
from functools import cache
from pathlib import Path
from types import SimpleNamespace

from vibrates.trajectories import plan as plans, progress
from vibrates.campaign import cost, driver, rounds, stages
from vibrates.config import load_all
from vibrates.hpc.quiet import quieten
from vibrates.core.errors import UserError

# The interpreter that runs Snakemake, and its mpiexec, are those of all jobs.
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

try:
    campaign = load_all(
        workflow.overwrite_configfiles or ["config/config.yaml"],
        workflow.config_settings.config,
    )
except UserError as error:
    sys.exit(f"error: {error}")
# In place, so that scripts and child processes see the same; not merged with other files' keys.
config.clear()
config.update(campaign.to_mapping())

RESULTS = Path(campaign.results)
ROUNDS = range(campaign.sampling.rounds + 1)

if workflow.is_main_process and not workflow.logger_manager.settings.dryrun:
    if not workflow.logger_manager.settings.verbose:
        quieten(workflow.logger_manager.logger)
    try:
        driver.prepare(campaign, workflow.logger_manager.logger)
    except UserError as error:
        sys.exit(f"error: {error}")


wildcard_constraints:
    round=r"\d+",
    batch=r"\d{5}",
    part=r"\d+",
    v=r"\d+",
    w=r"\d+",


# Blocks of the configuration that the trajectories of batches and the sums over them depend on.
BATCHES = (
    "results",
    "seed",
    "pair",
    "molecules",
    "surface",
    "grid",
    "basis",
    "dynamics",
    "sampling",
    "rates",
)


def parts(*names):
    """The named blocks of the configuration: what a rule's products depend on."""
    return {name: config[name] for name in names}


def batches(*rounds, states=None):
    """Batch files of the given rounds, of all initial states or of these (v, w), in order."""
    files = []
    for n in rounds:
        plan = plans.batches(checkpoints.plan.get(round=n).output.plan)
        for state in plan.of_state if states is None else states:
            files += [plans.batch_path(RESULTS, n, b) for b in plan.of_state.get(state, [])]
    return files


def batch_rows(wildcards):
    # Of the wildcards alone: Snakemake does not watch parameters that are functions of the input.
    plan = plans.batches(plans.plan_path(RESULTS, int(wildcards.round)))
    return plan.rows[int(wildcards.batch)]


def growth(attempt):
    """How much more memory and time a later attempt asks for."""
    return min(attempt, 4)


@cache
def estimate(round, batch):
    """What a batch takes (campaign/cost.py)."""
    return cost.batch(campaign, batch_rows(SimpleNamespace(round=round, batch=batch)))


def figure(name):
    """Output of a figure rule: the picture, with its caption in the report, and its data."""
    return {
        "png": report(
            RESULTS / f"figures/{name}.png", caption=f"../report/{name}.rst", category="Figures"
        ),
        "csv": RESULTS / f"figures/{name}.csv",
    }
