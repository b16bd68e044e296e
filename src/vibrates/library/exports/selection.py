"""The reactions that an export is asked for, and what every file of it says."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from vibrates import __version__
from vibrates.core.errors import UserError
from vibrates.library.exports import citation
from vibrates.library.table import Rate, RateTable

if TYPE_CHECKING:
    from vibrates.library.exports.format import Format


class Fitted(Protocol):
    """What all kinds of fit have in common."""

    @property
    def worst(self) -> float: ...

    @property
    def worst_at(self) -> float: ...


F = TypeVar("F", bound=Fitted)


@dataclass
class Selection:
    """Reactions to export, with the limit of their fits.

    Attributes
    ----------
    table : RateTable
    rates : list of Rate
        In the directions that the format takes.
    temperatures : (n,) K or None
        As asked for; None: those of the table.
    directions : str
        ``both`` or ``exothermic``.
    limit : float
        Largest relative error of a fit.
    radiative : Path or None
        CSV of Einstein coefficients.
    errors : dict
        What is said of the fit of each reaction that was written; filled while it is written.
    refused : list of str
        A line for each reaction that was not.
    """

    table: RateTable
    rates: list[Rate]
    temperatures: NDArray | None
    directions: str
    limit: float
    radiative: Path | None
    errors: dict[str, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def rows(self, rate: Rate) -> NDArray:
        """Temperatures at which a table of this reaction is written, K."""
        return rate.nodes[0] if self.temperatures is None else self.temperatures

    def range(self, rate: Rate) -> tuple[float, float]:
        """Lowest and highest temperature of this reaction, K."""
        T = self.rows(rate)
        return float(T[0]), float(T[-1])

    def within(self, rate: Rate, found: Fitted, otherwise: str | None = None) -> bool:
        """Whether a fit is within the limit; notes its error, or the refusal.

        Parameters
        ----------
        rate : Rate
            The reaction that was fitted.
        found : Fitted
            Its fit, with the worst relative error and the temperature (K) where it is met.
        otherwise : str, optional
            What is done instead of a refusal where the format holds a table.
        """
        said = f"{100.0 * found.worst:.2g} % at {found.worst_at:.4g} K"
        if found.worst <= self.limit:
            self.errors[str(rate)] = said
            return True
        if otherwise is not None:
            self.errors[str(rate)] = f"{otherwise}; the fit would miss by {said}"
            return False
        low, high = self.range(rate)
        self.refused.append(
            f"{rate}: fit misses k by {said}, the limit is {100.0 * self.limit:.3g} %; narrow the "
            f"range with --temperatures (now {low:g} to {high:g} K), raise --limit, or export it "
            "as csv"
        )
        return False

    def none_left(self) -> None:
        """UserError if every reaction was refused: an empty file helps nobody."""
        if not self.errors:
            more = f" (and {len(self.refused) - 1} more)" if len(self.refused) > 1 else ""
            raise UserError(f"nothing to export: {self.refused[0]}{more}")

    def header(self, form: Format, *notes: str) -> list[str]:
        """Lines that every file opens with: units, range, source, citation, errors of the fits."""
        attributes = self.table.dataset.attrs
        ranges = [self.range(rate) for rate in self.rates if str(rate) in self.errors]
        low, high = min(r[0] for r in ranges), max(r[1] for r in ranges)
        about = [
            f"{label} {attributes[key]}"
            for label, key in (
                ("version", "vibrates_version"),
                ("commit", "vibrates_commit"),
                ("created", "created"),
            )
            if key in attributes
        ]
        lines = [
            f"Rate coefficients of {' + '.join(self.table.pair)}, {len(self.errors)} reactions; "
            f"written by vibrates {__version__} for {form.description}",
            f"Temperatures: {low:g} to {high:g} K; beyond them nothing is known",
            f"Directions: {self.directions}",
            *notes,
            f"Source: {self.table.source}" + "".join(f", {one}" for one in about),
            *(f"Cite: {one}" for one in citation.TEXTS),
        ]
        if not all(_errors_known(rate) for rate in self.rates):
            lines.append("Standard errors: some or all are not known and left empty")
        lines.append("Worst relative error of k against the table, between its temperatures too:")
        said = set(self.errors.values())
        if len(said) == 1 and not any("%" in one for one in said):
            lines.append(f"  all reactions: {said.pop()}")
        else:
            lines += [f"  {name}: {one}" for name, one in self.errors.items()]
        if self.refused:
            lines.append("Left out:")
            lines += [f"  {one}" for one in self.refused]
        return lines


def commented(lines: Sequence[str], mark: str) -> list[str]:
    """Lines as comments."""
    return [f"{mark} {line}".rstrip() for line in lines]


def select(
    table: RateTable,
    form: Format,
    transitions: Sequence[str],
    temperatures: Sequence[float],
    directions: str,
    limit: float,
    radiative: str | Path | None,
) -> Selection:
    """The reactions that an export is asked for, in the directions that the format takes.

    Parameters
    ----------
    table : RateTable
        The table of rate coefficients.
    form : Format
        The format to write.
    transitions : sequence of str
        Transitions to export; all if empty.
    temperatures : sequence of float
        Temperatures of tables, K, at least two; those of the table if empty.
    directions : str
        ``both``, ``exothermic``, or ``as-consumer-expects``, which leaves it to the format.
    limit : float
        Largest relative error of a fit, above 0.
    radiative : str or Path or None
        CSV of Einstein coefficients.

    Returns
    -------
    Selection
        The reactions, and a line for each one whose k is known at fewer than two temperatures.

    Raises
    ------
    UserError
        For a limit that is not above 0, ``both`` where the format holds exothermic rates alone, a
        single temperature, one outside the table, an unknown transition, exothermic rates of a
        table without level energies, and if no reaction is left.
    """
    if not (math.isfinite(limit) and limit > 0.0):
        raise UserError(f"limit {limit:g}: must be above 0, such as 0.05 for 5 %")
    if directions == "both" and form.only_exothermic:
        raise UserError(
            f"{form.name} holds exothermic rates alone, its readers make the others; drop "
            "--directions both"
        )
    if directions == "as-consumer-expects":
        directions = "both" if form.both else "exothermic"
    T = np.unique(np.asarray(temperatures, dtype=float)) if len(temperatures) else None
    if T is not None and len(T) < 2:
        raise UserError("--temperatures: give at least two, the lowest and the highest")
    chosen = Selection(
        table, [], T, directions, limit, Path(radiative) if radiative is not None else None
    )
    rates = list(table.select(transitions)) if transitions else list(table)
    for rate in rates:
        if directions == "exothermic" and not _exothermic(rate, form):
            continue
        if len(rate.nodes[0]) < 2:
            chosen.refused.append(
                f"{rate}: k is known at fewer than two temperatures; leave it out"
            )
            continue
        if T is not None:
            rate(T[[0, -1]])  # within its table
        chosen.rates.append(rate)
    if not chosen.rates:
        raise UserError(
            f"{table.source}: no reaction left to export; endothermic ones are asked for with "
            "--directions both"
            if directions == "exothermic" and not chosen.refused
            else f"nothing to export: {chosen.refused[0]}"
        )
    return chosen


def _exothermic(rate: Rate, form: Format) -> bool:
    if not math.isfinite(rate.energy_defect):
        raise UserError(
            f"{rate.table.source}: states no level energies, so that exothermic reactions, which "
            f"{form.name} takes, cannot be told; choose csv, or --directions both where it works"
        )
    return rate.energy_defect >= 0.0


def _errors_known(rate: Rate) -> bool:
    return bool(np.isfinite(rate.interpolant.log_std).all())


def fits(chosen: Selection, make: Callable[[Rate], F]) -> list[tuple[Rate, F]]:
    """The reactions whose fit is within the limit, with it; UserError if there is none."""
    found = [(rate, make(rate)) for rate in chosen.rates]
    kept = [(rate, one) for rate, one in found if chosen.within(rate, one)]
    chosen.none_left()
    return kept
