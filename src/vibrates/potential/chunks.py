"""Functions of many geometries, some at a time, so that their intermediate arrays stay small."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray


def in_chunks(
    function: Callable[..., NDArray], arguments: Sequence[ArrayLike], at_once: int
) -> NDArray:
    """Values of a function of flat arrays.

    Parameters
    ----------
    function
        Takes arrays (n,), one for each argument, and returns (n,).
    arguments
        Numbers or arrays that broadcast to one shape.
    at_once
        Largest n.

    Returns
    -------
    NDArray
        The values, in the shape of the arguments.
    """
    arrays = np.broadcast_arrays(*arguments)
    flat = [np.ascontiguousarray(x, dtype=float).ravel() for x in arrays]
    if not flat[0].size:
        return np.empty(arrays[0].shape)
    parts = [
        function(*(x[first : first + at_once] for x in flat))
        for first in range(0, flat[0].size, at_once)
    ]
    return np.concatenate(parts).reshape(arrays[0].shape)
