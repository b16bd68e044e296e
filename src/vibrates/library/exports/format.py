"""What a format is, and what writing one gives."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vibrates.library.exports.selection import Selection

DIRECTIONS = ("both", "exothermic", "as-consumer-expects")


@dataclass(frozen=True)
class Format:
    """A file format of another program.

    Attributes
    ----------
    name : str
        As the command line names it.
    suffix : str
        End of the file name; the first file of several.
    description : str
        One line: the consumer, and what it takes.
    write : callable
        Content of the files by path, from the `Selection` and the path of the output.
    both : bool
        Whether the consumer expects both directions; otherwise exothermic ones alone.
    only_exothermic : bool
        Whether the format cannot hold the other direction at all.
    """

    name: str
    suffix: str
    description: str
    write: Callable[[Selection, Path], dict[Path, str]]
    both: bool = True
    only_exothermic: bool = False


@dataclass(frozen=True)
class Written:
    """Files that were written, and a line for each reaction that was refused."""

    files: tuple[Path, ...]
    refused: tuple[str, ...]
