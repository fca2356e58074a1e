"""A transfer goes the whole way: received, checked, approved, accepted, handed over, sealed, found, planned."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import bagit
import pytest
from sqlalchemy import select

from archive.description.models import Dossier
from ingest.review import services as review
from ingest.transfers import services
from ingest.transfers.content import current_findings
from ingest.transfers.errors import TransferError
from preservation.packages.models import PackageVersion
from preservation.packages.validation import validate_file
from retention.due.models import RetentionPlan
from search.query.services import ask
from tests.conftest import Archive
from tests.transfers import (
    SAMPLES,
    answer,
    index,
    list_file,
    open_transfer,
    pdf,
    row,
    small,
    state_of,
    submit,
    upload,
    whole_way,
    work_off,
)


def codes(archive: Archive, transfer_id: object) -> set[str]:
    """Return the codes of the findings in force."""
    with archive.house.database.read(archive.person("archivist").scope()) as work:
        return {f.code for f in current_findings(work, services.get(work, transfer_id))}  # type: ignore[arg-type] # a UUID


def test_a_transfer_goes_the_whole_way(archive: Archive, tmp_path: Path) -> None:
    """A clean transfer ends sealed in valid bags, is found without marks, and has its review date."""
    transfer_id = whole_way(archive)
    assert state_of(archive, transfer_id) == "sealed"
    scope = archive.person("searcher").scope()
    with archive.house.database.read(scope) as work:
        dossiers = work.session.scalars(select(Dossier).order_by(Dossier.code_sort)).all()
        packages = work.session.scalars(select(PackageVersion)).all()
        plans = work.session.scalars(select(RetentionPlan)).all()
    assert [d.code for d in dossiers] == ["H98.01.2024.01.TH", "H98.01.2024.02.TH"]
    assert [(d.document_total, d.page_total, d.state) for d in dossiers] == [(2, 2, "kept")] * 2
    assert {p.state for p in packages} == {"locked"}
    assert {plan.due_on.isoformat() for plan in plans if plan.due_on} == {"2035-01-01"}
    assert ask(archive.house.database, archive.house.index, scope, "ho so thu 01 th").total >= 1
    found = ask(archive.house.database, archive.house.index, scope, "quyet dinh 2 qd st 2024")
    assert [item.document.number for item in found.found if item.document][:2] == ["2", "2"]
    for package in packages:
        exported = tmp_path / f"{package.package_id}.zip"
        exported.write_bytes(b"".join(archive.house.store.read(package.object_key)))
        assert validate_file(exported) == []
        with zipfile.ZipFile(exported) as opened:
            opened.extractall(tmp_path / "out")
        bagit.Bag(str(tmp_path / "out" / f"{package.package_id}-v1")).validate()
        script = tmp_path / "out" / f"{package.package_id}-v1" / "verify.py"
        run = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stdout + run.stderr


def test_the_bytes_that_came_in_are_the_bytes_that_go_out(archive: Archive) -> None:
    """Every file read out of its package is byte for byte the one that was sent."""
    from archive.description.models import ContentFile
    from preservation.packages.models import StoredContent
    from preservation.packages.services import read_content

    content = small(1, 3)
    whole_way(archive, content)
    with archive.house.database.read(archive.person("archivist").scope()) as work:
        rows = work.session.execute(
            select(ContentFile, StoredContent, PackageVersion.object_key)
            .join(StoredContent, StoredContent.content_file_id == ContentFile.id)
            .join(PackageVersion, PackageVersion.id == StoredContent.package_version_id)
        ).all()
    read = {f.original_path: b"".join(read_content(archive.house.store, key, s, f)) for f, s, key in rows}
    assert read == {path: body for path, body in content.items() if path.endswith(".pdf")}


def test_the_sample_transfer_raises_no_error_and_two_dossiers_are_due(archive: Archive) -> None:
    """The real sample documents pass without an error finding, and two of their dossiers are due at once."""
    from config.steps import periodic

    folder = SAMPLES / "transfer"
    content = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    transfer_id = whole_way(archive, content)
    assert state_of(archive, transfer_id) == "sealed"
    periodic(archive.house)
    index(archive)
    scope = archive.person("archivist").scope()
    with archive.house.database.read(scope) as work:
        due = work.session.scalars(select(Dossier.notation).where(Dossier.state == "disposal_review")).all()
    assert sorted(due) == ["07.KSTTHC", "08.VT"]
    # The number stands only in the appearance of a signature widget; the list does not say "10/6".
    widgets = ask(archive.house.database, archive.house.index, scope, '"2858 10 6"')
    assert [item.document.number for item in widgets.found if item.document] == ["2858"]


def test_a_zip_with_list_and_files_is_unpacked(archive: Archive) -> None:
    """One `.zip` with the list inside gives the same dossiers as the loose files."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as packed:
        for path, content in small().items():
            packed.writestr(f"nộp lưu/{path}", content)
    transfer_id = whole_way(archive, {"goi.zip": body.getvalue()})
    assert state_of(archive, transfer_id) == "sealed"


def test_an_unreadable_list_comes_back_with_the_reason(archive: Archive) -> None:
    """A transfer whose list cannot be read is returned with the reason, and nothing that came in is gone."""
    transfer_id = open_transfer(archive)
    upload(archive, transfer_id, {"danh-muc.xlsx": b"PK\x03\x04 not a workbook", "a.pdf": pdf("a")})
    submit(archive, transfer_id)
    work_off(archive)
    with archive.house.database.read(archive.person("submitter").scope()) as work:
        transfer = services.get(work, transfer_id)
        assert transfer.state == "returned"
        assert "danh-muc.xlsx" in transfer.returned_reason or "RDR-" in transfer.returned_reason
        files = services.current_files(work, transfer)
    assert [archive.house.staging.size(_key(file)) for file in files] == [f.length for f in files]


def _key(file: object) -> object:
    from ingest.transfers.files import staging_key

    return staging_key(file)  # type: ignore[arg-type] # a TransferFile


def test_errors_hold_acceptance_up_until_they_are_corrected(archive: Archive) -> None:
    """An archivist cannot accept while an error remains; the correction keeps old and new and lifts the error."""
    content = small(1, 1)
    content["danh-muc.xlsx"] = list_file([row("01.TH", "HS01/vb-01.pdf", dossier__title="")])
    transfer_id = open_transfer(archive)
    upload(archive, transfer_id, content)
    submit(archive, transfer_id)
    work_off(archive)
    database, archivist = archive.house.database, archive.person("archivist").scope()
    with database.write(archive.person("approver").scope()) as work:
        review.approve(work, transfer_id)
    with database.read(archivist) as work:
        errors = review.left(work, services.get(work, transfer_id), "error")
        finding = next(
            f for f in current_findings(work, services.get(work, transfer_id)) if f.where.field.endswith("title")
        )
    if errors:
        with pytest.raises(TransferError, match="TRF-0010"), database.write(archivist) as work:
            review.accept(work, transfer_id)
    with database.write(archivist) as work:
        correction = review.correct(
            work, transfer_id, dossier_key=finding.where.dossier, document=0, field="title", value="Hồ sơ đã sửa"
        )
    assert (correction.old, correction.new) == ("", "Hồ sơ đã sửa")
    with database.read(archivist) as work:
        transfer = services.get(work, transfer_id)
        assert review.left(work, transfer, "error") == 0
        assert not [f for f in current_findings(work, transfer) if f.where.field.endswith("title")]
    with database.write(archivist) as work:
        review.accept(work, transfer_id, unchecked_seen=True)
    assert state_of(archive, transfer_id) == "awaiting_handover"


def test_a_returned_transfer_is_resubmitted_without_sending_files_again(archive: Archive) -> None:
    """The next version takes over unchanged files with what is known of them, and replaces only what changed."""
    transfer_id = open_transfer(archive)
    upload(archive, transfer_id, small())
    submit(archive, transfer_id)
    work_off(archive)
    database = archive.house.database
    with database.write(archive.person("approver").scope()) as work:
        review.return_(work, transfer_id, "Thiếu văn bản thứ ba")
    with database.read(archive.person("submitter").scope()) as work:
        before = {f.path: (f.ordinal, f.facts["checked_at"]) for f in _files(work, transfer_id)}
    with database.write(archive.person("submitter").scope()) as work:
        services.reopen(work, transfer_id)
    changed = {"HS01/vb-01.pdf": pdf("sửa lại")}
    upload(archive, transfer_id, changed)
    submit(archive, transfer_id)
    work_off(archive)
    with database.read(archive.person("submitter").scope()) as work:
        after = {f.path: (f.ordinal, f.facts["checked_at"]) for f in _files(work, transfer_id)}
        assert services.get(work, transfer_id).version == 2
    assert set(after) == set(before)
    same = {path for path in before if after[path] == before[path]}
    assert same == set(before) - {"HS01/vb-01.pdf"}
    answer(archive, transfer_id)
    work_off(archive)
    assert state_of(archive, transfer_id) == "sealed"


@pytest.mark.parametrize("state", ["awaiting_approval", "awaiting_review"])
def test_a_sender_takes_a_transfer_back_to_mend_it(archive: Archive, state: str) -> None:
    """Until the archive has accepted, the sender mends what he sent; what was approved is approved anew."""
    transfer_id = open_transfer(archive)
    upload(archive, transfer_id, small())
    submit(archive, transfer_id)
    work_off(archive)
    database = archive.house.database
    if state == "awaiting_review":
        with database.write(archive.person("approver").scope()) as work:
            review.approve(work, transfer_id)
    assert state_of(archive, transfer_id) == state
    with database.write(archive.person("submitter").scope()) as work:
        services.reopen(work, transfer_id)
    assert state_of(archive, transfer_id) == "receiving"
    submit(archive, transfer_id)
    work_off(archive)
    assert state_of(archive, transfer_id) == "awaiting_approval"
    answer(archive, transfer_id)
    work_off(archive)
    assert state_of(archive, transfer_id) == "sealed"
    with database.write(archive.person("submitter").scope()) as work, pytest.raises(TransferError, match="TRF-0002"):
        services.reopen(work, transfer_id)


def _files(work: object, transfer_id: object) -> Iterator[object]:
    return iter(services.current_files(work, services.get(work, transfer_id)))  # type: ignore[arg-type] # as named


def test_a_transfer_can_be_withdrawn_until_it_is_accepted(archive: Archive) -> None:
    """The sender takes a transfer back while it waits for review, and no longer after acceptance."""
    transfer_id = open_transfer(archive)
    upload(archive, transfer_id, small())
    submit(archive, transfer_id)
    work_off(archive)
    with archive.house.database.write(archive.person("submitter").scope()) as work:
        services.withdraw(work, transfer_id)
    assert state_of(archive, transfer_id) == "withdrawn"
    second = whole_way(archive, small())
    with (
        pytest.raises(TransferError, match="TRF-0002"),
        archive.house.database.write(archive.person("submitter").scope()) as work,
    ):
        services.withdraw(work, second)


def test_a_second_dossier_of_the_same_code_is_not_accepted(archive: Archive) -> None:
    """A dossier whose code is in the fonds already is refused at acceptance, with its code."""
    whole_way(archive, small(1, 1))
    second = open_transfer(archive)
    upload(archive, second, small(1, 1))
    submit(archive, second)
    work_off(archive)
    with pytest.raises(TransferError, match=r"TRF-0017.*H98\.01\.2024\.01\.TH"):
        answer(archive, second)
    assert state_of(archive, second) == "awaiting_review"
    with archive.house.database.read(archive.person("archivist").scope()) as work:
        assert len(work.session.scalars(select(Dossier)).all()) == 1
