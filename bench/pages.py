"""How long pages take over many dossiers: ``python -m bench.pages [dossiers] [--paint]``; made-up, on SQLite.

Each page is asked for over and over through the whole application, its events written as always; printed are the
median and the 95th percentile in milliseconds, and the median of what this process itself computed, which other
work on the machine hardly touches.
"""

from __future__ import annotations

import argparse
import datetime
import itertools
import statistics
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
from archive.database.base import Base
from archive.database.scope import SystemScope
from archive.description.models import ContentFile, Document, Dossier
from archive.text.folding import fold, sort_key
from archive.web.session import SessionUser
from config.application import create_application
from config.house import House, open_house
from config.settings import Settings
from preservation.packages.models import PackageVersion
from retention.due.models import RetentionPlan
from search.index.documents import entries_of
from tests.province import Province, make_province

_ROUNDS = 30
_AT_ONCE = 500
_TYPES = ("Quyết định", "Công văn", "Thông báo", "Báo cáo", "Tờ trình")
_SUBJECTS = ("đất đai", "quy hoạch", "thủ tục hành chính", "tổ chức cán bộ", "tài chính", "giáo dục", "y tế")


def rows(province: Province, count: int) -> Iterator[dict[type[Base], dict[str, Any]]]:
    """Yield dossiers, each with plan, document, file and package, spread over units, years and states."""
    now = datetime.datetime.now(datetime.UTC)
    for number in range(count):
        year = 1990 + number % 36
        title = f"Hồ sơ mẫu {number} về {_SUBJECTS[number % len(_SUBJECTS)]} năm {year}"
        code = f"H98.01.{year}.{number:06d}"
        # Some are kept for ever, of a few nobody knows.
        kept_for = "Vĩnh viễn" if number % 5 == 0 else "đến khi hết hiệu lực" if number % 101 == 0 else "10 năm"
        due = datetime.date(year + 11, 1, 1) if kept_for == "10 năm" else None
        moved = due if due is not None and due <= now.date() else None
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
            "period": kept_for,
            "due_on": due,
            "kept_for": kept_for,
            "closing_year": year,
            "document_total": number % 40,
            "page_total": number % 400,
            "values": {},
            "state": "disposal_review" if moved else "kept",
            "sealed_at": now - datetime.timedelta(days=number % 700),
        }
        plan = {
            **common,
            "dossier_id": dossier["id"],
            "period": kept_for,
            "source": "list",
            "schedule_key": None,
            "closing_year": year,
            "due_on": due,
            "moved_on": moved,
            "reasons": [],
            "determined_at": now,
            "retain_until": now,
        }
        document = {
            **common,
            "id": uuid.uuid4(),
            "dossier_id": dossier["id"],
            "ordinal": 1,
            "type_name": _TYPES[number % len(_TYPES)],
            "number": str(number),
            "notation": "QĐ-UBND",
            "issued_date": f"{number % 28 + 1:02d}/{number % 12 + 1:02d}/{year}",
            "issuer": f"Sở mẫu {number % 20}",
            "subject": f"Về việc {_SUBJECTS[number % len(_SUBJECTS)]} số {number}",
            "page_count": 3,
            "values": {},
        }
        file = {
            **common,
            "id": uuid.uuid4(),
            "document_id": document["id"],
            "original_path": f"{number}.pdf",
            "length": 50_000,
            "sha256": f"{number:064x}",
            "crc32": 0,
            "malware_state": "clean" if number % 10 else "not_scanned",
        }
        package = {
            **common,
            "id": uuid.uuid4(),
            "dossier_id": dossier["id"],
            "package_id": uuid.uuid4(),
            "version": 1,
            "profile": "bench",
            "object_key": f"aip/{number}",
            "length": 60_000,
            "digest": f"{number:064x}",
            "member_total": 9,
            "sealed_at": dossier["sealed_at"],
            "state": "locked" if number % 5000 else "lock_failed",
            "retained_until": now,
            "attempt": 0,
        }
        yield {Dossier: dossier, RetentionPlan: plan, Document: document, ContentFile: file, PackageVersion: package}


def fill(house: House, province: Province, count: int) -> None:
    """Put the dossiers into database and index, as many at once as the product itself allows."""
    waiting = rows(province, count)
    while batch := list(itertools.islice(waiting, _AT_ONCE)):
        with house.database.write_engine.begin() as connection:
            for table in batch[0]:
                connection.execute(table.__table__.insert(), [one[table] for one in batch])
        with house.database.read(SystemScope("bench")) as work:
            entries = entries_of(work, [one[Dossier]["id"] for one in batch])
        house.index.replace(entries)


def measure(client: FlaskClient, address: str) -> tuple[float, float, float]:
    """Return median and 95th percentile of a page's time, and the median of processor time, in milliseconds."""
    times, busy = [], []
    for _ in range(_ROUNDS):
        begun, worked = time.perf_counter(), time.process_time()
        answer = client.get(address)
        times.append((time.perf_counter() - begun) * 1000)
        busy.append((time.process_time() - worked) * 1000)
        assert answer.status_code == HTTPStatus.OK, (address, answer.status_code)
    return statistics.median(times), sorted(times)[int(len(times) * 0.95)], statistics.median(busy)


def pages(province: Province, middle: str) -> list[tuple[str, str]]:
    """Return who asks for what; `middle` is the id of a dossier in the middle of the list."""
    return [
        ("archivist", "/"),
        ("archivist", "/ho-so"),
        ("archivist", f"/ho-so?sau={middle}"),
        ("archivist", "/ho-so?xep=-title"),
        ("archivist", "/ho-so?xep=documents"),
        ("archivist", "/ho-so?q=dat+dai"),
        # Of no row, which is known when every one was looked at.
        ("archivist", "/ho-so?q=ho+so+khong+co"),
        ("archivist", f"/ho-so?unit={province.unit}"),
        ("archivist", f"/ho-so?unit={province.unit}&state=kept"),
        ("archivist", "/ho-so?year=2020"),
        ("archivist", f"/ho-so/{middle}"),
        ("archivist", "/ho-so?lock=lock_failed"),
        ("archivist", "/ho-so?malware=not_scanned"),
        ("archivist", f"/ho-so/{middle}/muc-luc"),
        ("archivist", "/phong"),
        ("submitter", "/ho-so"),
        ("searcher", "/tra-cuu?q=dat+dai"),
        ("searcher", "/tra-cuu?q=ho+so+mau&xep=newest"),
        ("searcher", "/tra-cuu?q=quy+hoach+2001&kind=document"),
        ("searcher", "/tra-cuu?type=Th%C3%B4ng+b%C3%A1o&tu=9000"),
        ("officer", "/"),
        ("officer", "/thoi-han"),
        ("officer", "/thoi-han?loc=year&nam=2031"),
        ("officer", "/thoi-han?loc=coming&xep=due"),
        ("officer", "/thoi-han?loc=coming&xep=-period"),
        ("officer", "/thoi-han?loc=permanent"),
        ("officer", "/thoi-han?loc=unknown"),
    ]


def main(count: int, *, paint: bool) -> None:
    """Fill an archive and print its pages' times; with `paint` also when a browser first shows something."""
    with tempfile.TemporaryDirectory() as folder:
        settings = replace(Settings(), data=Path(folder) / "DATA")
        province = make_province(settings)
        house = open_house(settings)
        fill(house, province, count)
        app = create_application(house)
        with house.database.read(SystemScope("bench")) as work:
            middle = str(work.session.query(Dossier.id).order_by(Dossier.code_sort).offset(count // 2).first()[0])  # type: ignore[index] # filled
            assert work.session.query(Account).count()
        print(f"{count} dossiers, SQLite: median and 95th percentile of {_ROUNDS} rounds, median on the processor; ms")
        shown = [
            (who, at, at.replace(middle, "…").replace(str(province.unit), "…")) for who, at in pages(province, middle)
        ]
        for who, address, name in shown:
            client = app.test_client()
            with client.session_transaction() as session:
                session["_user_id"] = SessionUser(province.people[who]).get_id()
            median, slow, busy = measure(client, address)
            print(f"  {who:10} {name[:46]:46} {median:8.1f} {slow:8.1f} {busy:8.1f}", flush=True)
        house.close()
        if paint:
            from bench.paint import print_paints

            print_paints(settings.data, shown)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dossiers", type=int, nargs="?", default=10_000)
    parser.add_argument("--paint", action="store_true", help="also First Contentful Paint in Chromium")
    chosen = parser.parse_args()
    main(chosen.dossiers, paint=chosen.paint)
