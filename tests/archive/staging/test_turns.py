"""Turns: one connection at a time has a key, among processes too, and a death gives it back."""

from __future__ import annotations

import signal
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from archive.staging.errors import StagingError
from archive.staging.ports import StagingKey
from archive.staging.turns import MachineTurns, PostgresTurns, Turns
from tests.servers import require

KEY = StagingKey(uuid.uuid4(), uuid.uuid4(), 1, 1)
OTHER = StagingKey(KEY.organization, KEY.transfer, 1, 2)
_HOLDER = """
import sys, uuid
from pathlib import Path
from archive.staging.ports import StagingKey
from archive.staging.turns import {kind}
organization, transfer = map(uuid.UUID, sys.argv[2:])
place = {place}
with {kind}(place).exclusive(StagingKey(organization, transfer, 1, 1)):
    print("has it", flush=True)
    sys.stdin.read()
"""


def _machine(folder: Path) -> tuple[Turns, list[str]]:
    file = folder / "turns"
    return MachineTurns(file), [_HOLDER.format(kind="MachineTurns", place="Path(sys.argv[1])"), str(file)]


def _postgres(folder: Path) -> tuple[Turns, list[str]]:
    url = require("postgresql")
    return PostgresTurns(url), [_HOLDER.format(kind="PostgresTurns", place="sys.argv[1]"), url]


KINDS: dict[str, Callable[[Path], tuple[Turns, list[str]]]] = {"machine": _machine, "postgresql": _postgres}


@pytest.fixture(params=["machine", pytest.param("postgresql", marks=pytest.mark.network)])
def made(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Turns, list[str]]:
    """Turns of each kind, and the arguments of a process that takes one."""
    return KINDS[request.param](tmp_path)


def _is_free(turns: Turns, key: StagingKey) -> bool:
    try:
        with turns.exclusive(key):
            return True
    except StagingError:
        return False


def test_a_key_is_had_by_one(made: tuple[Turns, list[str]]) -> None:
    """While one connection has a key, the same process does not get it a second time; others are free."""
    turns, _ = made
    with turns.exclusive(KEY):
        assert (_is_free(turns, KEY), _is_free(turns, OTHER)) == (False, True)
    assert _is_free(turns, KEY)


def test_a_killed_process_gives_its_turn_back(made: tuple[Turns, list[str]]) -> None:
    """Another process's turn is respected while it lives, and is over when it is killed."""
    turns, arguments = made
    holder = subprocess.Popen(
        [sys.executable, "-c", *arguments, str(KEY.organization), str(KEY.transfer)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"has it\n"
        assert not _is_free(turns, KEY)
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    for _ in range(50):
        if _is_free(turns, KEY):
            return
    pytest.fail("nobody gave the turn back")
