"""How long pages take over many dossiers: ``python -m bench.pages [dossiers]``; made-up dossiers, on SQLite.

Each page is asked for over and over through the whole application, its events written as always; printed are the
median and the 95th percentile in milliseconds.
"""

from __future__ import annotations

import datetime
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from archive.accounts.models import Account
from archive.database.scope import SystemScope
from archive.description.models import Dossier
from archive.text.folding import fold, sort_key
from archive.web.session import SessionUser
from config.application import create_application
from config.house import House, open_house
from config.settings import Settings
from retention.due.models import RetentionPlan
from tests.province import Province, make_province

_ROUNDS = 30
_AT_ONCE = 500
_SUBJECTS = ("đất đai", "quy hoạch", "thủ tục hành chính", "tổ chức cán bộ", "tài chính", "giáo dục", "y tế")


def rows(province: Province, count: int) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield dossiers and their retention plans, spread over units, years and states."""
    now = datetime.datetime.now(datetime.UTC)
    for number in range(count):
        year = 1990 + number % 36
        title = f"Hồ sơ mẫu {number} về {_SUBJECTS[number % len(_SUBJECTS)]} năm {year}"
        code = f"H98.01.{year}.{number:06d}"
        due = datetime.date(year + 11, 1, 1)
        common = {
            "organization_id": province.department,
            "unit_id": province.unit if number % 2 else province.other_unit,
            "sensitivity": 1,
        }
        dossier = {
            **common,
            "id": uuid.uuid4(),
            "fonds_id": province.fonds,
            "naming": "year",
            "agency_code": "H98.01",
            "year": year,
            "notation": f"{number:06d}",
            "code": code,
            "code_folded": fold(code),
            "code_sort": sort_key(code),
            "title": title,
            "title_folded": fold(title),
            "title_sort": sort_key(title),
            "period": "10 năm",
            "closing_year": year,
            "document_total": number % 40,
            "page_total": number % 400,
            "values": {},
            "state": "disposal_review" if due <= now.date() else "kept",
            "sealed_at": now - datetime.timedelta(days=number % 700),
        }
        plan = {
            **common,
            "dossier_id": dossier["id"],
            "period": "10 năm",
            "source": "list",
            "schedule_key": None,
            "closing_year": year,
            "due_on": due,
            "reasons": [],
            "determined_at": now,
            "retain_until": now,
        }
        yield dossier, plan


def fill(house: House, province: Province, count: int) -> None:
    """Put the dossiers in, as many a transaction as the product itself allows."""
    waiting = rows(province, count)
    while batch := [pair for _, pair in zip(range(_AT_ONCE), waiting, strict=False)]:
        with house.database.write_engine.begin() as connection:
            connection.execute(Dossier.__table__.insert(), [dossier for dossier, _ in batch])
            connection.execute(RetentionPlan.__table__.insert(), [plan for _, plan in batch])


def measure(client: FlaskClient, address: str) -> tuple[float, float]:
    """Return median and 95th percentile of a page's time in milliseconds."""
    times = []
    for _ in range(_ROUNDS):
        begun = time.perf_counter()
        answer = client.get(address)
        times.append((time.perf_counter() - begun) * 1000)
        assert answer.status_code == HTTPStatus.OK, (address, answer.status_code)
    return statistics.median(times), sorted(times)[int(len(times) * 0.95)]


def main(count: int) -> None:
    """Fill an archive and print its pages' times."""
    with tempfile.TemporaryDirectory() as folder:
        settings = replace(Settings(), data=Path(folder) / "DATA")
        province = make_province(settings)
        house = open_house(settings)
        fill(house, province, count)
        app = create_application(house)
        with house.database.read(SystemScope("bench")) as work:
            middle = str(work.session.query(Dossier.id).order_by(Dossier.code_sort).offset(count // 2).first()[0])  # type: ignore[index] # filled
            assert work.session.query(Account).count()
        print(f"{count} dossiers, SQLite: median and 95th percentile of {_ROUNDS} rounds, ms")
        for who, address in (
            ("archivist", "/"),
            ("officer", "/"),
            ("archivist", "/ho-so"),
            ("archivist", f"/ho-so?sau={middle}"),
            ("archivist", "/ho-so?xep=-title"),
            ("archivist", "/ho-so?q=dat+dai"),
            ("archivist", f"/ho-so?unit={province.unit}&state=kept"),
            ("archivist", f"/ho-so/{middle}"),
            ("officer", "/thoi-han"),
            ("officer", "/thoi-han?loc=coming&xep=due"),
        ):
            client = app.test_client()
            with client.session_transaction() as session:
                session["_user_id"] = SessionUser(province.people[who]).get_id()
            median, slow = measure(client, address)
            print(f"  {who:10} {address.replace(middle, '…')[:46]:46} {median:8.1f} {slow:8.1f}")
        house.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
