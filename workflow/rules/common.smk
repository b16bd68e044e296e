# The configuration of this run and what all rules use. Mistakes stop here, before any job.
import os
import sys
from pathlib import Path

from vibrates.campaign import driver, plan as plans, progress
from vibrates.campaign.quiet import quieten
from vibrates.config import load_all, states
from vibrates.errors import UserError

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
config.update(campaign)

RESULTS = Path(config["results"])
ROUNDS = range(config["sampling"]["rounds"] + 1)

if workflow.is_main_process and not workflow.logger_manager.settings.dryrun:
    if not workflow.logger_manager.settings.verbose:
        quieten(workflow.logger_manager.logger)
    driver.prepare(config)


wildcard_constraints:
    round=r"\d+",
    batch=r"\d{5}",
    v=r"\d+",
    w=r"\d+",


def parts(*names):
    """The named blocks of the configuration: what a rule's products depend on."""
    return {name: config[name] for name in names}


def batches(*rounds, state=None):
    """Batch files of the given rounds, of all states or of one (v, w), in order."""
    files = []
    for n in rounds:
        frame = plans.read_plan(checkpoints.plan.get(round=n).output.plan)
        if state is not None:
            frame = frame[(frame["v"] == state[0]) & (frame["w"] == state[1])]
        files += [plans.batch_path(RESULTS, n, b) for b in frame["batch"].unique()]
    return files


def batch_digest(wildcards):
    # Of the wildcards alone: Snakemake does not watch parameters that are functions of the input.
    plan = plans.plan_path(RESULTS, int(wildcards.round))
    return plans.digests(config, plan)[int(wildcards.batch)]


def figure(name):
    """Output of a figure rule: the picture, with its caption in the report, and its data."""
    return {
        "png": report(
            RESULTS / f"figures/{name}.png", caption=f"../report/{name}.rst", category="Figures"
        ),
        "csv": RESULTS / f"figures/{name}.csv",
    }
