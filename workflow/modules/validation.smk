# Studies behind the numbers of README.md and docs/. A workflow of its own:
#   snakemake -s workflow/modules/validation.smk --cores 2 [--config studies="variance basis"]
# A study reads the products of campaigns, or computes by itself; its numbers go to docs/evidence/STUDY.json, which
# is kept in the repository, and from there into the pages. The target `pages` takes up whatever results are
# present, and the studies that compute where they are named. Campaigns are run by the Makefile (make ladder, ...).
import os
import sys
from pathlib import Path


include: "../rules/preamble.smk"


EVIDENCE = Path("docs/evidence")
LOGS = Path("results-validation/logs")
SHARED = ["validation/report.py"]
CAMPAIGN = [*SHARED, "validation/products.py"]
STUDY = [*SHARED, "validation/study.py", "config/config.yaml", "config/surfaces/fitted.yaml"]
PUBLISHED = os.environ.get("PUBLISHED", "")
TABLES = [f"{PUBLISHED}/n2h2_vt_dv{dv}.csv" for dv in (1, 2, 3)] if PUBLISHED else []
SURFACES = [f"results-surfaces/{name}/rates.nc" for name in ("original", "modified", "fitted")]

# Study -> the results it reads; none: it computes by itself.
RESULTS = {
    "slow_reference": [],
    "breathing_sphere": [],
    "error_budget": [],
    "variance": [],
    "allocation": [],
    "basis": [],
    "default_campaign": ["results/rates.nc", "results/checks.json"],
    "ladder": ["results-ladder/rates.nc", "results-ladder/checks.json"],
    "processes": ["results-processes/rates.nc", "results-processes/checks.json"],
    "surface_fit": ["results-abinitio/fit.json"],
    "surface_rates": SURFACES,
    "surface_published": SURFACES,
    "surface_uncertainty": ["results-abinitio/fit.json"],
    "quantum_data": ["data/quantum_hehd_rates.csv", "data/quantum_hehd_hours.csv"],
    "quantum_methods": [],
    "quantum_convergence": [],
    "quantum_judge": ["results-hdhe/rates.nc", "data/quantum_hehd_rates.csv"],
    "longrange": ["results-longrange"],
    "performance": [],
    "slurm_plan": ["config/paper.yaml"],
    "slurm_faults": ["results-slurm/faults.md"],
    "learning_page": ["results/learning/campaign_scenarios.csv"],
    "kernel_search": ["results-hdhe/learning/search/hehd/table_I.csv"],
}
# Those that compute for minutes: only where they are named.
LONG = {study for study, files in RESULTS.items() if not files} | {"surface_uncertainty"}
NAMED = str(config.get("studies", "")).split()
if unknown := set(NAMED) - set(RESULTS):
    sys.exit(f"error: studies: no study '{min(unknown)}'; choose of {', '.join(RESULTS)}")


# Studies that only read, and whose results are there.
PRESENT = [
    study
    for study, files in RESULTS.items()
    if study not in LONG
    and all(Path(file).exists() for file in files)
    and (PUBLISHED or study != "surface_published")
]


localrules:
    pages,


# Every page from the numbers that are kept, after those of the results that are there and of the studies named.
rule pages:
    default_target: True
    input:
        [EVIDENCE / f"{study}.json" for study in dict.fromkeys([*PRESENT, *NAMED])],
    log:
        LOGS / "pages.log",
    conda:
        "../../envs/dynamics.yaml"
    shell:
        "python validation/pages.py > {log} 2>&1; status=$?; cat {log}; exit $status"


rule slow_reference:
    input:
        script="validation/slow_reference.py",
        helpers=SHARED,
        results=RESULTS["slow_reference"],
    output:
        EVIDENCE / "slow_reference.json",
    log:
        LOGS / "slow_reference.log",
    conda:
        "../../envs/dynamics.yaml"
    threads: 2
    shell:
        "python {input.script} --numbers > {log} 2>&1 || {{ cat {log} >&2; exit 1; }}"


rule breathing_sphere:
    input:
        script="validation/breathing_sphere.py",
        helpers=SHARED,
        results=RESULTS["breathing_sphere"],
    output:
        EVIDENCE / "breathing_sphere.json",
    log:
        LOGS / "breathing_sphere.log",
    conda:
        "../../envs/dynamics.yaml"
    threads: 1
    shell:
        "python {input.script} --numbers > {log} 2>&1 || {{ cat {log} >&2; exit 1; }}"


rule error_budget:
    input:
        script="validation/error_budget.py",
        helpers=STUDY,
        results=RESULTS["error_budget"],
    output:
        EVIDENCE / "error_budget.json",
    log:
        LOGS / "error_budget.log",
    conda:
        "../../envs/dynamics.yaml"
    threads: 2
    shell:
        "python {input.script} --numbers > {log} 2>&1 || {{ cat {log} >&2; exit 1; }}"


rule variance:
    input:
        script="validation/variance.py",
        helpers=STUDY,
        results=RESULTS["variance"],
    output:
        EVIDENCE / "variance.json",
    log:
        LOGS / "variance.log",
    conda:
        "../../envs/dynamics.yaml"
    threads: 2
    shell:
        "python {input.script} --numbers > {log} 2>&1 || {{ cat {log} >&2; exit 1; }}"


rule allocation:
    input:
        script="validation/allocation.py",
        helpers=[*SHARED, "tests/campaign/synthetic_states.py"],
        results=RESULTS["allocation"],
    output:
        EVIDENCE / "allocation.json",
    log:
        LOGS / "allocation.log",
    conda:
        "../../envs/dynamics.yaml"
    threads: 2
    shell:
        "python {input.script} --numbers > {log} 2>&1 || {{ cat {log} >&2; exit 1; }}"


rule basis:
    input:
        script="validation/basis.py",
        helpers=[*STUDY, "config/ladder.yaml"],
        results=RESULTS["basis"],
    output:
        EVIDENCE / "basis.json",
    log:
        LOGS / "basis.log",
    conda:
        "../../envs/dynamics.yaml"
    threads: 2
    shell:
        "python {input.script} --numbers > {log} 2>&1 || {{ cat {log} >&2; exit 1; }}"


rule default_campaign:
    input:
        script="validation/default_campaign.py",
        helpers=CAMPAIGN,
        results=RESULTS["default_campaign"],
    output:
        EVIDENCE / "default_campaign.json",
    log:
        LOGS / "default_campaign.log",
    conda:
        "../../envs/dynamics.yaml"
    threads: 1
    shell:
        "python {input.script} --numbers > {log} 2>&1 || {{ cat {log} >&2; exit 1; }}"


rule ladder:
    input:
        script="validation/ladder.py",
        helpers=[*CAMPAIGN, *TABLES],
        results=RESULTS["ladder"],
    output:
        EVIDENCE / "ladder.json",
    log:
        LOGS / "ladder.log",
    conda:
        "../../envs/dynamics.yaml"
    threads: 1
    shell:
        "python {input.script} --numbers > {log} 2>&1 || {{ cat {log} >&2; exit 1; }}"


rule processes:
    input:
        script="validation/processes.py",
        helpers=CAMPAIGN,
        results=RESULTS["processes"],
    output:
        EVIDENCE / "processes.json",
    log:
        LOGS / "processes.log",
    conda:
        "../../envs/dynamics.yaml"
    threads: 1
    shell:
        "python {input.script} --numbers > {log} 2>&1 || {{ cat {log} >&2; exit 1; }}"


rule surface_fit:
    input:
        script="validation/surface_fit.py",
        helpers=[*SHARED, "config/surfaces/fitted.yaml", "config/abinitio/n2h2.yaml"],
        results=RESULTS["surface_fit"],
    output:
        EVIDENCE / "surface_fit.json",
    log:
        LOGS / "surface_fit.log",
    conda:
        "../../envs/dynamics.yaml"
    threads: 1
    shell:
        "python {input.script} --numbers > {log} 2>&1 || {{ cat {log} >&2; exit 1; }}"


rule surface_rates:
    input:
        script="validation/surface_rates.py",
        helpers=CAMPAIGN,
        results=RESULTS["surface_rates"],
    output:
        EVIDENCE / "surface_rates.json",
    log:
        LOGS / "surface_rates.log",
    conda:
        "../../envs/dynamics.yaml"
    threads: 1
    shell:
        "python {input.script} --numbers > {log} 2>&1 || {{ cat {log} >&2; exit 1; }}"


rule surface_published:
    input:
        script="validation/surface_published.py",
        helpers=[*CAMPAIGN, "validation/surface_rates.py", *TABLES],
        results=RESULTS["surface_published"],
    output:
        EVIDENCE / "surface_published.json",
    log:
        LOGS / "surface_published.log",
    conda:
        "../../envs/dynamics.yaml"
    threads: 1
    shell:
        "python {input.script} --numbers > {log} 2>&1 || {{ cat {log} >&2; exit 1; }}"


rule surface_uncertainty:
    input:
        script="validation/surface_uncertainty.py",
        helpers=[*STUDY, "validation/surface_rates.py"],
        results=RESULTS["surface_uncertainty"],
    output:
        EVIDENCE / "surface_uncertainty.json",
    log:
        LOGS / "surface_uncertainty.log",
    conda:
        "../../envs/dynamics.yaml"
    threads: 2
    shell:
        "python {input.script} --numbers > {log} 2>&1 || {{ cat {log} >&2; exit 1; }}"


rule quantum_data:
    input:
        script="validation/quantum_data.py",
        helpers=[*SHARED, "config/quantum/hehd.yaml"],
        results=RESULTS["quantum_data"],
    output:
        EVIDENCE / "quantum_data.json",
    log:
        LOGS / "quantum_data.log",
    conda:
        "../../envs/dynamics.yaml"
    threads: 1
    shell:
        "python {input.script} --numbers > {log} 2>&1 || {{ cat {log} >&2; exit 1; }}"


rule quantum_methods:
    input:
        script="validation/quantum_methods.py",
        helpers=[*SHARED, "config/quantum/hehd.yaml"],
        results=RESULTS["quantum_methods"],
    output:
        EVIDENCE / "quantum_methods.json",
    log:
        LOGS / "quantum_methods.log",
    conda:
        "../../envs/dynamics.yaml"
    threads: 1
    shell:
        "python {input.script} --numbers > {log} 2>&1 || {{ cat {log} >&2; exit 1; }}"


rule quantum_convergence:
    input:
        script="validation/quantum_convergence.py",
        helpers=[*SHARED, "config/quantum/hehd.yaml"],
        results=RESULTS["quantum_convergence"],
    output:
        EVIDENCE / "quantum_convergence.json",
    log:
        LOGS / "quantum_convergence.log",
    conda:
        "../../envs/dynamics.yaml"
    threads: 1
    shell:
        "python {input.script} --numbers > {log} 2>&1 || {{ cat {log} >&2; exit 1; }}"


rule quantum_judge:
    input:
        script="validation/quantum_judge.py",
        helpers=[*CAMPAIGN, "validation/quantum_data.py"],
        results=RESULTS["quantum_judge"],
    output:
        EVIDENCE / "quantum_judge.json",
    log:
        LOGS / "quantum_judge.log",
    conda:
        "../../envs/dynamics.yaml"
    threads: 1
    shell:
        "python {input.script} --numbers > {log} 2>&1 || {{ cat {log} >&2; exit 1; }}"


rule longrange:
    input:
        script="validation/longrange.py",
        helpers=SHARED,
        results=RESULTS["longrange"],
    output:
        EVIDENCE / "longrange.json",
    log:
        LOGS / "longrange.log",
    conda:
        "../../envs/dynamics.yaml"
    threads: 1
    shell:
        "python {input.script} --numbers > {log} 2>&1 || {{ cat {log} >&2; exit 1; }}"


rule performance:
    input:
        script="validation/performance.py",
        helpers=[*SHARED, "benchmarks/trajectories.py", "benchmarks/step_control.py"],
        results=RESULTS["performance"],
    output:
        EVIDENCE / "performance.json",
    log:
        LOGS / "performance.log",
    conda:
        "../../envs/dynamics.yaml"
    threads: 2
    shell:
        "python {input.script} --numbers > {log} 2>&1 || {{ cat {log} >&2; exit 1; }}"


rule slurm_plan:
    input:
        script="validation/slurm_plan.py",
        helpers=SHARED,
        results=RESULTS["slurm_plan"],
    output:
        EVIDENCE / "slurm_plan.json",
    log:
        LOGS / "slurm_plan.log",
    conda:
        "../../envs/dynamics.yaml"
    threads: 1
    shell:
        "python {input.script} --numbers > {log} 2>&1 || {{ cat {log} >&2; exit 1; }}"


rule slurm_faults:
    input:
        script="validation/slurm_faults.py",
        helpers=SHARED,
        results=RESULTS["slurm_faults"],
    output:
        EVIDENCE / "slurm_faults.json",
    log:
        LOGS / "slurm_faults.log",
    conda:
        "../../envs/dynamics.yaml"
    threads: 1
    shell:
        "python {input.script} --numbers > {log} 2>&1 || {{ cat {log} >&2; exit 1; }}"


rule kernel_search:
    input:
        script="validation/kernel_search.py",
        helpers=SHARED,
        results=RESULTS["kernel_search"],
    output:
        EVIDENCE / "kernel_search.json",
    log:
        LOGS / "kernel_search.log",
    conda:
        "../../envs/dynamics.yaml"
    threads: 1
    shell:
        "python {input.script} --numbers > {log} 2>&1 || {{ cat {log} >&2; exit 1; }}"


rule learning_page:
    input:
        script="validation/learning_page.py",
        helpers=SHARED,
        results=RESULTS["learning_page"],
    output:
        EVIDENCE / "learning_page.json",
    log:
        LOGS / "learning_page.log",
    conda:
        "../../envs/dynamics.yaml"
    threads: 1
    shell:
        "python {input.script} --numbers > {log} 2>&1 || {{ cat {log} >&2; exit 1; }}"
