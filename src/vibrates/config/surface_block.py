"""The ``surface`` block of a configuration: the model that its ``type`` has in the registry."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic_core import core_schema

from vibrates.core.model import Model, Rule, key
from vibrates.core.model_errors import shown
from vibrates.potential.registry import SURFACES
from vibrates.potential.settings import SurfaceSettings

DESCRIPTION = ("Interaction of the two molecules", "see the keys")
_MODELS = tuple(dict.fromkeys(one.settings for one in SURFACES.values()))


def read_surface(mapping: Mapping[str, Any], source: str) -> SurfaceSettings:
    """The validated ``surface`` block of a file other than the configuration of a campaign.

    Raises UserError, one line that names ``source``, key, value, limit and remedy.
    """
    return _WithSurface.from_mapping({"surface": mapping}, source).surface


class OfItsType:
    """Annotation of `SurfaceSettings` that are validated by the model of their ``type``."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        models = {_tag(model): handler.generate_schema(model) for model in _MODELS}
        union = core_schema.tagged_union_schema(models, _form)
        return core_schema.no_info_before_validator_function(_keys_of_its_type, union)


Surface = Annotated[SurfaceSettings, OfItsType()]


def _tag(model: type[SurfaceSettings]) -> str:
    return f"<{model.model_config['title']}>"


def _form(value: Any) -> str:
    """The form of the type; without a valid type, that of the model with most of the given keys."""
    if isinstance(value, SurfaceSettings):
        return _tag(type(value))
    given = set(value) if isinstance(value, Mapping) else set()
    model = _stated(value)
    return _tag(model or max(_MODELS, key=lambda one: len(given & set(one.model_fields))))


def _stated(value: Any) -> type[SurfaceSettings] | None:
    name = value.get("type") if isinstance(value, Mapping) else None
    return SURFACES[name].settings if isinstance(name, str) and name in SURFACES else None


def _keys_of_its_type(value: Any) -> Any:
    """Rule if the type is unknown or a key belongs to another type; models check all else."""
    if not isinstance(value, Mapping) or "type" not in value:
        return value
    model = _stated(value)
    if model is None:
        meaning = _MODELS[0].model_fields["type"].description
        raise Rule(
            "type",
            f"{shown(value['type'])} is none of {', '.join(SURFACES)} ({meaning}); choose one",
        )
    known = {name for one in _MODELS for name in one.model_fields}
    foreign = set(value) - set(model.model_fields)
    if foreign and foreign <= known:
        required = {name for name, field in model.model_fields.items() if field.is_required()}
        for name in sorted(required - set(value)):
            raise Rule(name, f"missing, needed with type: {value['type']}; add it")
        for name in sorted(foreign):
            raise Rule(name, f"not used with type: {value['type']}; remove it")
    return value


class _WithSurface(Model):
    surface: Surface = key(*DESCRIPTION)
