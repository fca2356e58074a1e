"""What a backup may answer instead of being made, checked or put back."""

from __future__ import annotations

from archive.errors import KhoLuuTruError


class BackupError(KhoLuuTruError):
    """A backup cannot be made, read or put back; the code says why."""
