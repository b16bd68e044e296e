"""Docstrings of public functions: exceptions for invalid input, and arguments."""

import ast
import re
from pathlib import Path

import pytest

import vibrates

PACKAGE = Path(vibrates.__file__).parent
CHECKED = (
    "campaign",
    "collisions",
    "config",
    "core",
    "figures",
    "hpc",
    "library",
    "molecules",
    "potential",
    "rates",
    "trajectories",
)
# A section, or a reference to the function that has it.
DESCRIBED = re.compile(r"^Parameters\n---|Arguments as in\s`", re.MULTILINE)


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


def arguments(node: ast.FunctionDef) -> list[str]:
    """Names of the arguments, without those that the caller does not give."""
    every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    rest = [one for one in (node.args.vararg, node.args.kwarg) if one]
    return [one.arg for one in [*every, *rest] if one.arg not in ("self", "cls", "typingctx")]


@pytest.mark.parametrize("package", CHECKED)
def test_functions_with_three_arguments_describe_them(package):
    """In a section Parameters with the names of all arguments, or by reference to one."""
    silent, wrong = [], []
    for path in sorted((PACKAGE / package).rglob("*.py")):
        for function in functions(ast.parse(path.read_text(encoding="utf-8"))):
            text, where = ast.get_docstring(function) or "", f"{path.stem}: {function.name}"
            if len(arguments(function)) >= 3 and not DESCRIBED.search(text):
                silent.append(where)
            wrong += [f"{where}: {name}" for name in described(text) - set(arguments(function))]
            if described(text) and set(arguments(function)) - described(text):
                wrong.append(f"{where}: incomplete")
    assert (silent, wrong) == ([], [])


def described(text: str) -> set[str]:
    """Names in the section Parameters of a docstring."""
    _, _, section = text.partition("Parameters\n----------\n")
    section = re.split(r"\n\n?\w+\n---+", section)[0]
    heads = [line.split(" : ")[0] for line in section.splitlines() if line[:1].strip()]
    return {name.strip().lstrip("*") for head in heads for name in head.split(",")}
