"""Why a job stopped."""

from __future__ import annotations

from archive.errors import KhoLuuTruError


class DatabaseAway(KhoLuuTruError):  # noqa: N818 - says what is the case
    """The database did not answer in the middle of a step; the step is done again when it does."""

    def __init__(self) -> None:
        super().__init__("JOB-0005")

    @property
    def passing(self) -> bool:
        """Return True: a database comes back."""
        return True


class JobError(KhoLuuTruError):
    """Background work cannot go on; `retry` False leaves it to a person at once."""

    def __init__(self, code: str, *, retry: bool = True, **parameters: str | int) -> None:
        super().__init__(code, **parameters)
        self.retry = retry
