"""Addresses that a page was asked to go on to."""

from __future__ import annotations

import datetime
import uuid

from flask import url_for


def inside(address: str) -> str:
    """Return the address if it is one of ours, the desk otherwise: no open redirect."""
    plain = all(char > " " and char != "\\" for char in address)
    # With one stroke at its beginning an address can name neither scheme nor host.
    return address if plain and address.startswith("/") and address[:2] != "//" else url_for("web.desk")


def known_year(text: str) -> int | None:
    """Return the year that an address's argument names; None for what no calendar here can show."""
    if not (text.isascii() and text.isdigit() and len(text) == 4):  # noqa: PLR2004 - digits of a year
        return None
    # The last year has no first day of the next.
    return int(text) if 0 < int(text) < datetime.MAXYEAR else None


def known_uuid(text: str) -> uuid.UUID | None:
    """Return the id that an address's argument names; None for what is none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
