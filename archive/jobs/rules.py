"""Whether work that a row wants is being done, waits for its turn, or stands."""

from __future__ import annotations

import datetime
import enum

# Workers look for rows every two seconds; what waits longer than this is not on its way any more.
SOON = datetime.timedelta(seconds=10)


class Standing(enum.StrEnum):
    """How work stands that is not done yet."""

    AT_WORK = "at_work"
    PAUSED = "paused"
    SOON = "soon"
    QUEUED = "queued"
    LEFT = "left"


def standing(
    claimed_by: str | None, lease_until: datetime.datetime | None, since: datetime.datetime, now: datetime.datetime
) -> Standing:
    """Return how a row's work stands.

    Args:
        claimed_by: the worker that has the row; None when nobody has.
        lease_until: until when, or how long the pause after a failed attempt lasts.
        since: when the row last moved.
        now: the present instant.

    Returns:
        ``at_work`` while the lease runs; ``paused`` after a failed attempt; ``soon`` for what has just come;
        ``queued`` when no worker takes it; ``left`` when the worker that had it has renewed nothing.
    """
    if lease_until is not None and lease_until > now:
        return Standing.AT_WORK if claimed_by else Standing.PAUSED
    if claimed_by:
        return Standing.LEFT
    return Standing.SOON if now - max(since, lease_until or since) <= SOON else Standing.QUEUED
