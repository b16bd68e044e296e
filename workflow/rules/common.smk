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
# One campaign of trajectories, or with a crossover of treatments one for each in a directory of its own: the wildcard
# `part` is that directory with its stroke, and empty without a crossover.
PARTS = {f"{name}/" if name else "": part for name, part in campaign.parts.items()}
JOINED = len(PARTS) > 1
# The initial states of each, some dozens a job.
STATE_GROUPS = {name: rounds.groups(part) for name, part in PARTS.items()}
# Later rounds are those of the complete table, which has no parts.
PILOT_OF_TABLE = campaign.sampling.rounds + 1


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
    # In a group: an empty constraint would mean none, and a wildcard without one is never empty.
    part="(?:" + "|".join(PARTS) + ")",
    round=r"\d+",
    batch=r"\d{5}",
    state_group=r"\d+",
    v=r"\d+",
    w=r"\d+",


def selected(*names):
    """Settings that products depend on, by names of blocks, or `block.key` for one key."""
    return stages.selected(campaign, names)


def part_name(wildcards):
    """The name of a part in `campaign.parts`."""
    return wildcards.part.strip("/")


def batches(*rounds, part="", states=None):
    """Batch files of the given rounds, of all initial states or of these (v, w), in order."""
    files = []
    for n in rounds:
        if n in ROUNDS:
            found = checkpoints.plan.get(part=part, round=n)
        else:
            found = checkpoints.complete_round.get(round=n)
        plan = plans.batches(found.output.plan)
        for state in plan.of_state if states is None else states:
            files += [plans.batch_path(RESULTS / part, n, b) for b in plan.of_state.get(state, [])]
    return files


def batch_rows(wildcards):
    # A function of the wildcards only: Snakemake does not compare parameters that depend on the input.
    plan = plans.batches(plans.plan_path(RESULTS / wildcards.part, int(wildcards.round)))
    return plan.rows[int(wildcards.batch)]


def strata_files(wildcards):
    """Files that the allocation of a round is based on; none for the pilot."""
    n, part = int(wildcards.round), wildcards.part
    groups = range(len(STATE_GROUPS[part])) if n > 0 else []
    return [RESULTS / f"{part}plan/round{n}_strata/group{i}.nc" for i in groups]


def growth(attempt):
    """Factor of the memory and time that a later attempt requests."""
    return min(attempt, 4)


def of_batch(wildcards):
    """Arguments of `estimate`."""
    return wildcards.part, wildcards.round, wildcards.batch


@cache
def estimate(part, round, batch):
    """Cost of a batch (campaign/cost.py)."""
    rows = batch_rows(SimpleNamespace(part=part, round=round, batch=batch))
    return cost.batch(PARTS[part], rows)


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
