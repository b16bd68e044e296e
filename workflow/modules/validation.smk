# Studies behind the numbers of README.md and docs/. A workflow of its own:
#   snakemake -s workflow/modules/validation.smk --cores 2 [--config studies="variance basis"]
# A study reads the products of campaigns or does its own calculations. Its numbers are stored in
# docs/evidence/STUDY.json, which is part of the repository, and written from there into the pages. The target `pages`
# uses all results that exist, and repeats calculating studies only if they are named. Campaigns are run by the
# Makefile (make ladder, ...).
import os
import sys
from collections import namedtuple
from pathlib import Path


include: "../rules/preamble.smk"


EVIDENCE = Path("docs/evidence")
LOGS = Path("results-validation/logs")
CAMPAIGN = ["validation/products.py"]
STUDY = ["validation/study.py", "config/config.yaml", "config/surfaces/fitted.yaml"]
PUBLISHED = os.environ.get("PUBLISHED", "")
TABLES = [f"{PUBLISHED}/n2h2_vt_dv{dv}.csv" for dv in (1, 2, 3)] if PUBLISHED else []
SURFACES = [f"results-surfaces/{name}/rates.nc" for name in ("original", "modified", "fitted")]
SOURCES = sorted(map(str, Path("src/vibrates").rglob("*.py")))

# The results that a study reads (none if it does its own calculations), other files that it depends on, and the
# number of its processes.
Study = namedtuple("Study", "results helpers threads", defaults=([], [], 1))
STUDIES = {
    "slow_reference": Study(threads=2),
    "breathing_sphere": Study(),
    "error_budget": Study([], STUDY, 2),
    "variance": Study([], STUDY, 2),
    "basis": Study([], [*STUDY, "config/ladder.yaml"], 2),
    "allocation": Study([], ["tests/campaign/synthetic_states.py"], 2),
    "default_campaign": Study(["results/rates.nc", "results/checks.json"], CAMPAIGN),
    "interpolation": Study(["results/rates.nc", "results/configuration.yaml"]),
    "ladder": Study(
        ["results-ladder/rates.nc", "results-ladder/checks.json"], [*CAMPAIGN, *TABLES]
    ),
    "processes": Study(["results-processes/rates.nc", "results-processes/checks.json"], CAMPAIGN),
    "surface_fit": Study(
        [f"results-abinitio/n2h2/{name}.json" for name in ("fit", "increment", "moment_estimates")],
        ["config/surfaces/fitted.yaml", "config/abinitio/n2h2.yaml"],
    ),
    "surface_points": Study(
        [
            f"results-abinitio/n2h2/{name}.csv"
            for name in ("fit", "moments", "long_bonds_overlap", "design_reached")
        ]
    ),
    "surface_rates": Study(SURFACES, CAMPAIGN),
    "surface_published": Study(SURFACES, [*CAMPAIGN, "validation/surface_rates.py", *TABLES]),
    "surface_uncertainty": Study(
        [f"results-surfaces/fitted/surface_draws/{name}.nc" for name in ("v1_w0", "v0_w1")],
        ["validation/surface_rates.py"],
    ),
    "quantum_data": Study(
        ["data/quantum_hehd_rates.csv", "data/quantum_hehd_hours.csv"], ["config/quantum/hehd.yaml"]
    ),
    "quantum_methods": Study([], ["config/quantum/hehd.yaml"]),
    "quantum_convergence": Study([], ["config/quantum/hehd.yaml"]),
    "quantum_judge": Study(
        ["results-hdhe/rates.nc", "data/quantum_hehd_rates.csv"],
        [*CAMPAIGN, "validation/quantum_data.py"],
    ),
    "quantum_pair_data": Study(
        [f"data/quantum_n2h2_{name}.csv" for name in ("thermal", "final_levels", "hours")]
        + ["results/rates.nc"],
        [*CAMPAIGN, "docs/evidence/quantum_pair_methods.json"],
    ),
    "quantum_pair_methods": Study([], ["config/quantum/n2h2.yaml"]),
    "quantum_pair_convergence": Study([], ["config/quantum/n2h2.yaml"]),
    "rotor_judge": Study(
        [f"results-rotor-judge{kind}/rates.nc" for kind in ("-morse", "", "-classical")]
        + [f"data/quantum_n2h2_{name}.csv" for name in ("thermal", "final_levels")],
        CAMPAIGN,
    ),
    "longrange": Study(["results-longrange"]),
    "performance": Study([], ["benchmarks/trajectories.py", "benchmarks/step_control.py"], 2),
    "slurm_plan": Study(["config/paper.yaml"]),
    "slurm_faults": Study(["results-slurm/faults.md"]),
    "kernel_search": Study(["results-hdhe/learning/search/hehd/table_I.csv"]),
    "learning_page": Study(["results/learning/campaign_scenarios.csv"]),
    "learning_groups": Study(["results/rates.nc", "results-ladder/rates.nc"], TABLES),
    "packages": Study(["pyproject.toml"], ["validation/layered_graph.py", *SOURCES]),
}
# Studies that compute for minutes run only if they are named.
LONG = {name for name, study in STUDIES.items() if not study.results} | {"learning_groups"}
NAMED = str(config.get("studies", "")).split()
if unknown := set(NAMED) - set(STUDIES):
    sys.exit(f"error: studies: no study '{min(unknown)}'; choose of {', '.join(STUDIES)}")

# Studies that only read results, all of which exist.
PRESENT = [
    name
    for name, study in STUDIES.items()
    if name not in LONG
    and all(Path(file).exists() for file in study.results)
    and (PUBLISHED or name != "surface_published")
]


localrules:
    pages,


# All pages from the stored numbers, after the studies whose results are present and those that are named.
rule pages:
    default_target: True
    input:
        [EVIDENCE / f"{name}.json" for name in dict.fromkeys([*PRESENT, *NAMED])],
    log:
        LOGS / "pages.log",
    conda:
        "../../envs/dynamics.yaml"
    shell:
        "python validation/pages.py > {log} 2>&1; status=$?; cat {log}; exit $status"


for name, study in STUDIES.items():

    rule:
        name:
            name
        input:
            script=f"validation/{name}.py",
            helpers=["validation/report.py", *study.helpers],
            results=study.results,
        output:
            EVIDENCE / f"{name}.json",
        log:
            LOGS / f"{name}.log",
        conda:
            "../../envs/dynamics.yaml"
        threads: study.threads
        shell:
            "python {input.script} --numbers > {log} 2>&1 || {{ cat {log} >&2; exit 1; }}"
