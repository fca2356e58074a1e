"""A marshmallow schema for the records of each metadata profile, made from the profile alone.

A record is a mapping of tags: text for a field, a list of texts for one that may be repeated, a mapping (or a list of
them) for a group. Messages are codes of the message catalogue.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, fields, pre_load, validates_schema

from archive.messages.catalogue import catalogue
from archive.messages.rules import Finding, Level, Where
from archive.metadata.code_lists import SEPARATOR, code_lists
from archive.metadata.profiles import FieldType, MetadataProfile, ProfileField, profiles
from archive.metadata.values import TOO_LONG, clean, length_problems, proposal, value_problems

MISSING = {Level.ERROR: "MTD-0101", Level.WARNING: "MTD-0102"}
NOT_ONE_VALUE = "MTD-0109"
UNKNOWN_FIELD = "MTD-0110"

Record = dict[str, Any]


class _Value(fields.Field[str | list[str]]):
    """The value, or the values, of one field of a profile."""

    def __init__(self, about: ProfileField, *, advice: bool) -> None:
        self.about, self.advice = about, advice
        super().__init__(
            required=about.required and (advice or about.missing is Level.ERROR),
            error_messages={"required": MISSING[about.missing]},
        )

    def _deserialize(self, value: object, *_: object, **__: object) -> str | list[str]:
        values = value if isinstance(value, list) and self.about.repeatable else [value]
        texts = [clean(one) for one in values if isinstance(one, str)]
        if len(texts) < len(values):
            raise ValidationError([NOT_ONE_VALUE])
        codes = [code for text in texts for code in value_problems(self.about, text)]
        codes += length_problems(self.about, written_value(texts))
        weighing = [code for code in dict.fromkeys(codes) if self.advice or _level(code) is Level.ERROR]
        if weighing:
            raise ValidationError(weighing)
        return texts if self.about.repeatable else texts[0]


class RecordSchema(Schema):
    """Base of the schemas: empty values are no values, groups with something required are looked into."""

    error_messages = {"unknown": UNKNOWN_FIELD, "type": NOT_ONE_VALUE}  # noqa: RUF012 - as marshmallow declares it
    about: ClassVar[tuple[ProfileField, ...]] = ()
    advice: ClassVar[bool] = False

    @pre_load
    def _without_empty_values(self, data: object, **_: object) -> object:
        if not isinstance(data, Mapping):
            return data
        held = {tag: value for tag, value in data.items() if not is_empty(value)}
        for tag, field in self.fields.items():
            if isinstance(field, fields.Nested) and any(part.required for part in field.schema.fields.values()):
                held.setdefault(tag, {})
        return held

    @validates_schema(skip_on_field_errors=False, pass_original=True)
    def _required_for_another_value(self, data: Record, original: Mapping[str, object], **_: object) -> None:
        codes = {
            field.tag: [MISSING[field.missing]]
            for field in self.about
            if field.required_if
            and data.get(field.required_if.tag) in field.required_if.values
            and is_empty(original.get(field.tag))
            and (self.advice or field.missing is Level.ERROR)
        }
        if codes:
            raise ValidationError(codes)


def is_empty(value: object) -> bool:
    """Return whether a record holds nothing there: no value, blanks, an empty list or group."""
    if isinstance(value, str):
        return not clean(value)
    return value is None or (isinstance(value, list | dict) and not value)


def written_value(texts: list[str]) -> str:
    """Return one or several values of a field as they are written into one element or cell."""
    return SEPARATOR.join(texts)


@functools.cache
def record_schema(name: str, *, advice: bool = False) -> type[RecordSchema]:
    """Return the schema of a profile's records.

    Args:
        name: name of the profile.
        advice: whether warnings count too; without, what is only a warning passes.
    """
    return _schema(profiles()[name], None, advice=advice)


def _schema(profile: MetadataProfile, group: ProfileField | None, *, advice: bool) -> type[RecordSchema]:
    parts = profile.parts(group)
    made: dict[str, Any] = {
        part.tag: fields.Nested(
            _schema(profile, part, advice=advice), many=part.repeatable, error_messages={"type": NOT_ONE_VALUE}
        )
        if part.type is FieldType.GROUP
        else _Value(part, advice=advice)
        for part in parts
    }
    name = f"{profile.name}_{group.tag}" if group else profile.name
    return type(name, (RecordSchema,), {**made, "about": parts, "advice": advice})


def check_record(profile: MetadataProfile, record: Mapping[str, Any]) -> list[Finding]:
    """Return everything that is wrong with a record or wants a look, in the order of the profile."""
    messages = record_schema(profile.name, advice=True)().validate(record)
    found = [_finding(profile, path, code, record) for path, code in _codes(messages, ())]
    order = {field.tag: at for at, field in enumerate(profile.parts(None))}
    return sorted(found, key=lambda finding: order.get(finding.where.field.partition(".")[0], len(order)))


def _codes(messages: Mapping[Any, Any], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    for key, said in messages.items():
        here = (*path, str(key)) if key != "_schema" else path
        if isinstance(said, dict):
            yield from _codes(said, here)
        else:
            for code in said:
                yield here, code


def _finding(profile: MetadataProfile, path: tuple[str, ...], code: str, record: Mapping[str, Any]) -> Finding:
    # Numbers in the path count the groups of one tag.
    place = ".".join(tag for tag in path if not tag.isdecimal())
    where = Where(field=place)
    try:
        field = profile.at(place)
    except KeyError:
        return Finding(code, where, {"field": place, "field_en": place, "profile": profile.name})
    value: Any = record
    for tag in path:
        value = value[int(tag)] if isinstance(value, list) else value.get(tag) if isinstance(value, Mapping) else None
    values = value if isinstance(value, list) else [value]
    text = written_value([clean(one) for one in values]) if all(isinstance(one, str) for one in values) else None
    listed = code_lists()[field.code_list].title if field.code_list else {"vi": "", "en": ""}
    parameters: dict[str, str | int] = {
        "field": field.label["vi"],
        "field_en": field.label["en"],
        "profile": profile.name,
        "length": len(text or ""),
        "limit": field.accepted_length if code == TOO_LONG else field.warn_above,
        "forms": ", ".join(field.forms),
        "list": listed["vi"],
        "list_en": listed["en"],
        "example": field.example,
        "citation": field.citation,
    }
    proposed = proposal(field, code, text) if text else None
    return Finding(code, where, parameters, found=text, proposed=proposed)


def _level(code: str) -> Level:
    return catalogue().get(code).level
