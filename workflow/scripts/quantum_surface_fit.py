"""The surface of sites fitted to the points, its errors, and a figure of both."""

import pandas as pd
import yaml

from vibrates.core.files import write_text
from vibrates.core.scripts import run
from vibrates.figures import quantum as figures
from vibrates.figures import style
from vibrates.scattering import surface

HEAD = """# The interaction of He and H2 and its isotopes. Made by \
workflow/modules/quantum_surface.smk from data/quantum_heh2_*.csv
# (docs/quantum.md). Atomic units.
extends: ../molecules.yaml
"""


def main(description: str, small: str, large: str, output: str, errors: str, figure: str) -> None:
    described = surface.load(description)
    sets = {"small": surface.read_points(small), "large": surface.read_points(large)}
    fitted = surface.fitted(described.fit, **sets)
    content = {"surface": {"type": "sites", "sites": fitted.to_mapping()}}
    write_text(output, HEAD + yaml.safe_dump(content, sort_keys=False))
    alone = surface.fitted_to_small(described.fit, sets["small"])
    rows = [
        surface.errors(alone, sets["small"]).assign(set="small, fit of it alone"),
        surface.errors(fitted, sets["large"]).assign(set="large, final fit"),
    ]
    pd.concat(rows).to_csv(errors, index=False)
    style.write(
        figures.draw_surface, figures.surface(fitted, sets), figure, figure.replace(".png", ".csv")
    )


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        description=snakemake.params.description,
        small=snakemake.input.small,
        large=snakemake.input.large,
        output=snakemake.output.surface,
        errors=snakemake.output.errors,
        figure=snakemake.output.figure,
    )
