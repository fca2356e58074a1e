"""Column types and the folded twins beside text."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import StatementError

from archive.accounts.models import LoginThrottle
from archive.database.columns import OrderedText, UtcDateTime
from archive.database.connection import Database
from archive.database.scope import SystemScope
from archive.description.models import Dossier, FilePlanEntry
from archive.text.folding import fold, sort_key
from tests.archive.dossiers import add_dossier
from tests.province import Province

DIALECTS: list[Any] = [sqlite.dialect(), postgresql.dialect()]


def test_a_naive_instant_is_refused(database: Database) -> None:
    """An instant without a time zone is refused instead of guessed at, and nothing is written."""
    naive = datetime.datetime(2026, 11, 23, 8, 40)  # noqa: DTZ001 - naive on purpose

    def try_it() -> None:
        with database.write(SystemScope("test")) as work:
            work.add(LoginThrottle(username="x", failures=1, last_failure_at=naive))

    with pytest.raises(StatementError, match="no time zone"):
        try_it()
    with database.read(SystemScope("test")) as work:
        assert work.session.scalars(select(LoginThrottle)).all() == []


def test_an_instant_comes_back_in_utc(database: Database) -> None:
    """An instant written in Vietnam's time is read as the same instant, aware, in UTC."""
    hanoi = datetime.datetime(2026, 11, 23, 8, 40, 5, 123456, tzinfo=datetime.timezone(datetime.timedelta(hours=7)))
    with database.write(SystemScope("test")) as work:
        work.add(LoginThrottle(username="x", failures=1, last_failure_at=hanoi))
    with database.read(SystemScope("test")) as work:
        read = work.session.scalars(select(LoginThrottle.last_failure_at)).one()
    assert read == hanoi
    assert read.isoformat() == "2026-11-23T01:40:05.123456+00:00"


@given(
    instant=st.datetimes(timezones=st.timezones()).filter(lambda at: 1 < at.year < 9999),
    dialect=st.sampled_from(DIALECTS),
)
def test_any_instant_survives_the_database(instant: datetime.datetime, dialect: Any) -> None:
    """Whatever the zone, the same instant is read on SQLite and PostgreSQL."""
    column = UtcDateTime()
    read = column.process_result_value(column.process_bind_param(instant, dialect), dialect)
    assert read is not None
    assert (read, read.tzinfo) == (instant.astimezone(datetime.UTC), datetime.UTC)


def test_nothing_stays_nothing() -> None:
    """No instant is written and read as none."""
    column = UtcDateTime()
    assert column.process_bind_param(None, DIALECTS[0]) is None
    assert column.process_result_value(None, DIALECTS[0]) is None


@pytest.mark.parametrize(("dialect", "collation"), [(DIALECTS[0], "BINARY"), (DIALECTS[1], "C")])
def test_ordered_text_is_compared_byte_by_byte(dialect: Any, collation: str) -> None:
    """On each database sort keys are compared by their bytes, not by the locale of the machine."""
    assert OrderedText().load_dialect_impl(dialect).collation == collation


def test_folded_twins_are_written_with_the_text(database: Database, province: Province) -> None:
    """Inserting and changing a text writes its folded form and its sort key beside it."""
    with database.write(SystemScope("test")) as work:
        made = add_dossier(work, province, "Đ.1", title="Quyết  định về ĐẤT đai").id
    assert _twins(database, made) == ("Đ.1", "d.1", "Quyết  định về ĐẤT đai", "quyet dinh ve dat dai")
    with database.write(province.people["archivist"].scope()) as work:
        dossier = work.session.scalars(select(Dossier).where(Dossier.id == made)).one()
        dossier.title = "Ưu tiên"
        work.session.flush()
        assert dossier.title_sort == sort_key("Ưu tiên")
    assert _twins(database, made) == ("Đ.1", "d.1", "Ưu tiên", "uu tien")


def test_every_folded_name_has_its_two_columns() -> None:
    """Each class that names a text to fold has the columns for both twins."""
    from archive.database.base import Base
    from config.tables import SUBJECTS

    assert SUBJECTS
    classes = [mapper.class_ for mapper in Base.registry.mappers if mapper.class_.__folded__]
    assert FilePlanEntry in classes
    for mapped in classes:
        for name in mapped.__folded__:
            assert {f"{name}_folded", f"{name}_sort"} <= set(mapped.__table__.columns.keys()), mapped


def test_rows_are_listed_in_the_order_of_a_vietnamese_dictionary(database: Database, province: Province) -> None:
    """Sorted by the key, rows stand in the order of the alphabet and the tones, numbers by value."""
    titles = ["Đất", "Dân", "Ăn", "An", "Âm", "Hồ sơ 10", "Hồ sơ 9", "ma", "mà", "mả", "mã", "má", "mạ", "Ê", "E"]
    with database.write(SystemScope("test")) as work:
        for number, title in enumerate(titles):
            add_dossier(work, province, str(number), title=title)
    with database.read(province.people["archivist"].scope()) as work:
        listed = list(work.session.scalars(select(Dossier.title).order_by(Dossier.title_sort)))
    assert listed == [
        *("An", "Ăn", "Âm", "Dân", "Đất", "E", "Ê", "Hồ sơ 9", "Hồ sơ 10", "ma", "mà", "mả", "mã", "má", "mạ")
    ]


def _twins(database: Database, dossier_id: uuid.UUID) -> tuple[str, ...]:
    with database.read(SystemScope("test")) as work:
        row = work.session.scalars(select(Dossier).where(Dossier.id == dossier_id)).one()
        assert row.title_sort == sort_key(row.title)
        assert row.title_folded == fold(row.title)
        return row.notation, row.code_folded.rpartition(".2024.")[2], row.title, row.title_folded
