# What is learned from the rates: the complete ladders (part of every run), and, for `make learn`,
# the comparison of models, the kernel search, and what to compute next.
import re

from vibrates.core.code import code_fingerprint
from vibrates.learning import scenario_run

LEARNING = RESULTS / "learning"
SETTINGS = config["learning"]
# Data sets by name: families of the campaign and of published rates, and rates of other molecules.
LADDERS = {
    f"campaign_dv{-dv}": None for dv, dw in SETTINGS["transitions"] if dw == 0 and dv < 0
} | {f"published_{name}": path for name, path in config["reference"]["published_rates"].items()}
SEARCHED = {"campaign": None} | config["reference"]["state_to_state"]
HOURS = {"campaign": LEARNING / "hours.csv"} | config["reference"].get("hours", {})
GROUPS = sorted({name.rsplit("_dv", 1)[0] for name in LADDERS})
KERNELS = ["LIN", "RBF", "EXP", "M12", "M32", "M52", "RQ"]


wildcard_constraints:
    source="|".join(map(re.escape, [*LADDERS, *SEARCHED])),
    group="|".join(GROUPS),
    model="GP|NN|NN2|ladder",
    size=r"\d+",
    kernel="|".join(KERNELS),
    optimiser="lbfgs|rmsprop",


rule learn:
    input:
        rates=RESULTS / "rates.nc",
    output:
        learned=report(RESULTS / "learned.nc", caption="../report/learned.rst", category="Data"),
    params:
        config=config,
        code=code_fingerprint("vibrates.learning.product"),
    threads: 1
    script:
        "../scripts/learn.py"


rule learning_source:
    input:
        lambda wildcards: (LADDERS | SEARCHED)[wildcards.source] or RESULTS / "rates.nc",
    output:
        LEARNING / "sources/{source}.nc",
    params:
        source="{source}",
        learning=SETTINGS,
    localrule: True
    script:
        "../scripts/learning_source.py"


# Every test set is stored when it is done, so that a killed job resumes.
rule scenarios:
    input:
        source=LEARNING / "sources/{source}.nc",
    output:
        LEARNING / "scenarios/{source}_{model}.csv",
    params:
        model="{model}",
        scenarios=SETTINGS["scenarios"],
        code=lambda wildcards: scenario_run.code(wildcards.model),
        store=str(LEARNING / "store"),
    threads: 1
    script:
        "../scripts/scenarios.py"


def scenario_files(group):
    return expand(
        LEARNING / "scenarios/{source}_{model}.csv",
        source=[name for name in LADDERS if name.rsplit("_dv", 1)[0] == group],
        model=SETTINGS["scenarios"]["models"],
    )


rule scenario_report:
    input:
        scores=lambda wildcards: scenario_files(wildcards.group),
    output:
        scores=LEARNING / "{group}_scenarios.csv",
        times=LEARNING / "{group}_table_S1.csv",
        verdict=LEARNING / "{group}_verdict.csv",
        figures=[
            report(
                LEARNING / f"figures/{{group}}_{scenario}{which}.png",
                caption="../report/scenarios.rst",
                category="Learning",
            )
            for scenario in SETTINGS["scenarios"]["names"]
            for which in ("", "_with_NN2")
        ],
    threads: 1
    script:
        "../scripts/scenario_report.py"


rule predictions:
    input:
        sources=lambda wildcards: [
            LEARNING / f"sources/{name}.nc"
            for name in LADDERS
            if name.rsplit("_dv", 1)[0] == wildcards.group
        ],
    output:
        csv=LEARNING / "figures/{group}_predictions.csv",
        png=report(
            LEARNING / "figures/{group}_predictions.png",
            caption="../report/predictions.rst",
            category="Learning",
        ),
    params:
        models=SETTINGS["scenarios"]["models"],
        code=code_fingerprint("vibrates.figures.predictions"),
    threads: 1
    script:
        "../scripts/predictions.py"


# All combinations of N levels, or the best `maximum_combinations` of them by shared parameters.
rule search_screen:
    input:
        source=LEARNING / "sources/{source}.nc",
    output:
        LEARNING / "search/{source}/N{size}_screen.json",
    params:
        size="{size}",
        search=SETTINGS["search"],
        code=code_fingerprint("vibrates.learning.search.run"),
    threads: 1
    script:
        "../scripts/search_screen.py"


# Fans out over kernels and sizes; every candidate is stored, so that a killed job resumes.
rule search_kernel:
    input:
        source=LEARNING / "sources/{source}.nc",
        screen=LEARNING / "search/{source}/N{size}_screen.json",
    output:
        touch(LEARNING / "search/{source}/N{size}_{kernel}.done"),
    params:
        kernel="{kernel}",
        search=SETTINGS["search"],
        code=code_fingerprint("vibrates.learning.search.run"),
        store=str(LEARNING / "store"),
    threads: 1
    script:
        "../scripts/search_kernel.py"


rule search_sets:
    input:
        expand(LEARNING / "search/{{source}}/N{{size}}_{kernel}.done", kernel=KERNELS),
        source=LEARNING / "sources/{source}.nc",
        screen=LEARNING / "search/{source}/N{size}_screen.json",
    output:
        LEARNING / "search/{source}/N{size}_sets.json",
    params:
        search=SETTINGS["search"],
        code=code_fingerprint("vibrates.learning.search.run"),
        store=str(LEARNING / "store"),
    threads: 1
    script:
        "../scripts/search_sets.py"


rule search_growth:
    input:
        source=LEARNING / "sources/{source}.nc",
        sets=LEARNING / "search/{source}/N{size}_sets.json",
    output:
        LEARNING / "search/{source}/N{size}_{optimiser}.json",
    params:
        optimiser="{optimiser}",
        search=SETTINGS["search"],
        code=code_fingerprint("vibrates.learning.search.run"),
        store=str(LEARNING / "store"),
    threads: 1
    script:
        "../scripts/search_growth.py"


rule search_report:
    input:
        sets=expand(
            LEARNING / "search/{{source}}/N{size}_sets.json", size=SETTINGS["search"]["sizes"]
        ),
        growths=expand(
            LEARNING / "search/{{source}}/N{size}_{optimiser}.json",
            size=SETTINGS["search"]["sizes"],
            optimiser=SETTINGS["search"]["optimisers"],
        ),
        source=LEARNING / "sources/{source}.nc",
        # Where nobody recorded hours Table V has the published model of the cost.
        hours=lambda wildcards: HOURS.get(wildcards.source, []),
    output:
        tables=[LEARNING / f"search/{{source}}/table_{n}.csv" for n in ("I", "II", "III", "IV", "V")],
        levels=LEARNING / "search/{source}/levels.csv",
        transitions=LEARNING / "search/{source}/transitions.csv",
        figures=[
            report(
                LEARNING / f"figures/{{source}}_search_{n}.png",
                caption="../report/search.rst",
                category="Learning",
            )
            for n in (3, 4)
        ],
    threads: 1
    script:
        "../scripts/search_report.py"


# Kernels for the rates of `reference.state_to_state` alone, without a campaign.
rule searches:
    input:
        expand(
            LEARNING / "search/{source}/table_I.csv", source=config["reference"]["state_to_state"]
        ),


rule hours:
    input:
        lambda wildcards: batches(*ROUNDS),
    output:
        LEARNING / "hours.csv",
    localrule: True
    script:
        "../scripts/hours.py"


rule next:
    input:
        rates=RESULTS / "rates.nc",
        hours=LEARNING / "hours.csv",
    output:
        table=LEARNING / "next.csv",
        config=LEARNING / "next.yaml",
    params:
        config=config,
        code=code_fingerprint("vibrates.learning.proposal"),
        source=str(Path(workflow.overwrite_configfiles[0] if workflow.overwrite_configfiles else "config/config.yaml").resolve()),
    threads: 1
    script:
        "../scripts/next.py"


rule learning:
    input:
        RESULTS / "learned.nc",
        expand(LEARNING / "{group}_verdict.csv", group=GROUPS),
        expand(LEARNING / "figures/{group}_predictions.png", group=GROUPS),
        expand(LEARNING / "search/{source}/table_I.csv", source=SEARCHED),
        LEARNING / "next.yaml",
