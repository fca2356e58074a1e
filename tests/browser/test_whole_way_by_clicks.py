"""The whole way by people's clicks: hand in, approve, accept, hand over, find, see why."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from archive.fence.pool import Fence
from tests.browser.conftest import Person
from tests.conftest import opened
from tests.server import Server, running
from tests.setups import environment_of, on_servers
from tests.transfers import list_file, pdf, row, small

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", params=["embedded", pytest.param("servers", marks=pytest.mark.network)])
def server(request: pytest.FixtureRequest, fence: Fence, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A product with the test province, on each set-up."""
    folder = tmp_path_factory.mktemp("clicks")
    if request.param == "embedded":
        shutil.copytree(request.getfixturevalue("initialised")[0], folder / "DATA")
        with running(folder / "DATA") as started:
            yield started
        return
    template, province = request.getfixturevalue("initialised_on_postgresql")
    with on_servers(folder, template) as settings:
        with opened(settings, province, fence) as archive:
            archive.house.index.finish_rebuild(archive.house.index.begin_rebuild())
        names = {name.removeprefix("KHOLUUTRU_").lower(): value for name, value in environment_of(settings).items()}
        with running(Path(names.pop("data")), **names) as started:
            yield started


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a list and its files."""
    root = tmp_path_factory.mktemp("nop") / "Hồ sơ nộp"
    for path, body in small().items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(body)
    return root


def test_people_bring_a_transfer_to_the_archive(browser: Browser, server: Server, folder: Path) -> None:
    """Four people bring a folder of scans to a sealed, findable dossier, and no page complains on the way."""
    submitter = Person(browser, server, "submitter")
    page = submitter.page
    page.get_by_role("link", name="Giao nộp").first.click()
    page.get_by_role("link", name="Nộp hồ sơ").first.click()
    page.get_by_label("Tên đợt nộp").fill("Đợt nộp bằng chuột")
    submitter.press("Tiếp tục, thêm tệp")
    page.locator("#pick-folder").set_input_files(folder)
    expect(page.get_by_text("Đã nhận đủ")).to_have_count(5, timeout=90_000)
    # A file that does not belong there is sent too, and taken out again.
    page.locator("#pick-files").set_input_files(
        {"name": "thua.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 thua"}
    )
    expect(page.get_by_text("Đã nhận đủ")).to_have_count(6, timeout=90_000)
    submitter.press("Bỏ tệp thua.pdf")
    expect(page.get_by_text("Đã nhận đủ")).to_have_count(5)
    page.get_by_label("Hồ sơ đã kết thúc").check()
    page.get_by_label("Không có tài liệu thuộc danh mục").check()
    submitter.press("Nộp")
    submitter.wait_for_state("Chờ lãnh đạo duyệt")
    address = page.url

    leader = Person(browser, server, "approver")
    leader.page.get_by_role("link", name="Xem và duyệt").click()
    leader.press("Duyệt")
    leader.wait_for_state("Chờ xem xét")

    archivist = Person(browser, server, "archivist")
    archivist.page.locator(".work").get_by_role("link", name="Xem xét").first.click()
    archivist.page.get_by_role("button", name="Đồng ý tiếp nhận 2 hồ sơ").wait_for()
    # Where a scanner is at work, nothing was left unchecked.
    for unchecked in archivist.page.get_by_label("Đã xem và chấp nhận 1 chỗ chưa kiểm tra được").all():
        unchecked.check()
    archivist.press("Đồng ý tiếp nhận 2 hồ sơ")
    expect(archivist.page.get_by_role("heading", name="Mục lục hồ sơ, tài liệu nộp lưu")).to_be_visible()
    archivist.press("Xác nhận bên nhận")

    page.goto(address + "/ban-giao")
    submitter.press("Xác nhận bên giao")
    page.goto(address)
    submitter.wait_for_state("Đã niêm phong")

    searcher = Person(browser, server, "searcher", width=400)
    for _ in range(40):
        searcher.go("/tra-cuu?q=ho+so+thu+02")
        if searcher.page.get_by_role("link", name="Hồ sơ thử 02.TH").count():
            break
        searcher.page.wait_for_timeout(500)
    searcher.page.get_by_role("link", name="Hồ sơ thử 02.TH").first.click()
    expect(searcher.page.get_by_role("heading", name="Văn bản trong hồ sơ")).to_be_visible()
    with searcher.page.expect_download() as download:
        searcher.page.get_by_role("link", name="Tải tệp gốc HS02/vb-01.pdf").click()
    assert Path(download.value.path()).read_bytes() == (folder / "HS02/vb-01.pdf").read_bytes()
    expect(searcher.page.get_by_role("heading", name="Vì sao đến ngày này?")).to_be_visible()
    expect(searcher.page.get_by_text("01/01/2035").first).to_be_visible()
    for person in (submitter, leader, archivist, searcher):
        assert person.faults == []


def test_people_mend_alike_places_and_write_to_each_other(browser: Browser, server: Server, tmp_path: Path) -> None:
    """The archivist reads what the sender wrote, and puts one value right at all 25 places at once."""
    rows = [row("05.TH", f"HS/vb-{n:02d}.pdf", n, document__issued_date__month=13) for n in range(1, 26)]
    root = tmp_path / "Hồ sơ sai tháng"
    (root / "HS").mkdir(parents=True)
    (root / "danh-muc.xlsx").write_bytes(list_file(rows))
    for n in range(1, 26):
        (root / f"HS/vb-{n:02d}.pdf").write_bytes(pdf(str(n)))
    submitter = Person(browser, server, "submitter")
    page = submitter.page
    submitter.go("/giao-nop/moi")
    page.get_by_label("Tên đợt nộp").fill("Đợt sai tháng")
    submitter.press("Tiếp tục, thêm tệp")
    page.locator("#pick-folder").set_input_files(root)
    expect(page.get_by_text("Đã nhận đủ")).to_have_count(26, timeout=60_000)
    page.get_by_label("Hồ sơ đã kết thúc").check()
    page.get_by_label("Không có tài liệu thuộc danh mục").check()
    submitter.press("Nộp")
    submitter.wait_for_state("Chờ lãnh đạo duyệt")
    page.get_by_label("Lời nhắn").fill("Tháng 13 là do phần mềm quét")
    submitter.press("Gửi lời nhắn")
    address = page.url
    leader = Person(browser, server, "approver")
    leader.page.goto(address)
    leader.press("Duyệt")
    leader.wait_for_state("Chờ xem xét")
    archivist = Person(browser, server, "archivist")
    archivist.page.goto(address)
    expect(archivist.page.get_by_text("Tháng 13 là do phần mềm quét")).to_be_visible()
    archivist.page.get_by_role("link", name="Xem cả 25 chỗ").first.click()
    archivist.page.get_by_label("Giá trị đúng").first.fill("10/02/2024")
    archivist.page.get_by_role("button", name="Áp dụng cho cả 25 chỗ giống nhau").first.click()
    expect(archivist.page.get_by_text("Đã sửa 25 chỗ và kiểm tra lại.")).to_be_visible()
    for person in (submitter, leader, archivist):
        wide = person.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert (person.faults, wide <= 0) == ([], True)
