"""The one list of internal field names: kind, column of the usual list, headings, tags in the standards."""

from __future__ import annotations

import functools
import re
import tomllib
from dataclasses import dataclass
from importlib import resources

from archive.text.folding import fold

_PUNCTUATION = re.compile(r"[^0-9a-z]+")
DATE_PARTS = ("day", "month", "year")


@dataclass(frozen=True, slots=True)
class ListField:
    """One field of a dossier, a document or a row.

    Attributes:
        key: ``<level>.<name>``, e.g. ``dossier.retention``.
        kind: ``text``, ``number``, ``notation``, ``date`` or ``path`` (see `fields.toml`).
        headings: (target, headings) for each column; the target is the key, for a date also
            ``<key>.day``, ``.month``, ``.year``; the first heading is the printed one.
        tags: tag by standard: ``nd30``, ``tt02``, ``tt05``.
        letters: columns of the usual list, in the order of `headings`.
    """

    key: str
    kind: str
    headings: tuple[tuple[str, tuple[str, ...]], ...]
    tags: dict[str, str]
    letters: tuple[str, ...]

    @property
    def level(self) -> str:
        """Return ``row``, ``dossier`` or ``document``."""
        return self.key.partition(".")[0]

    @property
    def name(self) -> str:
        """Return the key without its level: the name in ``values``."""
        return self.key.partition(".")[2]


@functools.cache
def list_fields() -> tuple[ListField, ...]:
    """Return all fields in the order of the usual list's columns."""
    text = resources.files("ingest.readers").joinpath("fields.toml").read_text("utf-8")
    return tuple(_field(entry) for entry in tomllib.loads(text)["field"])


def _field(entry: dict[str, object]) -> ListField:
    key, kind, columns = str(entry["key"]), str(entry["kind"]), entry["columns"]
    if not isinstance(columns, dict):
        raise TypeError(f"{key}: columns is a table")
    targets = [f"{key}.{part}" for part in DATE_PARTS] if kind == "date" else [key]
    return ListField(
        key=key,
        kind=kind,
        headings=tuple(
            (target, tuple(map(str, headings))) for target, headings in zip(targets, columns.values(), strict=True)
        ),
        tags={standard: str(entry[standard]) for standard in ("nd30", "tt02", "tt05") if standard in entry},
        letters=tuple(columns),
    )


@functools.cache
def field_of_target() -> dict[str, ListField]:
    """Return the field of every column target, e.g. ``dossier.start_date.month``."""
    return {target: field for field in list_fields() for target, _ in field.headings}


def heading_key(heading: str) -> str:
    """Return the form in which headings are compared: no marks, capitals, punctuation or stray spaces."""
    return _PUNCTUATION.sub(" ", fold(heading)).strip()


@functools.cache
def targets_of_heading() -> dict[str, tuple[str, ...]]:
    """Return for each folded heading the targets it may stand for, the dossier's before the document's."""
    found: dict[str, list[str]] = {}
    for target, headings in ((t, h) for field in list_fields() for t, h in field.headings):
        for heading in headings:
            found.setdefault(heading_key(heading), []).append(target)
    return {key: tuple(targets) for key, targets in found.items()}
