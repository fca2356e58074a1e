"""Rows written as plain values come back as they were, on both databases."""

from __future__ import annotations

import datetime
import json
import uuid

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from archive.database.connection import Database
from archive.database.restoring import restore, to_plain
from archive.database.scope import SystemScope
from archive.description.models import Fonds, StorageLocation
from archive.jobs.models import Job
from archive.organizations.models import OrganizationTerm
from tests.province import Province


def test_a_row_is_plain_json_without_its_twins(database: Database) -> None:
    """Ids, dates and text become JSON types; what follows from the text is left out, and what is asked to be."""
    with database.read(SystemScope("test")) as work:
        term = work.session.scalars(select(OrganizationTerm).where(OrganizationTerm.code == "H98.01")).one()
        plain = to_plain(term, frozenset({"abbreviation"}))
    assert json.loads(json.dumps(plain)) == plain
    assert (plain["name"], plain["valid_from"], plain["valid_to"]) == ("Sở Thử", "2020-01-01", None)
    assert {"name_folded", "name_sort", "abbreviation"} & set(plain) == set()


def test_a_row_comes_back_with_everything(database: Database, province: Province) -> None:
    """Text is folded anew, instants are the same instants, what is not said takes the column's default."""
    at = datetime.datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=datetime.UTC)
    owner = {"organization_id": str(province.department)}
    job, fonds = str(uuid.uuid4()), str(uuid.uuid4())
    rows = {
        Job: [
            {
                **owner,
                "id": job,
                "kind": "k",
                "subject_id": job,
                "state": "done",
                "updated_at": at.isoformat(),
                "error_parameters": {"a": [1, None]},
                "history": [],
                "a column of another version": 1,
            }
        ],
        Fonds: [{**owner, "id": fonds, "code": "F9", "name": "Phông Đường"}],
    }
    restore(database, rows)
    restore(database, rows)
    with database.read(SystemScope("test")) as work:
        found = work.session.get_one(Job, uuid.UUID(job))
        assert (found.updated_at, found.error_parameters, found.cancel_wanted) == (at, {"a": [1, None]}, False)
        named = work.session.get_one(Fonds, uuid.UUID(fonds))
        assert (named.name_folded, named.kind) == ("phong duong", "fonds")


def test_parents_come_before_their_children(database: Database, province: Province) -> None:
    """Places come back in whatever order they were written."""
    owner = {"organization_id": str(province.department)}
    ids = [str(uuid.UUID(int=number)) for number in (3, 2, 1)]
    parents = [None, *ids]
    rows = [
        {**owner, "id": place, "parent_id": parent, "kind": "box", "label": "Hộp"}
        for place, parent in zip(ids, parents, strict=False)
    ]
    restore(database, {StorageLocation: sorted(rows, key=lambda row: str(row["id"]))})
    with database.read(SystemScope("test")) as work:
        assert len(work.session.scalars(select(StorageLocation)).all()) == 3


def test_a_row_that_has_no_place_is_refused(database: Database, province: Province) -> None:
    """What points to nothing, or wants another row's place, is an error, and nothing of its transaction stays."""
    owner = {"organization_id": str(province.department)}
    good = {**owner, "id": str(uuid.uuid4()), "parent_id": None, "kind": "box", "label": "Hộp"}
    with pytest.raises(IntegrityError):
        restore(database, {StorageLocation: [good, {**good, "id": str(uuid.uuid4()), "parent_id": str(uuid.uuid4())}]})
    with pytest.raises(IntegrityError):
        restore(database, {Fonds: [{**owner, "id": str(uuid.uuid4()), "code": "F1", "name": "Trùng mã"}]})
    with database.read(SystemScope("test")) as work:
        assert work.session.scalars(select(StorageLocation)).all() == []
