"""Trained inside a distance, tested beyond, compared with a plain network of equal size."""

import json

from vibrates.core.files import write_text
from vibrates.core.scripts import run
from vibrates.figures import longrange, style
from vibrates.longrange import description
from vibrates.longrange.study import hold_out


def main(path: str, points: str, scores: str, table: str, figure: str) -> None:
    described = description.load(path)
    problem, _ = description.read_points(described, points)
    limit, hidden = described.holdout.R_bohr, described.holdout.hidden
    beyond, found = hold_out(problem, limit, hidden, description.training(described.training))
    write_text(scores, json.dumps(found, indent=1))
    style.write(
        lambda t: longrange.draw_hold_out(t, found, limit, described.title),
        beyond,
        figure,
        table,
    )


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        path=snakemake.params.description,
        points=snakemake.input.points,
        scores=snakemake.output.scores,
        table=snakemake.output.table,
        figure=snakemake.output.figure,
    )
