"""Messages between sender and archive: kept with the transfer, in order, seen by both sides."""

from __future__ import annotations

import uuid

import pytest

from archive.accounts.errors import Forbidden
from archive.database.errors import NotFound
from config.application import create_application
from ingest.transfers import services
from ingest.transfers.discussion import LONGEST, messages_of, write_message
from ingest.transfers.errors import TransferError
from ingest.transfers.models import Transfer
from ingest.transfers.states import NEEDS, STATES
from tests.conftest import Archive
from tests.pages import page_of
from tests.transfers import open_transfer


def say(archive: Archive, who: str, transfer: uuid.UUID, text: str) -> None:
    """Write a message as a person."""
    with archive.house.database.write(archive.person(who).scope()) as work:
        write_message(work, transfer, text)


def said(archive: Archive, who: str, transfer: uuid.UUID) -> list[tuple[int, str, str]]:
    """Return what a person reads."""
    with archive.house.database.read(archive.person(who).scope()) as work:
        return [(m.ordinal, m.person, m.text) for m in messages_of(work, services.get(work, transfer))]


def test_both_sides_read_the_same_in_order(archive: Archive) -> None:
    """Sender, leader and archivist write in turn; each reads all of it in the order in which it was written."""
    transfer = open_transfer(archive)
    app = create_application(archive.house)
    for who, text in (
        ("submitter", " Thiếu <một> tệp "),
        ("archivist", "Gửi thêm\r\ntrước thứ Sáu"),
        ("approver", "Vâng"),
    ):
        say(archive, who, transfer, text)
    expected = [
        (1, archive.person("submitter").name, "Thiếu <một> tệp"),
        (2, archive.person("archivist").name, "Gửi thêm\ntrước thứ Sáu"),
        (3, archive.person("approver").name, "Vâng"),
    ]
    assert said(archive, "submitter", transfer) == said(archive, "archivist", transfer) == expected
    page = page_of(archive, app, "archivist", f"/giao-nop/{transfer}")
    places = [page.index(text) for text in ("Thiếu &lt;một&gt; tệp", "trước thứ Sáu", "Vâng")]
    assert places == sorted(places)


def test_only_those_of_the_transfer_write(archive: Archive) -> None:
    """Who may only look is refused; another unit and another body do not find the transfer."""
    transfer = open_transfer(archive)
    for who, error in (
        ("head", Forbidden),
        ("searcher", Forbidden),
        ("other.submitter", NotFound),
        ("xa.archivist", NotFound),
    ):
        with pytest.raises(error):
            say(archive, who, transfer, "Xin chào")
    assert said(archive, "submitter", transfer) == []


@pytest.mark.parametrize(
    ("text", "code"), [("", "TRF-0026"), (" \r\n ", "TRF-0026"), ("x" * (LONGEST + 1), "TRF-0027")]
)
def test_a_message_says_something_and_not_too_much(text: str, code: str, archive: Archive) -> None:
    """Nothing and a whole file are refused, and nothing is kept."""
    transfer = open_transfer(archive)
    with pytest.raises(TransferError) as caught:
        say(archive, "submitter", transfer, text)
    assert caught.value.code == code
    assert said(archive, "submitter", transfer) == []


def test_a_withdrawn_transfer_is_not_discussed(archive: Archive) -> None:
    """In every state but one the sides write; of what was withdrawn the messages stay readable."""
    assert set(NEEDS["discuss"]) == set(STATES) - {"withdrawn"}
    transfer = open_transfer(archive)
    say(archive, "submitter", transfer, "Tôi rút lại")
    with archive.house.database.write(archive.person("submitter").scope()) as work:
        withdrawn: Transfer = services.withdraw(work, transfer)
    assert withdrawn.state == "withdrawn"
    with pytest.raises(TransferError) as caught:
        say(archive, "archivist", transfer, "Vì sao?")
    assert caught.value.code == "TRF-0002"
    page = page_of(archive, create_application(archive.house), "archivist", f"/giao-nop/{transfer}")
    assert "Tôi rút lại" in page
    assert "Gửi lời nhắn" not in page
