# The campaign, stage by stage:
#   plan -> trajectories (MPI) -> reduced sums -> cross sections, rates, checks
#   -> learned ladder -> figures and summary.
# With the block `complete`: rounds that choose their states -> complete table.
# Usage: snakemake --cores 2 [--configfile config/tiny.yaml] [--profile slurm]
from snakemake.utils import min_version

min_version("9.0")


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/plan.smk"
include: "workflow/rules/trajectories.smk"
include: "workflow/rules/rates.smk"


if campaign.learning:

    include: "workflow/rules/learning.smk"

else:

    include: "workflow/rules/no_learning.smk"


if campaign.complete:

    include: "workflow/rules/complete.smk"

else:
    COMPLETED = []


include: "workflow/rules/figures.smk"
include: "workflow/rules/modules.smk"


rule all:
    default_target: True
    input:
        rules.all_trajectories.input,
        COMPLETED,
        RESULTS / "summary.txt",


onstart:
    driver.started(campaign)
