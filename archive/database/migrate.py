"""Bringing the database to the newest shape: in one transaction, after a verified copy."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from archive import faults
from archive.database.connection import Database
from archive.database.errors import MigrationError
from archive.database.leading import wait_for_turn


def alembic_configuration() -> Config:
    """Return alembic's configuration; the migrations lie beside this file, so they are in the wheel."""
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return configuration


def present_revision(connection: Connection) -> str | None:
    """Return the revision of the database; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str:
    """Return the newest revision that this program knows."""
    head = ScriptDirectory.from_config(alembic_configuration()).get_current_head()
    if head is None:
        raise RuntimeError("no migrations are installed")
    return head


def refuse_newer(present: str) -> None:
    """Do nothing if the program knows the revision.

    Raises:
        MigrationError: MIG-0001 it is newer than the program.
    """
    known = {script.revision for script in ScriptDirectory.from_config(alembic_configuration()).walk_revisions()}
    if present not in known:
        raise MigrationError("MIG-0001", present=present, newest=newest_revision())


def require_newest(database: Database) -> None:
    """Do nothing if the database has the shape that this program works with.

    Raises:
        MigrationError: MIG-0001 it is newer; MIG-0006 it is older.
    """
    with database.read_engine.connect() as connection:
        present = present_revision(connection)
    if present != newest_revision():
        if present is not None:
            refuse_newer(present)
        raise MigrationError("MIG-0006", present=str(present), newest=newest_revision())


def upgrade(database: Database) -> bool:
    """Bring the database to the newest revision; return whether anything was done.

    One explicit transaction on SQLite and PostgreSQL alike: killed at any statement, it starts again from the
    old shape. A SQLite database with content is copied first, and the copy is checked.

    Raises:
        MigrationError: MIG-0001 the database is newer than the program, MIG-0002 the copy is not sound.
    """
    configuration = alembic_configuration()
    with database.read_engine.connect() as connection:
        present = present_revision(connection)
    newest = newest_revision()
    if present == newest:
        return False
    if present is not None:
        refuse_newer(present)
    if present is not None and database.path is not None:
        _copy(database.path, database.path.with_name(f"before-{newest}-{database.path.name}"))
    with database.write_engine.begin() as connection:
        # Of two machines that start at once, the second waits here and then finds nothing to do.
        wait_for_turn(connection, "migration")
        if present_revision(connection) == newest:
            return False
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "head")
        faults.point("migration.done")
    return True


def _copy(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    with closing(sqlite3.connect(source)) as origin, closing(sqlite3.connect(target)) as copy:
        origin.backup(copy)
        verdict = copy.execute("PRAGMA integrity_check").fetchone()[0]
    if verdict != "ok":
        raise MigrationError("MIG-0002", path=str(target), detail=str(verdict))
    target.chmod(0o600)
