"""Settings of the integration of trajectories."""

from collections.abc import Mapping
from dataclasses import dataclass

from vibrates.core.units import ANGSTROM_TO_BOHR, FS_TO_AU


@dataclass(frozen=True)
class Settings:
    """Settings of the integration of trajectories; atomic units."""

    time_step: float  # of the first attempt
    accuracy: float  # of P; infinite: a first attempt that succeeds is accepted
    interaction_range: float  # beyond it V is zero; infinite: V is not switched off
    switching_from: float  # fraction of the interaction range from which V is switched off
    relative_energy_error_limit: float  # of the initial classical energy
    norm_error_limit: float
    maximum_steps: int  # of the first attempt
    repetitions: int  # further attempts, each with a step smaller by `extrapolation.RATIO`

    @classmethod
    def from_config(cls, mapping: Mapping) -> "Settings":
        """From the ``dynamics`` entry of the configuration."""
        return cls(
            time_step=float(mapping["time_step_fs"]) * FS_TO_AU,
            accuracy=float(mapping["accuracy"]),
            interaction_range=float(mapping["interaction_range_angstrom"]) * ANGSTROM_TO_BOHR,
            switching_from=float(mapping["switching_from"]),
            relative_energy_error_limit=float(mapping["relative_energy_error_limit"]),
            norm_error_limit=float(mapping["norm_error_limit"]),
            maximum_steps=int(mapping["maximum_steps"]),
            repetitions=int(mapping["repetitions"]),
        )
