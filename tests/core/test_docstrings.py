"""Public functions that refuse a user's mistake say so."""

import ast
from pathlib import Path

import pytest

import vibrates

PACKAGE = Path(vibrates.__file__).parent
CHECKED = ("campaign", "collisions", "core", "figures", "hpc", "molecules", "rates")


def functions(tree: ast.AST) -> list[ast.FunctionDef]:
    """Public functions and methods, not those inside others."""
    found = []
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
            found += functions(node) if isinstance(node, ast.ClassDef) else [node]
    return found


def raises_user_error(node: ast.FunctionDef) -> bool:
    return any(
        isinstance(inner, ast.Raise)
        and isinstance(inner.exc, ast.Call)
        and isinstance(inner.exc.func, ast.Name)
        and inner.exc.func.id == "UserError"
        for inner in ast.walk(node)
    )


@pytest.mark.parametrize("package", CHECKED)
def test_functions_that_raise_user_error_say_so(package):
    silent = [
        f"{path.relative_to(PACKAGE)}: {function.name}"
        for path in sorted((PACKAGE / package).rglob("*.py"))
        for function in functions(ast.parse(path.read_text(encoding="utf-8")))
        if raises_user_error(function) and "UserError" not in (ast.get_docstring(function) or "")
    ]
    assert silent == []
