"""Data sets of rate coefficients that the package carries: `open_rates("n2h2")`."""

from importlib.resources import files
from pathlib import Path

from vibrates.core.errors import UserError


def directory() -> Path:
    """Where the package keeps its data sets."""
    return Path(str(files("vibrates") / "data" / "rates"))


def names() -> list[str]:
    """The data sets of the package."""
    return sorted(path.stem for path in directory().glob("*.nc"))


def path_of(name: str) -> Path:
    """The file of a data set; UserError with those that exist if there is none of that name."""
    if name not in names():
        raise UserError(
            f"{name}: neither a file, a results directory, nor a data set of the package "
            f"({', '.join(names()) or 'none'}); run the campaign to its end, or correct the name"
        )
    return directory() / f"{name}.nc"
