"""Rate coefficients in the formats of the programs that use them.

A format is one module with a `Format`, and its entry in `FORMATS`.
"""

from collections.abc import Sequence
from pathlib import Path

from vibrates.core.errors import UserError
from vibrates.library.exports import (
    cantera,
    collisiondb,
    csv,
    lamda,
    loki,
    millikan_white,
    zdplaskin,
)
from vibrates.library.exports.files import write
from vibrates.library.exports.format import DIRECTIONS, Format, Written
from vibrates.library.exports.selection import select
from vibrates.library.table import RateTable

FORMATS: dict[str, Format] = {
    one.name: one
    for one in (
        csv.FORMAT,
        cantera.FORMAT,
        cantera.FORMAT_4,
        zdplaskin.FORMAT,
        loki.FORMAT,
        collisiondb.FORMAT,
        lamda.FORMAT,
        millikan_white.FORMAT,
    )
}

__all__ = ["DIRECTIONS", "FORMATS", "Format", "Written", "export"]


def export(
    table: RateTable,
    to: str,
    output: str | Path | None = None,
    transitions: Sequence[str] = (),
    temperatures: Sequence[float] = (),
    directions: str = "as-consumer-expects",
    limit: float = 0.05,
    radiative: str | Path | None = None,
) -> Written:
    """Write a table of rate coefficients in the format of another program.

    Parameters
    ----------
    table : RateTable
    to : str
        A name of `FORMATS`.
    output : str or Path, optional
        File (a directory for CollisionDB); named after the pair in the working directory by
        default. Nothing is overwritten.
    transitions : sequence of str
        Those to export, all by default.
    temperatures : sequence of float
        Temperatures of tables, K; a fit covers the range from the lowest to the highest. Those of
        the table by default.
    directions : str
        ``both``, ``exothermic`` (from the higher to the lower level), or ``as-consumer-expects``.
    limit : float
        Largest relative error of a fit; a reaction that misses it goes out as a table where the
        format holds one, else it is refused.
    radiative : str or Path, optional
        CSV of Einstein coefficients (columns v, vp, A_per_s), which LAMDA needs.

    Returns
    -------
    Written
        The files, and one line for each reaction that was refused.

    Raises
    ------
    UserError
        For an unknown format or transition, temperatures outside the table, a file that exists or
        cannot be written, and a format that cannot hold this table at all.
    """
    if to not in FORMATS:
        raise UserError(f"format {to!r} is unknown; choose one of {', '.join(FORMATS)}")
    form = FORMATS[to]
    chosen = select(table, form, transitions, temperatures, directions, limit, radiative)
    path = Path(output) if output is not None else Path("_".join(table.pair).lower() + form.suffix)
    files = form.write(chosen, path)
    return Written(tuple(write(files, path)), tuple(chosen.refused))
