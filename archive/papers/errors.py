"""Errors of papers."""

from __future__ import annotations

from archive.errors import KhoLuuTruError


class PaperError(KhoLuuTruError):
    """A paper could not be written; the code says why."""
