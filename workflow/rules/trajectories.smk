# One MPI job per batch. The same rule serves mpiexec here and srun on SLURM (slurm/config.yaml).


rule trajectories:
    input:
        # The digest, not the age of the plan, decides whether a batch is computed again.
        plan=ancient(RESULTS / "plan/round{round}.csv"),
    output:
        RESULTS / "trajectories/round{round}/batch{batch}.nc",
    params:
        configuration=str(RESULTS / "configuration.yaml"),
        digest=batch_digest,
    threads: config["jobs"]["ranks"]
    resources:
        mpi="mpiexec",
        tasks=config["jobs"]["ranks"],
        cpus_per_task=1,
        mem_mb=lambda wildcards, attempt: config["jobs"]["memory_mb"] * attempt,
        runtime=lambda wildcards, attempt: config["jobs"]["minutes"] * attempt,
    shell:
        "{resources.mpi} -n {resources.tasks} python -m vibrates.campaign.batch "
        "{params.configuration} {wildcards.round} {wildcards.batch} {output} "
        "--ranks {resources.tasks} --digest {params.digest}"


# Only the expensive part. Also part of `all`: Snakemake computes a missing file again only if
# something asks for it, and the rates, once there, no longer do.
rule all_trajectories:
    input:
        lambda wildcards: batches(*ROUNDS),
