# The complete table (docs/complete.md): rounds after those of the plan, of which each is decided from all before it,
#   trajectories -> rates and strata -> decision and plan of the round -> trajectories -> ...
# until the target or the budget is reached. The first one is the pilot, which needs no rates.
import json

COMPLETE = RESULTS / "complete"
COMPLETED = [COMPLETE / "summary.txt"]
if campaign.complete.honesty:
    COMPLETED.append(COMPLETE / "honesty.yaml")
TABLE_STATES = len({*completion.candidates(campaign), *campaign.grid.states})


def rounds_of_table():
    """Rounds of the table; as long as the last one has not stopped, asks for the next."""
    # Snakemake evaluates a new job's input once: the checkpoints that `complete_data` asks for have to be known before.
    for n in ROUNDS:
        checkpoints.plan.get(part="", round=n)
    n = PILOT_OF_TABLE
    while True:
        decision = checkpoints.complete_round.get(round=n).output.decision
        if json.loads(Path(decision).read_text(encoding="utf-8"))["stopped"]:
            return range(PILOT_OF_TABLE, n + 1)
        n += 1


def known_before(wildcards):
    """Rates and strata that a decision rests on; none for the pilot."""
    if int(wildcards.round) == PILOT_OF_TABLE:
        return {}
    return {name: COMPLETE / f"round{wildcards.round}/{name}.nc" for name in ("rates", "strata")}


rule complete_data:
    input:
        batches=lambda wildcards: batches(*range(int(wildcards.round))),
    output:
        rates=COMPLETE / "round{round}/rates.nc",
        strata=COMPLETE / "round{round}/strata.nc",
    log:
        LOGS / "complete/round{round}_data.log",
    conda:
        "../../envs/dynamics.yaml"
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: (
            cost.reduced_mb(campaign, TABLE_STATES) * growth(attempt)
        ),
        runtime=lambda wildcards, attempt: 120 * growth(attempt),
    params:
        fingerprint=stages.fingerprint(campaign, "complete"),
    script:
        "../scripts/complete_data.py"


# The regression, the states and trajectories of the round, and whether it goes on.
checkpoint complete_round:
    input:
        unpack(known_before),
        earlier=lambda wildcards: [
            COMPLETE / f"round{n}/decision.json"
            for n in range(PILOT_OF_TABLE, int(wildcards.round))
        ],
    output:
        plan=RESULTS / "plan/round{round}.csv",
        table=COMPLETE / "round{round}/table.csv",
        decision=COMPLETE / "round{round}/decision.json",
    log:
        LOGS / "complete/round{round}.log",
    wildcard_constraints:
        round=rf"(?!({'|'.join(map(str, ROUNDS))})\b)\d+",
    conda:
        "../../envs/learning.yaml"
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 4000 * growth(attempt),
        runtime=lambda wildcards, attempt: 120 * growth(attempt),
    params:
        fingerprint=stages.fingerprint(campaign, "complete"),
    script:
        "../scripts/complete_round.py"


rule complete:
    input:
        decisions=lambda wildcards: [
            COMPLETE / f"round{n}/decision.json" for n in rounds_of_table()
        ],
        table=lambda wildcards: COMPLETE / f"round{rounds_of_table()[-1]}/table.csv",
        rates=lambda wildcards: COMPLETE / f"round{rounds_of_table()[-1]}/rates.nc",
        batches=lambda wildcards: batches(*rounds_of_table()),
    output:
        summary=report(COMPLETE / "summary.txt", caption="../report/complete.rst", category="Data"),
        rounds=COMPLETE / "rounds.csv",
        table=COMPLETE / "table.csv",
        rates=COMPLETE / "rates.nc",
    log:
        LOGS / "complete/summary.log",
    localrule: True
    conda:
        "../../envs/dynamics.yaml"
    params:
        fingerprint=stages.fingerprint(campaign, "complete"),
    script:
        "../scripts/complete_summary.py"


# The campaign of the states that test the table, to be run by itself: vibrates run RESULTS/complete/honesty.yaml
rule honesty_campaign:
    output:
        COMPLETE / "honesty.yaml",
    log:
        LOGS / "complete/honesty_campaign.log",
    localrule: True
    conda:
        "../../envs/dynamics.yaml"
    params:
        fingerprint=stages.fingerprint(campaign, "complete"),
        source=str(Path(CONFIG_FILES[0]).resolve()),
    script:
        "../scripts/honesty_campaign.py"


# Compares the table with the rates of that campaign.
rule honesty:
    input:
        table=COMPLETE / "table.csv",
        # Whether they are there is said by the script, in one line.
        rates=lambda wildcards: [
            path for path in [f"{campaign.results}-honesty/rates.nc"] if Path(path).exists()
        ],
    output:
        text=report(COMPLETE / "honesty.txt", caption="../report/honesty.rst", category="Data"),
        families=COMPLETE / "honesty_families.csv",
        cells=COMPLETE / "honesty_cells.csv",
    log:
        LOGS / "complete/honesty.log",
    localrule: True
    conda:
        "../../envs/dynamics.yaml"
    script:
        "../scripts/honesty.py"
