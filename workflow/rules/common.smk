# The configuration of this run, and definitions for all rules. Invalid input is reported here, before any job.
from functools import cache
from pathlib import Path
from types import SimpleNamespace

from vibrates.trajectories import plan as plans, progress
from vibrates.campaign import cost, driver, rounds, stages
from vibrates.config import completion, load_all
from vibrates.core.code import code_fingerprint
from vibrates.rates import surface_draws


include: "preamble.smk"


CONFIG_FILES = workflow.overwrite_configfiles or ["config/config.yaml"]
campaign = preamble.or_exit(load_all, CONFIG_FILES, workflow.config_settings.config)
if stages.draws(campaign):
    preamble.or_exit(surface_draws.check, campaign)
# Replaced in place, so that scripts and child processes have the same; keys of other files are not merged.
config.clear()
config.update(campaign.to_mapping())

RESULTS = Path(campaign.results)
LOGS = RESULTS / "logs"
ROUNDS = range(campaign.sampling.rounds + 1)
# Later rounds are those of the complete table.
PILOT_OF_TABLE = campaign.sampling.rounds + 1
# The initial states, some dozens a job.
STATE_GROUPS = rounds.groups(campaign)


def shown_progress():
    """For the bar on a terminal: trajectories, and when all are computed the jobs after them."""
    if not driver.drives():
        return None
    found = progress.count(campaign)
    if found.trajectories_done == found.most:
        return jobs(workflow)
    text = f"{found.trajectories_done} of {found.most} trajectories"
    return screen.Progress(found.trajectories_done, found.most, text)


if RUNS:
    if not COMMAND_LINE.verbose:
        quieten(workflow.logger_manager.logger)
        screen.take(shown_progress)
    driver.prepare_at_start(campaign, workflow.logger_manager.logger)


wildcard_constraints:
    round=r"\d+",
    batch=r"\d{5}",
    state_group=r"\d+",
    v=r"\d+",
    w=r"\d+",


def selected(*names):
    """Settings that products depend on, by names of blocks, or `block.key` for one key."""
    return stages.selected(campaign, names)


def batches(*rounds, states=None):
    """Batch files of the given rounds, of all initial states or of these (v, w), in order."""
    files = []
    for n in rounds:
        plan = checkpoints.plan if n in ROUNDS else checkpoints.complete_round
        plan = plans.batches(plan.get(round=n).output.plan)
        for state in plan.of_state if states is None else states:
            files += [plans.batch_path(RESULTS, n, b) for b in plan.of_state.get(state, [])]
    return files


def batch_rows(wildcards):
    # A function of the wildcards only: Snakemake does not compare parameters that depend on the input.
    plan = plans.batches(plans.plan_path(RESULTS, int(wildcards.round)))
    return plan.rows[int(wildcards.batch)]


def strata_files(wildcards):
    """Files that the allocation of a round is based on; none for the pilot."""
    n = int(wildcards.round)
    return [
        RESULTS / f"plan/round{n}_strata/group{i}.nc" for i in range(len(STATE_GROUPS)) if n > 0
    ]


def growth(attempt):
    """Factor of the memory and time that a later attempt requests."""
    return min(attempt, 4)


@cache
def estimate(round, batch):
    """Cost of a batch (campaign/cost.py)."""
    return cost.batch(campaign, batch_rows(SimpleNamespace(round=round, batch=batch)))


def figure(name):
    """Output of figures: the image with its caption in the report, and its data."""
    return {
        "png": report(
            RESULTS / f"figures/{name}.png", caption=f"../report/{name}.rst", category="Figures"
        ),
        "csv": RESULTS / f"figures/{name}.csv",
    }


def families(group):
    """Names of the data sets of a group of ladders, `campaign` or `published`."""
    return [name for name in LADDERS if name.rsplit("_dv", 1)[0] == group]
