from __future__ import annotations

from pathlib import Path

from config.application import create_application
from ingest.readers.spreadsheet import guess_mapping
from tests.conftest import Archive
from tests.pages import client_of, page_of
from tests.transfers import headings, open_transfer


def test_whoever_hands_in_takes_the_template_from_the_page_of_files(archive: Archive, tmp_path: Path) -> None:
    """The link stands where files are added; what it gives is a list that the reader understands whole."""
    app = create_application(archive.house)
    address = "/giao-nop/mau-danh-muc"
    assert address in page_of(archive, app, "submitter", f"/giao-nop/{open_transfer(archive)}")
    answer = client_of(archive, app, "submitter").get(address)
    assert answer.headers["Content-Disposition"] == "attachment; filename=mau-danh-muc-nop-luu.xlsx"
    (tmp_path / "list.xlsx").write_bytes(answer.data)
    assert [c.target for c in guess_mapping(tmp_path / "list.xlsx").columns] == [target for target, _ in headings()]


def test_whoever_hands_nothing_in_gets_no_template(archive: Archive) -> None:
    """The template belongs to the act of handing in: a searcher is refused."""
    app = create_application(archive.house)
    assert client_of(archive, app, "searcher").get("/giao-nop/mau-danh-muc").status_code == 403
