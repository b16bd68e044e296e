"""Validation errors of pydantic as one line: key, value, limit and remedy."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

from vibrates.core.model_schema import json_schema


class Rule(ValueError):
    """A violated rule of a block: the key in the block ("" for the block itself), and a remedy."""

    def __init__(self, place: str, message: str) -> None:
        super().__init__(f"{place}: {message}" if place else message)
        self.place, self.message = place, message


def line(model: type[BaseModel], error: ValidationError, place: str = "") -> str:
    """The first error as one line, without the file.

    Unknown keys are reported first, since a misspelt key also appears as a missing one.

    Parameters
    ----------
    model
        The model that was validated.
    error
        The errors that pydantic found.
    place
        Dotted key of the block in its file.
    """
    found = list(error.errors(include_url=False))
    unknown = [one for one in found if one["type"] in ("extra_forbidden", "invalid_key")]
    found = unknown or [one for one in found if not _follows(one)]
    first = min(found, key=lambda one: [str(part) for part in one["loc"]])
    return _Mistake(json_schema(model), first, list(first["loc"]), place).line()


def shown(value: Any) -> str:
    """A value in YAML notation, on one line."""
    return repr(_lists(value))


def _lists(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_lists(item) for item in value]
    return {k: _lists(v) for k, v in value.items()} if isinstance(value, Mapping) else value


def _is_form(part: Any) -> bool:
    return isinstance(part, str) and part.startswith("<") and part.endswith(">")


def _follows(error: Any) -> bool:
    """Whether a list is reported as too short only because its entries are invalid."""
    return error["type"] == "too_short" and len(error["input"]) >= error["ctx"]["min_length"]


def dotted(parts: Sequence[Any], place: str = "") -> str:
    """A path of keys and positions in dotted notation, such as grid.states[2][0]."""
    text = place
    for part in parts:
        if _is_form(part):
            continue
        text += f"[{part}]" if isinstance(part, int) else (f".{part}" if text else str(part))
    return text


class _Mistake:
    """One of pydantic's errors, with the entries of the schema on its path."""

    def __init__(self, schema: dict, error: Any, parts: list[Any], place: str) -> None:
        self.schema, self.error, self.parts, self.place = schema, error, parts, place

    def line(self) -> str:
        kind, value, ctx = self.error["type"], self.error["input"], self.error.get("ctx", {})
        if isinstance(ctx.get("error"), Rule):
            rule = ctx["error"]
            where = ".".join(filter(None, [dotted(self.parts, self.place), rule.place]))
            return f"{where}: {rule.message}" if where else rule.message
        if kind in ("extra_forbidden", "invalid_key"):
            return self._unknown()
        if kind == "missing" and isinstance(self.parts[-1], str):
            return self._missing()
        if kind == "missing":
            self.parts.pop()
            ctx = {"min_length": self._entry().get("minItems", len(value) + 1)}
            kind = "too_short"
        entry = self._entry()
        meaning, unit = entry.get("description"), entry.get("unit")
        about = f" ({meaning} [{unit}])" if meaning else ""
        key = dotted(self.parts, self.place) or "the configuration"
        return f"{key}: {_message(kind, value, ctx, entry, about)}"

    def _unknown(self) -> str:
        name = self.parts.pop()
        if name == "[key]":
            name = self.parts.pop()
        properties = self._entry().get("properties", {})
        key = dotted(self.parts, self.place) or "the configuration"
        for new, entry in properties.items():
            if entry.get("formerly") == name:
                return f"{key}: key '{name}' is now called '{new}'; rename it"
        known = list(properties)
        close = get_close_matches(str(name), known, n=1)
        remedy = f"did you mean '{close[0]}'?" if close else "remove it"
        return f"{key}: unknown key '{name}' (known: {', '.join(known)}); {remedy}"

    def _missing(self) -> str:
        entry, name = self._entry(), self.parts.pop()
        key = dotted(self.parts, self.place) or "the configuration"
        return (
            f"{key}: key '{name}' is missing; add it: "
            f"{entry.get('description', 'see config/README.md')} [{entry.get('unit', '1')}]"
        )

    def _entry(self) -> dict[str, Any]:
        """The schema's entry of the key, its references filled in."""
        entry = _filled(self.schema, self.schema)
        for part in self.parts:
            if _is_form(part):
                forms = [_filled(form, self.schema) for form in entry.get("oneOf", [])]
                named = (f for f in forms if part[1:-1] in (f.get("title"), f.get("type")))
                found = next(named, {})
                # Meaning and unit of the field apply to all its forms.
                entry = {**{k: entry[k] for k in ("description", "unit") if k in entry}, **found}
            else:
                entry = _filled(_below(entry, part), self.schema)
        return entry


def _filled(entry: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in entry:
        return entry
    return {**schema["$defs"][entry["$ref"].rsplit("/", 1)[-1]], **entry}


def _below(entry: dict[str, Any], part: Any) -> dict[str, Any]:
    """The entry of one key, position or form (``<...>``) of an entry; empty if there is none."""
    if isinstance(part, int):
        listed = entry.get("prefixItems", [])
        return listed[part] if part < len(listed) else entry.get("items", {})
    return entry.get("properties", {}).get(part) or entry.get("additionalProperties") or {}


_LIMITS = {
    "greater_than_equal": ("ge", "is below the limit", "raise it"),
    "greater_than": ("gt", "is not above the limit", "raise it"),
    "less_than_equal": ("le", "is above the limit", "lower it"),
    "less_than": ("lt", "is not below the limit", "lower it"),
}
_TYPES = {
    "bool_type": "boolean",
    "dict_type": "object",
    "float_type": "number",
    "int_type": "integer",
    "model_type": "object",
    "string_type": "string",
    "tuple_type": "array",
}


def _message(kind: str, value: Any, ctx: Mapping, entry: Mapping, about: str) -> str:
    text = shown(value)
    if kind in _LIMITS:
        name, relation, remedy = _LIMITS[kind]
        return f"{text} {relation} {ctx[name]:g}{about}; {remedy}"
    if kind in _TYPES:
        wanted = _TYPES[kind]
        number = wanted in ("number", "integer") and isinstance(value, str)
        hint = " as in 1.0e-9, with a point" if number and "e" in value.lower() else ""
        return f"{text} is not of type {wanted}{about}; write it as {wanted}{hint}"
    match kind:
        case "literal_error":
            known = entry.get("enum") or [entry.get("const")]
            return f"{text} is none of {', '.join(map(str, known))}{about}; choose one"
        case "too_short":
            least = ctx["min_length"]
            return f"{text} has {len(value)} entries, at least {least} needed{about}; add"
        case "too_long":
            most = ctx["max_length"]
            return f"{text} has {len(value)} entries, at most {most} allowed{about}; remove some"
        case "union_tag_not_found" | "union_tag_invalid":
            forms = " or ".join(form.get("title") or form.get("type", "object")
                                for form in entry.get("oneOf", []))  # fmt: skip
            return f"{text} has none of the forms {forms}{about}; write one of them"
        case "string_too_short":
            return f"{text} is empty{about}; give a text"
        case "string_pattern_mismatch":
            return f"{text} does not fit the pattern {ctx['pattern']}{about}; correct it"
        case _:
            return f"{text} does not fit ({kind}){about}; correct it"
