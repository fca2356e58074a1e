"""What reading a file's format may answer."""

from __future__ import annotations

from archive.errors import KhoLuuTruError


class FormatError(KhoLuuTruError):
    """A file of a known format cannot be opened as such: codes ``FMT-xxxx``."""
