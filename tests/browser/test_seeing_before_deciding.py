"""Leader and archivist see what they decide about: by links, keys and pages that are good at every width."""

from __future__ import annotations

import io
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from archive.database.scope import SystemScope
from archive.fence.pool import Fence
from config.settings import Settings
from ingest.review import services as review
from ingest.transfers.models import TransferFile
from tests.browser.conftest import Person
from tests.browser.judging import faults
from tests.conftest import Archive, opened
from tests.province import Province
from tests.server import Server, running
from tests.transfers import list_file, open_transfer, pdf, row, submit, upload, work_off

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class House:
    """A running product with a transfer that has faults and waits for its leader, and a good one in review."""

    server: Server
    faulty: uuid.UUID
    good: uuid.UUID


def scan() -> bytes:
    """Return a scan of two pages."""
    written = io.BytesIO()
    page = Image.new("L", (800, 1100), 255)
    page.save(written, "TIFF", save_all=True, append_images=[page])
    return written.getvalue()


def furnish(archive: Archive) -> tuple[uuid.UUID, uuid.UUID]:
    """Hand in both transfers; of the faulty one a file is missing, one is too many and one is infected."""
    faulty = open_transfer(archive, title="Đợt có lỗi")
    rows = [row("01.TH", f"HS/{name}", n) for n, name in enumerate(("hai.tif", "chu.txt", "doc.pdf", "mat.pdf"), 1)]
    rows.append(row("02.TH", "HS/khac.pdf"))
    words = ("Quyết định về việc giao đất\n" * 40).encode()
    files = {"HS/hai.tif": scan(), "HS/chu.txt": words, "HS/doc.pdf": pdf("độc"), "HS/khac.pdf": pdf("khác")}
    upload(archive, faulty, {"danh-muc.xlsx": list_file(rows), **files, "HS/thua.txt": b"thua"})
    submit(archive, faulty)
    good = open_transfer(archive, title="Đợt không lỗi")
    upload(archive, good, {"danh-muc.xlsx": list_file([row("03.TH", "a.pdf")]), "a.pdf": pdf("a")})
    submit(archive, good)
    work_off(archive)
    with archive.house.database.write(archive.person("approver").scope()) as work:
        review.approve(work, good)
    with archive.house.database.write(SystemScope("test")) as work:
        file = work.session.scalars(select(TransferFile).where(TransferFile.path == "HS/doc.pdf")).one()
        file.facts = {**file.facts, "malware": "infected", "malware_detail": "Eicar-Test-Signature"}
    return faulty, good


@pytest.fixture(scope="module")
def house(
    initialised: tuple[Path, Province], fence: Fence, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """The product."""
    data = tmp_path_factory.mktemp("seeing") / "DATA"
    shutil.copytree(initialised[0], data)
    with opened(replace(Settings(), data=data), initialised[1], fence) as archive:
        faulty, good = furnish(archive)
    with running(data) as server:
        yield House(server, faulty, good)


def test_the_leader_reads_before_approving(browser: Browser, house: House) -> None:
    """From the bar with the buttons to the dossier, to its first document, by keys from page to page, and on."""
    leader = Person(browser, house.server, "approver")
    page = leader.page
    leader.go(f"/giao-nop/{house.faulty}")
    bar = page.locator(".decide")
    bar.get_by_role("link", name="Xem 2 hồ sơ, 5 văn bản").click()
    page.get_by_role("link", name="01.TH", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hồ sơ thử 01.TH")
    page.get_by_role("link", name="1/QĐ-ST").click()
    expect(page.get_by_role("heading", name="Trang 1 trong 2")).to_be_visible()
    assert (
        page.locator("img.sheet").evaluate("async image => { await image.decode(); return image.naturalWidth }") == 800
    )
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name="Trang 2 trong 2")).to_be_visible()
    page.get_by_role("link", name="lớn").click()
    expect(page.locator("img.sheet.w-1400")).to_be_visible()
    page.get_by_role("link", name="Văn bản sau").click()
    expect(page.locator(".page-text")).to_contain_text("giao đất")
    page.get_by_label("Tìm trong văn bản").fill("giao dat")
    leader.press("Tìm")
    expect(page.locator("mark.here").first).to_have_text("giao")
    page.get_by_role("link", name="Văn bản sau").click()
    expect(page.get_by_role("heading", name="Không mở: tệp có mã độc")).to_be_visible()
    expect(page.get_by_role("link", name="Tải tệp gốc")).to_have_count(0)
    assert leader.faults == []


@pytest.mark.parametrize("width", [400, 1280, 1920])
def test_every_page_before_the_decision_is_good(width: int, browser: Browser, house: House) -> None:
    """The transfer, its dossier and the reading pages of every kind of file have no fault at any width."""
    person = Person(browser, house.server, "approver", width=width)
    told: list[str] = []
    person.go(f"/giao-nop/{house.faulty}")
    dossier = person.page.get_by_role("link", name="01.TH", exact=True).get_attribute("href") or ""
    ways = [f"/giao-nop/{house.faulty}", dossier, *(f"/giao-nop/{house.faulty}/doc/{n}" for n in range(1, 7))]
    for way in ways:
        answer = person.page.goto(house.server.address + way)
        assert answer is not None
        assert answer.status == 200, way
        told += [f"{way}: {fault}" for fault in faults(person.page)]
        person.picture(f"{way.replace('/', '_')}-{width}")
    told += person.faults
    assert told == [], "\n".join(told)


@pytest.mark.parametrize(("who", "which"), [("approver", "faulty"), ("archivist", "good")])
def test_the_bar_leaves_room(who: str, which: str, browser: Browser, house: House) -> None:
    """In a window of 1366 by 700 the bar is low, what has the focus is not under it, nor is the page's end."""
    person = Person(browser, house.server, who, width=1366)
    person.page.set_viewport_size({"width": 1366, "height": 700})
    # Measured is where things come to rest, not their way there.
    person.page.emulate_media(reduced_motion="reduce")
    person.go(f"/giao-nop/{getattr(house, which)}")
    bar = person.page.locator(".decide").bounding_box()
    assert bar is not None
    assert bar["height"] <= 110
    hidden = person.page.evaluate(
        """() => {
          const bar = document.querySelector(".decide");
          const under = [];
          for (const thing of document.querySelectorAll("main a, main button, main summary, main textarea")) {
            if (bar.contains(thing) || !thing.offsetParent) continue;
            thing.focus();
            const lies = thing.getBoundingClientRect(), covers = bar.getBoundingClientRect();
            if (document.activeElement === thing && lies.bottom > covers.top + 1 && lies.top < covers.bottom)
              under.push(thing.textContent.trim().slice(0, 40));
          }
          window.scrollTo(0, document.body.scrollHeight);
          const covers = bar.getBoundingClientRect();
          for (const panel of document.querySelectorAll("main .panel"))
            if (panel.getBoundingClientRect().bottom > covers.top && panel.getBoundingClientRect().top < covers.bottom)
              under.push("panel");
          return under;
        }"""
    )
    assert hidden == []
