# Figures and tables of the papers: docs/paper.md. A workflow of its own:
#   snakemake -s workflow/modules/paper.smk --cores 2 [hong2023_figure_5 ...]
# A target for each entry of config/paper/items.yaml, and `page` for all of them with the page and the HTML report.
# Products that are in the tree (results-*/) are read; of what is not there, the tables kept in docs/paper/ are used.
import os
import sys
from pathlib import Path


include: "../rules/preamble.smk"


sys.path.insert(0, "validation")
from paper_items import entries, production

LIST = "config/paper/items.yaml"
LOGS = Path("results-validation/logs/paper")
PUBLISHED = os.environ.get("PUBLISHED", "")
TABLES = [f"{PUBLISHED}/n2h2_vt_dv{dv}.csv" for dv in (1, 2, 3)] if PUBLISHED else []
CATALOGUE = preamble.or_exit(entries.read, Path(LIST))
CODE = sorted(map(str, Path("validation/paper_items").glob("*.py")))


localrules:
    page,


# The page, the tables and pictures it shows, and the report.
rule page:
    default_target: True
    input:
        expand(production.OUTPUT / "{name}.csv", name=[item.name for item in CATALOGUE.items]),
        list=LIST,
        code=CODE,
    output:
        page="docs/paper.md",
        report=production.OUTPUT / "report.html",
    log:
        LOGS / "page.log",
    conda:
        "../../envs/learning.yaml"
    shell:
        "python validation/paper.py page > {log} 2>&1; status=$?; cat {log}; exit $status"


for item in CATALOGUE.items:

    rule:
        name:
            item.name
        input:
            # The kept table is read, and not named here: the page writes it again.
            needs=[need for need in item.needs if Path(need).exists()],
            published=TABLES,
            list=LIST,
            code=CODE,
        output:
            csv=production.OUTPUT / f"{item.name}.csv",
            png=production.OUTPUT / f"{item.name}.png",
        log:
            LOGS / f"{item.name}.log",
        conda:
            "../../envs/learning.yaml"
        threads: 1
        params:
            name=item.name,
        shell:
            "OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python validation/paper.py item {params.name} > {log} 2>&1 "
            "|| {{ cat {log} >&2; exit 1; }}"
