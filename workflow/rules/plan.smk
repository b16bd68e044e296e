# Which trajectories each batch computes; every round after the pilot looks at those before it.

PARTS = rounds.parts(campaign)


def strata_files(wildcards):
    n = int(wildcards.round)
    return [RESULTS / f"plan/round{n}_strata/part{i}.nc" for i in range(len(PARTS)) if n > 0]


# What the allocation has to know of some dozens of initial states.
rule strata:
    input:
        batches=lambda wildcards: batches(
            *range(int(wildcards.round)), states=PARTS[int(wildcards.part)]
        ),
    output:
        RESULTS / "plan/round{round}_strata/part{part}.nc",
    params:
        config=parts(*BATCHES),
        states=lambda wildcards: PARTS[int(wildcards.part)],
        fingerprint=stages.fingerprint(campaign, "plan"),
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * growth(attempt),
        runtime=lambda wildcards, attempt: 60 * growth(attempt),
    script:
        "../scripts/strata.py"


checkpoint plan:
    input:
        strata=strata_files,
    output:
        plan=RESULTS / "plan/round{round}.csv",
        allocation=RESULTS / "plan/round{round}_allocation.csv",
    params:
        config=parts(*BATCHES)
        | {"jobs": {"trajectories_per_batch": config["jobs"]["trajectories_per_batch"]}},
        fingerprint=stages.fingerprint(campaign, "plan"),
    localrule: True
    script:
        "../scripts/plan.py"
