"""The packages of src/vibrates and what imports what: docs/architecture.md and its figure.

    python validation/packages.py

Imports are read from the sources, layers from the contract in pyproject.toml that `lint-imports`
checks.
"""

import ast
import tomllib
from pathlib import Path

import layered_graph
import matplotlib as mpl
from report import ROOT, run_study, table

from vibrates.core import code
from vibrates.figures import style

NEEDS = ("pyproject.toml",)
COMPUTES = False
REMEDY = "pyproject.toml belongs to the repository"
SECTIONS = ("architecture/packages", "architecture/size")
SOURCES = ROOT / "src" / "vibrates"
FIGURE = ROOT / "docs" / "figures" / "packages.png"


def measure() -> dict:
    """Layers, the highest first, and purpose, size and imports of every package."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = settings["tool"]["importlinter"]["contracts"]
    layers = [[name.strip() for name in layer.split("|")] for layer in contract["layers"]]
    return {"layers": layers, "packages": {n: package(n) for layer in layers for n in layer}}


def package(name: str) -> dict:
    """Purpose, number of modules and of lines, and imported packages of a package or module."""
    place = SOURCES / name
    files = sorted(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]
    texts = [file.read_text(encoding="utf-8") for file in files]
    imported = {
        target.split(".")[1]
        for file in files
        for target in code._imports(module(file))
        if target != "vibrates"
    }
    return {
        "purpose": ast.get_docstring(ast.parse(texts[0])).splitlines()[0],
        "modules": len(files),
        "lines": sum(text.count("\n") for text in texts),
        "imports": sorted(imported - {name}),
    }


def module(file: Path) -> str:
    """The dotted name of a source file."""
    parts = file.relative_to(SOURCES.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def figures(numbers: dict) -> None:
    """docs/figures/packages.png."""
    imports = {name: found["imports"] for name, found in numbers["packages"].items()}
    FIGURE.parent.mkdir(exist_ok=True)
    with mpl.rc_context(style.SETTINGS):
        layered_graph.draw(numbers["layers"], imports).savefig(FIGURE, dpi=150)


def sections(numbers: dict) -> dict[str, str]:
    """A table of the packages from the highest layer to the lowest, and their size together."""
    packages = numbers["packages"]
    rows = [
        [f"`{name}`", found["purpose"].replace("``", "`"), found["modules"], found["lines"],
         ", ".join(found["imports"]) or "-"]
        for name, found in packages.items()
    ]  # fmt: skip
    head = ("package", "purpose", "modules", "lines", "imports")
    modules, lines = (
        sum(found[key] for found in packages.values()) for key in ("modules", "lines")
    )
    return {
        "architecture/packages": table(head, rows),
        "architecture/size": f"{len(packages)} packages and single modules, {modules} modules, "
        f"{lines} lines",
    }


if __name__ == "__main__":
    run_study("packages")
