"""What every reader makes of what came in: dossiers, their documents and the values as they were given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class SubmittedDocument:
    """One document of a dossier.

    Attributes:
        ordinal: place in the dossier, counted from 1 (what the list says itself is ``values["ordinal"]``).
        row: row of the list, 0 when there is none.
        values: text by internal field name (`ingest.readers.fields`, without ``document.``); never empty text.
        columns: column letter by internal field name.
        path: path of its file, NFC, ``/`` between parts, no drive and no leading ``/``; empty when not given.
        path_as_written: the path as the list has it.
    """

    ordinal: int
    row: int = 0
    values: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    path: str = ""
    path_as_written: str = ""

    def to_plain(self) -> dict[str, Any]:
        """Return the document as JSON types."""
        return {
            "ordinal": self.ordinal,
            "row": self.row,
            "values": dict(self.values),
            "columns": dict(self.columns),
            "path": self.path,
            "path_as_written": self.path_as_written,
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> SubmittedDocument:
        """Return the document that `to_plain` described."""
        return cls(**plain)


@dataclass(frozen=True, slots=True)
class SubmittedDossier:
    """One dossier.

    Attributes:
        key: unique inside the transfer, the same whenever the same list is read.
        row: first row of the dossier in the list, 0 when there is none.
        values: text by internal field name (`ingest.readers.fields`, without ``dossier.``); never empty text.
        columns: column letter by internal field name.
        documents: in the order of the list.
    """

    key: str
    row: int = 0
    values: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    documents: tuple[SubmittedDocument, ...] = ()

    def to_plain(self) -> dict[str, Any]:
        """Return the dossier as JSON types."""
        return {
            "key": self.key,
            "row": self.row,
            "values": dict(self.values),
            "columns": dict(self.columns),
            "documents": [document.to_plain() for document in self.documents],
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> SubmittedDossier:
        """Return the dossier that `to_plain` described."""
        documents = tuple(SubmittedDocument.from_plain(document) for document in plain["documents"])
        return cls(**{**plain, "documents": documents})


@dataclass(frozen=True, slots=True)
class UnusedRow:
    """A row that belongs to no dossier; `cells` is the text by column letter."""

    row: int
    cells: Mapping[str, str]

    def to_plain(self) -> dict[str, Any]:
        """Return the row as JSON types."""
        return {"row": self.row, "cells": dict(self.cells)}


@dataclass(frozen=True, slots=True)
class Submission:
    """All that one transfer says about its content; `unused` is what the reader could not place."""

    dossiers: tuple[SubmittedDossier, ...] = ()
    unused: tuple[UnusedRow, ...] = ()

    def to_plain(self) -> dict[str, Any]:
        """Return the submission as JSON types."""
        return {
            "dossiers": [dossier.to_plain() for dossier in self.dossiers],
            "unused": [row.to_plain() for row in self.unused],
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Submission:
        """Return the submission that `to_plain` described."""
        return cls(
            tuple(SubmittedDossier.from_plain(dossier) for dossier in plain["dossiers"]),
            tuple(UnusedRow(**row) for row in plain["unused"]),
        )
