# Which trajectories each batch computes; every round after the pilot looks at those before it.


checkpoint plan:
    input:
        batches=lambda wildcards: batches(*range(int(wildcards.round))),
    output:
        plan=RESULTS / "plan/round{round}.csv",
        allocation=RESULTS / "plan/round{round}_allocation.csv",
    params:
        config=parts("seed", "pair", "molecules", "grid", "basis", "sampling", "rates")
        | {"jobs": {"trajectories_per_batch": config["jobs"]["trajectories_per_batch"]}},
        results=str(RESULTS),
    localrule: True
    script:
        "../scripts/plan.py"
