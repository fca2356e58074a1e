"""Dates as Vietnamese lists have them: often only a year, or a month and a year, are known."""

from __future__ import annotations

import calendar
import datetime
import enum
import re
from dataclasses import dataclass

from archive.text.folding import fold

#: Stands in a joined date for a part that nobody gave although a smaller one is there: ``13/?/2024``.
MISSING = "?"
_WORDS = re.compile(r"\b(?:ngay|thang|nam|mung|mong)\b")
_SEPARATORS = re.compile(r"\s*[/.-]\s*|\s+")
_PART = re.compile(r"[0-9]{1,2}")
_YEAR = re.compile(r"[12][0-9]{3}")
_ISO = re.compile(r"([12][0-9]{3})-([0-9]{2})(?:-([0-9]{2}))?")
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A day, a month (`day` 0) or a year (`month` and `day` 0).

    Raises:
        ValueError: no such day, or a day without a month.
    """

    year: int
    month: int = 0
    day: int = 0

    def __post_init__(self) -> None:
        if self.day and not self.month:
            raise ValueError("a day needs a month")
        datetime.date(self.year, self.month or 1, self.day or 1)

    @property
    def earliest(self) -> datetime.date:
        """Return the first day that it may be."""
        return datetime.date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> datetime.date:
        """Return the last day that it may be."""
        month = self.month or _MONTHS
        return datetime.date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    def certainly_before(self, other: PartialDate) -> bool:
        """Return whether every day that this may be lies before every day that the other may be."""
        return self.latest < other.earliest

    def __str__(self) -> str:
        if self.day:
            return f"{self.day:02d}/{self.month:02d}/{self.year:04d}"
        return f"{self.month:02d}/{self.year:04d}" if self.month else f"{self.year:04d}"


class DateProblem(enum.StrEnum):
    """Why a text is not simply a date."""

    UNREADABLE = "unreadable"
    IMPOSSIBLE = "impossible"
    INCOMPLETE = "incomplete"
    TWO_DIGIT_YEAR = "two_digit_year"


@dataclass(frozen=True, slots=True)
class DateReading:
    """What a text says: a date, or a problem and perhaps the date that is meant."""

    date: PartialDate | None
    problem: DateProblem | None = None
    proposed: PartialDate | None = None


def join_date(day: str, month: str, year: str) -> str:
    """Return three cells as one text that `read_date` reads: ``13/09/2024``, ``09/2024``, ``2024``, ``13/?/2024``."""
    day, month = (text.zfill(2) if _PART.fullmatch(text) else text for text in (day, month))
    if not (day or month or year):
        return ""
    return "/".join([*([day] if day else []), *([month or MISSING] if day or month else []), year or MISSING])


def read_date(text: str, *, not_after: int | None = None) -> DateReading:
    """Return what a text says about a date.

    Understood: ``13/09/2024``, ``13-9-2024``, ``13.9.2024``, ``ngày 13 tháng 9 năm 2024``, ``09/2024``, ``2024``,
    ``2024-09-13``. A year of two digits is never taken for granted: the problem is named, and the latest such
    year not after `not_after` is proposed.
    """
    iso = _ISO.fullmatch(text.strip())
    bare = "/".join(reversed([part for part in iso.groups() if part])) if iso else _WORDS.sub(" ", fold(text))
    parts = [part for part in _SEPARATORS.split(bare.strip()) if part]
    if MISSING in parts:
        return DateReading(None, DateProblem.INCOMPLETE)
    *small, year = parts or [""]
    if len(small) > 2 or not all(_PART.fullmatch(part) for part in small):  # noqa: PLR2004 - day and month
        return DateReading(None, DateProblem.UNREADABLE)
    if _PART.fullmatch(year) and len(year) == 2:  # noqa: PLR2004 - digits
        return DateReading(None, DateProblem.TWO_DIGIT_YEAR, _full_year(small, int(year), not_after))
    if not _YEAR.fullmatch(year):
        return DateReading(None, DateProblem.UNREADABLE)
    date = _date(small, int(year))
    if date:
        return DateReading(date)
    # Month before day, as some programs write it.
    return DateReading(None, DateProblem.IMPOSSIBLE, _date(small[::-1], int(year)) if len(small) > 1 else None)


def _date(small: list[str], year: int) -> PartialDate | None:
    numbers = [int(part) for part in small]
    if 0 in numbers:
        return None
    day, month = [0, 0, *numbers][-2:]
    try:
        return PartialDate(year, month, day)
    except ValueError:
        return None


def _full_year(small: list[str], year: int, not_after: int | None) -> PartialDate | None:
    if not_after is None:
        return None
    century = not_after - not_after % 100
    return _date(small, century + year if century + year <= not_after else century - 100 + year)
