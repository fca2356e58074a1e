"""Time and identity as ports, so that tests can fix them."""

from __future__ import annotations

import datetime
import uuid
from typing import Protocol
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


class Clock(Protocol):
    """Tells the time; never decides an order (sequence numbers do)."""

    def now(self) -> datetime.datetime:
        """Return the present instant, aware, in UTC."""
        ...


class IdSource(Protocol):
    """Makes public ids."""

    def new(self) -> uuid.UUID:
        """Return a random UUID that nothing orders by."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime.datetime:
        """Return the present instant, aware, in UTC."""
        return datetime.datetime.now(datetime.UTC)


class RandomIds:
    """Version 4 UUIDs."""

    def new(self) -> uuid.UUID:
        """Return a random UUID."""
        return uuid.uuid4()


def vietnam_date(instant: datetime.datetime) -> datetime.date:
    """Return the date that a Vietnamese calendar shows at that instant; due dates are such dates."""
    return instant.astimezone(VIETNAM).date()


def month_of(year: int, month: int) -> tuple[datetime.datetime, datetime.datetime]:
    """Return the first instants of a Vietnamese month and of the one behind it."""
    behind = divmod(year * 12 + month, 12)
    return (
        datetime.datetime(year, month, 1, tzinfo=VIETNAM),
        datetime.datetime(behind[0], behind[1] + 1, 1, tzinfo=VIETNAM),
    )
