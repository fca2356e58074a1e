"""What a maker or leader may do he may do in his own unit, whatever another role of his lets him see."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import select

from archive.accounts.errors import Forbidden
from archive.accounts.services import AccountFace, change_password, create_account, find_face
from archive.database.scope import SystemScope
from archive.database.unit_of_work import UnitOfWork
from ingest.handover.services import confirm
from ingest.review import services as review
from ingest.transfers import files, services
from ingest.transfers.models import TransferStep
from tests.conftest import Archive
from tests.province import PASSWORD, password_hash
from tests.transfers import open_transfer, small, submit, upload, work_off


def hire(archive: Archive, *roles: str, unit: uuid.UUID | None) -> AccountFace:
    """Make an account of the department with these roles."""
    with archive.house.database.write(SystemScope("test")) as work:
        create_account(
            work,
            organization_id=archive.province.department,
            username="hai.vai",
            name="Người hai vai",
            roles=roles,
            password_hash=password_hash(),
            unit_id=unit,
            must_change_password=False,
        )
    face = find_face(archive.house.database, username="hai.vai")
    assert face is not None
    return face


ACTS: dict[str, tuple[tuple[str, ...], Callable[[UnitOfWork, uuid.UUID], object]]] = {
    "approve": (("approver", "searcher"), review.approve),
    "return": (("approver", "searcher"), lambda work, t: review.return_(work, t, "Thiếu")),
    "withdraw": (("submitter", "searcher"), services.withdraw),
}


@pytest.mark.parametrize("act", ACTS)
def test_a_second_role_widens_what_is_seen_and_not_what_is_done(act: str, archive: Archive) -> None:
    """A maker or leader who is a searcher too sees the other unit's transfer and may not act on it."""
    roles, do = ACTS[act]
    face = hire(archive, *roles, unit=archive.province.other_unit)
    transfer = open_transfer(archive)
    upload(archive, transfer, small(1, 1))
    submit(archive, transfer)
    work_off(archive)
    with archive.house.database.read(face.scope()) as work:
        assert services.get(work, transfer).unit_id == archive.province.unit
    with pytest.raises(Forbidden), archive.house.database.write(face.scope()) as work:
        do(work, transfer)


def test_files_of_another_unit_are_not_touched(archive: Archive) -> None:
    """Nor may he add a file to it, or open one in that unit's name."""
    face = hire(archive, "submitter", "searcher", unit=archive.province.other_unit)
    transfer = open_transfer(archive)
    with pytest.raises(Forbidden), archive.house.database.write(face.scope()) as work:
        files.announce(work, transfer, "la.pdf", 3)
    with pytest.raises(Forbidden), archive.house.database.write(face.scope()) as work:
        services.create(work, title="Đợt lạ", fonds_id=archive.province.fonds, unit_id=archive.province.unit)


def test_a_role_of_the_whole_body_reaches_every_unit(archive: Archive) -> None:
    """A leader who is the body's clerk too hands over for any unit: that right does not stem from being a leader."""
    face = hire(archive, "approver", "clerk", unit=archive.province.other_unit)
    transfer = open_transfer(archive)
    upload(archive, transfer, small(1, 1))
    submit(archive, transfer)
    work_off(archive)
    database = archive.house.database
    with database.write(archive.person("approver").scope()) as work:
        review.approve(work, transfer)
    with database.write(archive.person("archivist").scope()) as work:
        review.accept(work, transfer, unchecked_seen=True)
    with database.write(face.scope()) as work:
        confirm(work, transfer, "give")


def test_who_has_no_unit_is_known_by_name(archive: Archive) -> None:
    """Somebody who works for the body itself changes his password, and his acts stand under his own name."""
    face = hire(archive, "submitter", unit=None)
    change_password(archive.house.database, face, PASSWORD, "Khac-12345!")
    with archive.house.database.write(face.scope()) as work:
        body = archive.province.department
        transfer = services.create(work, title="Đợt của cơ quan", fonds_id=archive.province.fonds, unit_id=body).id
    for path, content in small(1, 1).items():
        with archive.house.database.write(face.scope()) as work:
            ordinal = files.announce(work, transfer, path, len(content)).ordinal
        files.receive(archive.house.database, face.scope(), archive.house.staging, transfer, ordinal, [content])
    with archive.house.database.write(face.scope()) as work:
        services.submit(work, transfer, complete=True, nothing_secret=True)
    with archive.house.database.read(face.scope()) as work:
        assert work.session.scalars(select(TransferStep.person)).all() == ["Người hai vai"]
