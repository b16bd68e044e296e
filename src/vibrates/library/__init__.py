"""Rate coefficients for those who use them: open a table, evaluate it, plot it, export it."""

from vibrates.library.opening import open_rates
from vibrates.library.table import Rate, RateTable, RateValue

__all__ = ["Rate", "RateTable", "RateValue", "open_rates"]
