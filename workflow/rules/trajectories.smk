# One MPI job per batch. The same rule serves mpiexec here and srun on SLURM (slurm/config.yaml).


rule trajectories:
    input:
        # The fingerprint, not the age of the plan, decides whether a batch is computed again.
        plan=ancient(RESULTS / "{part}plan/round{round}.csv"),
    output:
        RESULTS / "{part}trajectories/round{round}/batch{batch}.nc",
    log:
        RESULTS / "{part}logs/trajectories/round{round}/batch{batch}.log",
    # Time and memory of the job, for comparison with the cost model (docs/slurm.md).
    benchmark:
        RESULTS / "{part}benchmarks/round{round}/batch{batch}.tsv"
    conda:
        "../../envs/dynamics.yaml"
    # Ranks, memory and walltime follow from the measured cost of trajectories. Locally Snakemake
    # limits the threads, and thereby the ranks, to the available cores.
    threads: lambda wildcards: estimate(*of_batch(wildcards)).ranks
    resources:
        mpi="mpiexec",
        tasks=lambda wildcards, threads: threads,
        nodes=1,
        cpus_per_task=1,
        mem_mb=lambda wildcards, attempt: (
            estimate(*of_batch(wildcards)).memory_mb * growth(attempt)
        ),
        runtime=lambda wildcards, attempt: (
            cost.walltime_minutes(estimate(*of_batch(wildcards))) * growth(attempt)
        ),
    params:
        configuration=str(RESULTS / "{part}configuration.yaml"),
        fingerprint=lambda wildcards: plans.fingerprint(
            PARTS[wildcards.part], batch_rows(wildcards)
        ),
    shell:
        "{resources.mpi} -n {resources.tasks} python -m vibrates.trajectories.batch "
        "{params.configuration:q} {wildcards.round} {wildcards.batch} {output:q} "
        f"--ranks {{resources.tasks}} --fingerprint {{params.fingerprint}} {LOGGED}"


# Only the expensive part. It is also an input of `all`: Snakemake computes a missing file again only
# if a target requires it, and existing rates do not.
rule all_trajectories:
    input:
        lambda wildcards: [file for part in PARTS for file in batches(*ROUNDS, part=part)],
