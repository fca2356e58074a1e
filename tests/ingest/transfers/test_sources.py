"""Who sends a transfer and of what class its files are: who approves, and what the dossiers are called."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from archive.accounts.errors import Forbidden
from archive.description.models import Dossier
from ingest.review import services as review
from ingest.transfers import services
from ingest.transfers.errors import TransferError
from ingest.transfers.models import TransferStep
from tests.conftest import Archive
from tests.transfers import answer, open_transfer, small, state_of, submit, upload, work_off


def test_a_contractors_transfer_is_approved_by_whom_the_setting_names(archive: Archive) -> None:
    """With the setting on «head», the unit's leader is refused and the head of the body approves."""
    archive.house.settings = replace(archive.settings, approver_of_contractors="head")
    transfer = open_transfer(archive, source="contractor")
    upload(archive, transfer, small(1, 1))
    submit(archive, transfer)
    work_off(archive)
    database = archive.house.database
    with pytest.raises(Forbidden), database.write(archive.person("approver").scope()) as work:
        review.approve(work, transfer)
    with database.write(archive.person("head").scope()) as work:
        review.approve(work, transfer)
    assert state_of(archive, transfer) == "awaiting_review"


def test_what_nobody_need_approve_goes_to_the_archive_at_once(archive: Archive) -> None:
    """With the setting on «nobody», the archivist is next."""
    archive.house.settings = replace(archive.settings, approver_of_systems="nobody")
    transfer = open_transfer(archive, source="system")
    upload(archive, transfer, small(1, 1))
    submit(archive, transfer)
    work_off(archive)
    assert state_of(archive, transfer) == "awaiting_review"


def test_files_of_a_procedure_stay_what_they_are(archive: Archive) -> None:
    """The class of a transfer is that of each dossier that comes of it."""
    transfer = open_transfer(archive, dossier_class="procedure")
    upload(archive, transfer, small(1, 1))
    submit(archive, transfer)
    work_off(archive)
    answer(archive, transfer)
    work_off(archive)
    with archive.house.database.read(archive.person("archivist").scope()) as work:
        assert work.session.scalars(select(Dossier.dossier_class)).all() == ["procedure"]


@pytest.mark.parametrize("choice", [{"source": "friend"}, {"dossier_class": "secret"}])
def test_a_choice_that_there_is_not_is_refused(choice: dict[str, str], archive: Archive) -> None:
    """An unknown sender or class opens no transfer."""
    submitter, province = archive.person("submitter"), archive.province
    with pytest.raises(TransferError, match="TRF-0021"), archive.house.database.write(submitter.scope()) as work:
        services.create(work, title="Đợt thử", fonds_id=province.fonds, unit_id=province.unit, **choice)


def test_what_was_not_checked_wants_a_persons_word(archive: Archive) -> None:
    """Without a scanner nothing is scanned: the archive agrees only when the archivist has seen and accepted that."""
    transfer = open_transfer(archive)
    upload(archive, transfer, small(1, 1))
    submit(archive, transfer)
    work_off(archive)
    database, archivist = archive.house.database, archive.person("archivist").scope()
    with database.write(archive.person("approver").scope()) as work:
        review.approve(work, transfer)
    with pytest.raises(TransferError, match="TRF-0022"), database.write(archivist) as work:
        review.accept(work, transfer)
    with database.write(archivist) as work:
        review.accept(work, transfer, unchecked_seen=True)
    with database.read(archivist) as work:
        steps = work.session.scalars(select(TransferStep.remark).where(TransferStep.act == "accept")).all()
    assert steps == ["Đã xem 1 chỗ chưa kiểm tra được"]
