# A campaign without the block `learning`: what asks for learning says so in one line.


rule learning:
    log:
        LOGS / "no_learning.log",
    localrule: True
    conda:
        "../../envs/learning.yaml"
    params:
        message="error: the configuration has no block 'learning'; add it",
    shell:
        "echo {params.message:q} | tee {log:q} >&2; exit 2"


use rule learning as searches with:
    log:
        LOGS / "no_searches.log",
