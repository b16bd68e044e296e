"""What printing does to rate coefficients: an error of known size, for tables of few digits."""

import numpy as np

EXACT_DIGITS = 7  # from so many digits on, printing is no matter


def significant_digits(k: np.ndarray) -> int:
    """The largest number of significant digits among the values `k`: those of the table."""
    texts = (np.format_float_scientific(value).split("e")[0] for value in np.ravel(k))
    return max(len(text.replace(".", "").strip("0")) for text in texts)


def rounding_std(log10_k: np.ndarray, digits: int) -> np.ndarray:
    """Standard deviation, dex, that rounding k to `digits` significant ones gives each log10 k.

    The error of k is uniform over one unit of the last digit, whose standard deviation is the unit
    over the root of 12.
    """
    if digits >= EXACT_DIGITS:
        return np.zeros_like(log10_k)
    mantissa = 10.0 ** (log10_k - np.floor(log10_k))
    return 10.0 ** (1 - digits) / np.sqrt(12.0) / mantissa / np.log(10.0)
