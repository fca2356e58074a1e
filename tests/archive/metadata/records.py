"""Records of each metadata profile: its examples put together, and random ones that keep its rules."""

from __future__ import annotations

import datetime
from typing import Any

from hypothesis import strategies as st

from archive.metadata.code_lists import code_lists
from archive.metadata.profiles import FieldType, MetadataProfile, ProfileField, profiles
from archive.metadata.values import clean

PROFILES = list(profiles().values())
WITH_XML = [profile for profile in PROFILES if profile.xml_root]
# Everything that XML can hold, without what makes it a list of values.
_TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff,;")
    | st.sampled_from("\r\n\t<&>'\""),
    min_size=1,
    max_size=40,
).map(clean)


def example_record(profile: MetadataProfile, group: ProfileField | None = None) -> dict[str, Any]:
    """Return a record of the examples that stand beside the fields."""
    record: dict[str, Any] = {}
    for field in profile.parts(group):
        value = example_record(profile, field) if field.type is FieldType.GROUP else field.example
        if field.written:
            record[field.tag] = [value] if field.repeatable else value
    return record


def paths(profile: MetadataProfile) -> list[str]:
    """Return the path of every field, groups included."""
    return [
        path
        for field in profile.parts(None)
        for path in (field.tag, *(f"{field.tag}.{part.tag}" for part in profile.parts(field)))
    ]


def replaced(record: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """Return the record with another value at a path, or without one for None."""
    head, _, rest = path.partition(".")
    held = record.get(head)
    if rest:
        changed = replaced(held[0] if isinstance(held, list) else held or {}, rest, value)
        return {**record, head: [changed] if isinstance(held, list) else changed}
    return {tag: one for tag, one in {**record, head: value}.items() if one is not None}


def random_records(profile: MetadataProfile) -> st.SearchStrategy[dict[str, Any]]:
    """Return records of which every value is lawful by type, list and length; any may be missing."""
    values = {
        field.tag: st.lists(_values(field), min_size=1, max_size=3) if field.repeatable else _values(field)
        for field in profile.fields
        if field.written and field.type is not FieldType.GROUP
    }
    return st.fixed_dictionaries({}, optional=values)


def _values(field: ProfileField) -> st.SearchStrategy[str]:
    if field.code_list:
        return st.sampled_from([entry.code for entry in code_lists()[field.code_list].entries])
    if field.type is FieldType.NUMBER:
        return st.integers(0, 10**field.length - 1).map(str)
    if field.type is FieldType.DATE:
        return st.dates(datetime.date(1000, 1, 1), datetime.date(2999, 12, 31)).map(_printed)
    return _TEXT.map(lambda text: clean(text[: field.accepted_length or None])).filter(bool)


def _printed(day: datetime.date) -> str:
    return f"{day.day:02d}/{day.month:02d}/{day.year}"
