"""Errors about the state of rows."""

from __future__ import annotations

import sqlite3

from archive.errors import KhoLuuTruError

READ_ONLY = "25006"
"""What PostgreSQL says when it is asked to write and only lets read."""
_DISK_FULL = "53100"


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
    """The database does not do its work for the time being; whether the last commit was made is not known.

    ``GEN-0007`` it cannot be reached, or broke off; ``GEN-0008`` it only lets read; ``GEN-0009`` it has no room left;
    ``GEN-0010`` its certificate is not to be trusted.
    """

    def __init__(self, code: str = "GEN-0007") -> None:
        super().__init__(code)

    @classmethod
    def because_of(cls, error: BaseException) -> DatabaseAway:
        """Return what is the case when a driver, or SQLAlchemy for it, has raised this error."""
        cause = getattr(error, "orig", None) or error
        # Servers tell by five signs, SQLite by a number of which the low byte is the kind.
        told = getattr(cause, "sqlstate", None) or (getattr(cause, "sqlite_errorcode", None) or 0) & 0xFF
        if told in {READ_ONLY, sqlite3.SQLITE_READONLY}:
            return cls("GEN-0008")
        if told in {_DISK_FULL, sqlite3.SQLITE_FULL}:
            return cls("GEN-0009")
        return cls("GEN-0010" if "certificate verify failed" in str(cause) else "GEN-0007")

    @property
    def passing(self) -> bool:
        """Return True: a database comes back."""
        return True


class DumpError(KhoLuuTruError):
    """PostgreSQL's programs for dumps are missing, too old, or have failed."""
