"""The chains in the database: numbered without gaps whoever writes, verified against the anchors in the store."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import NullPool, Uuid, bindparam, create_engine, select, text, update

from archive.audit.events import ACTS, AuditRecord
from archive.audit.models import AuditChain, AuditEvent, AuditPayload
from archive.audit.rules import GENESIS, ChainFault, ChainRow, Fault, Payload
from archive.audit.services import ANCHOR_JOB, heads, verify_chain
from archive.database.connection import Database
from archive.database.scope import SystemScope
from archive.jobs.models import PeriodRun
from preservation.evidence.services import anchors_of, verify_all, write_anchors
from preservation.storage.folder import FolderStore
from tests.archive.audit.chains import computed_anew
from tests.archive.clocks import FixedClock
from tests.province import Province


def note(database: Database, chain: uuid.UUID, count: int = 1, **payload: str) -> None:
    """Write events, each in a transaction of its own."""
    for number in range(count):
        with database.write(SystemScope("test")) as work:
            work.record(AuditRecord("dossier.opened", chain, payload={"number": number, **payload}))


def raw(database: Database, statement: str, values: dict[str, Any] | None = None) -> None:
    """Change the database past the product, as somebody who owns it can."""
    with create_engine(database.url, poolclass=NullPool).begin() as connection:
        if not database.is_sqlite:
            connection.exec_driver_sql("SET session_replication_role = replica")
        bound = (
            bindparam(name, type_=Uuid()) for name, value in (values or {}).items() if isinstance(value, uuid.UUID)
        )
        assert connection.execute(text(statement).bindparams(*bound), values or {}).rowcount > 0


def rows_of(database: Database, chain: uuid.UUID) -> list[tuple[ChainRow, Payload | None]]:
    """Return a chain as plain rows."""
    with database.read(SystemScope("test")) as work:
        found = work.session.execute(
            select(AuditEvent, AuditPayload)
            .join(AuditPayload, (AuditPayload.chain_id == AuditEvent.chain_id) & (AuditPayload.seq == AuditEvent.seq))
            .where(AuditEvent.chain_id == chain)
            .order_by(AuditEvent.seq)
        ).all()
    names = [field.name for field in fields(ChainRow)]
    return [
        (ChainRow(**{name: getattr(event, name) for name in names}), Payload(p.salt, p.body, p.erased_under))
        for event, p in found
    ]


def test_eight_writers_leave_chains_without_gaps(database: Database, province: Province) -> None:
    """Writers that write to three chains in opposite order, one of them new, neither deadlock nor skip a number."""
    chains = (province.department, province.commune, uuid.uuid4())
    before = Counter({head.chain_id: head.seq for head in _heads(database)})
    failures: list[BaseException] = []

    def write(turn: int) -> None:
        try:
            for number in range(10):
                with database.write(SystemScope("test")) as work:
                    for chain in chains if turn % 2 else reversed(chains):
                        work.record(AuditRecord("dossier.opened", chain, payload={"by": turn, "number": number}))
        except BaseException as failure:  # noqa: BLE001 - told below, in the thread that may fail
            failures.append(failure)

    threads = [threading.Thread(target=write, args=(turn,)) for turn in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    for chain in chains:
        rows = rows_of(database, chain)
        assert [row.seq for row, _ in rows] == list(range(1, before[chain] + 81))
        with database.read(SystemScope("test")) as work:
            assert verify_chain(work.session, chain, {}) == (before[chain] + 80, None)


def test_a_chain_begins_with_its_first_event(database: Database) -> None:
    """The first event of an organization makes its chain, from the common beginning."""
    chain = uuid.uuid4()
    note(database, chain)
    (row, _), *more = rows_of(database, chain)
    assert (row.seq, row.previous_hash, more) == (1, GENESIS, [])


def test_events_of_one_transaction_stand_in_the_order_of_their_making(database: Database, province: Province) -> None:
    """Several events of one piece of work follow each other in the chain, at one instant."""
    with database.write(SystemScope("test")) as work:
        for number in range(3):
            work.record(AuditRecord("dossier.opened", province.department, payload={"number": number}))
    last = rows_of(database, province.department)[-3:]
    assert [payload.body for _, payload in last if payload] == ['{"number":0}', '{"number":1}', '{"number":2}']
    assert len({row.at for row, _ in last}) == 1


def test_the_time_is_taken_when_the_chain_is_locked(database: Database, clock: FixedClock, province: Province) -> None:
    """The time of an event is that of the commit, not of the beginning of the work, so it never runs backwards."""
    with database.write(SystemScope("test")) as work:
        work.record(AuditRecord("dossier.opened", province.department))
        clock.forward(minutes=3)
    row, _ = rows_of(database, province.department)[-1]
    assert row.at == clock.at


def test_the_chained_row_tells_nothing(database: Database, province: Province) -> None:
    """What was said stands in the payload alone; equal payloads have different digests."""
    for _ in range(2):
        note(database, province.department, title="Hồ sơ mật danh Hoa Sen")
    (one, said), (two, _) = rows_of(database, province.department)[-2:]
    assert said is not None
    assert "Hoa Sen" in said.body
    assert "Hoa Sen" not in repr(one)
    assert one.payload_digest != two.payload_digest


def test_an_erased_payload_leaves_the_chain_whole(database: Database, province: Province) -> None:
    """After a lawful erasure the text is gone, the case stands there, and the chain verifies."""
    note(database, province.department, title="Sẽ bị xóa")
    with database.write(SystemScope("test")) as work:
        work.session.execute(
            update(AuditPayload)
            .where(AuditPayload.body.contains("Sẽ bị xóa"))
            .values(salt="", body="", erased_under="HUY-2031-01")
        )
    with database.read(SystemScope("test")) as work:
        assert verify_chain(work.session, province.department, {})[1] is None
        erased = work.session.scalars(select(AuditPayload).where(AuditPayload.erased_under == "HUY-2031-01")).one()
        assert erased.content() == {}


def test_anchors_are_written_once_per_head(database: Database, tmp_path: Path, province: Province) -> None:
    """Each head that has moved is written to the store, and no head twice."""
    store = FolderStore(tmp_path / "store")
    count = len(_heads(database))
    # The first use of a scope's reason is an event itself: let it be over.
    note(database, province.department)
    assert write_anchors(database, store) == count
    note(database, province.department)
    write_anchors(database, store)
    assert write_anchors(database, store) == 0
    note(database, province.department)
    assert write_anchors(database, store) == 1
    moved = next(head for head in _heads(database) if head.chain_id == province.department)
    assert anchors_of(store, province.department)[moved.seq] == moved.hash
    assert len(anchors_of(store, province.department)) == 3


FORGERIES: dict[str, tuple[Callable[[Database, uuid.UUID], None], Fault, int]] = {
    "changed actor": (
        lambda database, chain: raw(
            database, "UPDATE audit_event SET outcome = 'x' WHERE chain_id = :c AND seq = 3", {"c": chain}
        ),
        Fault.CHANGED,
        3,
    ),
    "changed payload": (
        lambda database, chain: raw(
            database, "UPDATE audit_payload SET body = '{}' WHERE chain_id = :c AND seq = 3", {"c": chain}
        ),
        Fault.PAYLOAD_CHANGED,
        3,
    ),
    "payload gone": (
        lambda database, chain: raw(
            database, "DELETE FROM audit_payload WHERE chain_id = :c AND seq = 3", {"c": chain}
        ),
        Fault.PAYLOAD_MISSING,
        3,
    ),
    "row gone": (
        lambda database, chain: raw(database, "DELETE FROM audit_event WHERE chain_id = :c AND seq = 3", {"c": chain}),
        Fault.REMOVED,
        3,
    ),
    "end cut off": (
        lambda database, chain: raw(database, "DELETE FROM audit_event WHERE chain_id = :c AND seq >= 4", {"c": chain}),
        Fault.CUT_OFF,
        4,
    ),
    "all gone": (
        lambda database, chain: (
            [
                raw(database, f"DELETE FROM {table} WHERE {column} = :c", {"c": chain})  # type: ignore[func-returns-value] # run for its effect
                for table, column in (("audit_payload", "chain_id"), ("audit_event", "chain_id"), ("audit_chain", "id"))
            ]
            and None
        ),
        Fault.CUT_OFF,
        1,
    ),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_change_past_the_product_is_found(name: str, database: Database, tmp_path: Path) -> None:
    """What is changed or taken away with plain SQL is found in its chain at its row, and nowhere else."""
    store, chain, other = FolderStore(tmp_path / "store"), uuid.uuid4(), uuid.uuid4()
    note(database, chain, 5)
    note(database, other, 2)
    write_anchors(database, store)
    assert {fault for _, fault in verify_all(database, store).values()} == {None}
    forge, fault, seq = FORGERIES[name]
    forge(database, chain)
    database.dispose()
    verified = verify_all(database, store)
    assert verified.pop(chain)[1] == ChainFault(chain, seq, fault)
    assert {fault for _, fault in verified.values()} == {None}


def test_a_whole_chain_computed_anew_is_caught_by_the_anchors(database: Database, tmp_path: Path) -> None:
    """Changing a row and computing the whole chain anew, head included, is caught: the store remembers the head."""
    store, chain = FolderStore(tmp_path / "store"), uuid.uuid4()
    note(database, chain, 4)
    write_anchors(database, store)
    note(database, chain, 2)
    rows = rows_of(database, chain)
    forged_payload = Payload(rows[1][1].salt, '{"number":99}', None) if rows[1][1] else None
    forged = computed_anew([rows[0], (rows[1][0], forged_payload), *rows[2:]], 1)
    for row, payload in forged:
        assert payload is not None
        values = {"c": chain, "s": row.seq, "h": row.hash, "p": row.previous_hash, "d": row.payload_digest}
        raw(
            database,
            "UPDATE audit_event SET hash = :h, previous_hash = :p, payload_digest = :d "
            "WHERE chain_id = :c AND seq = :s",
            values,
        )
        raw(
            database,
            "UPDATE audit_payload SET body = :b WHERE chain_id = :c AND seq = :s",
            {"b": payload.body, "c": chain, "s": row.seq},
        )
    raw(database, "UPDATE audit_chain SET hash = :h WHERE id = :c", {"h": forged[-1][0].hash, "c": chain})
    with database.read(SystemScope("test")) as work:
        assert verify_chain(work.session, chain, {}) == (6, None), "the chain alone must look whole"
    assert verify_all(database, store)[chain] == (3, ChainFault(chain, 4, Fault.REWRITTEN))


def test_two_anchors_that_contradict_each_other_are_a_fault(database: Database, tmp_path: Path) -> None:
    """When the chain was forged before an anchor was written too, the older anchor still contradicts it."""
    store, chain = FolderStore(tmp_path / "store"), uuid.uuid4()
    note(database, chain, 3)
    write_anchors(database, store)
    rows = rows_of(database, chain)
    payload = Payload(rows[2][1].salt, '{"number":99}', None) if rows[2][1] else None
    forged = computed_anew([*rows[:2], (rows[2][0], payload)], 2)[2][0]
    raw(
        database,
        "UPDATE audit_event SET hash = :h, payload_digest = :d WHERE chain_id = :c AND seq = 3",
        {"h": forged.hash, "d": forged.payload_digest, "c": chain},
    )
    raw(
        database,
        "UPDATE audit_payload SET body = :b WHERE chain_id = :c AND seq = 3",
        {"b": '{"number":99}', "c": chain},
    )
    raw(database, "UPDATE audit_chain SET hash = :h WHERE id = :c", {"h": forged.hash, "c": chain})
    assert write_anchors(database, store) == 1
    assert verify_all(database, store)[chain] == (2, ChainFault(chain, 3, Fault.REWRITTEN))


def test_every_act_has_a_name_in_both_languages() -> None:
    """The vocabulary has the form subject.verb, and a Vietnamese and an English name for each act."""
    for act, names in ACTS.items():
        subject, _, verb = act.partition(".")
        assert subject.isidentifier()
        assert verb.isidentifier()
        assert len(names) == 2
        assert all(name.strip() == name != "" for name in names)


def _heads(database: Database) -> list[Any]:
    with database.read(SystemScope("test")) as work:
        return [head for head in heads(work.session) if head.seq]


def test_heads_are_listed_by_their_ids(database: Database) -> None:
    """Chains are listed in the order in which writers lock them."""
    with database.read(SystemScope("test")) as work:
        listed = [head.chain_id for head in heads(work.session)]
        assert listed == sorted(listed)
        assert len(listed) == len(work.session.scalars(select(AuditChain.id)).all()) == 4


@pytest.mark.parametrize(("hours", "found"), [(2, Fault.UNANCHORED), (0, None)], ids=["old chain", "new chain"])
def test_a_chain_whose_anchors_are_gone_proves_nothing(
    hours: int, found: Fault | None, database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    """Where anchors were written since the chain began and the store has none of it, it is never called intact."""
    chain = uuid.uuid4()
    note(database, chain, 3)
    clock.forward(hours=hours)
    with database.write(SystemScope("test")) as work:
        work.add(PeriodRun(job=ANCHOR_JOB, period="1", done_at=work.now))
    fault = verify_all(database, FolderStore(tmp_path / "emptied"))[chain][1]
    assert (fault.fault if fault else None) == found
