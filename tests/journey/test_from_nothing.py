"""From an empty installation to a found document: by commands, and by the pages that a new office sees."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from archive.fence.pool import Fence
from config.application import create_application
from config.beginning import initialise
from config.command_line import main
from config.house import House, open_house
from config.settings import Settings
from config.steps import make_indexer, make_worker
from ingest.plans.sheet import write_form
from tests.transfers import small

PLAN = [
    {"notation": "01.TH", "heading": "I. Tổng hợp", "title": "Hồ sơ", "period": "10 năm", "maker": "", "remark": ""}
]
PASSWORD = "Rieng-12345"
# In a commune two people play all the parts.
OFFICE = ("submitter", "clerk", "archivist", "retention_officer", "searcher")
CHAIRMAN = ("approver", "head", "searcher", "auditor")


@pytest.fixture
def house(tmp_path: Path, fence: Fence) -> Iterator[tuple[House, str]]:
    """An archive as `init` makes it, and the first administrator's password."""
    settings = Settings(data=tmp_path / "DATA")
    password = initialise(settings)
    assert password
    opened = open_house(settings)
    opened.fence = fence
    yield opened, password
    opened.fence = Fence(tmp_path / "none")
    opened.close()


def folder_of(root: Path) -> Path:
    """Write a small transfer, and return its folder."""
    for path, body in small(1, 2).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(body)
    return root


def test_commands_lead_from_nothing_to_a_found_document(
    house: tuple[House, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bodies, people, fonds, plan and places are made by commands; a first transfer is then sealed and found."""
    monkeypatch.setenv("KHOLUUTRU_DATA", str(tmp_path / "DATA"))
    monkeypatch.setenv("KHOLUUTRU_SETTINGS", str(tmp_path / "none.toml"))

    def run(*words: str, by: str) -> str:
        done = CliRunner().invoke(main, [*words, "--as", by])
        assert done.exit_code == 0, (words, done.output)
        return done.stdout

    run("organization", "add", "Xã Mới", "--kind", "commune", "--code", "H98.01", "--from", "1/7/2025", by="quantri")
    for unit in ("Văn phòng", "Tổ thừa"):
        run("organization", "unit", unit, "--organization", "H98.01", "--from", "01/07/2025", by="quantri")
    at = ("--organization", "H98.01", "--unit", "to thua", "--from", "01/08/2025")
    assert "01/08/2025" in run("organization", "close", *at, by="quantri")
    twice = ("organization", "add", "Xã Hai", "--kind", "commune", "--code", "H98.01", "--from", "2025-07-01")
    refused = CliRunner().invoke(main, [*twice, "--as", "quantri"])
    assert (refused.exit_code, "ORG-0001" in refused.stderr) == (1, True)
    run(
        "organization", "add", "Sở Khác", "--kind", "department", "--code", "H98.02", "--from", "1/7/2025", by="quantri"
    )
    listed = json.loads(run("organization", "list", "--json", by="quantri"))
    assert [(b["name"], b["kind"], b["closed_on"]) for b in listed] == [
        ("Sở Khác", "department", None),
        ("Xã Mới", "commune", None),
        ("Tổ thừa", "unit", "2025-08-01"),
        ("Văn phòng", "unit", None),
    ]
    for name, roles in (("xa.vp", OFFICE), ("xa.ct", CHAIRMAN)):
        chosen = [word for role in roles for word in ("--role", role)]
        where = ("--organization", "H98.01", "--unit", "Văn phòng")
        run("user", "add", name, "--name", name, *chosen, *where, by="quantri")
    role = ("--role", "unit_administrator", "--organization", "H98.01")
    run("user", "add", "xa.qt", "--name", "Quản trị xã", *role, by="quantri")
    assert "Sở Khác" not in run("organization", "list", by="xa.qt")
    run("fonds", "add", "F1", "Phông Xã Mới", by="xa.vp")
    assert "Phông Xã Mới" in run("fonds", "list", by="xa.vp")
    (tmp_path / "plan.xlsx").write_bytes(write_form(2024, "Xã Mới", PLAN))
    assert "1 dòng" in run("file-plan", "import", str(tmp_path / "plan.xlsx"), "--year", "2024", by="xa.vp")
    run("file-plan", "approve", "2024", "--decision", "1/QĐ", "--day", "05/01/2024", by="xa.ct")
    assert json.loads(run("file-plan", "list", "--json", by="xa.ct")) == [
        {"year": 2024, "lines": 1, "decision": "1/QĐ", "approved_on": "2024-01-05"}
    ]
    assert "01.TH" in run("file-plan", "list", "2024", by="xa.ct")
    run("storage", "add", "Kho 1", "--kind", "repository", by="xa.vp")
    run("storage", "add", "Giá 1", "--kind", "shelf", "--inside", "Kho 1", by="xa.vp")
    assert "Kho 1 / Giá 1" in run("storage", "list", by="xa.vp")
    sent = ("transfer", "submit", str(folder_of(tmp_path / "nop")), "--title", "Đợt đầu", "--declare")
    number = run(*sent, by="xa.vp").strip()
    make_worker(house[0]).run_all()
    assert "Chờ lãnh đạo duyệt" in run("transfer", "list", by="xa.ct")
    run("transfer", "approve", number, by="xa.ct")
    run("transfer", "accept", number, "--unchecked-seen", by="xa.vp")
    for side in ("give", "receive"):
        run("transfer", "hand-over", number, "--side", side, by="xa.vp")
    make_worker(house[0]).run_all()
    make_indexer(house[0]).run_all()
    assert "Đã niêm phong" in run("transfer", "list", by="xa.ct")
    found = json.loads(run("search", "viec thu so 1", "--json", by="xa.ct"))
    assert "Về việc thử số 1" in {line["title"] for line in found}
    verified = json.loads(run("package", "verify", found[0]["dossier"], "--json", by="xa.vp"))
    assert [row["verdict"] for row in verified] == ["intact"]


class Person:
    """Somebody at a browser, from the first log-in on."""

    def __init__(self, app: Flask, name: str, password: str) -> None:
        self.client: FlaskClient = app.test_client()
        self.client.post("/dang-nhap", data={"username": name, "password": password})
        assert self.client.get("/").location == "/mat-khau"
        self.post("/mat-khau", {"old": password, "new": PASSWORD})

    def post(self, address: str, data: dict[str, Any], **more: str) -> str:
        """Send a form that is taken; return where it leads, or the page."""
        answer = self.client.post(address, data=data, **more)  # type: ignore[arg-type] # as named
        assert answer.status_code in {200, 302}, (address, answer.status_code, answer.text[-800:])
        return answer.location or answer.text

    def steps(self) -> list[str]:
        """Return the steps of the beginning that are done."""
        page = self.client.get("/bat-dau").text
        return re.findall(r'<li class="done".*?<b>(.*?)</b>', page, re.DOTALL)


def test_pages_lead_from_nothing_to_a_found_document(house: tuple[House, str]) -> None:
    """Three people begin in an empty archive, each step told by the page; the first document is handed in and found."""
    opened, password = house
    app = create_application(opened)
    app.config["WTF_CSRF_ENABLED"] = False
    administrator = Person(app, "quantri", password)
    assert administrator.steps() == []
    body = {"name": "Xã Mới", "kind": "commune", "code": "H98.01", "abbreviation": "", "parent": "", "day": "1/7/2020"}
    administrator.post("/co-quan/moi", body)
    commune = re.findall(r'/co-quan/([0-9a-f-]{36})"', administrator.client.get("/co-quan").text)[0]
    shown = administrator.post(f"/co-quan/{commune}/don-vi-moi", {"name": "Văn phòng", "day": "01/07/2020"})
    unit = re.findall(r'/co-quan/([0-9a-f-]{36})">Văn phòng', administrator.client.get(shown).text)[0]
    people = []
    for name, roles in (("xa.vp", OFFICE), ("xa.ct", CHAIRMAN)):
        form = {"username": name, "name": name, "position": "", "unit": unit, "roles": list(roles), "body": commune}
        page = administrator.post("/tai-khoan/moi", form)
        people.append(Person(app, name, re.findall(r'<dd class="code">([^<]+)</dd>', page)[1]))
    office, chairman = people
    assert administrator.steps() == ["Lập cơ quan và đơn vị", "Tạo tài khoản, giao vai trò"]
    office.post("/phong/moi", {"name": "Phông Xã Mới", "code": "F1", "kind": "fonds"})
    plan = office.post("/danh-muc-ho-so", {"year": "2024"})
    sheet = (io.BytesIO(write_form(2024, "Xã Mới", PLAN)), "mau.xlsx")
    office.post(f"{plan}/nhap", {"file": sheet}, content_type="multipart/form-data")
    chairman.post(f"{plan}/duyet", {"decision": "1/QĐ", "day": "05/01/2024"})
    office.post("/noi-de", {"label": "Kho 1", "kind": "repository", "parent": ""})
    fonds = re.findall(r'<option value="([0-9a-f-]{36})"', office.client.get("/giao-nop/moi").text)[0]
    choices = {"title": "Đợt đầu", "fonds": fonds, "dossier_class": "office", "source": "unit"}
    transfer = office.post("/giao-nop/moi", choices)
    for path, content in small(1, 2).items():
        made = office.client.post(f"{transfer}/tep", json={"path": path, "length": len(content)}).get_json()
        token = re.findall(r'name="csrf-token" content="([^"]*)"', office.client.get("/").text)[0]
        headers = {"Upload-Offset": "0", "X-CSRFToken": token}
        sent = office.client.put(f"{transfer}/tep/{made['ordinal']}", data=content, headers=headers)
        assert sent.status_code < 300
    office.post(f"{transfer}/nop", {"complete": "1", "nothing_secret": "1"})
    make_worker(opened).run_all()
    assert len(office.steps()) == 7
    chairman.post(f"{transfer}/duyet", {})
    office.post(f"{transfer}/dong-y", {"unchecked_seen": "1"})
    for side in ("give", "receive"):
        office.post(f"{transfer}/ban-giao", {"side": side})
    make_worker(opened).run_all()
    make_indexer(opened).run_all()
    found = chairman.client.get("/tra-cuu?q=viec+thu+so+1").text
    reading = re.findall(r'href="(/ho-so/[0-9a-f-]+/doc/[0-9a-f-]+[^"]*)"', found)[0].replace("&amp;", "&")
    assert chairman.client.get(reading).status_code == 200
