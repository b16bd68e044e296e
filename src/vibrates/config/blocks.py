"""The smaller blocks of a campaign: dynamics, sampling, rates, jobs, figures, reference."""

from typing import Annotated, Literal, Self

from annotated_types import Ge, Le, MinLen
from pydantic import model_validator

from vibrates.core.model import (
    Ascending,
    Integer,
    Model,
    Natural,
    Rule,
    Unique,
    key,
    optional,
)

Change = tuple[Integer, Integer]
Transition = tuple[Natural, Natural, Natural, Natural]
State = tuple[Natural, Natural]
# Practical and physical bounds: what is beyond them is a mistake, mostly of the unit.
Temperature = Annotated[float, Ge(10), Le(100000)]
Energy = Annotated[float, Ge(10), Le(1e6)]
Temperatures = Annotated[tuple[Temperature, ...], MinLen(1), Ascending()]


class Dynamics(Model):
    """Integrator and the limits a trajectory has to keep."""

    time_step_fs: float = key(
        "Time step of a trajectory's first run; the second one has two thirds of it",
        "fs",
        ge=0.01,
        le=10,
    )
    accuracy: float = key(
        "Relative accuracy of the probabilities of the target transitions; every trajectory is "
        "repeated with a smaller step until it is met",
        "1",
        ge=1e-6,
        le=1,
    )
    interaction_range_angstrom: float = key(
        "Distance at which the interaction has been switched off; between the start and there "
        "molecules fly freely",
        "angstrom",
        ge=2,
        le=200,
    )
    switching_from: float = key(
        "Fraction of the interaction range from which it is switched off smoothly",
        "1",
        formerly="fade_from",
        ge=0.1,
        lt=1,
    )
    relative_energy_error_limit: float = key(
        "Largest drift of the total energy relative to the initial classical energy",
        "1",
        ge=1e-9,
        le=0.1,
    )
    norm_error_limit: float = key("Largest deviation of the norm from one", "1", ge=1e-11, le=1e-3)
    maximum_steps: Integer = key(
        "Largest number of steps of the first run", "1", ge=1000, le=1000000000
    )
    repetitions: Integer = key(
        "Largest number of runs of a trajectory after its first, each with two thirds of the last "
        "step",
        "1",
        ge=1,
        le=20,
    )


class Sampling(Model):
    """How many trajectories, and where."""

    replicates: Integer = key(
        "Independent scrambled Sobol sequences per (v, w, U, shell); their spread gives the "
        "standard errors",
        "1",
        ge=2,
        le=1024,
    )
    importance_fraction: float = key(
        "Share of the trajectories drawn with nearly all energy in the translation, weighted "
        "accordingly; 0 draws all from the microcanonical measure",
        "1",
        formerly="head_on_share",
        ge=0,
        lt=1,
    )
    pilot: Integer = key(
        "Trajectories per (v, w, U, shell) in round 0, a multiple of `replicates`",
        "1",
        ge=2,
        le=1000000,
    )
    rounds: Integer = key("Rounds of allocated trajectories after the pilot", "1", ge=0, le=10)
    budget: Integer = key(
        "Largest number of trajectories of the whole campaign", "1", ge=1, le=10**11
    )
    target_relative_error: float = key(
        "Relative standard error of k to be reached", "1", ge=1e-4, le=1
    )
    target_temperatures_K: Temperatures = key("Temperatures at which it is to be reached", "K")
    target_transitions: Annotated[tuple[Change, ...], MinLen(1), Unique()] = key(
        "Transitions for which it is to be reached, as changes (v' - v, w' - w)", "1"
    )

    @model_validator(mode="after")
    def _whole_replicates(self) -> Self:
        if self.pilot % self.replicates:
            raise Rule(
                "pilot",
                f"{self.pilot} is no multiple of sampling.replicates, {self.replicates}; use "
                f"{self.replicates * (self.pilot // self.replicates + 1)}",
            )
        return self


class KeptTransitions(Model):
    """Final levels kept, as largest changes."""

    max_dv: Integer = key("Largest change of v, up or down", "1", ge=0, le=100)
    max_dw: Integer = key("Largest change of w, up or down", "1", ge=0, le=100)


class KnownSurface(Model):
    """A fitted surface with the covariance of its values."""

    file: str = key("Product of the fit (docs/surface.md)", "path", min_length=1)
    digest: str = key("Its digest (report of the fit)", "text", pattern="^[0-9a-f]{64}$")


class SurfaceDraws(Model):
    """What the error of the fitted surface does to rates: trajectories on drawn surfaces."""

    covariance: KnownSurface = key("Surface of the campaign with its covariance", "see the keys")
    count: Integer = key("Number of drawn surfaces", "1", ge=2, le=1000)
    seed: Natural = key("Seed of the draws", "1")
    trajectories: Integer = key(
        "Trajectories per surface and (v, w, U, shell), the first ones of the pilot; a multiple of "
        "`sampling.replicates`",
        "1",
        ge=2,
    )
    every: Integer = key(
        "Every which energy of the grid is used, from the lowest", "1", ge=1, le=1000
    )
    given_states: Annotated[tuple[State, ...], MinLen(1), Unique()] | None = optional(
        "Initial states (v, w) that are computed; others follow from these. All if missing",
        "1",
        alias="states",
    )
    others: dict[str, KnownSurface] | None = optional(
        "Other surfaces by name, whose effect on the rates is computed as well", "see the keys"
    )


class Rates(Model):
    """Rate coefficients."""

    temperatures_K: Temperatures = key("Temperatures of the rate coefficients", "K")
    symmetrisation: Literal["translational", "total", "initial"] = key(
        "How initial and final velocities are symmetrised", "text"
    )
    transitions: KeptTransitions = key("Final levels kept, as largest changes", "1")
    edge_population_limit: float = key(
        "Largest mean population of the outermost levels of a basis, in the collisions that make "
        "up k of the target transitions, before the campaign stops",
        "1",
        ge=1e-6,
        le=1,
    )
    bootstrap: Integer = key("Bootstrap samples of the standard errors", "1", ge=10, le=100000)
    surface_draws: SurfaceDraws | None = optional(
        "Part of the errors that comes from the fitted surface", "see the keys"
    )


class Jobs(Model):
    """Size of one job."""

    trajectories_per_batch: Integer = key(
        "Largest number of trajectories in one batch", "1", ge=1, le=10**7
    )
    ranks: Integer = key(
        "Largest number of MPI ranks of one batch; under SLURM at least 2", "1", ge=1, le=10000
    )
    minutes: Integer = key(
        "Time a batch should take: it gets as many ranks as that needs", "min", ge=1, le=10080
    )
    memory_mb: Integer = key(
        "Least memory asked for the first attempt of a batch; more where its size needs it",
        "MB",
        ge=100,
        le=10**7,
    )


class Figures(Model):
    """What the figures show."""

    transitions: tuple[Transition, ...] = key(
        "Transitions (v, w, v', w') in the figure of cross sections and opacity functions",
        "1",
        min_length=1,
        max_length=5,
    )
    opacity_energies_cm: tuple[Energy, ...] = key(
        "Energies U of the opacity functions; the nearest of the grid is shown",
        "cm^-1",
        min_length=1,
        max_length=3,
    )
    temperature_transition: Transition = key("Transition (v, w, v', w') in the figure k(T)", "1")


class Modules(Model):
    """Side calculations whose rules join the campaign's."""

    potential: str | None = optional(
        "Ab initio points of two diatoms and the fit to them, rules potential_*", "path"
    )
    quantum: str | None = optional(
        "Quantum scattering of a diatom and an atom or a second diatom, rules quantum_*", "path"
    )
    quantum_surface: str | None = optional(
        "Ab initio points of a diatom and an atom and the fit to them, rules quantum_surface_*",
        "path",
    )
    longrange: str | None = optional("Networks for a long-range surface, rules longrange_*", "path")


class PublishedRates(Model):
    """Files of published rates of three transitions."""

    dv1: str | None = optional("Published rates of v' = v - 1", "path")
    dv2: str | None = optional("Published rates of v' = v - 2", "path")
    dv3: str | None = optional("Published rates of v' = v - 3", "path")


class Reference(Model):
    """Published data to compare with."""

    published_rates: PublishedRates = key(
        "CSV files (columns v, T_K, k_cm3_s) of published rates of (v, 0) -> (v - 1, 0), "
        "(v - 2, 0), (v - 3, 0)",
        "path",
    )
    state_to_state: dict[str, Annotated[str, key("A file of rates", "path")]] = key(
        "Rates of any molecule for the kernel search: tidy CSV (v, j, vp, jp, T_K, k_cm3_s) or "
        "LAMDA/RADEX files by name",
        "path",
    )
    hours: dict[str, Annotated[str, key("A file of core-hours", "path")]] | None = optional(
        "Core-hours that rates of `state_to_state` took, by the same names: CSV (j or v, "
        "core_hours; a row may name all levels that one calculation serves, 0 0 1); for what a "
        "search saves",
        "path",
    )

    def files(self) -> dict[str, str]:
        """Every file named, by its key below ``reference``."""
        return {
            f"{block}.{name}": path
            for block, files in self.to_mapping().items()
            for name, path in (files or {}).items()
            if path is not None
        }
