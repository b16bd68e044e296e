"""Pages of docs/: prose by hand, and between markers the tables that the scripts here write."""

import re
import time
from collections.abc import Iterable
from contextlib import contextmanager
from pathlib import Path

DOCUMENT = Path(__file__).parents[1] / "docs" / "accuracy.md"


def table(head: Iterable[str], rows: Iterable[Iterable]) -> str:
    """A Markdown table; floats with three significant digits."""

    def line(cells) -> str:
        texts = (f"{cell:.3g}" if isinstance(cell, float) else str(cell) for cell in cells)
        return "| " + " | ".join(texts) + " |"

    head = list(head)
    return "\n".join([line(head), line(["---"] * len(head)), *(line(row) for row in rows)])


def write_section(name: str, text: str, page: Path = DOCUMENT) -> None:
    """Replace what stands between `<!-- name -->` and `<!-- end name -->`, and print it."""
    print(text, flush=True)
    begin, end = f"<!-- {name} -->", f"<!-- end {name} -->"
    document = page.read_text(encoding="utf-8")
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    if not pattern.search(document):
        raise SystemExit(f"error: {page} has no section {begin} ... {end}; add the two markers")
    body = f"{begin}\n{text}\n{end}"
    page.write_text(pattern.sub(lambda _: body, document), encoding="utf-8")


@contextmanager
def timed(lines: list[str]):
    """Append the wall time of the block to ``lines``."""
    start = time.monotonic()
    yield
    lines.append(f"\nTook {(time.monotonic() - start) / 60.0:.1f} minutes, two processes.")
