"""What the fence is asked about one file: its formats and its pages, as plain values."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from preservation.formats.errors import FormatError
from preservation.formats.fido_identifier import FidoIdentifier
from preservation.formats.pages import count_pdf_pages
from preservation.formats.ports import Identification

_PDF = "application/pdf"


@dataclass(frozen=True, slots=True)
class Examined:
    """What is known of one file's content.

    Attributes:
        formats: what the identifier answered.
        pages: number of pages; None when they cannot be counted.
        failure: code ``FMT-xxxx`` of why they could not, empty for files that are no PDF.
    """

    formats: tuple[Identification, ...]
    pages: int | None = None
    failure: str = ""

    def to_plain(self) -> dict[str, Any]:
        """Return the result as JSON types."""
        return {
            "formats": [found.to_plain() for found in self.formats],
            "pages": self.pages,
            "failure": self.failure,
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Examined:
        """Return the result that `to_plain` described."""
        formats = tuple(Identification.from_plain(found) for found in plain["formats"])
        return cls(formats, plain["pages"], plain["failure"])


@functools.cache
def _identifier() -> FidoIdentifier:
    return FidoIdentifier()


def examine(path: str) -> dict[str, Any]:
    """Return an `Examined` of the file at a local path, as plain values: a task for the fence.

    The signatures are loaded once a process.

    Raises:
        OSError: the file cannot be read.
    """
    formats = _identifier().identify(Path(path))
    if not any(found.mime == _PDF for found in formats):
        return Examined(formats).to_plain()
    try:
        return Examined(formats, count_pdf_pages(path)).to_plain()
    except FormatError as error:
        return Examined(formats, failure=error.code).to_plain()
