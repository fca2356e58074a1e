"""File plans: made, filled from the decree's form, amended, approved; what is wrong is told by row."""

from __future__ import annotations

import datetime
import io
import uuid
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from openpyxl import Workbook
from sqlalchemy import select

from archive.accounts.errors import Forbidden
from archive.database.errors import NotFound
from archive.description.models import FilePlan, FilePlanEntry
from config.application import create_application
from ingest.plans.errors import PlanError
from ingest.plans.services import (
    add_lines,
    approve_plan,
    change_line,
    create_plan,
    judge_lines,
    remove_line,
    reopen_plan,
)
from ingest.plans.sheet import FORM_HEADS, read_plan, write_form
from tests.conftest import Archive

DAY = datetime.date(2025, 1, 10)


def line(notation: str, title: str = "Hồ sơ thử", period: str = "20 năm", **more: str | int) -> dict[str, str | int]:
    """Return a line as the sheet's reader gives it."""
    return {
        "row": 4,
        "notation": notation,
        "heading": "",
        "title": title,
        "period": period,
        "maker": "",
        "remark": "",
        **more,
    }


def made(archive: Archive, who: str = "clerk", year: int = 2030) -> uuid.UUID:
    """Make a plan."""
    face = archive.person(who)
    with archive.house.database.write(face.scope()) as work:
        return create_plan(work, face.organization_id, year)


def lines_of(archive: Archive, plan_id: uuid.UUID) -> list[FilePlanEntry]:
    """Return the lines of a plan in their order."""
    with archive.house.database.read(archive.person("clerk").scope()) as work:
        statement = select(FilePlanEntry).where(FilePlanEntry.plan_id == plan_id).order_by(FilePlanEntry.ordinal)
        return list(work.session.scalars(statement))


def test_lines_stand_in_the_order_in_which_they_came(archive: Archive) -> None:
    """Lines are put behind those that are there, or in their place."""
    plan_id = made(archive)
    scope = archive.person("clerk").scope()
    for notation, replace in (("02.TH", False), ("01.TH", False), ("03.TH", True), ("00.TH", False)):
        with archive.house.database.write(scope) as work:
            add_lines(work, plan_id, [line(notation)], replace=replace)
    assert [entry.notation for entry in lines_of(archive, plan_id)] == ["03.TH", "00.TH"]


@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        ([line("01.TH"), line("01.TH")], ["PLN-0014"]),
        ([line("old")], ["PLN-0014"]),
        ([line("")], ["PLN-0011"]),
        ([line("01.TH", title="")], ["PLN-0012"]),
        ([line("01.TH", period="Lâu dài")], ["PLN-0013"]),
        ([line("01.TH", period="Vĩnh viễn"), line("02.TH", period="10 (mười) năm")], []),
    ],
)
def test_what_is_wrong_with_lines_is_told(lines: list[dict[str, str | int]], codes: list[str]) -> None:
    """Each fault of a line has one code and names its row."""
    findings = judge_lines(lines, frozenset({"old"}))
    assert [finding.code for finding in findings] == codes
    assert all(finding.where.row == 4 for finding in findings)


def test_one_unfit_line_keeps_all_out(archive: Archive) -> None:
    """Lines come in together or not at all, and what is replaced stays until they do."""
    plan_id = made(archive)
    scope = archive.person("clerk").scope()
    with archive.house.database.write(scope) as work:
        add_lines(work, plan_id, [line("01.TH")], replace=False)
    with pytest.raises(PlanError) as told, archive.house.database.write(scope) as work:
        add_lines(work, plan_id, [line("02.TH"), line("03.TH", period="?")], replace=True)
    assert told.value.code == "PLN-0005"
    assert [entry.notation for entry in lines_of(archive, plan_id)] == ["01.TH"]


def test_an_approved_plan_is_not_changed(archive: Archive) -> None:
    """After approval nothing changes until the plan is opened again, and then it wants a new approval."""
    plan_id = made(archive)
    clerk, head = archive.person("clerk").scope(), archive.person("head").scope()
    database = archive.house.database
    with pytest.raises(PlanError) as told, database.write(head) as work:
        approve_plan(work, plan_id, decision="05/QĐ", day=DAY)
    assert told.value.code == "PLN-0006"
    with database.write(clerk) as work:
        add_lines(work, plan_id, [line("01.TH")], replace=False)
    with pytest.raises(Forbidden), database.write(clerk) as work:
        approve_plan(work, plan_id, decision="05/QĐ", day=DAY)
    with pytest.raises(PlanError) as told, database.write(head) as work:
        approve_plan(work, plan_id, decision="05/QĐ", day=datetime.date(2999, 1, 1))
    assert told.value.code == "PLN-0007"
    with database.write(head) as work:
        approve_plan(work, plan_id, decision="05/QĐ", day=DAY)
    entry = lines_of(archive, plan_id)[0]
    values = {"notation": "01.TH", "heading": "", "title": "Khác", "period": "20 năm", "maker": "", "remark": ""}
    for act in (
        lambda work: add_lines(work, plan_id, [line("02.TH")], replace=False),
        lambda work: change_line(work, entry.id, values),
        lambda work: remove_line(work, entry.id),
    ):
        with pytest.raises(PlanError) as told, database.write(clerk) as work:
            act(work)
        assert told.value.code == "PLN-0002"
    with database.write(clerk) as work:
        reopen_plan(work, plan_id)
        change_line(work, entry.id, values)
    with database.read(clerk) as work:
        plan = work.session.scalars(select(FilePlan).where(FilePlan.id == plan_id)).one()
        assert (plan.approved_on, plan.decision) == (None, "")
    assert lines_of(archive, plan_id)[0].title == "Khác"


def test_a_year_has_one_plan_and_a_body_its_own(archive: Archive) -> None:
    """A second plan of a year is refused; another body's plan does not exist for the reader."""
    plan_id = made(archive)
    with pytest.raises(PlanError) as told:
        made(archive)
    assert told.value.code == "PLN-0001"
    with pytest.raises(NotFound), archive.house.database.write(archive.person("xa.clerk").scope()) as work:
        add_lines(work, plan_id, [line("01.TH")], replace=False)


def sheet(path: Path, rows: list[list[object]]) -> str:
    """Write a workbook, and return its path."""
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.save(path)
    return str(path)


def test_the_form_is_read_as_it_is_written(tmp_path: Path) -> None:
    """What the product writes in the decree's form comes back line by line, under the same headings."""
    lines = [
        {**line("01.TH"), "heading": "I. Tổng hợp"},
        {**line("02.TH", period="Vĩnh viễn", maker="Phòng Một"), "heading": "I. Tổng hợp"},
        {**line("03.VT", title="=1+1", remark="bản điện tử"), "heading": "II. Văn thư"},
    ]
    path = tmp_path / "form.xlsx"
    path.write_bytes(write_form(2030, "Sở Thử", lines))
    read = read_plan(str(path))["lines"]
    assert [{**entry, "row": 4} for entry in read] == lines


def test_headings_are_told_from_lines(tmp_path: Path) -> None:
    """Large headings bear Roman numbers, the row that counts the columns is passed over, order of columns is free."""
    rows = [
        ["UBND TỈNH"], [], ["Ghi chú", "Thời hạn", "Tên đề mục và tiêu đề hồ sơ", "Số và ký hiệu hồ sơ"],
        ["(1)", "(2)", "(3)", "(4)"], [None, None, "Tổng hợp", "I."], [None, "10 năm", "Hồ sơ một", "01.TH"],
        [None, None, "Kế toán", None], ["x", "20 năm", "Hồ sơ hai", "02.KT"],
    ]  # fmt: skip
    read = read_plan(sheet(tmp_path / "a.xlsx", rows))["lines"]
    assert [(e["row"], e["notation"], e["heading"], e["remark"]) for e in read] == [
        (6, "01.TH", "I. Tổng hợp", ""),
        (8, "02.KT", "Kế toán", "x"),
    ]


def test_a_sheet_without_the_forms_heads_is_told(tmp_path: Path) -> None:
    """Without the three columns that count, and without a workbook at all, there is a code and no line."""
    assert read_plan(sheet(tmp_path / "a.xlsx", [["Số", "Tên"], ["1", "x"]]))["error"]["code"] == "PLN-0003"
    (tmp_path / "b.xlsx").write_bytes(b"khong phai")
    assert read_plan(str(tmp_path / "b.xlsx"))["error"]["code"] == "RDR-0101"


@pytest.fixture
def client(archive: Archive) -> FlaskClient:
    """A clerk's browser."""
    app = create_application(archive.house)
    app.config["WTF_CSRF_ENABLED"] = False
    made_client = app.test_client()
    face = archive.person("clerk")
    with made_client.session_transaction() as session:
        session["_user_id"] = f"{face.id}/{face.session_mark}"
    return made_client


def test_a_sheet_is_taken_or_its_faults_are_listed(archive: Archive, client: FlaskClient, tmp_path: Path) -> None:
    """The page takes a good sheet whole; of a bad one it lists each fault with its row, and takes nothing."""
    plan_id = made(archive)
    good = [list(FORM_HEADS), ["01.TH", "Hồ sơ một", "10 năm", "", ""]]
    bad = [*good, ["01.TH", "Hồ sơ hai", "mãi mãi", "", ""]]
    for rows, status in ((bad, 400), (good, 302)):
        body = Path(sheet(tmp_path / "s.xlsx", rows)).read_bytes()
        sent = {"file": (io.BytesIO(body), "danh muc.xlsx")}
        answer = client.post(f"/danh-muc-ho-so/{plan_id}/nhap", data=sent, content_type="multipart/form-data")
        assert answer.status_code == status
        if status == 400:
            assert "PLN-0013" in answer.text
            assert "PLN-0014" in answer.text
            assert "Dòng 3" in answer.text
            assert lines_of(archive, plan_id) == []
    assert [entry.notation for entry in lines_of(archive, plan_id)] == ["01.TH"]
    assert client.post(f"/danh-muc-ho-so/{plan_id}/nhap", data={}).status_code == 400
    assert "01.TH" in client.get(f"/danh-muc-ho-so/{plan_id}").text


def test_a_line_with_a_fault_keeps_what_was_typed(archive: Archive, client: FlaskClient) -> None:
    """The form of a line says what is wrong beside the field, and loses nothing."""
    plan_id = made(archive)
    typed = {"notation": "01.TH", "title": "Hồ sơ một", "period": "lâu", "heading": "I", "maker": "", "remark": ""}
    answer = client.post(f"/danh-muc-ho-so/{plan_id}/dong-moi", data=typed)
    assert answer.status_code == 400
    assert "PLN-0013" in answer.text
    assert 'value="Hồ sơ một"' in answer.text
    assert client.post(f"/danh-muc-ho-so/{plan_id}/dong-moi", data={**typed, "period": "20 năm"}).status_code == 302
    entry = lines_of(archive, plan_id)[0]
    answer = client.post(f"/danh-muc-ho-so/dong/{entry.id}", data={**typed, "period": "5 năm"})
    assert answer.status_code == 302
    assert lines_of(archive, plan_id)[0].period == "5 năm"
    assert client.post(f"/danh-muc-ho-so/dong/{entry.id}/bo").status_code == 302
    assert lines_of(archive, plan_id) == []


def test_lines_of_another_year_are_taken_over(archive: Archive, client: FlaskClient) -> None:
    """A new year begins with the lines of an old one, those that it has already apart."""
    old, new = made(archive, year=2030), made(archive, year=2031)
    with archive.house.database.write(archive.person("clerk").scope()) as work:
        add_lines(work, old, [line("01.TH"), line("02.TH")], replace=False)
        add_lines(work, new, [line("02.TH", title="Mới")], replace=False)
    assert client.post(f"/danh-muc-ho-so/{new}/tu-nam", data={"year": "2030"}).status_code == 302
    assert [(e.notation, e.title) for e in lines_of(archive, new)] == [("02.TH", "Mới"), ("01.TH", "Hồ sơ thử")]
