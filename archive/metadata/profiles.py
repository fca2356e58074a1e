"""Metadata profiles as data: which fields a standard knows, how long they may be, which are wanted.

One file a profile and version under `profiles/`; a new circular is a new file. Tag sets are never mixed.
"""

from __future__ import annotations

import datetime
import enum
import functools
import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Any


class FieldType(enum.StrEnum):
    """Types as the standards print them; a group has no value of its own."""

    STRING = "String"
    NUMBER = "Number"
    DATE = "Date"
    LONG_TEXT = "LongText"
    GROUP = "Group"


@dataclass(frozen=True, slots=True)
class ProfileField:
    """One field.

    Attributes:
        number: as printed, ``1.3``.
        tag: name in files that are written.
        also: other spellings that are understood on reading.
        label: name in Vietnamese and English.
        type: see `FieldType`.
        length: characters after NFC as the standard prints it; 0 = no limit.
        accepted_length: characters that are taken nevertheless; more is an error, more than `warn_above` a warning.
        warn_above: characters from which on a person should look; 0 = never.
        automatic: whether the standard has the system fill it.
        required: whether it is asked for.
        certainty: how sure the row is (``A`` text read … ``M`` memory, ``?`` sources disagree).
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
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MetadataProfile:
    """One profile: `fields` in the printed order, the law it comes from, the time it was in force."""

    name: str
    version: str
    title: dict[str, str]
    citation: str
    certainty: str
    valid_from: datetime.date
    valid_to: datetime.date | None
    fields: tuple[ProfileField, ...]

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
    """Return all profiles by name, read once.

    Raises:
        ValueError: a name stands twice.
    """
    found: dict[str, MetadataProfile] = {}
    folder = resources.files("archive.metadata").joinpath("profiles")
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".toml"):
            profile = _profile(tomllib.loads(entry.read_text("utf-8")))
            if profile.name in found:
                raise ValueError(f"two profiles are called {profile.name}")
            found[profile.name] = profile
    return found


def _profile(data: dict[str, Any]) -> MetadataProfile:
    return MetadataProfile(
        name=data["name"],
        version=data["version"],
        title=data["title"],
        citation=data["citation"],
        certainty=data["certainty"],
        valid_from=data["valid_from"],
        valid_to=data.get("valid_to"),
        fields=tuple(_field(entry, data["certainty"]) for entry in data["field"]),
    )


def _field(entry: dict[str, Any], certainty: str) -> ProfileField:
    length = entry.get("length", 0)
    accepted = entry.get("accepted_length", length)
    return ProfileField(
        number=entry["number"],
        tag=entry["tag"],
        label=entry["label"],
        type=FieldType(entry["type"]),
        length=length,
        accepted_length=accepted,
        warn_above=entry.get("warn_above", length if accepted > length else 0),
        automatic=entry.get("automatic", False),
        required=entry.get("required", False),
        certainty=entry.get("certainty", certainty),
        also=tuple(entry.get("also", ())),
    )
