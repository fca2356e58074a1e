"""What may be wrong with what an archive describes."""

from __future__ import annotations

from archive.errors import KhoLuuTruError


class DescriptionError(KhoLuuTruError):
    """Something about a fonds or a place of storage that its user can mend."""
