"""When a dossier's retention runs out, and why: the pure core."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from archive.metadata.periods import RetentionKind, RetentionPeriod


@dataclass(frozen=True, slots=True)
class Reckoning:
    """The review date with the reasons that led to it.

    Attributes:
        due_on: first day on which the dossier is put up for review; None: never, or not known yet.
        reasons: codes of the steps of the explanation, in order, with their values.
    """

    due_on: datetime.date | None
    reasons: tuple[tuple[str, dict[str, str | int]], ...]


def reckon(period: RetentionPeriod | None, period_text: str, closing_year: int | None) -> Reckoning:
    """Return when the review list opens: 1 January of `closing_year + N + 1`; permanent never.

    Counted from the year in which the work ended (Luật Lưu trữ 33/2024/QH15, Điều 15), never from the opening
    date and never in days. What is not known makes no date: a dossier without a period or a closing year is
    not due, and says why.
    """
    if period is None:
        return Reckoning(None, (("RET-0003", {"period": period_text or "…"}),))
    if period.kind is RetentionKind.PERMANENT:
        return Reckoning(None, (("RET-0002", {}),))
    if period.kind is RetentionKind.EVENT:
        return Reckoning(None, (("RET-0005", {"event": period.render()}),))
    if closing_year is None:
        return Reckoning(None, (("RET-0004", {}),))
    last_kept = closing_year + period.years
    return Reckoning(
        datetime.date(last_kept + 1, 1, 1),
        (
            ("RET-0011", {"year": closing_year}),
            ("RET-0012", {"period": period.render()}),
            ("RET-0013", {"year": closing_year, "years": period.years, "last": last_kept}),
            ("RET-0014", {"date": f"01/01/{last_kept + 1}"}),
        ),
    )
