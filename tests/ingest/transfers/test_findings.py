"""Findings are worked through at every place: page by page, one by one, or all that are alike at once."""

from __future__ import annotations

import json
import re
import uuid

import pytest
from sqlalchemy import select

from archive.accounts.errors import Forbidden
from archive.audit.models import AuditEvent, AuditPayload
from archive.database.errors import NotFound
from archive.database.scope import SystemScope
from archive.messages.rules import Finding, Level, Where
from config.application import create_application
from ingest.review import services as review
from ingest.transfers import services
from ingest.transfers.content import current_findings
from ingest.transfers.errors import TransferError
from ingest.transfers.models import Correction
from ingest.transfers.report import ReportEntry
from tests.conftest import Archive
from tests.pages import client_of, page_of
from tests.transfers import answer, list_file, open_transfer, pdf, row, state_of, submit, upload, work_off

COUNT = 60


def reviewed(archive: Archive, count: int = COUNT) -> uuid.UUID:
    """Return a transfer in review in which so many documents have the same month that there is not."""
    content, rows = {}, []
    for n in range(1, count + 1):
        path = f"HS01/vb-{n:03d}.pdf"
        content[path] = pdf(str(n))
        rows.append(row("01.TH", path, n, document__issued_date__month=13))
    transfer = open_transfer(archive)
    upload(archive, transfer, {"danh-muc.xlsx": list_file(rows), **content})
    submit(archive, transfer)
    work_off(archive)
    with archive.house.database.write(archive.person("approver").scope()) as work:
        review.approve(work, transfer)
    return transfer


def findings(archive: Archive, transfer: uuid.UUID) -> list[Finding]:
    """Return what is in force."""
    with archive.house.database.read(archive.person("archivist").scope()) as work:
        return current_findings(work, services.get(work, transfer))


def the_code(archive: Archive, transfer: uuid.UUID) -> Finding:
    """Return the first of the findings that stand at every document."""
    found = [f for f in findings(archive, transfer) if f.where.document and f.where.field and f.where.dossier]
    assert len([f for f in found if f.code == found[0].code]) >= COUNT
    return found[0]


def test_every_place_is_reached_and_mended_at_once(archive: Archive) -> None:
    """The 60 places come 50 to a page; one act puts the right value at all of them, one event tells each old value."""
    transfer = reviewed(archive)
    first = the_code(archive, transfer)
    app = create_application(archive.house)
    app.config["WTF_CSRF_ENABLED"] = False
    show = page_of(archive, app, "archivist", f"/giao-nop/{transfer}")
    assert f"Xem cả {COUNT} chỗ" in show
    pages, address = [], f"/giao-nop/{transfer}/phat-hien/{first.code}"
    while address:
        page = page_of(archive, app, "archivist", address)
        pages.append(page.count("Sửa chỗ này"))
        onward = re.search(r'href="([^"]*\?after=[^"]*)"', page)
        address = onward.group(1) if onward else ""
    assert pages == [50, 10]
    assert page.count("<dt>Cần</dt><dd>một ngày có trong lịch</dd>") == 10
    assert f"Áp dụng cho cả {COUNT} chỗ giống nhau" in page
    client = client_of(archive, app, "archivist")
    form = {
        "code": first.code,
        "field": first.where.field,
        "document": str(first.where.document),
        "found": first.found or "",
        "value": "10/02/2024",
        "page": first.code,
    }
    answered = client.post(f"/giao-nop/{transfer}/sua-tat-ca", data=form)
    assert answered.location.endswith(f"/phat-hien/{first.code}")
    assert f"Đã sửa {COUNT} chỗ và kiểm tra lại." in client.get(answered.location).text
    assert [f for f in findings(archive, transfer) if f.code == first.code] == []
    history = page_of(archive, app, "submitter", f"/giao-nop/{transfer}")
    assert history.count("Sửa tại chỗ") == 1
    assert f"{archive.person('archivist').name} · {COUNT} chỗ" in history
    with archive.house.database.read(SystemScope("test")) as work:
        made = work.session.scalars(select(Correction)).all()
        bodies = work.session.scalars(
            select(AuditPayload.body)
            .join(AuditEvent, (AuditEvent.chain_id == AuditPayload.chain_id) & (AuditEvent.seq == AuditPayload.seq))
            .where(AuditEvent.act == "correction.made")
        ).all()
    assert {(c.document_ordinal, c.new) for c in made} == {(n, "10/02/2024") for n in range(1, COUNT + 1)}
    (said,) = [json.loads(body) for body in bodies]
    assert (said["new"], len(said["places"])) == ("10/02/2024", COUNT)
    assert {place["old"] for place in said["places"]} == {c.old for c in made}


def test_one_act_corrects_no_more_than_a_transaction_holds(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left over is told, and the same act finds it again; when nothing is left it is refused."""
    monkeypatch.setattr(review, "_CORRECTED_AT_ONCE", 2)
    transfer = reviewed(archive, 3)
    first = next(f for f in findings(archive, transfer) if f.where.document and f.where.field)

    def again() -> tuple[int, int]:
        with archive.house.database.write(archive.person("archivist").scope()) as work:
            return review.correct_alike(
                work,
                transfer,
                code=first.code,
                field=first.where.field.rpartition(".")[2],
                documents=True,
                found=first.found or "",
                value="10/02/2024",
            )

    assert again() == (2, 1)
    assert again() == (1, 0)
    with pytest.raises(TransferError) as caught:
        again()
    assert caught.value.code == "TRF-0028"


def test_alike_is_the_same_value_in_the_same_field() -> None:
    """Another value, another field, a dossier's field of the name and a place of no field are not alike."""

    def at(document: int, field: str, found: str | None) -> Finding:
        return Finding("CHK-0401", Where(dossier="1", document=document, field=field), found=found)

    entry = ReportEntry("CHK-0401", Level.ERROR)
    entry.places = [at(1, "x", "a"), at(2, "x", "a"), at(3, "x", "b"), at(4, "y", "a"), at(0, "x", "a")]
    assert [entry.alike(place) for place in entry.places] == [2, 2, 1, 1, 1]


def test_a_code_that_there_is_not_has_no_page(archive: Archive) -> None:
    """An unknown code and a transfer out of scope are not found; a code without places says so."""
    transfer = open_transfer(archive)
    app = create_application(archive.house)
    client = client_of(archive, app, "submitter")
    assert client.get(f"/giao-nop/{transfer}/phat-hien/CHK-9999").status_code == 404
    assert client_of(archive, app, "xa.submitter").get(f"/giao-nop/{transfer}/phat-hien/CHK-0801").status_code == 404
    assert "Không còn chỗ nào." in client.get(f"/giao-nop/{transfer}/phat-hien/CHK-0801").text


def test_what_could_not_be_checked_is_checked_again(archive: Archive) -> None:
    """The sender may ask before the approval, the archivist in the review; a new attempt leaves the same state."""
    early = open_transfer(archive)
    upload(archive, early, {"danh-muc.xlsx": list_file([row("02.TH", "a.pdf")]), "a.pdf": pdf("a")})
    submit(archive, early)
    work_off(archive)
    with archive.house.database.write(archive.person("submitter").scope()) as work:
        review.check_again(work, early)
    work_off(archive)
    assert state_of(archive, early) == "awaiting_approval"
    transfer = reviewed(archive, 1)
    archivist, submitter = archive.person("archivist").scope(), archive.person("submitter").scope()
    database = archive.house.database
    with database.read(archivist) as work:
        before = services.get(work, transfer).check_attempt
    with pytest.raises(Forbidden), database.write(submitter) as work:
        review.check_again(work, transfer)
    with database.write(archivist) as work:
        assert review.check_again(work, transfer).state == "checking"
    work_off(archive)
    with database.read(archivist) as work:
        checked = services.get(work, transfer)
        assert (checked.state, checked.check_attempt > before) == ("awaiting_review", True)
        assert not review.may_check_again(submitter, checked)
    with pytest.raises(NotFound), database.write(archive.person("xa.archivist").scope()) as work:
        review.check_again(work, transfer)


def test_where_everything_was_checked_nothing_is_checked_again(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a finding of level unknown the act is refused by its code, and the page has no button."""
    transfer = reviewed(archive, 1)
    app = create_application(archive.house)
    assert "Chạy lại kiểm tra" in page_of(archive, app, "archivist", f"/giao-nop/{transfer}")
    monkeypatch.setattr(review, "left", lambda *_: 0)
    assert "Chạy lại kiểm tra" not in page_of(archive, app, "archivist", f"/giao-nop/{transfer}")
    with pytest.raises(TransferError) as caught, archive.house.database.write(archive.person("archivist").scope()) as w:
        review.check_again(w, transfer)
    assert caught.value.code == "TRF-0025"


def test_in_final_states_the_groups_say_what_they_were(archive: Archive) -> None:
    """Who judges reads «Cần bạn kết luận» in the review, others that the archive will; after acceptance nobody does."""
    from tests.transfers import small

    transfer = open_transfer(archive)
    upload(archive, transfer, small(1, 1))
    submit(archive, transfer)
    work_off(archive)
    app = create_application(archive.house)
    address = f"/giao-nop/{transfer}"
    assert "Cần bạn kết luận" in page_of(archive, app, "archivist", address)
    assert "Chờ lưu trữ kết luận" in page_of(archive, app, "submitter", address)
    answer(archive, transfer)
    work_off(archive)
    assert state_of(archive, transfer) == "sealed"
    for who in ("archivist", "submitter"):
        page = page_of(archive, app, who, address)
        assert "Lưu trữ đã xem và chấp nhận khi tiếp nhận" in page
        assert "kết luận</" not in page
        assert "Cần bạn kết luận" not in page
