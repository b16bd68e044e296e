"""One member of the ensemble of networks: its surface, and its errors at every point."""

import sys
from dataclasses import replace

from threadpoolctl import threadpool_limits

from vibrates.core.checkpoint import Checkpoint
from vibrates.core.files import write_text
from vibrates.core.scripts import run
from vibrates.longrange import description, train
from vibrates.longrange.progress import Progress
from vibrates.longrange.study import errors


def main(path: str, points: str, number: int, threads: int, surface: str, table: str) -> None:
    described = description.load(path)
    problem, _ = description.read_points(described, points)
    chosen = description.training(described.training)

    def tell(start: int, state: Progress) -> None:
        training, test = state.history[-1]
        print(f"{surface}: start {start + 1} of {chosen.restarts}, step {len(state.history)} of "
              f"{chosen.iterations}, weighted error {training:.3g}, of test points {test:.3g}, "
              f"best {state.best_error:.3g}", file=sys.stderr, flush=True)  # fmt: skip

    checkpoint = Checkpoint(surface, latest=True)
    with threadpool_limits(threads):
        trained = train(problem, replace(chosen, seed=chosen.seed + number), checkpoint, tell=tell)
    trained.surface.save(surface, description.member_fingerprint(described, number, points))
    found = errors(trained.surface, problem, trained.test)
    write_text(table, found.to_csv(index=False, float_format="%.9g"))
    checkpoint.remove()


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        path=snakemake.params.description,
        points=snakemake.input.points,
        number=int(snakemake.wildcards.member),
        threads=snakemake.threads,
        surface=snakemake.output.surface,
        table=snakemake.output.errors,
    )
