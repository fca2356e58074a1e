"""What a file itself tells: its format and how many pages it has; for the fence."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from archive.errors import KhoLuuTruError
from preservation.formats.ports import FormatIdentifier


def look_at(path: str) -> dict[str, Any]:
    """Return format and page count of the file at a local path; runs behind the fence."""
    from preservation.formats.pages import count_pdf_pages

    formats = _identifier().identify(Path(path))
    pages, problem = None, ""
    if any(found.recognised and "pdf" in found.mime for found in formats):
        try:
            pages = count_pdf_pages(path)
        except KhoLuuTruError as error:
            problem = error.code
    return {"formats": [found.to_plain() for found in formats], "pages": pages, "pages_problem": problem}


@functools.cache
def _identifier() -> FormatIdentifier:
    """Return this process's identifier: it holds compiled signatures and state, so one per process."""
    from preservation.formats.fido_identifier import FidoIdentifier

    return FidoIdentifier()
