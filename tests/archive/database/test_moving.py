"""Rows that move to PostgreSQL: parents first whatever their ids, the same digests; what cannot be moved is said."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from archive.database.connection import Database
from archive.database.errors import MigrationError
from archive.database.migrate import upgrade
from archive.database.moving import clear, copy_rows, digests
from archive.database.scope import SystemScope
from archive.description.models import Dossier, Fonds, StorageLocation
from archive.outbox.models import OutboxRow
from archive.text.folding import fold
from config.tables import SUBJECTS
from tests.databases import postgresql_database

pytestmark = pytest.mark.network
assert SUBJECTS


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Database]:
    """An empty SQLite database."""
    database = Database(f"sqlite:///{tmp_path / 'source.db'}")
    upgrade(database)
    yield database
    database.dispose()


@pytest.fixture
def target() -> Iterator[Database]:
    """An empty PostgreSQL database."""
    with postgresql_database() as url:
        database = Database(url)
        upgrade(database)
        yield database
        database.dispose()


def place(number: int, parent: int | None, label: str) -> StorageLocation:
    """Return a place of storage whose id is a number."""
    return StorageLocation(
        id=uuid.UUID(int=number),
        organization_id=uuid.UUID(int=99),
        parent_id=uuid.UUID(int=parent) if parent else None,
        kind="shelf",
        label=label,
    )


def test_children_with_smaller_ids_follow_their_parents(source: Database, target: Database) -> None:
    """A tree moves level by level, and both databases then have the same digests; a second run changes nothing."""
    with source.write(SystemScope("test")) as work:
        for number, parent in ((9, None), (8, 9), (3, 8), (2, 3), (1, 9)):
            work.add(place(number, parent, f"Giá {number} «kệ» \\ \t {fold('Đường')}"))
            work.session.flush()
        work.add(OutboxRow(organization_id=uuid.UUID(int=99), object_kind="dossier", object_id=uuid.UUID(int=5)))
    for _ in range(2):
        told: dict[str, int] = {}
        copy_rows(source, target, told.__setitem__)
        assert (told["storage_location"], told["outbox"]) == (5, 1)
        assert digests(source) == digests(target)
    with target.write(SystemScope("test")) as work:
        # The sequence goes on behind the ids that came along.
        work.add(OutboxRow(organization_id=uuid.UUID(int=99), object_kind="dossier", object_id=uuid.UUID(int=6)))
    with target.read(SystemScope("test")) as work:
        assert len(set(work.session.scalars(select(OutboxRow.id)))) == 2
    assert digests(source)["outbox"] != digests(target)["outbox"]
    clear(target)
    assert {count.partition("-")[0] for count in digests(target).values()} == {"0"}


def test_a_row_that_postgresql_does_not_take_is_said(source: Database, target: Database) -> None:
    """SQLite keeps a NUL in a text, PostgreSQL does not: the table is named, and the source is as it was."""
    with source.write(SystemScope("test")) as work:
        work.add(place(1, None, "Giá\x001"))
    with pytest.raises(MigrationError, match="storage_location") as raised:
        copy_rows(source, target, lambda *_: None)
    assert raised.value.code == "MIG-0008"


def test_a_title_of_any_length_fits_both_databases(source: Database, target: Database) -> None:
    """A title far longer than any index takes is kept whole on SQLite and on PostgreSQL."""
    body, fonds = uuid.uuid4(), uuid.uuid4()
    # Signs without a pattern, which no database makes shorter.
    title = "".join(chr(0x4E00 + place) for place in random.Random(5).choices(range(20_000), k=4_000))  # noqa: S311 - no secret
    with source.write(SystemScope("test")) as work:
        work.add(Fonds(id=fonds, organization_id=body, code="P1", name="Phông thử"))
        work.session.flush()
        names: dict[str, Any] = {"naming": "year", "notation": "01", "code": "01", "period": "10 năm", "title": title}
        owner: dict[str, Any] = {"organization_id": body, "unit_id": body, "fonds_id": fonds, "sensitivity": 1}
        work.add(Dossier(id=uuid.uuid4(), **owner, **names, document_total=0, state="kept", values={}))
    copy_rows(source, target, lambda *_: None)
    with target.read(SystemScope("test")) as work:
        assert work.session.scalars(select(Dossier.title)).one() == title
