"""Errors about the state of rows."""

from __future__ import annotations

from archive.errors import KhoLuuTruError


class NotFound(KhoLuuTruError):  # noqa: N818 - reads as what it says
    """Nothing of this id in scope: the same answer for what does not exist and what may not be seen."""

    def __init__(self) -> None:
        super().__init__("GEN-0001")


class ChangedMeanwhile(KhoLuuTruError):  # noqa: N818
    """Somebody else changed the row first; nothing was written."""

    def __init__(self) -> None:
        super().__init__("GEN-0002")


class MigrationError(KhoLuuTruError):
    """The database cannot be brought to the newest shape; it is as it was."""


class DatabaseAway(KhoLuuTruError):  # noqa: N818 - says what is the case
    """The database cannot be reached, or broke off; whether the last commit was made is not known."""

    def __init__(self) -> None:
        super().__init__("GEN-0007")

    @property
    def passing(self) -> bool:
        """Return True: a database comes back."""
        return True


class DumpError(KhoLuuTruError):
    """PostgreSQL's programs for dumps are missing, too old, or have failed."""
