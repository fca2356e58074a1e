"""What `make run` shows a newcomer; the pictures of the guide are taken of it (`make pictures`)."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect
from sqlalchemy import update

from archive.accounts.models import Account
from archive.database.scope import SystemScope
from config.house import open_house
from config.settings import Settings
from tests.browser.conftest import Person
from tests.browser.judging import faults
from tests.province import password_hash
from tests.server import Server, running
from tests.structure.sources import ROOT
from tests.transfers import list_file, pdf, row

pytestmark = [pytest.mark.browser, pytest.mark.soak]

# Who looks at what: an address, and the links, or rows with a link, that lead on from it.
PICTURES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "ban-lam-viec": ("luutru", "/", ()),
    "nop-ho-so": ("nguoilap", "/giao-nop/moi", ()),
    "duyet": ("lanhdao", "/", ("Xem và duyệt",)),
    "bao-cao": ("luutru", "/giao-nop", ("Hồ sơ còn lỗi",)),
    "ban-giao": ("luutru", "/giao-nop", ("Hồ sơ nộp lưu của Văn phòng", "Mở biên bản giao nhận")),
    "danh-muc": ("vanthu", "/danh-muc-ho-so", ("Danh mục năm 2025",)),
    "tra-cuu": ("tracuu", "/tra-cuu?q=quyet+dinh", ()),
    "ho-so": ("luutru", "/ho-so", ("P01.01.03.07.KSTTHC",)),
    "doc-van-ban": ("tracuu", "/tra-cuu?q=giao+thong", ("2858",)),
    "thoi-han": ("thoihan", "/thoi-han", ()),
    "tai-khoan": ("qtdonvi", "/tai-khoan", ()),
    "nhat-ky": ("kiemtra", "/nhat-ky", ()),
}


def command(data: Path, *words: str) -> Any:
    """Run a command on the archive, and return what it answers as JSON, or nothing."""
    environment = {**os.environ, "KHOLUUTRU_DATA": str(data)}
    done = subprocess.run(
        [sys.executable, "-m", "kholuutru", *words], env=environment, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout) if "--json" in words else None


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The sample province, running, with one more transfer that waits for its leader and one that has faults."""
    data = tmp_path_factory.mktemp("demonstration") / "DATA"
    command(data, "demo")
    house = open_house(replace(Settings(), data=data))
    with house.database.write(SystemScope("test")) as work:
        known = {"password_hash": password_hash(), "must_change_password": False}
        work.session.execute(update(Account).values(**known))
    house.close()
    with running(data, demonstration="true") as server:
        for title, rows in (
            ("Hồ sơ chờ duyệt (dữ liệu mẫu)", [row("31.TH", "HS/vb.pdf")]),
            ("Hồ sơ còn lỗi (dữ liệu mẫu)", [row("32.TH", "HS/vb.pdf"), row("32.TH", "HS/thieu.pdf", 2)]),
        ):
            send(data, title, [{**line, "dossier.fonds": "P01"} for line in rows])
        yield server


def send(data: Path, title: str, rows: list[dict[str, str | int]]) -> None:
    """Hand in a folder of one file, and wait until it was checked; the faulty one is approved by the leader."""
    folder = data.parent / title
    (folder / "HS").mkdir(parents=True)
    (folder / "danh-muc.xlsx").write_bytes(list_file(rows))
    (folder / "HS" / "vb.pdf").write_bytes(pdf(title))
    command(data, "transfer", "submit", str(folder), "--title", title, "--declare", "--as", "nguoilap")
    deadline = time.monotonic() + 60
    while True:
        listed = {t["title"]: t for t in command(data, "transfer", "list", "--as", "luutru", "--json")}
        if title in listed and listed[title]["state"] == "awaiting_approval":
            break
        assert time.monotonic() < deadline, listed
        time.sleep(0.5)
    if "lỗi" in title:
        command(data, "transfer", "approve", listed[title]["number"], "--as", "lanhdao")


def test_a_newcomer_finds_sealed_dossiers_two_of_them_due(browser: Browser, demonstration: Server) -> None:
    """The sample documents are sealed and found without marks, and two dossiers are due for their review."""
    searcher = Person(browser, demonstration, "tracuu")
    searcher.go("/tra-cuu?q=quyet+dinh+2858")
    expect(searcher.page.get_by_role("link", name="2858/QĐ-UBND").first).to_be_visible()
    officer = Person(browser, demonstration, "thoihan")
    officer.go("/thoi-han")
    expect(officer.page.locator("[data-rows] tbody tr, table.table-k tbody tr")).to_have_count(2)
    assert searcher.faults + officer.faults == []


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_of_the_guide_shows_a_page_as_it_is(name: str, browser: Browser, demonstration: Server) -> None:
    """The page is reached by the links that people follow, and has no fault; its picture stands in the guide."""
    who, address, links = PICTURES[name]
    person = Person(browser, demonstration, who)
    person.go(address)
    for words in links:
        page = person.page
        page.get_by_role("link", name=words).or_(page.get_by_role("row", name=words).get_by_role("link")).first.click()
    person.page.wait_for_load_state("networkidle")
    assert faults(person.page) == []
    assert person.faults == []
    pictured = ROOT / "archive" / "help" / "guide" / "hinh" / f"{name}.png"
    if folder := os.environ.get("KHOLUUTRU_PICTURES"):
        shot = Image.open(io.BytesIO(person.page.screenshot())).convert("RGB")
        # Few colours are enough for a page, and keep the repository light; the rare ones mean something.
        few = shot.quantize(128, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        few.save(Path(folder) / pictured.name, optimize=True)
    assert pictured.is_file()
