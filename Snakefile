# The campaign, stage by stage:
#   plan -> trajectories (MPI) -> reduced sums -> cross sections, rates, checks
#   -> learned ladder -> figures and summary.
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


include: "workflow/rules/figures.smk"
include: "workflow/rules/modules.smk"


rule all:
    default_target: True
    input:
        rules.all_trajectories.input,
        RESULTS / "summary.txt",


onstart:
    driver.started(campaign)
