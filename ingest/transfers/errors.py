"""What transfers may answer."""

from __future__ import annotations

from archive.errors import KhoLuuTruError


class TransferError(KhoLuuTruError):
    """Something about a transfer that its sender or the archivist can mend."""
