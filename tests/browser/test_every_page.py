"""Every page as each role sees it: accessible, no wider than its window, named, in the reader's language."""

from __future__ import annotations

import re
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from sqlalchemy import select

from archive.accounts.models import Account
from archive.database.scope import SystemScope
from archive.description.models import ContentFile, Document, Dossier, FilePlan, FilePlanEntry
from archive.description.storage import create_place
from archive.fence.pool import Fence
from config.application import create_application
from config.settings import Settings
from ingest.transfers.models import TransferDossier
from tests.browser.conftest import Person
from tests.browser.judging import faults
from tests.conftest import Archive, opened
from tests.province import Province, password_hash
from tests.server import Server, running
from tests.transfers import list_file, open_transfer, pdf, row, submit, upload, whole_way, work_off

pytestmark = pytest.mark.browser
ROLES = (
    "submitter",
    "approver",
    "clerk",
    "archivist",
    "officer",
    "head",
    "searcher",
    "unitadmin",
    "auditor",
    "quantri",
)
# Files, pictures and parts of pages: they are asked for by the pages that are judged here.
PARTS = {
    *(
        "web.static",
        "help.picture",
        "transfers.progress",
        "transfers.list_template",
        "plans.form_file",
        "dossiers.content",
        "reading.picture",
        "content.picture",
        "content.original",
        "papers.check_report",
        "papers.handover_paper",
    ),
    *("uploads.head", "accounts.login", "accounts.logout"),
}


@dataclass(frozen=True)
class House:
    """A running product, the ids that addresses want, and the main parts of pages that were judged."""

    server: Server
    ids: dict[str, object]
    judged: set[str] = field(default_factory=set)


@pytest.fixture(scope="module")
def house(
    initialised: tuple[Path, Province], fence: Fence, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """A product with a sealed transfer, one with faults, a draft file plan and places of paper."""
    data = tmp_path_factory.mktemp("pages") / "DATA"
    shutil.copytree(initialised[0], data)
    with opened(replace(Settings(), data=data), initialised[1], fence) as archive:
        whole_way(archive)
        ids = furnish(archive)
    with running(data) as server:
        yield House(server, ids)


def furnish(archive: Archive) -> dict[str, object]:
    """Make what the pages show, and return the ids of it."""
    faulty = open_transfer(archive, title="Đợt có lỗi")
    rows = [row("09.TH", "HS/vb.pdf", dossier__retention="mãi mãi"), row("09.TH", "HS/mat.pdf", 2)]
    upload(archive, faulty, {"danh-muc.xlsx": list_file(rows), "HS/vb.pdf": pdf("x"), "thua.txt": b"thua"})
    submit(archive, faulty)
    work_off(archive)
    open_transfer(archive, title="Đợt đang gửi")
    with archive.house.database.write(SystemScope("test")) as work:
        first = work.session.scalars(select(Account).where(Account.username == "quantri")).one()
        first.password_hash, first.must_change_password = password_hash(), False
        body = archive.province.department
        place = create_place(work, body, kind="repository", label="Kho 1")
        plan = FilePlan(id=uuid.uuid4(), organization_id=body, year=2031, approved_on=None)
        work.add(plan)
        work.session.flush()
        line = FilePlanEntry(
            id=uuid.uuid4(), organization_id=body, plan_id=plan.id, notation="01.TH", title="Hồ sơ thử", period="20 năm"
        )
        work.add(line)
    with archive.house.database.read(SystemScope("test")) as work:
        found = work.session.execute(
            select(Dossier.id, ContentFile.id)
            .join(Document, Document.dossier_id == Dossier.id)
            .join(ContentFile, ContentFile.document_id == Document.id)
            .order_by(Dossier.code)
        ).first()
        row_id = work.session.scalars(select(TransferDossier.id).where(TransferDossier.transfer_id == faulty)).first()
    assert found is not None
    return {
        "transfer_id": faulty,
        "code": "CHK-0407",
        "ordinal": 2,
        "row_id": row_id,
        "place_id": place,
        "plan_id": plan.id,
        "line_id": line.id,
        "dossier_id": found[0],
        "file_id": found[1],
        "fonds_id": archive.province.fonds,
        "name": "bat-dau",
        "organization_id": archive.province.department,
        "page": 1,
        "number": 1,
        "account_id": archive.person("searcher").id,
    }


def addresses(house: House, initialised: tuple[Path, Province], fence: Fence) -> list[str]:
    """Return the address of every page that can be opened, parts and files apart."""
    with opened(replace(Settings(), data=house.server.data), initialised[1], fence) as archive:
        app = create_application(archive.house)
    found = []
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.endpoint not in PARTS:
            values = {name: house.ids[name] for name in rule.arguments}
            found.append(app.url_map.bind("localhost").build(rule.endpoint, values))
    return sorted(found)


_MAIN = re.compile(r"<main.*</main>", re.DOTALL)
_MARK = re.compile(r'name="csrf_token" value="[^"]*"')


def new_to_judge(page: str, house: House) -> bool:
    """Return whether nobody was shown this main part before, the marks against forged requests apart."""
    found = _MAIN.search(page)
    assert found
    main = _MARK.sub("", found.group())
    new = main not in house.judged
    house.judged.add(main)
    return new


@pytest.mark.parametrize("role", ROLES)
def test_every_page_is_good_to_its_reader(
    role: str, browser: Browser, house: House, initialised: tuple[Path, Province], fence: Fence
) -> None:
    """Whatever a role may open has no fault at 1280 pixels, fits 400 and 1920, and says nothing to the console."""
    person = Person(browser, house.server, role)
    told: list[str] = []
    seen = 0
    for address in addresses(house, initialised, fence):
        answer = person.page.request.get(house.server.address + address)
        assert answer.status in {200, 403, 404}, address
        # What was shown to another role word for word is judged already; what is around it, at a role's first page.
        if answer.status != 200 or (not new_to_judge(answer.text(), house) and seen):
            continue
        seen += 1
        person.go(address)
        told += [f"{address}: {fault}" for fault in faults(person.page)]
        person.picture(f"{role}{address.replace('/', '_')[:60]}")
        for width in (400, 1920):
            person.page.set_viewport_size({"width": width, "height": 900})
            wide = person.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            told += [f"{address}: {wide} pixels wider than {width}"] if wide > 0 else []
        person.page.set_viewport_size({"width": 1280, "height": 900})
    told += person.faults
    assert told == [], "\n".join(told)
    assert seen


def test_pages_are_read_in_english_too(
    browser: Browser, house: House, initialised: tuple[Path, Province], fence: Fence
) -> None:
    """A reader who chooses English has the pages in English, accessible as before, until he chooses again."""
    person = Person(browser, house.server, "archivist")
    person.press("English")
    told: list[str] = []
    for address in addresses(house, initialised, fence):
        answer = person.page.goto(house.server.address + address)
        if answer is None or answer.status != 200:
            continue
        assert person.page.evaluate("document.documentElement.lang") == "en"
        told += [f"{address}: {fault}" for fault in faults(person.page)]
    assert told == [], "\n".join(told)
    person.go("/")
    person.press("Tiếng Việt")
    assert person.page.get_by_role("heading", level=1).inner_text() == "Bàn làm việc"
