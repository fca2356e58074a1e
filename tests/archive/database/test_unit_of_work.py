"""One transaction: what was done, the audit trail and the outbox are written together or not at all."""

from __future__ import annotations

import datetime
import uuid
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from archive.audit.events import AuditRecord
from archive.audit.models import AuditChain, AuditEvent, AuditPayload
from archive.database.connection import Database
from archive.database.scope import SYSTEM_ACTOR, SystemScope, UnscopedQuery
from archive.database.unit_of_work import UnitOfWork
from archive.description.models import Fonds
from archive.outbox.models import OutboxRow
from ingest.transfers.models import SavedMapping
from tests.archive.clocks import FixedClock
from tests.archive.engines import only_sqlite
from tests.province import Province


class Halt(Exception):  # noqa: N818 - it stands for anything that may go wrong
    """Raised in the middle of a piece of work."""


def do_everything(work: UnitOfWork, province: Province, act: str = "fonds.created") -> uuid.UUID:
    """Write a row, an event, an outbox row and ring."""
    fonds = Fonds(id=work.ids.new(), organization_id=province.department, code="F9", name="Sưu tập")
    work.add(fonds)
    work.record(AuditRecord(act, province.department, "fonds", fonds.id, payload={"code": "F9"}))
    work.reindex("dossier", fonds.id, province.department)
    work.ring("text.extract", fonds.id)
    return fonds.id


def state(database: Database) -> tuple[int, int, int, int, int]:
    """Return how many fonds, events, payloads, outbox rows there are, and where the chains stand."""
    with database.read(SystemScope("test")) as work:
        counts = [
            work.session.scalar(select(func.count()).select_from(kind)) or 0
            for kind in (Fonds, AuditEvent, AuditPayload, OutboxRow)
        ]
        heads = work.session.scalar(select(func.sum(AuditChain.seq))) or 0
        return counts[0], counts[1], counts[2], counts[3], heads


def test_row_event_and_outbox_are_one_transaction(database: Database, clock: FixedClock, province: Province) -> None:
    """After the block all is there: the row, its event with payload in the chain, the outbox row."""
    before = state(database)
    archivist = province.people["archivist"]
    with database.write(archivist.scope()) as work:
        made = do_everything(work, province)
        assert state(database) == before, "nothing may be seen before the commit"
    assert [after - was for was, after in zip(before, state(database), strict=True)] == [1, 1, 1, 1, 1]
    with database.read(archivist.scope()) as work:
        event = work.session.scalars(select(AuditEvent).order_by(AuditEvent.seq.desc()).limit(1)).one()
        payload = work.session.scalars(select(AuditPayload).where(AuditPayload.seq == event.seq)).one()
        outbox = work.session.scalars(select(OutboxRow)).one()
    assert (event.act, event.actor_id, event.object_kind, event.object_id, event.outcome, event.at) == (
        *("fonds.created", archivist.id, "fonds", made, "done"),
        clock.at,
    )
    assert payload.content() == {"code": "F9"}
    assert (outbox.object_kind, outbox.object_id, outbox.organization_id) == ("dossier", made, province.department)


def test_what_raises_leaves_nothing(database: Database, province: Province) -> None:
    """An error in the block takes back the row, the event and the outbox row, and nobody is rung."""
    rung: list[tuple[str, str]] = []
    database.ring = lambda kind, row: rung.append((kind, row))
    before = state(database)

    def try_it() -> None:
        with database.write(province.people["archivist"].scope()) as work:
            do_everything(work, province)
            work.session.flush()
            raise Halt

    with pytest.raises(Halt):
        try_it()
    assert state(database) == before
    assert rung == []


def test_an_unknown_act_leaves_nothing(database: Database, province: Province) -> None:
    """An event outside the vocabulary stops the commit, with all that belongs to it."""
    before = state(database)

    def try_it() -> None:
        with database.write(province.people["archivist"].scope()) as work:
            do_everything(work, province, act="fonds.destroyed")

    with pytest.raises(ValueError, match=r"fonds\.destroyed"):
        try_it()
    assert state(database) == before


def test_the_doorbell_rings_after_the_commit(database: Database, province: Province) -> None:
    """Whoever hears the ring finds the row."""
    seen: list[tuple[str, str, int]] = []
    database.ring = lambda kind, row: seen.append((kind, row, state(database)[0]))
    with database.write(province.people["archivist"].scope()) as work:
        made = do_everything(work, province)
        assert seen == []
    assert seen == [("text.extract", str(made), 3)]


def test_one_object_is_indexed_once_per_transaction(database: Database, province: Province) -> None:
    """Asking twice for the same object writes one outbox row."""
    one, two = uuid.uuid4(), uuid.uuid4()
    with database.write(province.people["archivist"].scope()) as work:
        for object_id in (one, two, one):
            work.reindex("dossier", object_id, province.department)
    with database.read(SystemScope("test")) as work:
        assert sorted(work.session.scalars(select(OutboxRow.object_id))) == sorted([one, two])


def test_a_write_inside_a_write_is_refused(database: Database, province: Province) -> None:
    """A second write transaction in the same thread raises at once instead of waiting for itself for ever."""
    scope = province.people["archivist"].scope()
    before = state(database)
    with database.write(scope) as work:
        do_everything(work, province)
        with pytest.raises(RuntimeError, match="wait for itself"), database.write(scope):
            pytest.fail("the inner block must not be entered")
    assert state(database)[0] == before[0] + 1
    with database.write(scope):
        pass


def test_an_event_may_belong_to_another_chain(database: Database, province: Province) -> None:
    """An event for the chain of another organization is written there, without opening the scope for rows."""
    with database.read(SystemScope("test")) as work:
        head = work.session.scalars(select(AuditChain.seq).where(AuditChain.id == province.commune)).one()
    with database.write(province.people["archivist"].scope()) as work:
        work.record(AuditRecord("audit.verified", province.commune))
    with database.read(SystemScope("test")) as work:
        last = work.session.scalars(
            select(AuditEvent).where(AuditEvent.chain_id == province.commune).order_by(AuditEvent.seq.desc()).limit(1)
        ).one()
    assert (last.seq, last.act, last.actor_id) == (head + 1, "audit.verified", province.people["archivist"].id)


def test_the_system_acts_under_its_own_number(database: Database, province: Province) -> None:
    """An event written in a system scope names the system as its actor, or the one for whom it acts."""
    with database.write(SystemScope("test")) as work:
        work.record(AuditRecord("audit.verified", province.department))
    with database.write(SystemScope("test", actor=province.people["head"].id)) as work:
        work.record(AuditRecord("audit.verified", province.department))
    with database.read(SystemScope("test")) as work:
        actors = work.session.scalars(
            select(AuditEvent.actor_id)
            .where(AuditEvent.chain_id == province.department)
            .order_by(AuditEvent.seq.desc())
            .limit(2)
        ).all()
    assert actors == [province.people["head"].id, SYSTEM_ACTOR]


def test_one_piece_of_work_has_one_instant(database: Database, clock: FixedClock) -> None:
    """All that one piece of work writes bears the instant at which it began."""
    with database.read(SystemScope("test")) as work:
        clock.forward(minutes=5)
        assert work.now == datetime.datetime(2026, 11, 23, 1, 40, tzinfo=datetime.UTC)


def test_reading_cannot_write(database: Database, province: Province) -> None:
    """What a reading transaction tries to write is refused by the database itself."""
    with database.read(province.people["archivist"].scope()) as work:
        work.add(Fonds(id=uuid.uuid4(), organization_id=province.department, code="F9", name="Sưu tập"))
        with pytest.raises(DBAPIError, match=r"read-?only"):
            work.session.flush()
    with database.read_engine.connect() as connection, pytest.raises(DBAPIError, match=r"read-?only"):
        connection.exec_driver_sql("DELETE FROM fonds")


@only_sqlite
def test_the_database_is_kept_safe_by_its_settings(database: Database) -> None:
    """Each connection is durable, enforces foreign keys, overwrites what it deletes; the reading one only reads."""
    names = ("journal_mode", "synchronous", "secure_delete", "foreign_keys", "query_only")
    for engine, only in ((database.write_engine, 0), (database.read_engine, 1)):
        with engine.connect() as connection:
            values = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]
        assert values == ["wal", 2, 1, 1, only]


@only_sqlite
def test_deleted_text_is_not_left_in_the_file(database: Database, province: Province, tmp_path: Path) -> None:
    """After a row is deleted and the log is folded in, its text is in no file of the database."""
    mark = "KhongConGiNua"
    with database.write(province.people["archivist"].scope()) as work:
        fonds = Fonds(id=work.ids.new(), organization_id=province.department, code="F9", name=mark)
        work.add(fonds)
    assert mark.encode() in b"".join(p.read_bytes() for p in tmp_path.glob("kholuutru.db*"))
    with database.write(province.people["archivist"].scope()) as work:
        work.session.delete(work.session.scalars(select(Fonds).where(Fonds.code == "F9")).one())
    with database.write_engine.connect() as connection:
        connection.rollback()
        connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr] # sqlite3's
    assert mark.encode() not in b"".join(p.read_bytes() for p in tmp_path.glob("kholuutru.db*"))


def mappings(*bodies: uuid.UUID) -> list[dict[str, Any]]:
    """Return a row of each of these bodies."""
    at = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    common = {"unit_id": uuid.uuid4(), "headings": "so", "mapping": {"A": "title"}, "saved_by": uuid.uuid4()}
    return [{"id": uuid.uuid4(), "organization_id": body, "saved_at": at, **common} for body in bodies]


def test_many_rows_are_added_at_once(database: Database, province: Province) -> None:
    """Rows added together are read back as they were given, by their class's own types."""
    with database.write(province.people["archivist"].scope()) as work:
        work.insert(SavedMapping, mappings(province.department, province.department))
        work.insert(SavedMapping, [])
    with database.read(province.people["archivist"].scope()) as work:
        rows = work.session.scalars(select(SavedMapping)).all()
    assert [(row.headings, row.mapping) for row in rows] == [("so", {"A": "title"})] * 2


def test_many_rows_are_refused_together_outside_the_scope(database: Database, province: Province) -> None:
    """With one row of another organization among them, none is written."""
    with (
        pytest.raises(UnscopedQuery),
        database.write(province.people["archivist"].scope()) as work,
    ):
        work.insert(SavedMapping, mappings(province.department, province.commune))
    with database.read(SystemScope("test")) as work:
        assert work.session.scalars(select(SavedMapping)).all() == []


def test_rows_with_folded_text_are_not_added_past_the_session(database: Database, province: Province) -> None:
    """A class whose text has folded twins is refused: they would stay empty, and the row would not be found."""
    with pytest.raises(ValueError, match="Fonds"), database.write(SystemScope("test")) as work:
        work.insert(Fonds, [{"id": uuid.uuid4(), "organization_id": province.department, "code": "F9", "name": "x"}])
