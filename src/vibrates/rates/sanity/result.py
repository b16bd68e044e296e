"""Outcome of one check, and the limits of the checks."""

import numpy as np

LIMITS = {
    "cross_sections": 1e-10,
    "detailed_balance": 1e-10,
    "outer_shell_share": 0.02,
    "edge_fraction": 0.05,
    "failed_share": 0.01,
    "reversibility_deviation": 0.5,
    "crossover_deviation": 0.1,
}


def result(name: str, good, value, limit, message: str, otherwise: str = "warning") -> dict:
    """A check as a mapping ready for JSON.

    Parameters
    ----------
    name, message
        What is checked, as a key and as a sentence.
    good
        Whether it passed.
    value, limit
        What was found and what is allowed, in the unit that ``message`` names.
    otherwise
        Status of a check that did not pass.
    """
    value = None if value is None or not np.isfinite(value) else float(value)
    status = "passed" if good else otherwise
    return {"name": name, "status": status, "value": value, "limit": limit, "message": message}
