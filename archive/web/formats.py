"""How dates, numbers and sizes read, in Vietnamese and in English (ui principles: Vietnamese, numbers, dates)."""

from __future__ import annotations

import datetime

from archive.clock import VIETNAM

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def date_text(value: datetime.date | datetime.datetime | None, language: str = "vi") -> str:
    """Return ``23/11/2026`` or ``23 Nov 2026``; empty for None."""
    if value is None:
        return ""
    day = value.astimezone(VIETNAM).date() if isinstance(value, datetime.datetime) else value
    if language == "en":
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
    return f"{day.day:02d}/{day.month:02d}/{day.year}"


_DAYS = (
    *(("Thứ Hai", "Monday"), ("Thứ Ba", "Tuesday"), ("Thứ Tư", "Wednesday"), ("Thứ Năm", "Thursday")),
    *(("Thứ Sáu", "Friday"), ("Thứ Bảy", "Saturday"), ("Chủ Nhật", "Sunday")),
)


def weekday_text(value: datetime.date, language: str = "vi") -> str:
    """Return ``Thứ Hai, 23/11/2026`` or ``Monday, 23 Nov 2026``."""
    return f"{_DAYS[value.weekday()][language == 'en']}, {date_text(value, language)}"


def instant_text(value: datetime.datetime | None, language: str = "vi") -> str:
    """Return the date and ``08:40`` of Vietnam; empty for None."""
    if value is None:
        return ""
    local = value.astimezone(VIETNAM)
    return f"{date_text(value, language)} {local.hour:02d}:{local.minute:02d}"


def number_text(value: float | None, language: str = "vi") -> str:
    """Return ``48.217`` or ``48,217``; at most one decimal; empty for None."""
    if value is None:
        return ""
    text = f"{value:,.1f}" if isinstance(value, float) else f"{value:,}"
    return text if language == "en" else text.translate(str.maketrans(",.", ".,"))


def size_text(length: int, language: str = "vi") -> str:
    """Return bytes as ``16,7 MB`` (powers of ten)."""
    value, unit = float(length), "B"
    for bigger in ("KB", "MB", "GB", "TB"):
        if value < 1000:  # noqa: PLR2004 - powers of ten
            break
        value, unit = value / 1000, bigger
    return f"{number_text(length if unit == 'B' else round(value, 1), language)} {unit}"
