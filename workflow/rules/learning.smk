# The complete ladder, learned from the computed rates.


rule learn:
    input:
        rates=RESULTS / "rates.nc",
    output:
        learned=report(RESULTS / "learned.nc", caption="../report/learned.rst", category="Data"),
    params:
        learning=config["learning"],
        config=config,
    threads: 2
    script:
        "../scripts/learn.py"
