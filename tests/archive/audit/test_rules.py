"""The pure core of the audit chain: whatever is done to a chain is found, and at which row."""

from __future__ import annotations

import datetime
import hashlib
import uuid
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.audit.rules import (
    GENESIS,
    ChainFault,
    ChainRow,
    Fault,
    Payload,
    canonical,
    payload_digest,
    row_hash,
    verify,
)
from tests.archive.audit.chains import BEGIN, CHAIN, Rows, chain, computed_anew, head

BODIES = st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=10), max_size=2), min_size=1, max_size=10)
OTHER: dict[str, st.SearchStrategy[Any]] = {
    "chain_id": st.uuids(),
    "at": st.datetimes(timezones=st.just(datetime.UTC)),
    "act": st.text(max_size=10),
    "actor_id": st.uuids(),
    "object_kind": st.text(max_size=10),
    "object_id": st.none() | st.uuids(),
    "outcome": st.sampled_from(["refused", "failed"]),
    "payload_digest": st.text("0123456789abcdef", min_size=64, max_size=64),
    "previous_hash": st.text("0123456789abcdef", min_size=64, max_size=64),
    "hash": st.text("0123456789abcdef", min_size=64, max_size=64),
}


def judge(rows: Rows, at: tuple[int, str] | None, anchors: dict[int, str] | None = None) -> ChainFault | None:
    """Return the first fault of a chain."""
    return verify(CHAIN, rows, anchors=anchors or {}, head=at)[1]


@given(BODIES)
def test_a_whole_chain_holds(bodies: list[dict[str, str]]) -> None:
    """A chain that nobody touched is read to its end without a fault, also against all its anchors."""
    rows = chain(bodies)
    anchors = {row.seq: row.hash for row, _ in rows}
    assert verify(CHAIN, rows, anchors=anchors, head=head(rows)) == (len(bodies), None)


def test_no_chain_is_whole() -> None:
    """Where nothing was written and nothing is remembered there is nothing wrong."""
    assert verify(CHAIN, [], anchors={}, head=None) == (0, None)


def test_every_field_of_a_row_can_be_changed_in_these_tests() -> None:
    """The test below tries each field but the number, which has tests of its own."""
    assert {field.name for field in fields(ChainRow)} == {*OTHER, "seq"}


@given(st.data(), BODIES, st.sampled_from(sorted(OTHER)))
def test_any_changed_field_is_found_at_its_row(data: st.DataObject, bodies: list[dict[str, str]], name: str) -> None:
    """Whichever field of whichever row is changed, verification names that row, having read those before."""
    rows = chain(bodies)
    index = data.draw(st.integers(0, len(rows) - 1))
    row, payload = rows[index]
    value = data.draw(OTHER[name].filter(lambda other: other != getattr(row, name)))
    rows[index] = (replace(row, **{name: value}), payload)
    assert verify(CHAIN, rows, anchors={}, head=head(chain(bodies))) == (
        index,
        ChainFault(CHAIN, index + 1, Fault.CHANGED),
    )


@given(st.data(), BODIES)
def test_a_changed_payload_is_found_at_its_row(data: st.DataObject, bodies: list[dict[str, str]]) -> None:
    """Another text or salt beside a row is found; so is a payload that is gone."""
    rows = chain(bodies)
    index = data.draw(st.integers(0, len(rows) - 1))
    row, payload = rows[index]
    assert payload is not None
    for other, fault in (
        (replace(payload, body=payload.body + " "), Fault.PAYLOAD_CHANGED),
        (replace(payload, salt=payload.salt[::-1] + "x"), Fault.PAYLOAD_CHANGED),
        (None, Fault.PAYLOAD_MISSING),
    ):
        rows[index] = (row, other)
        assert judge(rows, head(rows)) == ChainFault(CHAIN, index + 1, fault)


@given(st.data(), BODIES)
def test_an_erased_payload_still_verifies(data: st.DataObject, bodies: list[dict[str, str]]) -> None:
    """Payloads that were lawfully erased leave the chain whole; the case they were erased under is told."""
    rows = chain(bodies)
    for index in data.draw(st.sets(st.integers(0, len(rows) - 1), min_size=1)):
        rows[index] = (rows[index][0], Payload("", "", "HUY-2031-01"))
    assert judge(rows, head(rows)) is None


def test_a_payload_that_only_says_it_is_erased_is_found() -> None:
    """A text put in place of another is found also when the row claims that it was erased under a case."""
    rows = chain([{"title": "one"}, {"title": "two"}])
    rows[1] = (rows[1][0], Payload(rows[1][1].salt if rows[1][1] else "", '{"title":"forged"}', "HUY-2031-01"))
    assert judge(rows, head(rows)) == ChainFault(CHAIN, 2, Fault.PAYLOAD_CHANGED)


@given(st.data(), BODIES.filter(lambda bodies: len(bodies) > 1))
def test_a_removed_row_is_found_at_its_number(data: st.DataObject, bodies: list[dict[str, str]]) -> None:
    """A row taken out of the middle, or the first one, is missed at its number."""
    rows = chain(bodies)
    index = data.draw(st.integers(0, len(rows) - 2))
    at = head(rows)
    del rows[index]
    assert judge(rows, at) == ChainFault(CHAIN, index + 1, Fault.REMOVED)


@given(st.data(), BODIES)
def test_a_chain_that_was_cut_off_is_found_at_the_first_missing_row(
    data: st.DataObject, bodies: list[dict[str, str]]
) -> None:
    """Rows taken off the end are missed: the head row remembers them, and where it was set back, the anchors."""
    rows = chain(bodies)
    kept = data.draw(st.integers(0, len(rows) - 1))
    cut = rows[:kept]
    expected = ChainFault(CHAIN, kept + 1, Fault.CUT_OFF)
    assert judge(cut, head(rows)) == expected
    set_back = head(cut) if cut else None
    assert judge(cut, set_back, {len(rows): head(rows)[1]}) == expected


@given(st.data(), BODIES.filter(lambda bodies: len(bodies) > 1))
def test_two_rows_that_changed_places_are_found_at_the_first(data: st.DataObject, bodies: list[dict[str, str]]) -> None:
    """Two events whose numbers were exchanged are found at the smaller number."""
    rows = chain(bodies)
    first, second = sorted(data.draw(st.lists(st.integers(0, len(rows) - 1), min_size=2, max_size=2, unique=True)))
    at = head(rows)
    one, two = rows[first], rows[second]
    rows[first] = (replace(two[0], seq=first + 1), two[1])
    rows[second] = (replace(one[0], seq=second + 1), one[1])
    assert judge(rows, at) == ChainFault(CHAIN, first + 1, Fault.CHANGED)


@given(st.data(), BODIES)
def test_a_row_that_stands_twice_is_found(data: st.DataObject, bodies: list[dict[str, str]]) -> None:
    """The same number a second time is found where the next one was expected."""
    rows = chain(bodies)
    index = data.draw(st.integers(0, len(rows) - 1))
    rows.insert(index + 1, rows[index])
    assert judge(rows, head(rows)) == ChainFault(CHAIN, index + 2, Fault.REORDERED)


@given(BODIES)
def test_a_row_added_past_the_head_is_found(bodies: list[dict[str, str]]) -> None:
    """A row hung on behind the head, however well made, is found."""
    rows = chain([*bodies, {"added": "later"}])
    assert judge(rows, head(rows[:-1])) == ChainFault(CHAIN, len(rows), Fault.CHANGED)


@given(BODIES)
def test_a_head_that_is_gone_is_found(bodies: list[dict[str, str]]) -> None:
    """Rows without a head are not a whole chain."""
    assert judge(chain(bodies), None) == ChainFault(CHAIN, len(bodies), Fault.CHANGED)


@given(st.data(), BODIES)
def test_a_chain_computed_anew_is_caught_by_the_next_anchor(data: st.DataObject, bodies: list[dict[str, str]]) -> None:
    """A forger who changes a row and computes every hash after it anew is caught at the first anchor behind it.

    Without the anchors outside the database nobody could tell: that is why they are there.
    """
    rows = chain(bodies)
    index = data.draw(st.integers(0, len(rows) - 1))
    anchored = data.draw(st.integers(0, len(rows) - 1))
    row, payload = rows[index]
    forged = computed_anew([*rows[:index], (replace(row, act="dossier.sealed"), payload), *rows[index + 1 :]], index)
    assert judge(forged, head(forged)) is None
    anchors = {anchored + 1: rows[anchored][0].hash}
    found = judge(forged, head(forged), anchors)
    assert found == (ChainFault(CHAIN, anchored + 1, Fault.REWRITTEN) if anchored >= index else None)


@given(st.data(), BODIES)
def test_a_payload_changed_with_all_hashes_is_caught_by_the_next_anchor(
    data: st.DataObject, bodies: list[dict[str, str]]
) -> None:
    """The same for a forger who changes what was said and all digests with it."""
    rows = chain(bodies)
    index = data.draw(st.integers(0, len(rows) - 1))
    row, payload = rows[index]
    assert payload is not None
    forged = computed_anew([*rows[:index], (row, replace(payload, body='{"x":"y"}')), *rows[index + 1 :]], index)
    assert judge(forged, head(forged), {len(rows): head(rows)[1]}) == ChainFault(CHAIN, len(rows), Fault.REWRITTEN)


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.none() | st.lists(st.text())))
def test_a_payload_has_one_text(payload: dict[str, Any]) -> None:
    """The order in which a payload was put together does not change its text, and the text says all of it."""
    import json

    turned = dict(reversed(payload.items()))
    assert canonical(payload) == canonical(turned)
    assert json.loads(canonical(payload)) == payload


def test_the_text_of_a_payload_is_known() -> None:
    """Keys are sorted, no blanks stand between, Vietnamese letters are themselves."""
    assert canonical({"b": 1, "a": "Đất đai", "c": [None, True]}) == '{"a":"Đất đai","b":1,"c":[null,true]}'


def test_hashes_are_known() -> None:
    """What is hashed is fixed for ever: salt and text of a payload, lengths and values of a row's fields."""
    assert payload_digest("00ff", '{"a":1}') == hashlib.sha256(b'00ff\n{"a":1}').hexdigest()
    row = ChainRow(
        chain_id=CHAIN,
        seq=7,
        at=BEGIN,
        act="dossier.opened",
        actor_id=uuid.UUID(int=1),
        object_kind="",
        object_id=None,
        outcome="done",
        payload_digest="d",
        previous_hash=GENESIS,
        hash="",
    )
    text = "\n".join(
        (
            f"36:{CHAIN}",
            "1:7",
            "32:2026-01-01T00:00:00.000000+00:00",
            "14:dossier.opened",
            "36:00000000-0000-0000-0000-000000000001",
            "0:",
            "0:",
            "4:done",
            "1:d",
            f"64:{'0' * 64}",
        )
    )
    assert row_hash(row) == hashlib.sha256(text.encode()).hexdigest()


@given(st.text(max_size=8), st.text(max_size=8), st.text(max_size=8), st.text(max_size=8))
def test_no_text_can_be_moved_from_one_field_to_the_next(one: str, two: str, three: str, four: str) -> None:
    """Two rows whose fields differ have different hashes, wherever the borders between the fields are."""
    row = chain([{}])[0][0]
    first, second = replace(row, act=one, object_kind=two), replace(row, act=three, object_kind=four)
    assert (row_hash(first) == row_hash(second)) == ((one, two) == (three, four))


@pytest.mark.parametrize("hours", [7, -3, 0])
def test_the_zone_of_an_instant_does_not_matter(hours: int) -> None:
    """The same instant told in another zone gives the same hash: databases differ in what they give back."""
    row = chain([{}])[0][0]
    elsewhere = row.at.astimezone(datetime.timezone(datetime.timedelta(hours=hours)))
    assert row_hash(replace(row, at=elsewhere)) == row.hash
