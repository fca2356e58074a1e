"""Why a job stopped."""

from __future__ import annotations

from archive.errors import KhoLuuTruError


class JobError(KhoLuuTruError):
    """Background work cannot go on; `retry` False leaves it to a person at once."""

    def __init__(self, code: str, *, retry: bool = True, **parameters: str | int) -> None:
        super().__init__(code, **parameters)
        self.retry = retry
