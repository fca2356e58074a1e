"""Retention periods: for ever, a number of years, or bound to an event (Luật Lưu trữ 33/2024/QH15, Điều 15)."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

from archive.text.folding import fold

#: Luật Lưu trữ 33/2024/QH15, Điều 15: a limited period is between these numbers of years.
FEWEST_YEARS, MOST_YEARS = 2, 70
_YEARS = re.compile(r"0*(?P<years>[1-9][0-9]{0,2})(?:\.0)?(?: ?\([^)]*\))?(?: ?nam)?")
_AFTER = re.compile(
    r"0*(?P<years>[1-9][0-9]{0,2})(?: ?\([^)]*\))? ?nam (?:sau khi|ke tu khi|tu khi|ke tu ngay) (?P<event>.+)"
)


class RetentionKind(enum.StrEnum):
    """The three kinds of period."""

    PERMANENT = "permanent"
    YEARS = "years"
    EVENT = "event"


class RetentionEvent(enum.StrEnum):
    """What starts (with years) or ends (without) an event-based period, in the schedules' own words."""

    DOCUMENT_EXPIRED = "Đến khi văn bản hết hiệu lực thi hành"
    CONSTRUCTION_ENDED = "Theo tuổi thọ công trình"
    EQUIPMENT_ENDED = "Theo tuổi thọ thiết bị"
    CONTRACT_ENDED = "chấm dứt Hợp đồng"
    PERSON_DIED = "qua đời"

    @property
    def counts_years(self) -> bool:
        """Return whether years run from the event."""
        return self in {RetentionEvent.CONTRACT_ENDED, RetentionEvent.PERSON_DIED}


_EVENTS = {fold(event): event for event in RetentionEvent}


@dataclass(frozen=True, slots=True)
class RetentionPeriod:
    """One period.

    Attributes:
        kind: which of the three.
        years: for ``YEARS``, and for an event that years run from; else 0.
        event: for ``EVENT``.

    Raises:
        ValueError: years or event do not go with the kind.
    """

    kind: RetentionKind
    years: int = 0
    event: RetentionEvent | None = None

    def __post_init__(self) -> None:
        wants_years = self.kind is RetentionKind.YEARS or (self.event is not None and self.event.counts_years)
        if (self.years > 0) is not wants_years or (self.event is not None) is not (self.kind is RetentionKind.EVENT):
            raise ValueError(f"no such period: {self.kind} {self.years} {self.event}")

    @property
    def lawful(self) -> bool:
        """Return whether a number of years is one that the law allows; other kinds always are."""
        return self.kind is not RetentionKind.YEARS or FEWEST_YEARS <= self.years <= MOST_YEARS

    def render(self) -> str:
        """Return the period as the schedules print it: ``Vĩnh viễn``, ``20 năm`` or the event's words."""
        if self.event is not None:
            return f"{self.years} năm sau khi {self.event}" if self.event.counts_years else str(self.event)
        return "Vĩnh viễn" if self.kind is RetentionKind.PERMANENT else f"{self.years} năm"


PERMANENT = RetentionPeriod(RetentionKind.PERMANENT)


def parse_period(text: str) -> RetentionPeriod | None:
    """Return the period that a text names, or None.

    Marks, capitals and blanks do not matter; ``20``, ``20 năm`` and ``20 (hai mươi) năm`` are the same. Older
    words without a number (``Lâu dài``, ``Tạm thời``) name no period of today's law: None.
    """
    folded = fold(text).rstrip(".")
    if folded == "vinh vien":
        return PERMANENT
    if folded in _EVENTS and not _EVENTS[folded].counts_years:
        return RetentionPeriod(RetentionKind.EVENT, event=_EVENTS[folded])
    if match := _YEARS.fullmatch(folded):
        return RetentionPeriod(RetentionKind.YEARS, int(match["years"]))
    match = _AFTER.fullmatch(folded)
    event = _EVENTS.get(match["event"]) if match else None
    if match and event and event.counts_years:
        return RetentionPeriod(RetentionKind.EVENT, int(match["years"]), event)
    return None
