# From trajectories to cross sections, rate coefficients, and the checks of both.


# Some dozens of initial states in one job: a state alone takes seconds.
for number, members in enumerate(STATE_GROUPS):

    rule:
        name:
            f"reduce_{number}"
        input:
            batches=lambda wildcards, members=members: batches(*ROUNDS, states=members),
        output:
            [RESULTS / f"reduced/{plans.state_name(state)}.nc" for state in members],
        log:
            LOGS / f"reduce_{number}.log",
        conda:
            "../../envs/dynamics.yaml"
        resources:
            mem_mb=lambda wildcards, attempt: 2000 * growth(attempt),
            runtime=lambda wildcards, attempt: 60 * growth(attempt),
        params:
            states=members,
            rounds=list(ROUNDS),
            fingerprint=stages.fingerprint(campaign, "reduced"),
        script:
            "../scripts/reduce.py"


REDUCED = [RESULTS / f"reduced/{plans.state_name(state)}.nc" for state in campaign.states]


rule cross_sections:
    input:
        reduced=REDUCED,
    output:
        RESULTS / "cross_sections.nc",
    log:
        LOGS / "cross_sections.log",
    conda:
        "../../envs/dynamics.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: cost.reduced_mb(campaign) * growth(attempt),
        runtime=lambda wildcards, attempt: 120 * growth(attempt),
    params:
        fingerprint=stages.fingerprint(campaign, "cross_sections"),
        reduced_with=stages.fingerprint(campaign, "reduced"),
    script:
        "../scripts/cross_sections.py"


# Of every state that is computed on drawn surfaces too, what these do to its rates; every finished surface is stored.
DRAWN = []
if stages.draws(campaign):
    DRAWN = [RESULTS / f"surface_draws/v{v}_w{w}.nc" for v, w in surface_draws.states(campaign)]


rule surface_draws:
    output:
        RESULTS / "surface_draws/v{v}_w{w}.nc",
    log:
        LOGS / "surface_draws/v{v}_w{w}.log",
    conda:
        "../../envs/dynamics.yaml"
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * growth(attempt),
        runtime=lambda wildcards, attempt: (
            cost.draws_minutes(campaign, (int(wildcards.v), int(wildcards.w))) * growth(attempt)
        ),
    params:
        fingerprint=stages.fingerprint(campaign, "surface_draws"),
    script:
        "../scripts/surface_response.py"


rule rates:
    input:
        reduced=REDUCED,
        drawn=DRAWN,
    output:
        report(RESULTS / "rates.nc", caption="../report/rates.rst", category="Data"),
    log:
        LOGS / "rates.log",
    conda:
        "../../envs/dynamics.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: cost.reduced_mb(campaign) * growth(attempt),
        runtime=lambda wildcards, attempt: 120 * growth(attempt),
    params:
        fingerprint=stages.fingerprint(campaign, "rates"),
        reduced_with=stages.fingerprint(campaign, "reduced"),
        drawn_with=stages.fingerprint(campaign, "surface_draws"),
    script:
        "../scripts/rates.py"


# A failed check fails the run, so that no summary is made of wrong products.
rule checks:
    input:
        reduced=REDUCED,
        cross_sections=RESULTS / "cross_sections.nc",
        rates=RESULTS / "rates.nc",
    output:
        RESULTS / "checks.json",
    log:
        LOGS / "checks.log",
    conda:
        "../../envs/dynamics.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: cost.reduced_mb(campaign) * growth(attempt),
        runtime=lambda wildcards, attempt: 120 * growth(attempt),
    params:
        fingerprint=stages.fingerprint(campaign, "checks"),
        made_with={
            name: stages.fingerprint(campaign, name)
            for name in ("reduced", "cross_sections", "rates")
        },
    script:
        "../scripts/checks.py"
