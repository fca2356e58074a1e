"""From hit to hit: every place is reached once, in order, from wherever one stands."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from search.reading.hits import Place, hits_from

COUNTS = st.lists(st.integers(0, 4), min_size=1, max_size=8)


@given(COUNTS)
def test_going_on_meets_every_place_once(counts: list[int]) -> None:
    """From the first page on, "next" walks through all places in order, and "before" leads back the same way."""
    hits = hits_from(counts, 1, 1)
    walked = [hits.here] if hits.here else []
    while hits.after:
        came_from, hits = hits.here, hits_from(counts, hits.after.page, hits.after.number)
        assert came_from in (None, hits_from(counts, 1, 1).here, hits.before)
        walked.append(hits.here)
        assert hits.ordinal == len(walked)
    assert walked == [Place(p, n) for p, count in enumerate(counts, start=1) for n in range(1, count + 1)]
    assert hits.total == len(walked)


@given(COUNTS, st.integers(1, 12), st.integers(-3, 9))
def test_a_page_shows_only_its_own_places(counts: list[int], page: int, asked: int) -> None:
    """What is looked at stands on the page; what is before and behind lies on either side of it."""
    hits = hits_from(counts, page, asked)
    assert (hits.here is not None) == (page <= len(counts) and counts[page - 1] > 0)
    if hits.here:
        assert hits.here.page == page
    ends = (hits.before, hits.here or Place(page, 0), hits.after)
    shown = [(place.page, place.number) for place in ends if place]
    assert shown == sorted(shown)
