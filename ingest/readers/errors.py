"""What a reader answers when it cannot read at all."""

from __future__ import annotations

from archive.errors import KhoLuuTruError
from archive.messages.rules import Finding, Where


class ReaderError(KhoLuuTruError):
    """What came in cannot be read; the code says why."""

    def finding(self, where: Where | None = None) -> Finding:
        """Return the same as a finding."""
        return Finding(self.code, where or Where(), dict(self.parameters))


class SpreadsheetError(ReaderError):
    """The list cannot be read: codes ``RDR-01xx``; `detail` is what a library said, for the log alone."""

    detail: str = ""


class ArchiveError(ReaderError):
    """The archive file, or one entry of it, cannot be read: codes ``RDR-03xx``."""
