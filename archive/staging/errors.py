"""What staging may answer."""

from __future__ import annotations

from archive.errors import KhoLuuTruError


class StagingError(KhoLuuTruError):
    """Staged bytes are not where they should be, or the place that holds them cannot be reached."""

    @property
    def passing(self) -> bool:
        """Return whether the server that holds them is away, or full."""
        return self.code in {"STG-0007", "STG-0010"}
