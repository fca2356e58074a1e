"""The database can be taken away: ledger and packages in the store bring back all but what is said to be lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.database.base import Base
from archive.database.scope import SystemScope
from archive.description.models import Dossier
from config.ledger import CHAINS, LEDGERS, LOST, LOST_COLUMNS
from preservation.evidence.services import verify_all
from preservation.packages.models import PackageVersion
from preservation.packages.validation import validate_stored
from search.index.services import compare
from sqlalchemy import select
from tests.conftest import Archive
from tests.journey.conftest import archive  # noqa: F401 - both set-ups
from tests.rebuilding import holding, rebuilt, tables, write
from tests.transfers import index, work_off

# What the rebuild itself adds to the chains.
ADDED = {"archive.rebuilt", "index.rebuild_requested", "system.scope_opened"}


def test_everything_comes_back_but_what_is_said_to_be_lost(archive: Archive, tmp_path: Path) -> None:  # noqa: F811
    """A holding with a history, rebuilt from its store alone, has the same rows, whole chains, packages and index."""
    holding(archive)
    before = tables(archive.house.database)
    said: list[str] = []
    with rebuilt(archive, tmp_path, said) as (again, done):
        assert not done.problems, said
        after = tables(again.house.database)
        same(before, after)
        work_off(again)
        index(again)
        house = again.house
        assert all(fault is None for _, fault in verify_all(house.database, house.store).values())
        assert compare(house.database, house.index).agrees
        with house.database.read(SystemScope("test")) as work:
            keys = work.session.scalars(select(PackageVersion.object_key)).all()
            states = set(work.session.scalars(select(PackageVersion.state)))
        assert [validate_stored(house.store, key) for key in keys] == [[]] * 3
        assert states == {"locked"}
        assert write(again) > 0
        assert all(fault is None for _, fault in verify_all(house.database, house.store).values())


def same(before: dict[str, list[dict[str, object]]], after: dict[str, list[dict[str, object]]]) -> None:
    """Compare table by table; the chains have grown by what the rebuild itself did."""
    assert set(before) == set(after)
    new = [event for event in after["audit_event"] if event not in before["audit_event"]]
    assert {str(event["act"]) for event in new} <= ADDED
    for name, rows in before.items():
        if name == "audit_chain":
            continue
        if name in CHAINS:
            assert [row for row in rows if row not in after[name]] == [], name
        elif name == "transfer":
            # What was under way is with its unit again: the files that were sent are gone.
            ended = [row for row in rows if row["state"] in {"sealed", "withdrawn", "returned"}]
            assert [row for row in ended if row not in after[name]] == []
            assert len(rows) == len(after[name]) == len(ended) + 1
        elif name in UNSEALED:
            assert [row for row in after[name] if row not in rows] == [], name
            assert after[name], name
        else:
            assert after[name] == rows, name


# Of these only what was sealed comes back.
UNSEALED = {"transfer_dossier", "transfer_document", "transfer_file"}
