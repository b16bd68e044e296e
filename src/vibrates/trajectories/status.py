"""Status of a finished trajectory, and its remedy."""

from enum import IntEnum


class Status(IntEnum):
    """Integer status stored with every trajectory; only those with OK enter cross sections."""

    OK = 0
    ENERGY_ERROR = 1
    NORM_ERROR = 2
    STEP_LIMIT = 3
    NOT_FINITE = 4

    @property
    def advice(self) -> str:
        """Meaning of the status, and what to change."""
        return _ADVICE[self]


_ADVICE = {
    Status.OK: "ended with the molecules apart, energy and norm conserved within the limits",
    Status.ENERGY_ERROR: "energy not conserved within dynamics.relative_energy_error_limit even "
    "with the smallest step; raise dynamics.repetitions or lower dynamics.time_step_fs",
    Status.NORM_ERROR: "norm not conserved within dynamics.norm_error_limit; the step is so long "
    "that rounding dominates: lower dynamics.time_step_fs",
    Status.STEP_LIMIT: "the molecules had not separated after dynamics.maximum_steps (a slow or "
    "trapped pair); raise dynamics.maximum_steps",
    Status.NOT_FINITE: "the state became infinite or not a number, usually deep inside the "
    "repulsive wall; lower dynamics.time_step_fs or the highest energy of the grid",
}
