"""What sealing that does not come to its end leaves behind, and how a person takes it back."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import select, update

from archive import faults
from archive.database.scope import SystemScope
from config.steps import make_worker
from ingest.review import services as review
from ingest.sealing.models import Sealing
from ingest.sealing.sweeping import sweep_orphans
from ingest.sealing.tasks import object_key
from ingest.transfers import services
from ingest.transfers.errors import TransferError
from ingest.transfers.models import Transfer
from tests.conftest import Archive
from tests.transfers import answer, open_transfer, small, state_of, submit, upload, work_off


class _Stop(Exception):  # noqa: N818 - it stands for a death
    pass


def about_to_be_sealed(archive: Archive, dossiers: int = 2) -> uuid.UUID:
    """Return a transfer that both sides have confirmed and nobody has begun to seal."""
    transfer = open_transfer(archive)
    upload(archive, transfer, small(dossiers, 1))
    submit(archive, transfer)
    work_off(archive)
    answer(archive, transfer)
    return transfer


def die_sealing(archive: Archive, transfer: uuid.UUID, point: str, after: int = 0) -> None:
    """Seal, and die at this point (of the dossier after so many others)."""
    passed = 0

    def die(name: str) -> None:
        nonlocal passed
        if name == point:
            passed += 1
            if passed > after:
                raise _Stop

    faults.install(die)
    try:
        make_worker(archive.house).handle("transfer.seal", str(transfer))
    finally:
        faults.install(None)


def stop_in_sealing(archive: Archive, transfer: uuid.UUID) -> None:
    """Leave the transfer to a person, as the last attempt does."""
    with archive.house.database.write(SystemScope("test")) as work:
        row = work.session.scalars(select(Transfer).where(Transfer.id == transfer)).one()
        services.stop(work, row, "JOB-0001", {})


def test_what_a_dead_attempt_wrote_is_swept_once_nobody_seals(archive: Archive) -> None:
    """While the transfer is being sealed the object of a dead attempt stays; when it has stopped, it goes."""
    transfer = about_to_be_sealed(archive)
    die_sealing(archive, transfer, "seal.verified")
    store = archive.house.store
    assert len(list(store.keys("aip/"))) == 1
    assert sweep_orphans(archive.house) == 0
    stop_in_sealing(archive, transfer)
    assert sweep_orphans(archive.house) == 1
    assert list(store.keys("aip/")) == []


def test_sweeping_touches_neither_packages_nor_what_it_cannot_explain(archive: Archive) -> None:
    """Sealed packages, packages that no sealing row knows and strange names are left alone."""
    transfer = about_to_be_sealed(archive)
    work_off(archive)
    assert state_of(archive, transfer) == "sealed"
    store = archive.house.store
    sealed = set(store.keys("aip/"))
    strange = {object_key(uuid.UUID(int=7), 1, 1), "aip/00/strange/v1-1.zip", "aip/strange"}
    for key in strange:
        store.put(key, (b"x",), length=1)
    assert sweep_orphans(archive.house) == 0
    assert set(store.keys("aip/")) == sealed | strange


def test_a_later_attempt_of_a_sealed_package_is_an_orphan(archive: Archive) -> None:
    """Beside the object that the row names, what other attempts of the same package wrote is swept."""
    transfer = about_to_be_sealed(archive, 1)
    work_off(archive)
    assert state_of(archive, transfer) == "sealed"
    with archive.house.database.read(SystemScope("test")) as work:
        package = work.session.scalars(select(Sealing.package_id)).one()
    store = archive.house.store
    sealed = set(store.keys("aip/"))
    store.put(object_key(package, 1, 99), (b"x",), length=1)
    assert sweep_orphans(archive.house) == 1
    assert set(store.keys("aip/")) == sealed


def test_what_stopped_before_anything_was_sealed_is_taken_back(archive: Archive) -> None:
    """The archivist puts it back to review; both confirmations are void, and after them it is sealed."""
    transfer = about_to_be_sealed(archive)
    die_sealing(archive, transfer, "seal.verified")
    stop_in_sealing(archive, transfer)
    with archive.house.database.write(archive.person("archivist").scope()) as work:
        review.take_back(work, transfer)
    assert state_of(archive, transfer) == "awaiting_review"
    with archive.house.database.write(SystemScope("test")) as work:
        work.session.execute(update(Transfer).values(state="awaiting_approval"))
    answer(archive, transfer)
    work_off(archive)
    assert state_of(archive, transfer) == "sealed"
    assert len(list(archive.house.store.keys("aip/"))) == 2


def test_what_is_sealed_in_part_is_not_taken_back(archive: Archive) -> None:
    """Once one dossier is sealed the transfer can only go on."""
    transfer = about_to_be_sealed(archive)
    die_sealing(archive, transfer, "seal.verified", after=1)
    stop_in_sealing(archive, transfer)
    with (
        pytest.raises(TransferError, match="TRF-0002"),
        archive.house.database.write(archive.person("archivist").scope()) as work,
    ):
        review.take_back(work, transfer)
    assert state_of(archive, transfer) == "stopped"


def test_only_what_stopped_in_sealing_is_taken_back(archive: Archive) -> None:
    """A transfer that awaits review, or stopped elsewhere, stays where it is."""
    transfer = open_transfer(archive)
    upload(archive, transfer, small(1, 1))
    submit(archive, transfer)
    stop_in_sealing(archive, transfer)
    with (
        pytest.raises(TransferError, match="TRF-0002"),
        archive.house.database.write(archive.person("archivist").scope()) as work,
    ):
        review.take_back(work, transfer)
