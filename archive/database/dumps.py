"""PostgreSQL's own programs: a dump of the database at a snapshot, what is in it, and its way back."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy import URL

from archive.database.errors import DumpError

# The doorbell's tables lie in the same database: messages that are worth nothing the day after.
_LEFT_OUT = "huey_*"
_COPY = re.compile(rb"COPY (?:\w+\.)?\"?(?P<table>\w+)\"? \(.*\) FROM stdin;\n")


def program(name: str, server: int) -> str:
    """Return the path of ``pg_dump`` or ``pg_restore``.

    Args:
        name: of the program.
        server: major version of the server; an older program does not understand it.

    Raises:
        DumpError: MIG-0003 the program is not installed; MIG-0004 it is older than the server.
    """
    found = shutil.which(name)
    if found is None:
        raise DumpError("MIG-0003", program=name, server=server)
    told = subprocess.run([found, "--version"], capture_output=True, text=True, check=False, env=_environment())  # noqa: S603 - PostgreSQL's
    version = re.search(r"\(PostgreSQL\) (\d+)", told.stdout)
    present = int(version[1]) if version else 0
    if present < server:
        raise DumpError("MIG-0004", program=name, present=present, server=server)
    return found


def dump(url: URL, server: int, snapshot: str, target: Path) -> None:
    """Write all that the snapshot shows into a file of ``pg_dump --format=custom``; the queue stays out.

    Raises:
        DumpError: MIG-0003, MIG-0004 the program; MIG-0005 it failed.
    """
    options = ["--format=custom", "--no-owner", "--no-privileges", f"--exclude-table={_LEFT_OUT}"]
    words = [program("pg_dump", server), *options, f"--snapshot={snapshot}", f"--file={target}"]
    _run([*words, f"--dbname={_address(url)}"], url)


def load(url: URL, server: int, source: Path) -> None:
    """Put a dump into an empty database, all of it or, when this is killed or fails, nothing.

    Raises:
        DumpError: MIG-0003, MIG-0004 the program; MIG-0005 it failed.
    """
    options = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    _run([program("pg_restore", server), *options, f"--dbname={_address(url)}", str(source)], url)


def rows_in(source: Path) -> dict[str, int]:
    """Return how many rows a dump holds, by table: reads all of it, and needs no server.

    Raises:
        DumpError: MIG-0003 the program is not installed; MIG-0005 the dump cannot be read to its end.
    """
    words = [program("pg_restore", 0), "--data-only", "--file=-", str(source)]
    counts: dict[str, int] = {}
    with _reading(words) as output:
        table = ""
        for line in output:
            if table and line == b"\\.\n":
                table = ""
            elif table:
                counts[table] += 1
            elif begun := _COPY.fullmatch(line):
                table = begun["table"].decode()
                counts[table] = 0
    return counts


@contextmanager
def _reading(words: list[str]) -> Iterator[IO[bytes]]:
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=_environment()) as process:  # noqa: S603 - PostgreSQL's
        assert process.stdout is not None  # noqa: S101 - asked for above
        assert process.stderr is not None  # noqa: S101 - asked for above
        yield process.stdout
        complaint = process.stderr.read().decode("utf-8", "replace")
    if process.returncode:
        raise DumpError("MIG-0005", program=Path(words[0]).name, detail=_last_line(complaint))


def _run(words: list[str], url: URL) -> None:
    # The password goes by the environment: arguments can be read by everybody on the machine.
    environment = _environment() | ({"PGPASSWORD": str(url.password)} if url.password else {})
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=environment)  # noqa: S603 - PostgreSQL's
    if done.returncode:
        raise DumpError("MIG-0005", program=Path(words[0]).name, detail=_last_line(done.stderr))


def _address(url: URL) -> str:
    """Return libpq's form of the address, without the password."""
    return URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query).render_as_string(
        hide_password=False
    )


def _environment() -> dict[str, str]:
    """Return this process's environment without the product's secrets, and with messages in one language."""
    return {name: value for name, value in os.environ.items() if not name.startswith("KHOLUUTRU_")} | {"LC_ALL": "C"}


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:500] if lines else "?"
