# From trajectories to cross sections, rate coefficients, and the checks of both.


rule reduce:
    input:
        batches=lambda wildcards: batches(*ROUNDS, states=[(int(wildcards.v), int(wildcards.w))]),
    output:
        RESULTS / "reduced/v{v}_w{w}.nc",
    params:
        config=parts("name", "seed", "pair", "molecules", "grid", "basis", "sampling", "rates"),
        v=lambda wildcards: int(wildcards.v),
        w=lambda wildcards: int(wildcards.w),
    script:
        "../scripts/reduce.py"


REDUCED = [RESULTS / f"reduced/v{v}_w{w}.nc" for v, w in states(config)]


rule cross_sections:
    input:
        reduced=REDUCED,
    output:
        RESULTS / "cross_sections.nc",
    params:
        config=config,
    script:
        "../scripts/cross_sections.py"


rule rates:
    input:
        reduced=REDUCED,
    output:
        report(RESULTS / "rates.nc", caption="../report/rates.rst", category="Data"),
    params:
        config=config,
    script:
        "../scripts/rates.py"


rule checks:
    input:
        reduced=REDUCED,
        cross_sections=RESULTS / "cross_sections.nc",
        rates=RESULTS / "rates.nc",
    output:
        RESULTS / "checks.json",
    params:
        config=config,
    script:
        "../scripts/checks.py"
