"""Figures and tables of the papers: docs/paper.md, docs/paper/, docs/figures/paper/.

make paper                              all of them, the page and the HTML report
python validation/paper.py item NAME    one of them, into results-validation/paper/
python validation/paper.py page         the page and the report from these
python validation/paper.py hours        core hours of `make paper FROM=trajectories`
python validation/paper.py commands     what that runs, one command a line

The list is config/paper/items.yaml, how items are made validation/paper_items/. Published rates are
drawn and compared where the environment variable PUBLISHED names the directory of their tables.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from paper_items import ROOT, entries

from vibrates.core.errors import UserError

TASKS = ("item", "page", "hours", "commands", "list")


def main(arguments: list[str] | None = None) -> None:
    """The command line; messages of errors are one line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("task", choices=TASKS)
    parser.add_argument("names", nargs="*", metavar="NAME", help="items; none: all")
    options = parser.parse_args(arguments)
    try:
        catalogue = entries.read(makers=options.task == "page")
        items = [catalogue.item(name) for name in options.names] or catalogue.items
        # Modules of a task are imported when it is asked for: an item takes seconds less.
        if options.task == "item":
            from paper_items import production

            for item in items:
                production.write(item, ROOT)
        elif options.task == "page":
            from paper_items import page

            page.write(catalogue, ROOT)
        elif options.task == "hours":
            from paper_items import effort

            print(effort.text(catalogue, ROOT))
        elif options.task == "commands":
            print("\n".join(source.command for source in catalogue.sources.values()))
        else:
            print("\n".join(item.name for item in items))
    except UserError as error:
        raise SystemExit(f"error: {error}") from None


if __name__ == "__main__":
    main()
