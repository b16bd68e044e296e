"""One member of the ensemble of networks: its surface, and its errors at every point."""

from dataclasses import replace

from vibrates.campaign.scripts import run
from vibrates.files import write_text
from vibrates.longrange import description, train
from vibrates.longrange.study import errors


def main(path: str, points: str, number: int, surface: str, table: str) -> None:
    described = description.load(path)
    problem, _ = description.read_points(described, points)
    chosen = description.training(described)
    trained = train(problem, replace(chosen, seed=chosen.seed + number))
    trained.surface.save(surface)
    found = errors(trained.surface, problem, trained.test)
    write_text(table, found.to_csv(index=False, float_format="%.9g"))


if __name__ == "__main__":
    run(
        main,
        path=snakemake.params.description,
        points=snakemake.input.points,
        number=int(snakemake.wildcards.member),
        surface=snakemake.output.surface,
        table=snakemake.output.errors,
    )
