# The page of the rates, figures, each with the table of its data, and the summary.

PUBLISHED = {
    "published": path
    for name, path in config["reference"]["published_rates"].items()
    if name == "dv1"
}


# Without learning: the rates alone, and no figures of the ladder.
LEARNED = [RESULTS / "learned.nc"] if campaign.learning else []
# Tables of like molecules cannot be opened yet (vibrates.library), and so have no page.
EXPLORED = [RESULTS / "explorer.html"] if len(set(campaign.pair)) == 2 else []
SHOWN = ["surface", "cross_sections", "temperature"]
SHOWN += ["ladder", "leave_one_out"] if campaign.learning else []


rule explorer:
    input:
        table=LEARNED or [RESULTS / "rates.nc"],
    output:
        report(RESULTS / "explorer.html", caption="../report/explorer.rst", category="Data"),
    log:
        LOGS / "explorer.log",
    conda:
        "../../envs/learning.yaml"
    threads: 1
    params:
        # With other code the page is made again, as are the products that it displays.
        code=code_fingerprint("vibrates.library.explorer"),
    script:
        "../scripts/explorer.py"


rule figure_surface:
    output:
        **figure("surface"),
    log:
        LOGS / "figures/surface.log",
    conda:
        "../../envs/learning.yaml"
    params:
        pair=config["pair"],
        molecules=selected("molecules")["molecules"],
        surface=config["surface"],
    script:
        "../scripts/figure_surface.py"


rule figure_cross_sections:
    input:
        # With a crossover that of the quantised rotor.
        cross_sections=RESULTS / f"{next(iter(PARTS))}cross_sections.nc",
    output:
        **figure("cross_sections"),
    log:
        LOGS / "figures/cross_sections.log",
    conda:
        "../../envs/learning.yaml"
    params:
        transitions=config["figures"]["transitions"],
        opacity_energies_cm=config["figures"]["opacity_energies_cm"],
    script:
        "../scripts/figure_cross_sections.py"


rule figure_ladder:
    input:
        **PUBLISHED,
        rates=RESULTS / "rates.nc",
        learned=RESULTS / "learned.nc",
    output:
        **figure("ladder"),
    log:
        LOGS / "figures/ladder.log",
    conda:
        "../../envs/learning.yaml"
    params:
        molecules=selected("molecules")["molecules"],
        pair=config["pair"],
        learning=selected("learning.transitions", "learning.initial_w")["learning"],
    script:
        "../scripts/figure_ladder.py"


rule figure_temperature:
    input:
        **PUBLISHED,
        rates=RESULTS / "rates.nc",
    output:
        **figure("temperature"),
    log:
        LOGS / "figures/temperature.log",
    conda:
        "../../envs/learning.yaml"
    params:
        transition=config["figures"]["temperature_transition"],
    script:
        "../scripts/figure_temperature.py"


rule figure_leave_one_out:
    input:
        learned=RESULTS / "learned.nc",
    output:
        **figure("leave_one_out"),
    log:
        LOGS / "figures/leave_one_out.log",
    conda:
        "../../envs/learning.yaml"
    params:
        learning=selected("learning.transitions", "learning.initial_w")["learning"],
    script:
        "../scripts/figure_leave_one_out.py"


rule summary:
    input:
        expand(
            RESULTS / "figures/{name}.png",
            name=SHOWN,
        ),
        EXPLORED,
        figure=RESULTS / f"figures/{'ladder' if campaign.learning else 'temperature'}.png",
        checks=RESULTS / "checks.json",
        rates=RESULTS / "rates.nc",
        learned=LEARNED,
    output:
        summary=report(RESULTS / "summary.txt", caption="../report/summary.rst", category="Data"),
        # Without its list of files and with a figure: what the report opens with.
        opening=RESULTS / "logs/opening.html",
    log:
        LOGS / "summary.log",
    conda:
        "../../envs/learning.yaml"
    params:
        temperatures_K=config["sampling"]["target_temperatures_K"],
    script:
        "../scripts/summary.py"
