"""What the readers do behind the fence: local path in, plain values out, coded errors as values."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from archive.errors import KhoLuuTruError
from ingest.readers.errors import SpreadsheetError
from ingest.readers.mapping import ColumnMapping
from ingest.readers.spreadsheet import guess_mapping, read_spreadsheet


def headings_of(path: str) -> dict[str, Any]:
    """Return the guessed ``mapping`` of a list."""

    def read() -> dict[str, Any]:
        mapping = guess_mapping(Path(path))
        return {"mapping": mapping.to_plain()}

    return _coded(read)


def read_list(path: str, mapping: dict[str, Any] | None) -> dict[str, Any]:
    """Return the whole list as `ReadList.to_plain` describes it."""
    given = ColumnMapping.from_plain(mapping) if mapping else None
    return _coded(lambda: read_spreadsheet(Path(path), given).to_plain())


def _coded(read: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return read()
    except KhoLuuTruError as error:
        detail = error.detail if isinstance(error, SpreadsheetError) else ""
        return {"error": {"code": error.code, "parameters": error.parameters, "detail": detail}}
