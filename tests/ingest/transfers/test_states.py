"""The state of a dossier before it is sealed follows from its transfer's."""

from __future__ import annotations

from archive.description.states import DOSSIER_STATES
from config.application import create_application
from ingest.transfers.states import STATES, dossier_state
from tests.conftest import Archive
from tests.pages import page_of
from tests.transfers import open_transfer, small, submit, upload, work_off


def test_every_declared_state_of_a_dossier_is_used() -> None:
    """What is not written in sealed rows is what a transfer's state means for its dossiers."""
    assert {dossier_state(state) for state in STATES} == set(DOSSIER_STATES) - {"kept", "disposal_review"}


def test_what_the_unit_has_is_closed_and_what_it_declared_is_submitted() -> None:
    """A return or withdrawal gives the dossier back to its unit; a stop in between does not."""
    closed = {state for state in STATES if dossier_state(state) == "closed"}
    assert closed == {"receiving", "returned", "withdrawn"}


def test_the_page_names_the_state_of_each_dossier(archive: Archive) -> None:
    """After the checks a dossier reads «Đã nộp», after a return as its transfer does."""
    from ingest.review.services import return_

    app = create_application(archive.house)
    transfer = open_transfer(archive)
    upload(archive, transfer, small(1, 1))
    submit(archive, transfer)
    work_off(archive)
    assert "Đã nộp</span>" in page_of(archive, app, "submitter", f"/giao-nop/{transfer}")
    with archive.house.database.write(archive.person("approver").scope()) as work:
        return_(work, transfer, "Thiếu")
    assert page_of(archive, app, "submitter", f"/giao-nop/{transfer}").count("Bị trả lại</span>") == 2
