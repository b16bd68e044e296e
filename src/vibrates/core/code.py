"""Identification of the code behind a result: the commit, and a fingerprint of the sources.

A fingerprint covers the syntax of the module that computes and of every module of this package that
it imports names from, directly or indirectly. Comments, docstrings, layout and the `CARRIERS` are
not part of it. A name that a package only re-exports is attributed to the module that defines it,
so that a change elsewhere in the package does not change the fingerprint.
"""

import ast
import hashlib
import subprocess
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
# Modules that transfer results or check input but compute nothing: changing them does not change
# results.
CARRIERS = {
    f"vibrates.{name}"
    for name in (
        "abinitio.models", "abinitio.monomers", "abinitio.points",
        "core.checkpoint", "core.code", "core.dispatch",
        "core.errors", "core.files", "core.fingerprint", "core.model", "core.model_errors",
        "core.model_schema", "core.mpi", "core.netcdf", "core.scripts", "core.tables", "core.tasks",
        "core.yaml_files", "config", "config.blocks", "config.campaign", "config.constraints",
        "config.learning", "config.surface_block", "longrange.models", "molecules.settings",
        "potential.settings", "scattering.models", "scattering.pair_models",
        "trajectories.batch_file", "trajectories.cache",
    )
}  # fmt: skip


@cache
def commit() -> str:
    """The commit of this checkout, with ``+changes`` if it is modified; otherwise ``release``."""
    git = ["git", "-C", str(PACKAGE)]
    try:
        if subprocess.run(
            [*git, "ls-files", "--error-unmatch", __file__], capture_output=True
        ).returncode:
            return "release"  # Installed: the directory may be inside another checkout.
        found = subprocess.run(
            [*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=True
        )
        state = subprocess.run(
            [*git, "status", "--porcelain", "--untracked-files=no", "."],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        return "release"
    return found.stdout.strip() + ("+changes" if state.stdout.strip() else "")


@cache
def code_fingerprint(*modules: str) -> str:
    """sha256 (hexadecimal) of the sources of ``modules`` and of all they import of this package."""
    state = hashlib.sha256()
    for name in sorted(sources(*modules)):
        state.update(f"{name}\n{_normalised(_file(name))}\n".encode())
    return state.hexdigest()


@cache
def sources(*modules: str) -> frozenset[str]:
    """The modules of this package that results of ``modules`` depend on, ``modules`` included.

    The `CARRIERS`, and modules that are imported only by them, are left out.
    """
    found: set[str] = set()
    ahead = list(modules)
    while ahead:
        name = ahead.pop()
        if name in found or name in CARRIERS - set(modules):
            continue
        if _file(name) is None:
            raise ValueError(f"{name} is no module of this package")
        found.add(name)
        ahead += _imports(name)
    return frozenset(found)


def _file(name: str) -> Path | None:
    """The source of a module of this package, or None if there is none."""
    top, *rest = name.split(".")
    if top != PACKAGE.name:
        return None
    place = PACKAGE.joinpath(*rest)
    for path in (place / "__init__.py", place.with_name(f"{place.name}.py") if rest else place):
        if path.is_file():
            return path
    return None


@cache
def _imports(name: str) -> tuple[str, ...]:
    found = []
    for node in ast.walk(_tree(_file(name))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            if node.level or node.module is None:
                raise ValueError(f"{name}: a relative import; name the module in full")
            found += [_origin(node.module, alias.name) for alias in node.names]
    return tuple(sorted({one for one in found if _file(one) is not None}))


def _origin(module: str, name: str) -> str:
    """The module that defines the name of ``from module import name``.

    It is ``module`` itself, a submodule of it, or a module whose name it re-exports.
    """
    if _file(f"{module}.{name}") is not None:
        return f"{module}.{name}"
    place = _file(module)
    if place is not None and place.name == "__init__.py":
        for node in _tree(place).body:
            if isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    if name == (alias.asname or alias.name):
                        return _origin(node.module, alias.name)
    return module


@cache
def _tree(path: Path) -> ast.Module:
    """The syntax of a source file without its docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and ast.get_docstring(node, clean=False) is not None
        ):
            node.body = node.body[1:] or [ast.Pass()]
    return tree


@cache
def _normalised(path: Path) -> str:
    return ast.unparse(_tree(path))
