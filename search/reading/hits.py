"""From hit to hit through a document: where the words stand, page by page, and which places are before and behind."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A place where the words stand: the page and the number on that page, both from 1."""

    page: int
    number: int


@dataclass(frozen=True, slots=True)
class Hits:
    """What a reader is told of the hits, standing on one page.

    Attributes:
        total: places in the whole document.
        pages: pages that have one.
        here: the place that is looked at; None on a page without any.
        ordinal: its number in the document, 0 without one.
        before, after: the places to go to; None at the ends.
    """

    total: int
    pages: int
    here: Place | None
    ordinal: int
    before: Place | None
    after: Place | None


def hits_from(counts: Sequence[int], page: int, asked: int) -> Hits:
    """Return the hits as seen from a page.

    Args:
        counts: places of each page, in order.
        page: the page that is shown, from 1.
        asked: the place on it that is asked for; what it does not have is answered with the nearest.
    """
    places = [Place(at, number) for at, count in enumerate(counts, start=1) for number in range(1, count + 1)]
    first = sum(counts[: page - 1])
    own = counts[page - 1] if page <= len(counts) else 0
    if own:
        index = first + min(max(asked, 1), own) - 1
        here, ordinal, behind = places[index], index + 1, index + 1
    else:
        index, here, ordinal, behind = first, None, 0, first
    return Hits(
        total=len(places),
        pages=sum(1 for count in counts if count),
        here=here,
        ordinal=ordinal,
        before=places[index - 1] if index else None,
        after=next(itertools.islice(places, behind, None), None),
    )
