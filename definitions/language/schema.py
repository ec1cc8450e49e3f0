"""The published JSON Schemas: what an editor completes, explains and checks while an author types.

They are made from the models, so that they cannot say anything else; the short forms that the models widen are added. Numbers
may stand where text is wanted, since an editor reads `7` as a number where Headgate's loader keeps it as a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from definitions.catalogue.builtins import BUILT_IN
from definitions.language.calendars import Calendar
from definitions.language.model import Action, CaseDefinition, DataField, FormField, ShortForm, _listed
from definitions.language.pack import DecisionTable, District, Law, ReviewList

#: The models by the name of their schema's file.
KINDS: Final[Mapping[str, type[BaseModel]]] = MappingProxyType(
    {
        "case": CaseDefinition,
        "law": Law,
        "list": ReviewList,
        "calendar": Calendar,
        "table": DecisionTable,
        "district": District,
    }
)

_SHORT: Final = "x-short"
_LISTED: Final = "x-listed"


def json_schema(kind: str) -> dict[str, Any]:
    """The JSON Schema of a kind of document, one of `KINDS`."""
    return schema_of_model(KINDS[kind], kind)


def schema_of_model(model: type[BaseModel], name: str) -> dict[str, Any]:
    """The JSON Schema of a model of the language, under this name."""
    schema = model.model_json_schema(schema_generator=_Marking)
    named = schema.get("$defs", {})
    for part, whole in _BY_HAND.items():
        if part in named:
            named[part] = whole(named[part])
    mended = _mended(schema, schema, is_schema=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Headgate: {name}",
        **{key: value for key, value in mended.items() if key != "title"},
    }


class _Marking(GenerateJsonSchema):
    """Marks where a model takes a short form or a single item, which pydantic itself does not tell."""

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> JsonSchemaValue:
        made = super().function_before_schema(schema)
        function: Any = schema["function"]["function"]
        if isinstance(function, ShortForm):
            return {"allOf": [made], _SHORT: function.key}
        return {**made, _LISTED: True} if function is _listed else made


def _mended(node: Any, root: dict[str, Any], *, is_schema: bool) -> Any:
    """The schema with short forms written out and without what says nothing to an author.

    `is_schema` tells a schema from a mapping of names to schemas, in which `title` may be a name."""
    if isinstance(node, list):
        return [_mended(item, root, is_schema=True) for item in node]
    if not isinstance(node, dict):
        return node
    if not is_schema:
        return {name: _mended(inner, root, is_schema=True) for name, inner in node.items()}
    if _SHORT in node:
        whole = node["allOf"][0]
        alone = {k: v for k, v in _key_of(whole, node[_SHORT], root).items() if k not in ("description", "title")}
        told = {k: v for k, v in node.items() if k in ("description", "default")}
        return _mended({"anyOf": [alone, whole], **told}, root, is_schema=True)
    if node.get(_LISTED):
        many = {k: v for k, v in node.items() if k not in (_LISTED, "description", "default")}
        told = {k: v for k, v in node.items() if k in ("description", "default")}
        return _mended({"anyOf": [node["items"], many], **told}, root, is_schema=True)
    named = ("properties", "patternProperties", "$defs")
    mended = {
        key: _mended(value, root, is_schema=key not in named) if key not in ("default", "examples", "enum") else value
        for key, value in node.items()
        if key != "title"
    }
    if "patternProperties" in mended:
        mended.setdefault("additionalProperties", False)
    if mended.get("default", 0) is None or mended.get("default") == []:
        del mended["default"]
    return _with_numbers(mended)


def _with_numbers(node: dict[str, Any]) -> dict[str, Any]:
    """A text that may consist of digits is read as a number by an editor."""
    if node.get("type") != "string" or node.get("format"):
        return node
    if "enum" in node:
        digits = [int(word) for word in node["enum"] if word.isdecimal()]
        return {**node, "type": ["string", "integer"], "enum": [*node["enum"], *digits]} if digits else node
    if "const" in node or not re.search(node.get("pattern", ""), "7"):
        return node
    return {**node, "type": ["string", "number"]}


def _key_of(whole: Mapping[str, Any], key: str, root: dict[str, Any]) -> dict[str, Any]:
    """The schema of a key of the whole form, without nothing as a value."""
    at: Any = root["$defs"][whole["$ref"].rpartition("/")[2]] if "$ref" in whole else whole
    if "properties" not in at:  # a form that is itself written by hand
        at = next(arm for arm in at["anyOf"] if key in arm.get("properties", {}))
    found: dict[str, Any] = at["properties"][key]
    arms = [arm for arm in found.get("anyOf", [found]) if arm.get("type") != "null"]
    return dict(arms[0]) if len(arms) == 1 else {"anyOf": arms}


def _data_field(made: dict[str, Any]) -> dict[str, Any]:
    """A field of `data`: a list of words or a unit says more than its type."""
    enum, quantity = {"const": "enum"}, {"const": "quantity"}
    return {
        **{key: value for key, value in made.items() if key != "required"},
        "anyOf": [{"required": ["type"]}, {"required": ["enum"]}],
        "allOf": [
            {"if": {"required": ["enum"]}, "then": {"properties": {"type": enum}}},
            {"if": {"properties": {"type": enum}, "required": ["type"]}, "then": {"required": ["enum"]}},
            {"if": {"required": ["unit"]}, "then": {"properties": {"type": quantity}, "required": ["type"]}},
            {"if": {"properties": {"type": quantity}, "required": ["type"]}, "then": {"required": ["unit"]}},
        ],
    }


def _form_field(made: dict[str, Any]) -> dict[str, Any]:
    """A field of a form: `required`, `optional`, a type's name, or a whole declaration."""
    declared = {"$ref": f"#/$defs/{DataField.__name__}"}
    return {
        "description": made["description"],
        "anyOf": [
            {"type": "string", "enum": ["required", "optional"]},
            {"allOf": [declared], _SHORT: "type"},
        ],
    }


def _action(made: dict[str, Any]) -> dict[str, Any]:
    """An action: its name, its name with arguments, or the whole form; the catalogue's own are spelt out."""
    known = dict(_known_actions())
    name = made["properties"]["action"]["pattern"]
    arguments = {"type": ["object", "null"], "description": "Its arguments, by name."}
    return {
        "description": made["description"],
        "anyOf": [
            {"type": "string", "pattern": name, "examples": sorted(known)},
            {
                "type": "object",
                "minProperties": 1,
                "maxProperties": 1,
                "not": {"required": ["action"]},
                "properties": known,
                "patternProperties": {name: arguments},
                "additionalProperties": False,
            },
            {key: value for key, value in made.items() if key != "description"},
        ],
    }


def _known_actions() -> Iterator[tuple[str, dict[str, Any]]]:
    for known in BUILT_IN:
        properties: dict[str, Any] = {
            argument: {"description": f"{arg.title or argument.capitalize()} ({arg.type})."}
            for argument, arg in known.args.items()
        }
        if known.result is not None:
            properties["set"] = {"type": "string", "description": "The field of `data` that takes its result."}
        yield (
            known.name,
            {
                "type": ["object", "null"],
                "description": f"It {known.says}." if known.says else "",
                "properties": properties,
                "required": [argument for argument, arg in known.args.items() if arg.required],
                "additionalProperties": known.open,
            },
        )


_BY_HAND: Final = {DataField.__name__: _data_field, FormField.__name__: _form_field, Action.__name__: _action}
