"""PostgreSQL's programs for dumps: what is said when they are missing, too old, or fail."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import make_url

from archive.database.dumps import dump, program, rows_in
from archive.database.errors import DumpError

Install = Callable[[str], None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Let a shell script stand for each program; there is nothing else to be found."""
    monkeypatch.setenv("PATH", str(tmp_path))

    def install(script: str) -> None:
        for name in ("pg_dump", "pg_restore"):
            (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n", "utf-8")
            (tmp_path / name).chmod(0o700)

    return install


def test_a_missing_program_is_named(install: Install) -> None:
    """Without the client programs the code says which one is missing, and for which server."""
    with pytest.raises(DumpError, match="pg_dump") as raised:
        program("pg_dump", 16)
    assert (raised.value.code, raised.value.parameters["server"]) == ("MIG-0003", 16)


@pytest.mark.parametrize(("told", "usable"), [("15.18 (Debian)", False), ("16.0", True), ("17beta1", True)])
def test_a_program_older_than_the_server_is_refused(told: str, usable: bool, install: Install) -> None:  # noqa: FBT001 - an expected value
    """A program of the server's version or newer is taken; an older one is refused before anything is written."""
    install(f'echo "pg_dump (PostgreSQL) {told}"')
    if usable:
        assert program("pg_dump", 16).endswith("pg_dump")
        return
    with pytest.raises(DumpError) as raised:
        program("pg_dump", 16)
    assert (raised.value.code, raised.value.parameters["present"]) == ("MIG-0004", 15)


def test_a_program_that_fails_is_quoted_without_the_password(install: Install, tmp_path: Path) -> None:
    """The last line that it said is shown; the password is neither an argument nor in the message."""
    install(
        '[ "$1" = --version ] && echo "pg_dump (PostgreSQL) 16.1" && exit 0\n'
        f'echo "$@" > {tmp_path}/arguments; echo "$PGPASSWORD" > {tmp_path}/password\n'
        'echo "pg_dump: error: connection refused" >&2; exit 1'
    )
    url = make_url("postgresql+psycopg://someone:hush@host:5433/kho?sslmode=require")
    with pytest.raises(DumpError) as raised:
        dump(url, 16, "snapshot", tmp_path / "dump")
    assert (raised.value.code, "connection refused" in str(raised.value)) == ("MIG-0005", True)
    arguments = (tmp_path / "arguments").read_text("utf-8")
    assert "hush" not in arguments + str(raised.value)
    assert "postgresql://someone@host:5433/kho?sslmode=require" in arguments
    assert (tmp_path / "password").read_text("utf-8").strip() == "hush"


def test_what_is_no_dump_is_not_counted(install: Install, tmp_path: Path) -> None:
    """Whatever was read before the program failed, there is an error and no number."""
    install(
        '[ "$1" = --version ] && echo "pg_restore (PostgreSQL) 16.1" && exit 0\n'
        'printf "COPY public.transfer (id) FROM stdin;\\n1\\n"; echo "pg_restore: error: not read" >&2; exit 1'
    )
    with pytest.raises(DumpError, match="MIG-0005"):
        rows_in(tmp_path / "dump")


def test_rows_are_counted_by_table(install: Install, tmp_path: Path) -> None:
    """Every row between the beginning and the end of a table counts, also one that looks like a beginning."""
    install(f'[ "$1" = --version ] && echo "pg_restore (PostgreSQL) 16.1" && exit 0\n/bin/cat {tmp_path}/told')
    (tmp_path / "told").write_text(
        "SET x;\nCOPY public.transfer (id, title) FROM stdin;\n1\ta\n2\tCOPY public.x (id) FROM stdin;\n\\.\n\n"
        'COPY public."order" (id) FROM stdin;\n\\.\n',
        "utf-8",
    )
    assert rows_in(tmp_path / "dump") == {"transfer": 2, "order": 0}
