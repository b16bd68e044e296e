from vibrates.library import open_rates as open_rates

__version__: str
