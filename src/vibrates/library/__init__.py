"""Use of rate coefficients in other programs: open, evaluate, plot and export a table."""

from vibrates.library.opening import open_rates
from vibrates.library.table import Rate, RateTable, RateValue

__all__ = ["Rate", "RateTable", "RateValue", "open_rates"]
