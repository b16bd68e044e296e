"""A callable table of rate coefficients: k of a transition at any temperature in its range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from vibrates.core.errors import UserError
from vibrates.library import reaction
from vibrates.library.interpolation import LogInterpolant

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

# Variables of the dataset of a table, on (transition, temperature) unless stated otherwise.
VARIABLES = {
    "k": "rate coefficient, cm^3 s^-1",
    "log_std": "standard deviation of ln k; NaN where none is known",
    "origin": "computed, predicted, or detailed balance of either",
    "extrapolated": "beyond the computed levels, or resting on the edge of the energy grid",
    "energy_defect": "energy of the initial minus that of the final state, cm^-1 (transition)",
}


@dataclass(frozen=True)
class RateValue:
    """k at one or several temperatures, with its error and origin; it can be used as a number.

    Attributes
    ----------
    k, std : float or (n,)
        Rate coefficient and its standard deviation, cm^3 s^-1 (NaN where none is known).
    temperature : float or (n,)
        K.
    origin : str or (n,)
        ``computed``, ``predicted``, ``detailed balance (computed)`` or
        ``detailed balance (predicted)``: that of the nearest temperature of the table.
    extrapolated : bool or (n,)
        Whether an adjacent value in the table is predicted beyond the computed levels, or depends
        on cross sections beyond the computed energies.
    """

    k: Any
    std: Any
    temperature: Any
    origin: Any
    extrapolated: Any

    def __float__(self) -> float:
        return float(self.k)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray:
        return np.array(self.k, dtype=dtype)

    def __str__(self) -> str:
        rows = zip(*(np.atleast_1d(x) for x in (self.temperature, self.k, self.std, self.origin,
                                                self.extrapolated)), strict=True)  # fmt: skip
        return "\n".join(
            f"{T:g} K  {k:.3e} +- {std:.1e} cm^3/s  {origin}{', extrapolated' if far else ''}"
            for T, k, std, origin, far in rows
        )


class Rate:
    """k(T) of one transition, made by `RateTable`."""

    def __init__(self, table: RateTable, numbers: tuple[int, ...], row: int) -> None:
        self.table, self.numbers = table, numbers
        self.data = table.dataset.isel(transition=row)

    def __str__(self) -> str:
        return reaction.text(self.numbers, self.table.numbers)

    def __repr__(self) -> str:
        low, high = self.range
        return f"<Rate {self}, {low:g} to {high:g} K>"

    @property
    def energy_defect(self) -> float:
        """Energy of the initial minus that of the final state, cm^-1; positive: exothermic."""
        return float(self.data["energy_defect"])

    @cached_property
    def _known(self) -> NDArray:
        k = self.data["k"].values
        return np.flatnonzero(np.isfinite(k) & (k > 0))

    @cached_property
    def interpolant(self) -> LogInterpolant:
        """ln k between the temperatures of the table."""
        T, k = self.nodes
        defect = self.energy_defect
        return LogInterpolant(
            T,
            np.log(k),
            self.data["log_std"].values[self._known],
            defect if np.isfinite(defect) else 0.0,
        )

    @property
    def nodes(self) -> tuple[NDArray, NDArray]:
        """Temperatures of the table (K) and k there (cm^3 s^-1)."""
        return (
            self.data["temperature"].values[self._known],
            self.data["k"].values[self._known],
        )

    @property
    def range(self) -> tuple[float, float]:
        """Lowest and highest temperature at which k is known, K."""
        return tuple(self.nodes[0][[0, -1]].tolist())

    def __call__(self, temperature: ArrayLike) -> RateValue:
        """k at temperatures (K), a number or an array.

        Raises
        ------
        UserError
            If a temperature lies outside the table.
        """
        T = np.asarray(temperature, dtype=float)
        low, high = self.range
        outside = ~((low <= T) & (high >= T))
        if outside.any():
            raise UserError(
                f"{self}: {T[outside].ravel()[0]:g} K is outside the table, {low:g} to {high:g} "
                "K; ask within it"
            )
        k = np.exp(self.interpolant.value(T))
        std = k * self.interpolant.deviation(T)
        nodes = self.nodes[0]
        above = np.clip(np.searchsorted(nodes, T), 1, len(nodes) - 1)
        nearest = np.where(T - nodes[above - 1] < nodes[above] - T, above - 1, above)
        # At a temperature of the table only that value is relevant.
        exact = T == nodes[nearest]
        below, above = np.where(exact, nearest, above - 1), np.where(exact, nearest, above)
        far = self.data["extrapolated"].values[self._known].astype(bool)
        origin = self.data["origin"].values[self._known]
        return RateValue(
            *(np.asarray(x)[()] for x in (k, std, T, origin[nearest], far[below] | far[above]))
        )

    def plot(self, axes: Axes | None = None, **style: Any) -> Axes:
        """Draw k(T) with its one-sigma band on matplotlib axes, new ones by default.

        Raises
        ------
        UserError
            If matplotlib is not installed: it is an extra, ``plot``.
        """
        try:
            import matplotlib.pyplot as plt
        except ImportError:
            raise UserError("plot: matplotlib is not installed; pip install matplotlib") from None

        if axes is None:
            _, axes = plt.subplots()
            axes.set(xlabel="T / K", ylabel=r"$k$ / cm$^3$ s$^{-1}$", yscale="log")
        T = np.geomspace(*self.range, 200)
        at = self(T)
        (line,) = axes.plot(T, at.k, **({"label": str(self)} | style))
        spread = np.exp(self.interpolant.deviation(T))
        axes.fill_between(T, at.k / spread, at.k * spread, color=line.get_color(), alpha=0.2, lw=0)
        axes.plot(*self.nodes, "o", color=line.get_color(), markersize=3)
        axes.legend()
        return axes


class RateTable:
    """Rate coefficients of one pair of molecules.

    Parameters
    ----------
    dataset : xarray.Dataset
        `VARIABLES` on (transition, temperature), quantum numbers as coordinates of ``transition``.
    numbers : mapping
        Names of the quantum numbers of each species: ``{"N2": ("v",), "H2": ("w",)}``. The
        coordinate of a final state has the name of the initial one and a ``p``.
    source : str
        Where the table comes from, for messages.
    """

    def __init__(
        self, dataset: xr.Dataset, numbers: Mapping[str, Sequence[str]], source: str
    ) -> None:
        self.dataset, self.source = dataset, source
        self.numbers = {species: tuple(names) for species, names in numbers.items()}
        initial = [name for names in self.numbers.values() for name in names]
        self.names = (*initial, *(f"{name}p" for name in initial))
        columns = (dataset[name].values.tolist() for name in self.names)
        self._rows = {key: row for row, key in enumerate(zip(*columns, strict=True))}
        self._rate = lru_cache(maxsize=None)(self._make)

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self):
        return (self._rate(key) for key in self._rows)

    def __contains__(self, transition: object) -> bool:
        try:
            return isinstance(transition, str) and bool(self[transition])
        except UserError:
            return False

    def __repr__(self) -> str:
        T = self.temperatures
        return (
            f"<RateTable {' + '.join(self.numbers)}: {len(self)} transitions, "
            f"{T[0]:g} to {T[-1]:g} K, {self.source}>"
        )

    @property
    def pair(self) -> tuple[str, ...]:
        """The two species."""
        return tuple(self.numbers)

    @property
    def temperatures(self) -> NDArray:
        """Temperatures of the table, K."""
        return self.dataset["temperature"].values

    def __getitem__(self, transition: str) -> Rate:
        """The rate of ``"N2(7) + H2(0) -> N2(6) + H2(0)"``; UserError where there is none."""
        return self._rate(reaction.parse(transition, self.numbers))

    def __call__(self, transition: str, temperature: ArrayLike) -> RateValue:
        """k of a transition at temperatures (K).

        Raises
        ------
        UserError
            For a reaction that is not in the table, and a temperature outside it.
        """
        return self[transition](temperature)

    def rate(self, **numbers: int) -> Rate:
        """The rate of a transition by its quantum numbers.

        Initial numbers by name (``v=7, w=0``; 0 where not given), final ones by name (``vp=6``) or
        as changes (``dv=-1``; no change where neither is given).

        Raises
        ------
        UserError
            For unknown names and transitions that the table does not have.
        """
        initial = self.names[: len(self.names) // 2]
        known = {f"{prefix}{name}{suffix}" for name in initial
                 for prefix, suffix in (("", ""), ("", "p"), ("d", ""))}  # fmt: skip
        if unknown := sorted(set(numbers) - known):
            raise UserError(
                f"{self.source}: no quantum number {unknown[0]!r}; give {', '.join(initial)}, and "
                f"changes d{initial[0]} or final values {initial[0]}p"
            )
        start = [numbers.get(name, 0) for name in initial]
        end = [
            numbers.get(f"{name}p", value + numbers.get(f"d{name}", 0))
            for name, value in zip(initial, start, strict=True)
        ]
        return self._rate((*start, *end))

    def k(self, temperature: ArrayLike | None = None, **numbers: int) -> RateValue:
        """k of a transition by its quantum numbers, as k(v=7, w=0, dv=-1, dw=0, T=450).

        Parameters
        ----------
        temperature : float or array
            Temperatures in K, also by the name ``T``.
        **numbers : int
            Quantum numbers as in `rate`.

        Raises
        ------
        UserError
            Without temperatures, for temperatures outside the table, and as in `rate`.
        """
        temperature = numbers.pop("T", temperature)
        if temperature is None:
            raise UserError(f"{self.source}: k() needs temperatures; give T=... in kelvin")
        return self.rate(**numbers)(temperature)

    def _make(self, key: tuple[int, ...]) -> Rate:
        if key not in self._rows:
            raise UserError(
                f"{self.source}: has no {reaction.text(key, self.numbers)}; "
                f"transitions() lists the {len(self)} that it has"
            )
        return Rate(self, key, self._rows[key])

    def select(self, transitions: Sequence[str]) -> RateTable:
        """The table of these transitions alone, in this order."""
        rows = [self._rows[self[one].numbers] for one in transitions]
        return RateTable(self.dataset.isel(transition=rows), self.numbers, self.source)

    def transitions(self) -> pd.DataFrame:
        """Its transitions: quantum numbers, energy defect (cm^-1), range of T (K), the reaction."""
        import pandas as pd

        rows = [(*rate.numbers, rate.energy_defect, *rate.range, str(rate)) for rate in self]
        columns = [*self.names, "energy_defect_cm", "T_min_K", "T_max_K", "reaction"]
        return pd.DataFrame(rows, columns=columns)

    def to_pandas(self) -> pd.DataFrame:
        """The stored table in tidy form: one row per transition and temperature."""
        frame = self.dataset[["k", "log_std", "origin", "extrapolated", "energy_defect"]]
        table = frame.reset_coords(list(self.names)).to_dataframe().reset_index()
        table["std"] = table["k"] * table["log_std"]
        renamed = {"temperature": "T_K", "k": "k_cm3_s", "std": "std_cm3_s",
                   "energy_defect": "energy_defect_cm"}  # fmt: skip
        columns = [*self.names, "T_K", "k_cm3_s", "std_cm3_s", "origin", "extrapolated",
                   "energy_defect_cm"]  # fmt: skip
        return table.rename(columns=renamed)[columns].sort_values([*self.names, "T_K"],
                                                                  ignore_index=True)  # fmt: skip

    def plot(self, *transitions: str, axes: Axes | None = None) -> Axes:
        """Draw k(T) of the given transitions, or of all if none is given."""
        chosen = [self[one] for one in transitions] or list(self)
        for rate in chosen:
            axes = rate.plot(axes)
        assert axes is not None
        return axes
