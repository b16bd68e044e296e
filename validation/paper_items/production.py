"""One item: its table, its figure."""

import io
from pathlib import Path

import matplotlib as mpl
import pandas as pd

from paper_items.entries import Item
from vibrates.core.files import write_bytes, write_text
from vibrates.figures import style

OUTPUT = Path("results-validation") / "paper"
TABLES = Path("docs") / "paper"
PICTURES = Path("docs") / "figures" / "paper"
DPI, COLOURS = 100, 96  # of a picture: enough for a page, a small file


def kept(item: Item, root: Path) -> pd.DataFrame | None:
    """The table of an earlier run that the repository keeps; None if there is none."""
    path = root / TABLES / f"{item.name}.csv"
    return pd.read_csv(path) if path.is_file() else None


def as_kept(table: pd.DataFrame) -> pd.DataFrame:
    """The table as it is read from its file, so that new and kept numbers give the same page."""
    return pd.read_csv(io.StringIO(csv(table)))


def csv(table: pd.DataFrame) -> str:
    """The table as text."""
    return table.to_csv(index=False, float_format="%.6g")


def table(item: Item, root: Path) -> pd.DataFrame | None:
    """The numbers of an item: measured where products are there, else kept; None without both."""
    if item.maker is None:
        return None
    before = kept(item, root)
    found = item.maker.measure(root, before, **dict(item.settings))
    return before if found is None else as_kept(found)


def png(item: Item, numbers: pd.DataFrame) -> bytes | None:
    """The picture; None for a table, and where the numbers are too few."""
    maker = item.maker
    if maker is None or maker.draw is None:
        return None
    with mpl.rc_context(style.SETTINGS):
        figure = maker.draw(numbers, **dict(item.settings))
        if figure is None:
            return None
        drawn = io.BytesIO()
        figure.savefig(drawn, dpi=DPI)
    from PIL import Image

    small = io.BytesIO()
    image = Image.open(drawn).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    image.save(small, format="PNG", optimize=True)
    return small.getvalue()


def write(item: Item, root: Path) -> None:
    """CSV and PNG of an item; an empty file stands for one that there is not."""
    numbers = table(item, root)
    picture = None if numbers is None else png(item, numbers)
    directory = root / OUTPUT
    directory.mkdir(parents=True, exist_ok=True)
    write_text(directory / f"{item.name}.csv", "" if numbers is None else csv(numbers))
    write_bytes(directory / f"{item.name}.png", picture or b"")
    print(f"{item.name}: {'missing' if numbers is None else f'{len(numbers)} rows'}"
          f"{'' if picture is None else ', figure'}")  # fmt: skip
