"""A clock that stands still until it is put forward."""

from __future__ import annotations

import datetime

START = datetime.datetime(2026, 11, 23, 1, 40, tzinfo=datetime.UTC)


class FixedClock:
    """Tells the instant that it was set to."""

    def __init__(self, at: datetime.datetime = START) -> None:
        self.at = at

    def now(self) -> datetime.datetime:
        """Return the instant."""
        return self.at

    def forward(self, **time: float) -> None:
        """Go on by hours, minutes, seconds."""
        self.at += datetime.timedelta(**time)
