"""Bringing the database to the newest shape: whole or not at all, after a copy, never downwards."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import NullPool, create_engine, inspect

from archive.database import migrate
from archive.database.base import Base
from archive.database.connection import Database
from archive.database.errors import MigrationError
from archive.database.migrate import newest_revision, present_revision, upgrade
from config.tables import SUBJECTS
from tests.archive.engines import only_sqlite
from tests.databases import postgresql_database
from tests.province import Province

NEXT = '''
"""A revision for this test."""
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "9999", "{newest}", None, None


def upgrade():
    op.create_table("later", sa.Column("id", sa.Integer(), primary_key=True))
    {more}
'''


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Database]:
    """A database without any table."""
    database = Database(f"sqlite:///{tmp_path / 'kholuutru.db'}")
    yield database
    database.dispose()


def tables(path: Path) -> set[str]:
    """Return the tables in a file."""
    with closing(sqlite3.connect(path)) as connection:
        return {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def revision(database: Database) -> str | None:
    """Return the database's revision."""
    with database.read_engine.connect() as connection:
        return present_revision(connection)


def later_program(monkeypatch: pytest.MonkeyPatch, folder: Path, more: str = "pass") -> None:
    """Let the program know one revision more than it does."""
    source = Path(migrate.__file__).parent / "migrations"
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "9999_later.py").write_text(NEXT.format(newest=newest_revision(), more=more), "utf-8")
    configuration = Config()
    configuration.set_main_option("script_location", str(folder))
    monkeypatch.setattr(migrate, "alembic_configuration", lambda: configuration)


def test_models_and_migrated_schema_are_the_same(empty: Database) -> None:
    """A database made by the migrations has exactly the tables, columns and keys of the models."""
    assert SUBJECTS
    assert upgrade(empty)
    with empty.read_engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_upgrading_twice_does_nothing_the_second_time(empty: Database, tmp_path: Path) -> None:
    """A database of the newest shape is left alone, and no copy is made of it."""
    assert upgrade(empty) is True
    assert revision(empty) == newest_revision()
    assert upgrade(empty) is False
    assert list(tmp_path.glob("before-*")) == []


def test_killed_at_the_end_it_starts_again(tmp_path: Path) -> None:
    """Killed after the last statement and before the commit, the database is empty; the next run finishes."""
    data = tmp_path / "DATA"
    command = [sys.executable, "-m", "kholuutru", "init"]
    environment = {**os.environ, "KHOLUUTRU_DATA": str(data)}
    killed = subprocess.run(
        command, env=environment | {"KHOLUUTRU_FAULT": "migration.done:1"}, capture_output=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert tables(data / "kholuutru.db") == set()
    again = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr
    assert {"account", "audit_event", "dossier", "transfer"} <= tables(data / "kholuutru.db")


@pytest.mark.network
def test_killed_on_a_server_it_starts_again(tmp_path: Path) -> None:
    """Killed before the commit, PostgreSQL has nothing of it; then two machines that begin at once both succeed."""
    with postgresql_database() as url:
        command = [sys.executable, "-m", "kholuutru", "init"]
        environment = {**os.environ, "KHOLUUTRU_DATA": str(tmp_path / "DATA"), "KHOLUUTRU_DATABASE": url}
        fault = {"KHOLUUTRU_FAULT": "migration.done:1"}
        killed = subprocess.run(command, env=environment | fault, capture_output=True, check=False)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        engine = create_engine(url, poolclass=NullPool)
        assert "account" not in inspect(engine).get_table_names()
        machines = [
            subprocess.Popen(
                command, env=environment | {"KHOLUUTRU_DATA": str(tmp_path / name)}, stdout=subprocess.PIPE, text=True
            )
            for name in ("one", "two")
        ]
        said = [machine.communicate(timeout=60)[0] for machine in machines]
        assert [machine.returncode for machine in machines] == [0, 0], said
        assert sum("mật khẩu" in text for text in said) == 1
        assert {"account", "audit_event", "dossier", "transfer"} <= set(inspect(engine).get_table_names())


def test_a_newer_database_is_refused(empty: Database) -> None:
    """A database of a revision that this program does not know is refused by name, and nothing is changed."""
    upgrade(empty)
    with empty.write_engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(MigrationError) as caught:
        upgrade(empty)
    assert (caught.value.code, caught.value.parameters) == (
        "MIG-0001",
        {"present": "9999", "newest": newest_revision()},
    )
    assert revision(empty) == "9999"


@only_sqlite
def test_before_an_upgrade_a_copy_is_made(
    database: Database, province: Province, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A database with content is copied in its old shape, readable by its owner alone, and then upgraded."""
    before = newest_revision()
    later_program(monkeypatch, tmp_path / "migrations")
    assert upgrade(database) is True
    assert revision(database) == "9999"
    copy = tmp_path / "before-9999-kholuutru.db"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert "later" not in tables(copy)
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(before,)]
        assert connection.execute("SELECT count(*) FROM account").fetchone()[0] == len(province.people)
    assert "later" in tables(tmp_path / "kholuutru.db")


def test_a_failing_upgrade_leaves_the_old_shape(
    database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """When a statement of an upgrade fails, those before it are taken back too."""
    before = newest_revision()
    later_program(monkeypatch, tmp_path / "migrations", more='op.execute("NO SUCH STATEMENT")')
    with pytest.raises(Exception, match="NO SUCH STATEMENT"):
        upgrade(database)
    assert revision(database) == before
    assert "later" not in inspect(database.write_engine).get_table_names()


@only_sqlite
def test_a_copy_that_is_not_sound_stops_the_upgrade(
    database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """When the copy fails its check, the upgrade is not begun."""
    path = tmp_path / "kholuutru.db"
    with closing(sqlite3.connect(path)) as connection:
        root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ix_account_name_sort'").fetchone()[
            0
        ]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    with path.open("r+b") as file:
        # An index entry that points to no row: everything can still be read.
        file.seek((root - 1) * size + 3)
        file.write(b"\0\0")
    before = newest_revision()
    later_program(monkeypatch, tmp_path / "migrations")
    with pytest.raises(MigrationError) as caught:
        upgrade(database)
    assert caught.value.code == "MIG-0002"
    assert revision(database) == before
    assert "later" not in tables(path)


def test_dossiers_of_before_repeat_their_plan(empty: Database) -> None:
    """A dossier that was planned by an earlier version has its plan's day and period; one without a plan has none."""
    configuration = migrate.alembic_configuration()
    with empty.write_engine.begin() as connection:
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "0006")
    body, fonds = uuid.uuid4().hex, uuid.uuid4().hex
    dossier = {
        "agency_code": "",
        "inventory": "",
        "box": "",
        "dossier_class": "office",
        "naming": "year",
        "start_date": "",
    }
    dossier |= {"end_date": "", "notation": "", "title": "", "title_folded": "", "title_sort": "", "code_folded": ""}
    dossier |= {"code_sort": "", "period": "", "document_total": 0, "sensitivity": 1, "state": "kept", "values": "{}"}
    dossier |= {"revision": 1, "organization_id": body, "unit_id": body, "fonds_id": fonds}
    plan = {"organization_id": body, "unit_id": body, "sensitivity": 1, "source": "list", "reasons": "[]"}
    plan |= {"determined_at": "2026-01-01 00:00:00.000000", "retain_until": "2030-01-01 00:00:00.000000"}
    with closing(sqlite3.connect(empty.path or "")) as connection, connection:

        def put(table: str, **values: object) -> None:
            names = ", ".join(f'"{name}"' for name in values)
            marks = ", ".join("?" * len(values))
            connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(values.values()))

        for code, planned in {
            "A": {"due_on": "2035-01-01", "period": "10 năm"},
            "B": {"period": "Vĩnh viễn"},
            "C": {},
        }.items():
            key = uuid.uuid4().hex
            put("dossier", id=key, code=code, **dossier)
            if planned:
                put("retention_plan", dossier_id=key, **plan, **planned)
    assert upgrade(empty)
    assert revision(empty) == newest_revision()
    with closing(sqlite3.connect(empty.path or "")) as connection:
        found = connection.execute("SELECT code, due_on, kept_for FROM dossier ORDER BY code").fetchall()
    assert found == [("A", "2035-01-01", "10 năm"), ("B", None, "Vĩnh viễn"), ("C", None, "")]
