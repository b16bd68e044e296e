# The plan: trajectories of each batch; every round after the pilot depends on the earlier rounds.


# Data of several dozen initial states for the allocation.
rule strata:
    input:
        batches=lambda wildcards: batches(
            *range(int(wildcards.round)),
            part=wildcards.part,
            states=STATE_GROUPS[wildcards.part][int(wildcards.state_group)],
        ),
    output:
        RESULTS / "{part}plan/round{round}_strata/group{state_group}.nc",
    log:
        RESULTS / "{part}logs/strata/round{round}_group{state_group}.log",
    conda:
        "../../envs/dynamics.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * growth(attempt),
        runtime=lambda wildcards, attempt: 60 * growth(attempt),
    params:
        part=part_name,
        states=lambda wildcards: STATE_GROUPS[wildcards.part][int(wildcards.state_group)],
        fingerprint=lambda wildcards: stages.fingerprint(PARTS[wildcards.part], "plan"),
    script:
        "../scripts/strata.py"


checkpoint plan:
    input:
        strata=strata_files,
    output:
        plan=RESULTS / "{part}plan/round{round}.csv",
        allocation=RESULTS / "{part}plan/round{round}_allocation.csv",
    log:
        RESULTS / "{part}logs/plan/round{round}.log",
    wildcard_constraints:
        round="|".join(map(str, ROUNDS)),
    localrule: True
    conda:
        "../../envs/dynamics.yaml"
    params:
        part=part_name,
        # All else that trajectories depend on enters through the strata of earlier rounds.
        settings=lambda wildcards: stages.selected(
            PARTS[wildcards.part], ("grid", "rotors", "sampling", "jobs.trajectories_per_batch")
        ),
        code=code_fingerprint("vibrates.campaign.rounds"),
    script:
        "../scripts/plan.py"
