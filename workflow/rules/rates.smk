# From trajectories to cross sections, rate coefficients, and the checks of both.


# Of every state that is computed on drawn surfaces too, what these do to its rates; every finished surface is stored.
DRAWN = []
if stages.draws(campaign):
    DRAWN = [RESULTS / f"surface_draws/v{v}_w{w}.nc" for v, w in surface_draws.states(campaign)]
# Names of rules, and files of reduced states, of each part.
PREFIXES = {part: f"{part.strip('/')}_" if part else "" for part in PARTS}
REDUCED = {
    part: [RESULTS / f"{part}reduced/{plans.state_name(state)}.nc" for state in one.states]
    for part, one in PARTS.items()
}

for part, one in PARTS.items():
    # Some dozens of initial states in one job: a state alone takes seconds.
    for number, members in enumerate(STATE_GROUPS[part]):

        rule:
            name:
                f"{PREFIXES[part]}reduce_{number}"
            input:
                batches=lambda wildcards, part=part, members=members: batches(
                    *ROUNDS, part=part, states=members
                ),
            output:
                [RESULTS / f"{part}reduced/{plans.state_name(state)}.nc" for state in members],
            log:
                RESULTS / f"{part}logs/reduce_{number}.log",
            conda:
                "../../envs/dynamics.yaml"
            resources:
                mem_mb=lambda wildcards, attempt: 2000 * growth(attempt),
                runtime=lambda wildcards, attempt: 60 * growth(attempt),
            params:
                part=part.strip("/"),
                states=members,
                rounds=list(ROUNDS),
                fingerprint=stages.fingerprint(one, "reduced"),
            script:
                "../scripts/reduce.py"

    rule:
        name:
            f"{PREFIXES[part]}cross_sections"
        input:
            reduced=REDUCED[part],
        output:
            RESULTS / f"{part}cross_sections.nc",
        log:
            RESULTS / f"{part}logs/cross_sections.log",
        conda:
            "../../envs/dynamics.yaml"
        resources:
            mem_mb=lambda wildcards, attempt, one=one: cost.reduced_mb(one) * growth(attempt),
            runtime=lambda wildcards, attempt: 120 * growth(attempt),
        params:
            part=part.strip("/"),
            fingerprint=stages.fingerprint(one, "cross_sections"),
            reduced_with=stages.fingerprint(one, "reduced"),
        script:
            "../scripts/cross_sections.py"

    rule:
        name:
            f"{PREFIXES[part]}rates"
        input:
            reduced=REDUCED[part],
            drawn=[] if JOINED else DRAWN,
        output:
            report(RESULTS / f"{part}rates.nc", caption="../report/rates.rst", category="Data"),
        log:
            RESULTS / f"{part}logs/rates.log",
        conda:
            "../../envs/dynamics.yaml"
        resources:
            mem_mb=lambda wildcards, attempt, one=one: cost.reduced_mb(one) * growth(attempt),
            runtime=lambda wildcards, attempt: 120 * growth(attempt),
        params:
            part=part.strip("/"),
            fingerprint=stages.fingerprint(one, "rates"),
            reduced_with=stages.fingerprint(one, "reduced"),
            drawn_with=stages.fingerprint(campaign, "surface_draws"),
        script:
            "../scripts/rates.py"

    # A failed check fails the run, so that no summary is made of wrong products.
    rule:
        name:
            f"{PREFIXES[part]}checks"
        input:
            reduced=REDUCED[part],
            cross_sections=RESULTS / f"{part}cross_sections.nc",
            rates=RESULTS / f"{part}rates.nc",
        output:
            RESULTS / f"{part}checks.json",
        log:
            RESULTS / f"{part}logs/checks.log",
        conda:
            "../../envs/dynamics.yaml"
        resources:
            mem_mb=lambda wildcards, attempt, one=one: cost.reduced_mb(one) * growth(attempt),
            runtime=lambda wildcards, attempt: 120 * growth(attempt),
        params:
            part=part.strip("/"),
            fingerprint=stages.fingerprint(one, "checks"),
            made_with={
                name: stages.fingerprint(one, name)
                for name in ("reduced", "cross_sections", "rates")
            },
        script:
            "../scripts/checks.py"


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


# One table and one list of checks of both treatments.
if JOINED:

    rule rates:
        input:
            tables=[RESULTS / f"{part}rates.nc" for part in PARTS],
            drawn=DRAWN,
        output:
            report(RESULTS / "rates.nc", caption="../report/rates.rst", category="Data"),
        log:
            LOGS / "rates.log",
        localrule: True
        conda:
            "../../envs/dynamics.yaml"
        params:
            fingerprint=stages.fingerprint(campaign, "rates"),
            made_with=[stages.fingerprint(one, "rates") for one in PARTS.values()],
            drawn_with=stages.fingerprint(campaign, "surface_draws"),
        script:
            "../scripts/joined_rates.py"

    rule checks:
        input:
            rates=RESULTS / "rates.nc",
            checks=[RESULTS / f"{part}checks.json" for part in PARTS],
        output:
            RESULTS / "checks.json",
        log:
            LOGS / "checks.log",
        localrule: True
        conda:
            "../../envs/dynamics.yaml"
        params:
            fingerprint=stages.fingerprint(campaign, "checks"),
            rates_with=stages.fingerprint(campaign, "rates"),
        script:
            "../scripts/joined_checks.py"
