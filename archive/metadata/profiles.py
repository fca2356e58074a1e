"""Metadata profiles as data: which fields a standard knows, how long they may be, which are wanted.

One file a profile and version under `profiles/`; a new circular is a new file. Tag sets are never mixed. Schema, XML,
templates, documentation and the crosswalk are made from these, so that nothing is typed twice.
"""

from __future__ import annotations

import dataclasses
import datetime
import enum
import functools
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from archive.messages.rules import Level


class FieldType(enum.StrEnum):
    """Types as the standards print them; a group has no value of its own."""

    STRING = "String"
    NUMBER = "Number"
    DATE = "Date"
    BOOLEAN = "Boolean"
    LONG_TEXT = "LongText"
    GROUP = "Group"


@dataclass(frozen=True, slots=True)
class Condition:
    """A field is asked for when another one (`tag`, of the same record) has one of these values."""

    tag: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProfileField:
    """One field.

    Attributes:
        number: as printed, ``1.3``; empty where the standard has no row for the field.
        tag: name in files that are written.
        also: other spellings that are understood on reading.
        label: name in Vietnamese (as printed) and English.
        type: see `FieldType`.
        length: characters after NFC as the standard prints it; 0 = no limit.
        accepted_length: characters that are taken nevertheless; more is an error, more than `warn_above` a warning.
        warn_above: characters from which on a person should look; 0 = never.
        automatic: whether the standard has the system fill it.
        required: whether it is asked for.
        required_if: when it is asked for although not `required`.
        missing: how much it weighs that a value asked for is not there.
        repeatable: whether it may have several values.
        code_list: list of which the value is a code; empty = none.
        suggests: list of which the value may be a name; anything else is lawful too.
        forms: of a date, the ways of writing that are allowed, of ``DD/MM/YYYY``, ``MM/YYYY``, ``YYYY``.
        pattern: shape that the sources support; another shape is a warning, because no standard prints one.
        example: a value as it should be; empty for groups.
        rule: what the standard says of the value, in its words; empty if no more than the label.
        citation: where the row is printed.
        places: of TT 05/2025, its number in ``skeleton``, ``table`` and ``schema``; one that is missing is not there.
        certainty: how sure the row is (``A`` text read … ``M`` memory, ``?`` sources disagree, ``D`` decided here).
    """

    number: str
    tag: str
    label: dict[str, str]
    type: FieldType
    length: int
    accepted_length: int
    warn_above: int
    automatic: bool
    required: bool
    certainty: str
    citation: str
    also: tuple[str, ...] = ()
    required_if: Condition | None = None
    missing: Level = Level.ERROR
    repeatable: bool = False
    code_list: str = ""
    suggests: str = ""
    forms: tuple[str, ...] = ()
    pattern: str = ""
    example: str = ""
    rule: str = ""
    places: Mapping[str, int] = dataclasses.field(default_factory=dict)

    @property
    def written(self) -> bool:
        """Return whether it is written: what only a printed schema has is read, and nothing more."""
        return not self.places or "skeleton" in self.places


@dataclass(frozen=True, slots=True)
class MetadataProfile:
    """One profile: `fields` in the printed order, the law it comes from, the time it was in force.

    Attributes:
        standard: column of the crosswalk: ``nd30``, ``tt02``, ``sip``, ``aip`` or ``dip``.
        level: what a record describes: ``fonds``, ``dossier``, ``batch``, ``document``, ``photo``, ``recording``,
            ``request``.
        xml_root: root element of its XML files; empty = the standard has none.
        xml_file: beginning of their names, ``EAD_doc``.
    """

    name: str
    version: str
    standard: str
    level: str
    title: dict[str, str]
    citation: str
    certainty: str
    valid_from: datetime.date
    valid_to: datetime.date | None
    fields: tuple[ProfileField, ...]
    xml_root: str = ""
    xml_file: str = ""

    def parts(self, group: ProfileField | None) -> tuple[ProfileField, ...]:
        """Return the fields of a group, or those that stand in none, in the order for writing."""
        groups = {field.number: field for field in self.fields if field.type is FieldType.GROUP}
        return tuple(field for field in self.fields if groups.get(field.number.rpartition(".")[0]) == group)

    def at(self, path: str) -> ProfileField:
        """Return the field at a path of tags, ``SignerInfo.FullName``; ``tag`` alone is one that stands in no group.

        Raises:
            KeyError: the profile has none.
        """
        group, _, tag = path.rpartition(".")
        within = self.at(group) if group else None
        for field in self.parts(within):
            if tag == field.tag:
                return field
        raise KeyError(f"{self.name} has no field {path}")

    def field(self, tag: str) -> ProfileField:
        """Return the first field with this tag, in any spelling.

        Raises:
            KeyError: the profile has none.
        """
        for field in self.fields:
            if tag == field.tag or tag in field.also:
                return field
        raise KeyError(f"{self.name} has no field {tag}")


@functools.cache
def profiles() -> dict[str, MetadataProfile]:
    """Return all profiles by name, read once."""
    folder = resources.files("archive.metadata").joinpath("profiles")
    files = sorted(folder.iterdir(), key=lambda entry: entry.name)
    return by_name(_profile(tomllib.loads(entry.read_text("utf-8"))) for entry in files)


def by_name(found: Iterable[MetadataProfile]) -> dict[str, MetadataProfile]:
    """Return profiles by their names.

    Raises:
        ValueError: a name stands twice.
    """
    named: dict[str, MetadataProfile] = {}
    for profile in found:
        if profile.name in named:
            raise ValueError(f"two profiles are called {profile.name}")
        named[profile.name] = profile
    return named


def _profile(data: dict[str, Any]) -> MetadataProfile:
    xml = data.get("xml", {})
    return MetadataProfile(
        name=data["name"],
        version=data["version"],
        standard=data["standard"],
        level=data["level"],
        title=data["title"],
        citation=data["citation"],
        certainty=data["certainty"],
        valid_from=data["valid_from"],
        valid_to=data.get("valid_to"),
        fields=tuple(_field(entry, data) for entry in data["field"]),
        xml_root=xml.get("root", ""),
        xml_file=xml.get("file", ""),
    )


def _field(entry: dict[str, Any], profile: dict[str, Any]) -> ProfileField:
    condition = entry.get("required_if")
    place = f"tr. {entry['page']}" if "page" in entry else f"số {entry['number']}"
    field_type = FieldType(entry["type"])
    length = entry.get("length", 0)
    accepted = entry.get("accepted_length", length)
    return ProfileField(
        number=entry["number"],
        tag=entry["tag"],
        label=entry["label"],
        type=field_type,
        length=length,
        accepted_length=accepted,
        warn_above=entry.get("warn_above", length if accepted > length else 0),
        automatic=entry.get("automatic", False),
        required=entry.get("required", False),
        certainty=entry.get("certainty", profile["certainty"]),
        citation=f"{profile['citation']}, {place}",
        also=tuple(entry.get("also", ())),
        required_if=Condition(condition["tag"], tuple(condition["is"])) if condition else None,
        missing=Level(entry.get("missing", profile.get("missing", "error"))),
        repeatable=entry.get("repeatable", False),
        code_list=entry.get("code_list", ""),
        suggests=entry.get("suggests", ""),
        # Only TT 05/2025 knows other ways than the ten characters.
        forms=tuple(entry.get("forms", ("DD/MM/YYYY",) if field_type is FieldType.DATE else ())),
        pattern=entry.get("pattern", ""),
        example=entry.get("example", ""),
        rule=entry.get("rule", ""),
        places=entry.get("places", {}),
    )
