"""The base of every typed configuration: closed, frozen pydantic models with one-line messages.

A key is a field with its meaning, unit and limits; the JSON Schema, the table in config/README.md
and the messages for invalid input are made from these. No field has a default for a physical value:
a key is either required, or optional and None where it is absent.
"""

import math
from collections.abc import Mapping
from typing import Annotated, Any, Self

from annotated_types import Ge, Gt
from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag
from pydantic import ValidationError as PydanticError
from pydantic.config import JsonDict
from pydantic_core import core_schema

from vibrates.core import model_errors
from vibrates.core.errors import UserError
from vibrates.core.model_errors import Rule
from vibrates.core.yaml_files import merge

__all__ = [
    "BLOCK",
    "FORM",
    "LIST",
    "NUMBER",
    "TEXT",
    "WHOLE",
    "Ascending",
    "Count",
    "Integer",
    "Model",
    "Natural",
    "Positive",
    "Rule",
    "Unique",
    "key",
    "optional",
]


def key(description: str, unit: str, *, formerly: str | None = None, **limits: Any) -> Any:
    """A required key of a configuration.

    Parameters
    ----------
    description
        Meaning of the key.
    unit
        Its unit; "1" for a dimensionless number, "text" or "path" for a string.
    formerly
        Former name of the key; a file that has it is refused with the present name.
    **limits
        Bounds and other arguments of pydantic's ``Field``, such as ``gt=0``.
    """
    extra: JsonDict = {"unit": unit}
    if formerly:
        extra["formerly"] = formerly
    return Field(description=description, json_schema_extra=extra, **limits)


def optional(description: str, unit: str, **limits: Any) -> Any:
    """A key that may be absent; the field is then None. Arguments as in `key`."""
    return key(description, unit, default=None, **limits)


class Model(BaseModel):
    """A block of a configuration."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any], source: str, place: str = "") -> Self:
        """The block that a plain mapping describes.

        Parameters
        ----------
        mapping
            Keys and values as YAML gives them.
        source, place
            The file, and the dotted key of the block in it, for the message.

        Raises
        ------
        UserError
            For invalid input: one line that names file, key, value, limit and remedy. Unknown keys
            are reported first.
        """
        try:
            return cls.model_validate(_plain(mapping, place))
        except PydanticError as error:
            raise UserError(f"{source}: {model_errors.line(cls, error, place)}") from None
        except Rule as error:
            raise UserError(f"{source}: {error}") from None

    def to_mapping(self) -> dict[str, Any]:
        """The plain mapping for YAML and JSON, from which `from_mapping` makes an equal block.

        Keys are in the order of the model and whole numbers are integers: the mapping does not
        depend on the order of keys and the notation of numbers in a file.
        """
        return _canonical(self.model_dump(mode="json", by_alias=True, exclude_unset=True))

    def changed(self, changes: Mapping[str, Any]) -> Self:
        """This block updated by ``changes``, a nested plain mapping, and validated like a file."""
        return type(self).from_mapping(merge(self.to_mapping(), dict(changes)), "changes")


def _plain(value: Any, place: str) -> Any:
    """Lists as tuples; Rule for numbers that are not finite and types without a YAML form."""
    if isinstance(value, Mapping):
        return {name: _plain(item, f"{place}.{name}" if place else str(name))
                for name, item in value.items()}  # fmt: skip
    if isinstance(value, list | tuple):
        return tuple(_plain(item, f"{place}[{i}]") for i, item in enumerate(value))
    if isinstance(value, float) and not math.isfinite(value):
        raise Rule(place, f"{value} is no finite number; give a finite one")
    if value is None or isinstance(value, str | int | float):
        return value
    raise Rule(place, f"{value!r} is no text and no number; write it in quotes or as a number")


def _canonical(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _canonical(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_canonical(item) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value


def _whole(value: Any) -> Any:
    """A float without a fraction counts as an integer, as in JSON Schema."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


# Limits stand before it, so that they reach the JSON Schema.
WHOLE = BeforeValidator(_whole)
Integer = Annotated[int, WHOLE]
Natural = Annotated[int, Ge(0), WHOLE]
Count = Annotated[int, Ge(1), WHOLE]
Positive = Annotated[float, Gt(0)]


class Unique:
    """Annotates a tuple that holds no entry twice."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(_unique, handler(source))

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        return {**handler(schema), "uniqueItems": True}


class Ascending:
    """Annotates a tuple of numbers in ascending order, each once."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(_ascending, handler(source))


def _unique(values: tuple) -> tuple:
    if len(set(values)) < len(values):
        raise Rule("", f"{model_errors.shown(values)} holds an entry twice; keep it once")
    return values


def _ascending(values: tuple[float, ...]) -> tuple[float, ...]:
    require_ascending("", values)
    return values


def require_ascending(place: str, values: tuple[float, ...]) -> None:
    """Rule unless every value is above the one before it."""
    for low, high in zip(values, values[1:], strict=False):
        if high <= low:
            raise Rule(
                place, f"{high:g} after {low:g} is not ascending; sort the list, each value once"
            )


# A key with several forms: Annotated[Annotated[A, LIST] | Annotated[B, BLOCK], FORM]. The type of
# the value selects the form that it is checked against.
LIST, BLOCK, NUMBER, TEXT = Tag("<array>"), Tag("<object>"), Tag("<number>"), Tag("<string>")


def _form(value: Any) -> str | None:
    if isinstance(value, Mapping | BaseModel):
        return BLOCK.tag
    if isinstance(value, tuple):
        return LIST.tag
    if isinstance(value, str):
        return TEXT.tag
    return NUMBER.tag if isinstance(value, int | float) and not isinstance(value, bool) else None


FORM = Discriminator(_form)
