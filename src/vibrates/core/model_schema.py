"""JSON Schema of a model, with units, for editors and for the table in config/README.md."""

from functools import cache
from typing import Any

import yaml
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

HEAD = "# Written by `make schemas` from the models; for editors. Do not change it by hand.\n"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _Generator(GenerateJsonSchema):
    """Schema without titles and docstrings; an optional key may be absent, but may not be null."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def default_schema(self, schema: Any) -> dict[str, Any]:
        inner = schema["schema"]
        return self.generate_inner(inner["schema"] if inner["type"] == "nullable" else inner)

    def model_schema(self, schema: Any) -> dict[str, Any]:
        found = super().model_schema(schema)
        found.pop("description", None)
        if not schema["cls"].model_config.get("title"):
            found.pop("title", None)
        return found


@cache
def json_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON Schema of a model; every key with `description` and `unit`."""
    return model.model_json_schema(schema_generator=_Generator)


def text(model: type[BaseModel]) -> str:
    """The schema as YAML."""
    schema = {"$schema": DIALECT, "title": (model.__doc__ or "").splitlines()[0].rstrip(".")}
    return HEAD + yaml.safe_dump(
        schema | json_schema(model), sort_keys=False, allow_unicode=True, width=120
    )
