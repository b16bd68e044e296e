"""Reading and writing of configuration files.

A configuration is a plain mapping with exactly the keys of its schema. A file may name another one
under ``extends``; each of its own top-level blocks replaces that block of the other file entirely,
except for `MERGED`.
"""

from pathlib import Path
from typing import Any

import yaml

from vibrates.core.errors import UserError
from vibrates.core.files import write_text

# Blocks that complete those of the extended file: entries by name, and in them key by key.
MERGED = ("molecules",)


# With libyaml, where it is there, files are read ten times as fast.
class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """A YAML loader that refuses a key given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                line = node.start_mark.line + 1
                raise UserError(
                    f"{node.start_mark.name}: key '{key}' appears twice in the block "
                    f"at line {line}; keep one of them"
                )
        return super().construct_mapping(node, deep)


def read_yaml(path: str | Path) -> dict[str, Any]:
    """The mapping in a YAML file; UserError if the file is missing, malformed, or no mapping."""
    path = Path(path)
    try:
        with path.open(encoding="utf-8") as stream:
            content = yaml.load(stream, Loader=_Loader)
        recursive = _contains_itself(content)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        raise UserError(f"{path}: cannot be read ({reason}); name an existing file") from None
    except (ValueError, RecursionError) as error:
        # A date of the 45th of the month, a number of thousands of digits, endless nesting.
        reason = str(error).splitlines()[0] if isinstance(error, ValueError) else "nested too deep"
        raise UserError(f"{path}: no valid YAML ({reason}); correct it") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        # The end of the file is a line of its own for the parser.
        last = path.read_text(encoding="utf-8", errors="replace").count("\n")
        place = f"line {min(mark.line, last) + 1}: " if mark else ""
        problem = getattr(error, "problem", None) or "malformed"
        raise UserError(f"{path}: {place}no valid YAML ({problem}); correct the line") from None
    if recursive:
        raise UserError(f"{path}: a block contains itself (an alias '*'); write it out")
    if not isinstance(content, dict):
        raise UserError(f"{path}: holds no mapping of keys to values; see config/README.md")
    return content


def _contains_itself(value: Any, above: tuple[int, ...] = ()) -> bool:
    """Whether an alias names a block that it stands in."""
    if not isinstance(value, dict | list):
        return False
    if id(value) in above:
        return True
    inner = value.values() if isinstance(value, dict) else value
    return any(_contains_itself(one, (*above, id(value))) for one in inner)


def read_layers(path: str | Path, seen: tuple[Path, ...] = ()) -> dict[str, Any]:
    """The mapping in `path`, completed by the top-level blocks of the file it extends.

    Of the blocks in `MERGED` also the entries and their keys are completed.

    Parameters
    ----------
    path
        A YAML file.
    seen
        The files that extend one another down to this one.

    Raises
    ------
    UserError
        If a file is missing or is no YAML mapping, or `extends` names no file or is circular.
    """
    path = Path(path)
    if path.resolve() in seen:
        raise UserError(f"{path}: 'extends' leads back to the file itself; remove one of the links")
    own = read_yaml(path)
    parent = own.pop("extends", None)
    if parent is None:
        return own
    if not isinstance(parent, str):
        raise UserError(f"{path}: extends: {parent!r} is no file name; name one YAML file")
    base = read_layers(path.parent / parent, (*seen, path.resolve()))
    return base | own | {name: _completed(base[name], own[name]) for name in MERGED
                         if name in base and name in own}  # fmt: skip


def _completed(base: Any, own: Any) -> Any:
    """The entries of ``base``, each updated by the keys of the one of that name in ``own``."""
    if not (isinstance(base, dict) and isinstance(own, dict)):
        return own
    both = {
        name: base[name] | own[name]
        for name in base.keys() & own.keys()
        if isinstance(base[name], dict) and isinstance(own[name], dict)
    }
    return base | own | both


def merge(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """`base` updated by `changes`, mapping by mapping (for values from a command line)."""
    merged = dict(base)
    for key, value in changes.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = merge(merged[key], value) if both else value
    return merged


def write(config: dict[str, Any], path: str | Path) -> None:
    """Write a configuration as YAML, atomically."""
    write_text(path, yaml.safe_dump(config, sort_keys=False))
