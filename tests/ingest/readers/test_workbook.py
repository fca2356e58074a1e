from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from ingest.readers.cells import Cell, CellKind
from ingest.readers.errors import SpreadsheetError
from ingest.readers.fenced import headings_of
from ingest.readers.workbook import Workbook
from tests.ingest.readers.lists import raw_workbook

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def _rows(path: Path) -> list[tuple[int, dict[str, Cell]]]:
    with Workbook(path) as book:
        return list(book.rows(book.sheets[0]))


def _refused(path: Path) -> SpreadsheetError:
    with pytest.raises(SpreadsheetError) as raised:
        _rows(path)
    return raised.value


def test_cells_of_every_kind_are_read(tmp_path: Path) -> None:
    """Shared and inline strings, numbers, booleans, ISO dates, formula results and errors all arrive."""
    strings = (
        f'<sst xmlns="{_MAIN}"><si><r><t>Quyết </t></r><r><t>định</t></r><rPh sb="0" eb="1"><t>x</t></rPh></si></sst>'
    )
    sheet = (
        '<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" t="inlineStr"><is><t>Hồ sơ</t></is></c>'
        '<c r="C2"><v>970</v></c><c r="D2" t="b"><v>1</v></c><c r="E2" t="d"><v>2024-09-13T00:00:00</v></c>'
        '<c r="F2" t="str"><f>A2</f><v>kết quả</v></c><c r="G2" t="e"><v>#REF!</v></c><c r="H2"><v>1.5E1</v></c></row>'
    )
    assert _rows(raw_workbook(tmp_path / "a.xlsx", sheet, strings=strings)) == [
        (
            2,
            {
                "A": Cell("Quyết định"),
                "B": Cell("Hồ sơ"),
                "C": Cell("970", CellKind.NUMBER),
                "D": Cell("1"),
                "E": Cell("13/09/2024", CellKind.DATE),
                "F": Cell("kết quả"),
                "G": Cell("#REF!", CellKind.ERROR),
                "H": Cell("15", CellKind.NUMBER),
            },
        )
    ]


def test_a_formula_that_was_never_worked_out_is_an_error(tmp_path: Path) -> None:
    """A cell with a formula and no value is not taken for an empty one."""
    sheet = '<row r="1"><c r="A1"><f>1+1</f></c></row>'
    assert _rows(raw_workbook(tmp_path / "a.xlsx", sheet)) == [(1, {"A": Cell("=", CellKind.ERROR)})]


def test_cells_and_rows_without_references_are_counted(tmp_path: Path) -> None:
    """Writers that leave references and dimensions out are understood."""
    sheet = "<row><c><v>1</v></c><c/><c><v>3</v></c></row><row/><row><c><v>4</v></c></row>"
    one, three, four = (Cell(text, CellKind.NUMBER) for text in "134")
    assert _rows(raw_workbook(tmp_path / "a.xlsx", sheet)) == [(1, {"A": one, "C": three}), (3, {"A": four})]


def test_number_formats_show_dates_and_zeros(tmp_path: Path) -> None:
    """A date is a date by its own or a built-in format; `00` shows a leading zero."""
    styles = (
        f'<styleSheet xmlns="{_MAIN}"><numFmts><numFmt numFmtId="170" formatCode="mm/yyyy"/></numFmts><cellStyleXfs>'
        '<xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/>'
        '<xf numFmtId="1"/></cellXfs></styleSheet>'
    )
    sheet = "".join(f'<c s="{style}"><v>45548</v></c>' for style in (0, 1, 2, 3, 9))
    assert list(_rows(raw_workbook(tmp_path / "a.xlsx", f"<row>{sheet}</row>", styles=styles))[0][1].values()) == [
        Cell("45548", CellKind.NUMBER),
        Cell("13/09/2024", CellKind.DATE),
        Cell("09/2024", CellKind.DATE),
        Cell("45548", CellKind.NUMBER),
        Cell("45548", CellKind.NUMBER),
    ]


def test_a_date_no_calendar_has_is_an_error(tmp_path: Path) -> None:
    """A serial number outside the calendar is an error, not a number."""
    styles = f'<styleSheet xmlns="{_MAIN}"><cellXfs><xf numFmtId="14"/></cellXfs></styleSheet>'
    path = raw_workbook(tmp_path / "a.xlsx", '<row><c s="0"><v>99999999999</v></c></row>', styles=styles)
    assert _rows(path) == [(1, {"A": Cell("99999999999", CellKind.ERROR)})]


def test_workbooks_that_count_from_1904_are_understood(tmp_path: Path) -> None:
    """The epoch of old Macintosh workbooks shifts every date."""
    styles = f'<styleSheet xmlns="{_MAIN}"><cellXfs><xf numFmtId="14"/></cellXfs></styleSheet>'
    book = (
        f'<workbook xmlns="{_MAIN}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<workbookPr date1904="1"/><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    path = raw_workbook(tmp_path / "a.xlsx", '<row><c s="0"><v>1</v></c></row>', styles=styles, book=book)
    assert _rows(path) == [(1, {"A": Cell("02/01/1904", CellKind.DATE)})]


def test_prefixed_xml_is_the_same_xml(tmp_path: Path) -> None:
    """A writer that prefixes every element is understood."""
    sheet = (
        f'<?xml version="1.0"?><x:worksheet xmlns:x="{_MAIN}"><x:sheetData><x:row r="1"><x:c r="A1"><x:v>7</x:v></x:c>'
        "</x:row></x:sheetData></x:worksheet>"
    )
    assert _rows(raw_workbook(tmp_path / "a.xlsx", sheet)) == [(1, {"A": Cell("7", CellKind.NUMBER)})]


def test_hidden_sheets_are_not_read(tmp_path: Path) -> None:
    """Only what a person sees is a sheet."""
    book = (
        f'<workbook xmlns="{_MAIN}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<sheets><sheet name="S" sheetId="1" state="hidden" r:id="rId1"/></sheets></workbook>'
    )
    with Workbook(raw_workbook(tmp_path / "a.xlsx", "", book=book)) as opened:
        assert opened.sheets == ()


_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha" * 10}">' for n in range(10))


@pytest.mark.parametrize("part", ["sheet", "strings", "styles", "book"])
@pytest.mark.parametrize(
    "declaration", [f"<!DOCTYPE x [{_LAUGHS}]>", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>']
)
def test_xml_with_declarations_of_its_own_is_refused(tmp_path: Path, part: str, declaration: str) -> None:
    """Entities in any part neither grow nor fetch anything: the workbook is refused."""
    texts = {
        "sheet": f'<?xml version="1.0"?>{declaration}<worksheet><sheetData/></worksheet>',
        "strings": f'<?xml version="1.0"?>{declaration}<sst><si><t>&l9;</t></si></sst>',
        "styles": f'<?xml version="1.0"?>{declaration}<styleSheet><cellXfs/></styleSheet>',
        "book": f'<?xml version="1.0"?>{declaration}<workbook><sheets/></workbook>',
    }
    path = raw_workbook(tmp_path / "a.xlsx", **{"sheet": "", part: texts[part]})
    assert _refused(path).code == "RDR-0117"


@pytest.mark.parametrize(
    "sheet",
    [
        '<row r="1048577"><c r="A1048577"><v>1</v></c></row>',
        '<row r="0"><c><v>1</v></c></row>',
        '<row r="99999999999999999999"/>',
        '<row r="1"><c r="ABCDE1"><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>5</v></c></row>',
        '<row r="1"><c r="A1"',
    ],
)
def test_a_sheet_outside_the_format_is_refused(tmp_path: Path, sheet: str) -> None:
    """Rows and columns beyond the format's limits, dangling strings and cut XML end the reading with one answer."""
    assert _refused(raw_workbook(tmp_path / "a.xlsx", sheet)).code == "RDR-0102"


def test_a_workbook_without_its_parts_is_refused(tmp_path: Path) -> None:
    """A zip that is no workbook is damaged, not a crash."""
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("x", "y")
    assert _refused(tmp_path / "a.xlsx").code == "RDR-0102"


@pytest.mark.parametrize("content", [b"", b"P", bytes.fromhex("d0cf11e0a1b11ae1"), b"STT;Ph\xc3\xb4ng"])
def test_other_files_are_no_workbooks(tmp_path: Path, content: bytes) -> None:
    """An empty file, an old or locked workbook and a text are told apart from a damaged .xlsx."""
    (tmp_path / "a.xlsx").write_bytes(content)
    assert _refused(tmp_path / "a.xlsx").code == "RDR-0101"


def test_a_part_that_claims_to_be_huge_is_not_opened(tmp_path: Path) -> None:
    """A part over its limit is refused by its stated size, before a byte of it is unpacked."""
    path = raw_workbook(tmp_path / "a.xlsx", "")
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")
    while data[at + 46 :].find(b"xl/workbook.xml") != 0:
        at = data.index(b"PK\x01\x02", at + 4)
    data[at + 24 : at + 28] = (1 << 30).to_bytes(4, "little")
    path.write_bytes(data)
    error = _refused(path)
    assert (error.code, error.parameters) == ("RDR-0118", {"megabytes": 1024})


def test_what_a_library_says_is_for_the_log_alone(tmp_path: Path) -> None:
    """The message of a damaged list holds no words of a library; what it said goes along beside it."""
    path = raw_workbook(tmp_path / "a.xlsx", '<row r="1"><c r="A1"')
    error = _refused(path)
    assert str(error) == "RDR-0102: Tệp danh mục hỏng hoặc không đúng cấu trúc của bảng tính .xlsx."
    assert error.detail
    (plain,) = headings_of(str(path)).values()
    assert (plain["code"], plain["parameters"], plain["detail"]) == ("RDR-0102", {}, error.detail)
