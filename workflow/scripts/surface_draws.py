"""Write surfaces drawn from the covariance of a fit, each a file that a campaign may extend."""

from vibrates.core.files import write_text
from vibrates.core.scripts import run
from vibrates.potential import drawn

HEAD = """\
# Surface number {number} drawn with seed {seed} from the covariance of {known}.
extends: {molecules}
"""


def main(known: str, outputs: list[str], seed: int, molecules: str) -> None:
    surface = drawn.read(known)
    for number, output in enumerate(outputs, 1):
        head = HEAD.format(number=number, seed=seed, known=known, molecules=molecules)
        write_text(output, head + drawn.as_text(surface.drawn(seed, number)))


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        known=snakemake.input.known,
        outputs=list(snakemake.output),
        seed=snakemake.params.seed,
        molecules=snakemake.params.molecules,
    )
