"""Validation of a configuration against the closed schema, with one line per mistake."""

import math
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from vibrates.core.errors import UserError


def validate(config: dict[str, Any], schema: dict[str, Any], source: str) -> None:
    """Raise UserError naming file, key, value, limit and remedy of the first mistake."""
    for key, value in _numbers(config, ""):
        if not math.isfinite(value):
            raise UserError(f"{source}: {key}: {value} is no finite number; give a finite one")
    errors = list(Draft202012Validator(schema).iter_errors(config))
    if errors:
        # Unknown keys first: a misspelt key also makes the right one missing.
        unknown = [e for e in errors if e.validator == "additionalProperties"]
        raise UserError(f"{source}: {_line(_deepest(min(unknown or errors, key=_position)))}")


def _numbers(value: Any, path: str) -> Iterator[tuple[str, float]]:
    """Every floating-point number of a nested configuration, with its dotted key."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _numbers(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _numbers(item, f"{path}[{position}]")
    elif isinstance(value, float):
        yield path, value


def _position(error: ValidationError) -> list[str]:
    return [str(part) for part in error.absolute_path]


def _deepest(error: ValidationError) -> ValidationError:
    """Inside a choice of forms (oneOf), the mistake in the form that was meant."""
    while error.context:
        fitting = [e for e in error.context if e.validator != "type" or len(e.relative_path)]
        if not fitting:
            break
        error = best_match(fitting) or error
    return error


def _dotted(error: ValidationError) -> str:
    text = ""
    for part in error.absolute_path:
        text += f"[{part}]" if isinstance(part, int) else (f".{part}" if text else str(part))
    return text or "the configuration"


def _line(error: ValidationError) -> str:
    key, value, limit = _dotted(error), error.instance, error.validator_value
    meaning = error.schema.get("description") if isinstance(error.schema, dict) else None
    unit = error.schema.get("unit") if isinstance(error.schema, dict) else None
    about = f" ({meaning} [{unit}])" if meaning else ""
    match error.validator:
        case "additionalProperties":
            known = list(error.schema.get("properties", {}))
            name = next(k for k in value if k not in known)
            close = get_close_matches(str(name), known, n=1)
            remedy = f"did you mean '{close[0]}'?" if close else "remove it"
            return f"{key}: unknown key '{name}' (known: {', '.join(known)}); {remedy}"
        case "required":
            name = next(k for k in limit if k not in value)
            entry = error.schema["properties"].get(name, {})
            return (
                f"{key}: key '{name}' is missing; add it: "
                f"{entry.get('description', 'see config/schema.yaml')} "
                f"[{entry.get('unit', '1')}]"
            )
        case "minimum":
            return f"{key}: {value} is below the limit {limit}{about}; raise it"
        case "exclusiveMinimum":
            return f"{key}: {value} is not above the limit {limit}{about}; raise it"
        case "maximum":
            return f"{key}: {value} is above the limit {limit}{about}; lower it"
        case "exclusiveMaximum":
            return f"{key}: {value} is not below the limit {limit}{about}; lower it"
        case "enum":
            return f"{key}: {value!r} is none of {', '.join(map(str, limit))}{about}; choose one"
        case "type":
            number = limit in ("number", "integer") and isinstance(value, str)
            hint = " as in 1.0e-9, with a point" if number and "e" in value.lower() else ""
            return f"{key}: {value!r} is not of type {limit}{about}; write it as {limit}{hint}"
        case "minItems":
            return f"{key}: {value} has {len(value)} entries, at least {limit} needed{about}; add"
        case "maxItems":
            return (
                f"{key}: {value} has {len(value)} entries, at most {limit} allowed{about}; "
                "remove some"
            )
        case "uniqueItems":
            return f"{key}: {value} holds an entry twice{about}; keep it once"
        case "oneOf":
            forms = " or ".join(form.get("type", "number") for form in limit)
            return f"{key}: {value!r} has none of the forms {forms}{about}; write one of them"
        case _:
            return f"{key}: {value!r} does not fit '{error.validator}: {limit}'{about}; correct it"
