"""A small holding with a history, the loss of its database, and what is the same afterwards."""

from __future__ import annotations

import datetime
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import select

from archive.accounts.services import set_lock
from archive.audit.events import AuditRecord
from archive.clock import vietnam_date
from archive.database.base import Base
from archive.database.connection import Database
from archive.database.restoring import to_plain
from archive.database.scope import SystemScope
from archive.description.models import Dossier, StorageLocation
from config.ledger import LEDGERS, LOST, LOST_COLUMNS
from config.rebuild import Rebuilt, rebuild
from config.settings import Secret, Settings
from ingest.handover.services import confirm
from ingest.review import services as review
from ingest.rulebook.services import change_rule
from ingest.transfers import services as transfers
from ingest.transfers.content import dossier_rows
from ingest.transfers.discussion import write_message
from ingest.transfers.models import SavedMapping
from preservation.evidence.services import write_anchors
from preservation.ledger.services import reached_heads, write_ledger
from retention.due.services import move_due
from tests.conftest import Archive, opened
from tests.databases import postgresql_database
from tests.setups import environment_of
from tests.transfers import list_file, open_transfer, pdf, row, small, submit, upload, whole_way, work_off


def holding(archive: Archive) -> None:
    """Give a province a history: sealed, corrected, due, returned and half-sent, a locked account, a shelf."""
    with archive.house.database.write(archive.person("unitadmin").scope()) as work:
        day = vietnam_date(work.now)
        body, reason = archive.province.department, "Quy chế của tỉnh"
        change_rule(work, body, "CHK-1101", level="info", reason=reason, valid_from=day)
    _corrected(archive)
    whole_way(archive, small(1, 1), prefix="xa.")
    house = archive.house
    with house.database.write(SystemScope("test")) as work:
        shelf, box = work.ids.new(), work.ids.new()
        owner = {"organization_id": archive.province.department}
        work.add(StorageLocation(id=shelf, parent_id=None, kind="shelf", label="Kệ 1", **owner))
        work.session.flush()
        work.add(StorageLocation(id=box, parent_id=shelf, kind="box", label="Hộp 1", **owner))
        work.session.flush()
        dossier = work.session.scalars(
            select(Dossier).where(Dossier.organization_id == archive.province.department).limit(1)
        ).one()
        dossier.location_id = box
        dossier.revision += 1
        work.add(
            SavedMapping(
                id=work.ids.new(),
                unit_id=archive.province.unit,
                headings="so;ten",
                mapping={"A": "dossier.notation"},
                saved_by=archive.person("clerk").id,
                saved_at=work.now,
                **owner,
            )
        )
        set_lock(work, "other.clerk", locked=True)
        work.record(
            AuditRecord("dossier.opened", dossier.organization_id, "dossier", dossier.id, dossier_id=dossier.id)
        )
    write(archive)
    # A second run: what has changed since lies in segments of its own.
    move_due(house.database, datetime.date(2080, 1, 1))
    returned = open_transfer(archive, title="Đợt bị trả lại")
    upload(archive, returned, small(1, 1))
    submit(archive, returned)
    work_off(archive)
    with house.database.write(archive.person("approver").scope()) as work:
        review.return_(work, returned, "Thiếu văn bản")
    half = open_transfer(archive, title="Đợt gửi dở")
    upload(archive, half, {"a.pdf": pdf("a")})
    write(archive)


def _corrected(archive: Archive) -> None:
    """Seal a transfer of which a title was corrected during review."""
    rows = [row("01.TH", "a/1.pdf"), row("01.TH", "a/2.pdf", 2), row("02.TH", "b/1.pdf", dossier__title="Tựa sai")]
    content = {
        "danh-muc.xlsx": list_file(rows),
        **{str(r["document.path"]): pdf(str(r["document.path"])) for r in rows},
    }
    transfer = open_transfer(archive, title="Đợt có sửa")
    upload(archive, transfer, content)
    submit(archive, transfer)
    work_off(archive)
    database = archive.house.database
    with database.write(archive.person("approver").scope()) as work:
        review.approve(work, transfer)
    with database.write(archive.person("archivist").scope()) as work:
        keys = [listed.key for listed in dossier_rows(work, transfers.get(work, transfer))]
        review.correct(work, transfer, dossier_key=keys[-1], document=0, field="title", value="Tựa đúng")
        write_message(work, transfer, "Đã sửa tựa của hồ sơ thứ hai")
    with database.write(archive.person("archivist").scope()) as work:
        review.accept(work, transfer, unchecked_seen=True)
    with database.write(archive.person("submitter").scope()) as work:
        confirm(work, transfer, "give")
    with database.write(archive.person("archivist").scope()) as work:
        confirm(work, transfer, "receive")
    work_off(archive)


def open_each(archive: Archive) -> None:
    """Let a reader open every dossier: acts that touch dossiers without changing them."""
    with archive.house.database.write(SystemScope("test")) as work:
        for dossier in work.session.scalars(select(Dossier)):
            work.record(
                AuditRecord("dossier.opened", dossier.organization_id, "dossier", dossier.id, dossier_id=dossier.id)
            )


def write(archive: Archive) -> int:
    """Write the ledger and its anchors, as the clock does."""
    house = archive.house
    written = write_ledger(house.database, house.store, LEDGERS)
    write_anchors(house.database, house.store, reached_heads(house.database, house.store))
    return written


@contextmanager
def without_database(archive: Archive, folder: Path) -> Iterator[Settings]:
    """Yield settings with the same store, and a new place for everything else: nothing of the database is left."""
    data = folder / "NEW"
    if archive.settings.store:
        with postgresql_database() as url:
            (data / "store").mkdir(parents=True)
            proof = archive.settings.data / "store" / "lock-proof.json"
            shutil.copy(proof, data / "store" / proof.name)
            yield replace(archive.settings, data=data, database=Secret(url))
        return
    data.mkdir(parents=True)
    shutil.copytree(archive.settings.data / "store", data / "store")
    yield replace(archive.settings, data=data)


def run(settings: Settings, *command: str, fault: str = "") -> subprocess.CompletedProcess[str]:
    """Run Python in another process, to be killed when it passes the fault's point."""
    environment = {**os.environ, **environment_of(settings), **({"KHOLUUTRU_FAULT": fault} if fault else {})}
    return subprocess.run(
        [sys.executable, *command], env=environment, capture_output=True, text=True, check=False, timeout=120
    )


@contextmanager
def rebuilt(archive: Archive, folder: Path, said: list[str] | None = None) -> Iterator[tuple[Archive, Rebuilt]]:
    """Yield the archive with a database made from its store."""
    with (
        without_database(archive, folder) as settings,
        opened(settings, archive.province, archive.house.fence, existing=False) as again,
    ):
        yield again, rebuild(again.house, (said if said is not None else []).append)


def tables(database: Database) -> dict[str, list[dict[str, object]]]:
    """Return every row of the tables that are kept, but for the columns that are not, in one order."""
    found = {}
    with database.read(SystemScope("test")) as work:
        for mapper in Base.registry.mappers:
            name = mapper.class_.__tablename__
            if name in LOST:
                continue
            without = frozenset(c.partition(".")[2] for c in LOST_COLUMNS if c.startswith(f"{name}."))
            rows = [to_plain(row, without) for row in work.session.scalars(select(mapper.class_))]
            found[name] = sorted(rows, key=repr)
    return found
