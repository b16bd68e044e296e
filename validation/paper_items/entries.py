"""The list of all figures and tables: config/paper/items.yaml."""

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paper_items import ROOT, Maker
from vibrates.core.errors import UserError
from vibrates.core.yaml_files import read_yaml

LIST = ROOT / "config" / "paper" / "items.yaml"
KEYS = {"paper", "kind", "number", "title", "shows"}
OPTIONAL = {"make", "settings", "source", "needs", "why", "missing", "without", "picture"}
KINDS = ("figure", "table")


@dataclass(frozen=True)
class Item:
    """One figure or table of a paper; keys as in config/paper/items.yaml."""

    paper: str
    kind: str
    number: str
    title: str
    shows: str
    make: str = ""
    settings: tuple[tuple[str, Any], ...] = ()
    source: str = ""
    needs: tuple[str, ...] = ()
    why: str = ""
    missing: str = ""
    without: str = ""
    picture: str = ""

    @property
    def name(self) -> str:
        """Of the target and of the files, "hong2023_figure_S4"."""
        return f"{self.paper}_{self.kind}_{self.number}"

    @property
    def heading(self) -> str:
        """As in the paper: "Figure S4"."""
        return f"{self.kind.capitalize()} {self.number}"

    @property
    def maker(self) -> Maker | None:
        """The functions named by `make`, "module.name"; None for an item that cannot be made."""
        if not self.make:
            return None
        module, _, name = self.make.partition(".")
        return getattr(importlib.import_module(f"paper_items.{module}"), name)


@dataclass(frozen=True)
class Source:
    """Where numbers come from: a target of make, its campaigns, or hours that were measured."""

    command: str
    results: tuple[str, ...] = ()
    campaigns: tuple[str, ...] = ()
    core_hours: float | None = None
    basis: str = ""


@dataclass(frozen=True)
class Catalogue:
    """All papers (name -> reference), sources and items."""

    papers: dict[str, str]
    sources: dict[str, Source]
    items: list[Item]

    def item(self, name: str) -> Item:
        """The item of this name; UserError if there is none."""
        for item in self.items:
            if item.name == name:
                return item
        raise UserError(
            f"{name}: no figure or table of this name; choose of "
            f"{', '.join(item.name for item in self.items)}"
        )


def read(path: Path = LIST, makers: bool = True) -> Catalogue:
    """The list; UserError names the entry and the key of what is wrong.

    Parameters
    ----------
    path
        The list.
    makers
        Whether all makers are looked up, which imports their modules; the workflow has done so
        before it starts an item.
    """
    content = read_yaml(path)
    if unknown := set(content) - {"papers", "sources", "items"}:
        raise UserError(f"{path}: key '{min(unknown)}' is unknown; give papers, sources, items")
    sources = {}
    for name, entry in content.get("sources", {}).items():
        entry = {k: tuple(v) if isinstance(v, list) else v for k, v in entry.items()}
        if unknown := set(entry) - set(Source.__dataclass_fields__):
            raise UserError(f"{path}: sources.{name}: key '{min(unknown)}' is unknown")
        sources[name] = Source(**entry)
    items: list[Item] = []
    for number, entry in enumerate(content.get("items", []), start=1):
        item = _item(path, number, entry, makers)
        if item.paper not in content["papers"]:
            raise UserError(
                f"{path}: item {number}: paper '{item.paper}' is not under papers; add it there"
            )
        if item.source and item.source not in sources:
            raise UserError(
                f"{path}: {item.name}: source '{item.source}' is not under sources; add it there"
            )
        if item.name in {other.name for other in items}:
            raise UserError(f"{path}: {item.name} stands twice; remove one entry")
        items.append(item)
    return Catalogue(content["papers"], sources, items)


def _item(path: Path, number: int, entry: dict[str, Any], makers: bool) -> Item:
    where = f"{path}: item {number}"
    if missing := KEYS - set(entry):
        raise UserError(f"{where}: key '{min(missing)}' is missing; give {', '.join(sorted(KEYS))}")
    if unknown := set(entry) - KEYS - OPTIONAL:
        raise UserError(
            f"{where}: key '{min(unknown)}' is unknown; choose of {', '.join(sorted(OPTIONAL))}"
        )
    if entry["kind"] not in KINDS:
        raise UserError(f"{where}: kind '{entry['kind']}'; choose of {', '.join(KINDS)}")
    if not entry.get("make") and not entry.get("missing"):
        raise UserError(f"{where}: neither 'make' nor 'missing'; say how it is made, or why not")
    values = dict(entry)
    values["number"] = str(values["number"])
    values["settings"] = tuple(values.get("settings", {}).items())
    values["needs"] = tuple(values.get("needs", ()))
    item = Item(**values)
    if not makers:
        return item
    try:
        made = item.maker
    except (ImportError, AttributeError):
        made = None
    if item.make and not isinstance(made, Maker):
        raise UserError(
            f"{where}: make '{item.make}' is no maker; name one as module.maker of "
            "validation/paper_items"
        )
    return item
