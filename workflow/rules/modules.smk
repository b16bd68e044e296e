# Side calculations, whose rules are added to those of the campaign if the configuration names a
# description of their work under `modules`: `snakemake quantum_all`, `snakemake potential_fit`, ...
# Each is also a separate workflow (workflow/modules).
MODULES = config["modules"]


if "potential" in MODULES:

    module potential:
        snakefile:
            "../modules/potential.smk"
        config:
            {"description": MODULES["potential"]}

    use rule * from potential as potential_*


if "quantum" in MODULES:

    module quantum:
        snakefile:
            "../modules/quantum.smk"
        config:
            {"description": MODULES["quantum"]}

    use rule * from quantum as quantum_*


if "quantum_surface" in MODULES:

    module quantum_surface:
        snakefile:
            "../modules/quantum_surface.smk"
        config:
            {"description": MODULES["quantum_surface"]}

    use rule * from quantum_surface as quantum_surface_*


if "longrange" in MODULES:

    module longrange:
        snakefile:
            "../modules/longrange.smk"
        config:
            {"description": MODULES["longrange"]}

    use rule * from longrange as longrange_*
