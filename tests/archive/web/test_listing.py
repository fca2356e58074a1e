"""Lists: every row on exactly one page, in the order asked for, forwards and back; the same rows in an export."""

from __future__ import annotations

import csv
import io
import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from archive.audit.models import AuditEvent
from archive.database.scope import SystemScope
from archive.description.models import Fonds
from archive.web.listing import COUNTED, Column, Listed, Listing
from config.application import create_application
from tests.archive.dossiers import add_dossier
from tests.conftest import Archive

NAMES = [
    "Phông Ơn",
    "Phông Án",
    "Phông Ăn",
    "Phông An",
    "Phông An",
    "=1+1",
    "Phông Đa",
    "phông ân",
    "Phông 10",
    "Phông 9",
]
IN_ORDER = [
    "=1+1",
    "Phông 9",
    "Phông 10",
    "Phông An",
    "Phông An",
    "Phông Án",
    "Phông Ăn",
    "phông ân",
    "Phông Đa",
    "Phông Ơn",
]


def fonds_listing(page: int = 3) -> Listing[Fonds]:
    """Return a list of fonds."""
    columns = (
        Column("name", "Tên", lambda f: f.name, order=Fonds.name_sort),
        Column("code", "Mã", lambda f: f.code, order=Fonds.code),
        Column("kind", "Loại", lambda f: f.kind, chosen=False),
    )
    return Listing("fonds", Fonds.id, columns, page=page)


@pytest.fixture
def many(archive: Archive) -> Archive:
    """A commune with ten more fonds, two of one name."""
    with archive.house.database.write(SystemScope("test")) as work:
        for index, name in enumerate(NAMES):
            body = archive.province.commune
            work.add(Fonds(id=uuid.uuid4(), organization_id=body, code=f"T{index}", name=name, kind="test"))
    return archive


def opened(archive: Archive, **arguments: str) -> Listed[Fonds]:
    """Return a page of the ten fonds."""
    with archive.house.database.read(SystemScope("test")) as work:
        return fonds_listing().open(work, select(Fonds).where(Fonds.kind == "test"), arguments)


@pytest.mark.parametrize(("order", "expected"), [("name", IN_ORDER), ("-name", IN_ORDER[::-1])])
def test_pages_show_every_row_once_in_order(order: str, expected: list[str], many: Archive) -> None:
    """Going on from page to page shows each row once, in Vietnamese order; going back shows the same pages."""
    pages: list[Listed[Fonds]] = [opened(many, xep=order)]
    while pages[-1].after:
        pages.append(opened(many, xep=order, sau=pages[-1].after))
    assert [row.name for page in pages for row in page.rows] == expected
    assert len({row.id for page in pages for row in page.rows}) == len(expected)
    assert pages[0].before == ""
    for later, earlier in zip(pages[:0:-1], pages[-2::-1], strict=True):
        back = opened(many, xep=order, truoc=later.before)
        assert [row.id for row in back.rows] == [row.id for row in earlier.rows]
        assert back.after == earlier.after


def test_what_makes_no_sense_begins_at_the_beginning(many: Archive) -> None:
    """An unknown order, column or row is passed over, never an error."""
    first = [row.id for row in opened(many).rows]
    for arguments in ({"xep": "drop"}, {"sau": "x"}, {"truoc": str(uuid.uuid4())}, {"cot": "nothing"}):
        listed = opened(many, **arguments)
        assert [row.id for row in listed.rows] == first
        assert [column.key for column in listed.columns] == ["name", "code"]


def test_a_list_says_how_many_rows_it_has(many: Archive) -> None:
    """The count is of all pages, and the address keeps filters but not the page."""
    listed = opened(many, q="x", sau=opened(many).after)
    assert listed.total == len(NAMES)
    assert not listed.more_than_counted
    assert listed.__class__("", (), COUNTED + 1, (), (), "", False, "", "", lambda _r: uuid.uuid4()).total > COUNTED
    assert listed.filtered
    assert listed.address(xep="code") == {"q": "x", "xep": "code"}


def test_an_order_pressed_twice_turns_round(many: Archive) -> None:
    """The head of the column in whose order the list is leads to the other direction."""
    listed = opened(many)
    name, code = listed.every_column[0], listed.every_column[1]
    assert listed.ordered_by(name) == {"xep": "-name"}
    assert listed.ordered_by(code) == {"xep": "code"}
    assert opened(many, xep="-name").ordered_by(name) == {"xep": "name"}


def test_all_rows_come_in_thousands(archive: Archive) -> None:
    """An export of more than a thousand rows has each of them once."""
    with archive.house.database.write(SystemScope("test")) as work:
        for number in range(1001):
            body = archive.province.commune
            work.add(Fonds(id=uuid.uuid4(), organization_id=body, code=f"N{number}", name="Một", kind="test"))
    with archive.house.database.read(SystemScope("test")) as work:
        statement = select(Fonds).where(Fonds.kind == "test")
        codes = [row.code for row in fonds_listing().all_rows(work, statement, {"xep": "-name"})]
    assert len(codes) == len(set(codes)) == 1001


@pytest.fixture
def client(archive: Archive) -> FlaskClient:
    """An archivist's browser."""
    made = create_application(archive.house).test_client()
    face = archive.person("archivist")
    with made.session_transaction() as session:
        session["_user_id"] = f"{face.id}/{face.session_mark}"
    return made


def dossiers(archive: Archive, *titles: str) -> None:
    """Put dossiers into the department."""
    with archive.house.database.write(SystemScope("test")) as work:
        for number, title in enumerate(titles, start=1):
            add_dossier(work, archive.province, f"{number:02d}.TH", title=title, document_total=number)


def read(kind: str, body: bytes) -> list[list[Any]]:
    """Return the rows of an exported file."""
    if kind == "csv":
        return list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    rows = load_workbook(io.BytesIO(body), read_only=True).worksheets[0].iter_rows(values_only=True)
    return [[cell for cell in row if cell is not None] for row in rows]


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_an_export_has_what_is_seen_and_who_took_it(kind: str, archive: Archive, client: FlaskClient) -> None:
    """The file has the chosen columns and the filter's rows, names its taker, and is an event; text stays text."""
    dossiers(archive, "Hồ sơ Đất", "=cmd|' /C calc'!A0", "Khác")
    with client.get(f"/ho-so?q=h&cot=code,title,documents&xep=-documents&xuat={kind}") as answer:
        rows = read(kind, answer.data)
    text = " ".join(str(cell) for cell in rows[0] + rows[1])
    assert archive.person("archivist").name in text
    assert "q = h" in text
    body = [[str(cell) for cell in row] for row in rows[rows.index(["Mã hồ sơ", "Tiêu đề", "Văn bản"]) + 1 :]]
    formula = "'=cmd|' /C calc'!A0" if kind == "csv" else "=cmd|' /C calc'!A0"
    assert body == [
        ["H98.01.2024.03.TH", "Khác", "3"],
        ["H98.01.2024.02.TH", formula, "2"],
        ["H98.01.2024.01.TH", "Hồ sơ Đất", "1"],
    ]
    with archive.house.database.read(SystemScope("test")) as work:
        assert work.session.scalars(select(AuditEvent).where(AuditEvent.act == "list.exported")).one()


def test_an_empty_list_and_an_empty_answer_differ(archive: Archive, client: FlaskClient) -> None:
    """A list without rows says what will stand here; a filter without rows offers to take it away."""
    assert "Hồ sơ vào kho khi một đợt nộp được niêm phong" in client.get("/ho-so").text
    dossiers(archive, "Hồ sơ Đất")
    assert "Không có dòng nào khớp bộ lọc" in client.get("/ho-so?q=khong-co-gi").text
    assert "Hồ sơ Đất" in client.get("/ho-so?q=dat").text
