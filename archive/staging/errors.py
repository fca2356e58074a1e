"""What staging may answer."""

from __future__ import annotations

from archive.errors import KhoLuuTruError


class StagingError(KhoLuuTruError):
    """Staged bytes are not where they should be."""
