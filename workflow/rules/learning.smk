# Learning from the rates: the complete ladders (part of every run), and, for `make learn`, the
# comparison of models, the kernel search, and the proposal of the next states.
import re

from vibrates.core.code import code_fingerprint
from vibrates.learning import scenario_run
from vibrates.learning.models import NAMES as MODELS

LEARNING = RESULTS / "learning"
SETTINGS = config["learning"]
# Data sets by name: families of the campaign and of published rates, and rates of other molecules.
LADDERS = {
    f"campaign_dv{-dv}": None for dv, dw in SETTINGS["transitions"] if dw == 0 and dv < 0
} | {f"published_{name}": path for name, path in config["reference"]["published_rates"].items()}
SEARCHED = {"campaign": None} | config["reference"]["state_to_state"]
HOURS = {"campaign": LEARNING / "hours.csv"} | config["reference"].get("hours", {})
GROUPS = sorted({name.rsplit("_dv", 1)[0] for name in LADDERS})
SEARCH_KERNEL = {name: SETTINGS["search"][name] for name in ("points", "iterations")}
SEARCH_SCREEN = SEARCH_KERNEL | {
    name: SETTINGS["search"][name] for name in ("fixed", "maximum_combinations")
}
SEARCH_GROWTH = SEARCH_KERNEL | {
    name: SETTINGS["search"][name] for name in ("validation", "growth")
}
KERNELS = ["LIN", "RBF", "EXP", "M12", "M32", "M52", "RQ"]


wildcard_constraints:
    source="|".join(map(re.escape, [*LADDERS, *SEARCHED])),
    group="|".join(GROUPS),
    model="|".join(MODELS),
    size=r"\d+",
    kernel="|".join(KERNELS),
    optimiser="lbfgs|rmsprop",


rule learn:
    input:
        rates=RESULTS / "rates.nc",
    output:
        learned=report(RESULTS / "learned.nc", caption="../report/learned.rst", category="Data"),
    log:
        LOGS / "learn.log",
    conda:
        "../../envs/learning.yaml"
    threads: 1
    params:
        fingerprint=stages.fingerprint(campaign, "learned"),
        rates_with=stages.fingerprint(campaign, "rates"),
    script:
        "../scripts/learn.py"


rule learning_source:
    input:
        lambda wildcards: (LADDERS | SEARCHED)[wildcards.source] or RESULTS / "rates.nc",
    output:
        LEARNING / "sources/{source}.nc",
    log:
        LOGS / "learning/sources_{source}.log",
    localrule: True
    conda:
        "../../envs/learning.yaml"
    params:
        source="{source}",
        transitions=SETTINGS["transitions"],
        initial_w=SETTINGS["initial_w"],
        maximum_temperature_K=SETTINGS["scenarios"]["maximum_temperature_K"],
    script:
        "../scripts/learning_source.py"


# Every test set is stored when it is finished, so that a killed job is continued.
rule scenarios:
    input:
        source=LEARNING / "sources/{source}.nc",
    output:
        LEARNING / "scenarios/{source}_{model}.csv",
    log:
        LOGS / "learning/scenarios_{source}_{model}.log",
    conda:
        "../../envs/learning.yaml"
    threads: 1
    params:
        code=lambda wildcards: scenario_run.code(wildcards.model),
        model="{model}",
        scenarios={
            name: SETTINGS["scenarios"][name] for name in ("names", "seeds", "every_temperature")
        },
        store=str(LEARNING / "store"),
    script:
        "../scripts/scenarios.py"


rule scenario_report:
    input:
        scores=lambda wildcards: expand(
            LEARNING / "scenarios/{source}_{model}.csv",
            source=families(wildcards.group),
            model=SETTINGS["scenarios"]["models"],
        ),
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
    log:
        LOGS / "learning/{group}_scenario_report.log",
    conda:
        "../../envs/learning.yaml"
    threads: 1
    script:
        "../scripts/scenario_report.py"


rule predictions:
    input:
        sources=lambda wildcards: expand(
            LEARNING / "sources/{source}.nc", source=families(wildcards.group)
        ),
    output:
        csv=LEARNING / "figures/{group}_predictions.csv",
        png=report(
            LEARNING / "figures/{group}_predictions.png",
            caption="../report/predictions.rst",
            category="Learning",
        ),
    log:
        LOGS / "learning/{group}_predictions.log",
    conda:
        "../../envs/learning.yaml"
    threads: 1
    params:
        code=code_fingerprint("vibrates.figures.predictions"),
        models=SETTINGS["scenarios"]["models"],
    script:
        "../scripts/predictions.py"


# All combinations of N levels, or the best `maximum_combinations` of them by shared parameters.
rule search_screen:
    input:
        source=LEARNING / "sources/{source}.nc",
    output:
        LEARNING / "search/{source}/N{size}_screen.json",
    log:
        LOGS / "search/{source}/N{size}_screen.log",
    conda:
        "../../envs/learning.yaml"
    threads: 1
    params:
        code=code_fingerprint("vibrates.learning.search.run"),
        size="{size}",
        search=SEARCH_SCREEN,
    script:
        "../scripts/search_screen.py"


# One job per kernel and size. Its product is the file of candidates; from the store a killed job only continues
# after the candidates that it has trained.
rule search_kernel:
    input:
        source=LEARNING / "sources/{source}.nc",
        screen=LEARNING / "search/{source}/N{size}_screen.json",
    output:
        LEARNING / "search/{source}/N{size}_{kernel}.json",
    log:
        LOGS / "search/{source}/N{size}_{kernel}.log",
    conda:
        "../../envs/learning.yaml"
    threads: 1
    params:
        code=code_fingerprint("vibrates.learning.search.run"),
        kernel="{kernel}",
        search=SEARCH_KERNEL,
        store=str(LEARNING / "store"),
    script:
        "../scripts/search_kernel.py"


rule search_sets:
    input:
        candidates=expand(LEARNING / "search/{{source}}/N{{size}}_{kernel}.json", kernel=KERNELS),
        source=LEARNING / "sources/{source}.nc",
        screen=LEARNING / "search/{source}/N{size}_screen.json",
    output:
        LEARNING / "search/{source}/N{size}_sets.json",
    log:
        LOGS / "search/{source}/N{size}_sets.log",
    conda:
        "../../envs/learning.yaml"
    threads: 1
    params:
        code=code_fingerprint("vibrates.learning.search.run"),
        validation=SETTINGS["search"]["validation"],
    script:
        "../scripts/search_sets.py"


rule search_growth:
    input:
        source=LEARNING / "sources/{source}.nc",
        sets=LEARNING / "search/{source}/N{size}_sets.json",
    output:
        LEARNING / "search/{source}/N{size}_{optimiser}.json",
    log:
        LOGS / "search/{source}/N{size}_{optimiser}.log",
    conda:
        "../../envs/learning.yaml"
    threads: 1
    params:
        code=code_fingerprint("vibrates.learning.search.run"),
        optimiser="{optimiser}",
        search=SEARCH_GROWTH,
        store=str(LEARNING / "store"),
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
        # Without recorded hours Table V uses the published model of the cost.
        hours=lambda wildcards: HOURS.get(wildcards.source, []),
    output:
        tables=[
            LEARNING / f"search/{{source}}/table_{n}.csv" for n in ("I", "II", "III", "IV", "V")
        ],
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
    log:
        LOGS / "search/{source}/report.log",
    conda:
        "../../envs/learning.yaml"
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
        lambda wildcards: [file for part in PARTS for file in batches(*ROUNDS, part=part)],
    output:
        LEARNING / "hours.csv",
    log:
        LOGS / "learning/hours.log",
    localrule: True
    conda:
        "../../envs/dynamics.yaml"
    script:
        "../scripts/hours.py"


rule next:
    input:
        rates=RESULTS / "rates.nc",
        plans=lambda wildcards: [
            checkpoints.plan.get(part=part, round=n).output.plan for part in PARTS for n in ROUNDS
        ],
    output:
        table=LEARNING / "next.csv",
        config=LEARNING / "next.yaml",
    log:
        LOGS / "learning/next.log",
    conda:
        "../../envs/learning.yaml"
    threads: 1
    params:
        code=code_fingerprint("vibrates.campaign.completion.proposal"),
        config=selected(
            "name",
            "results",
            "pair",
            "molecules",
            "grid",
            "learning.transitions",
            "learning.initial_w",
            "learning.complete_v",
            "learning.next",
            "sampling.target_relative_error",
        ),
        source=str(Path(CONFIG_FILES[0]).resolve()),
    script:
        "../scripts/next.py"


rule learning:
    input:
        RESULTS / "learned.nc",
        expand(LEARNING / "{group}_verdict.csv", group=GROUPS),
        expand(LEARNING / "figures/{group}_predictions.png", group=GROUPS),
        expand(LEARNING / "search/{source}/table_I.csv", source=SEARCHED),
        LEARNING / "next.yaml",
