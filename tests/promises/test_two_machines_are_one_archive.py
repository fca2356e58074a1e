"""Two machines without a common folder are one archive: whichever dies in the middle, the other finishes, once."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from archive.audit.models import AuditEvent
from archive.database.scope import SystemScope
from archive.fence.pool import Fence
from config.settings import Secret, Settings
from ingest.transfers.models import Transfer
from preservation.packages.models import PackageVersion
from tests.agreement import differences
from tests.conftest import Archive, opened
from tests.province import Province
from tests.sender import Sender
from tests.server import Server, running
from tests.setups import environment_of, on_servers
from tests.transfers import answer, small

pytestmark = [pytest.mark.network, pytest.mark.soak]
DOSSIERS, DOCUMENTS = 6, 5


@pytest.fixture
def settings(initialised_on_postgresql: tuple[str, Province], tmp_path: Path) -> Iterator[Settings]:
    """Settings that both machines share, their data folders and ports apart."""
    with on_servers(tmp_path, initialised_on_postgresql[0]) as made:
        yield replace(made, session_key=Secret("the same on both machines"), lease_seconds=3, workers=2)


@pytest.fixture
def archive(settings: Settings, initialised_on_postgresql: tuple[str, Province], fence: Fence) -> Iterator[Archive]:
    """The archive as a third party sees it, who only looks and answers."""
    with opened(settings, initialised_on_postgresql[1], fence) as made:
        made.house.index.finish_rebuild(made.house.index.begin_rebuild())
        yield made


@pytest.fixture
def machines(archive: Archive, settings: Settings, tmp_path: Path) -> Iterator[tuple[Server, Server]]:
    """Two machines that run."""
    shared = {name.removeprefix("KHOLUUTRU_").lower(): value for name, value in environment_of(settings).items()}
    del shared["data"]
    with ExitStack() as stack:
        first, second = (
            stack.enter_context(running(_folder(tmp_path / name / "DATA"), **shared)) for name in ("one", "two")
        )
        yield first, second


def _folder(path: Path) -> Path:
    path.mkdir(parents=True)
    return path


def state(archive: Archive) -> str:
    """Return the state of the one transfer."""
    with archive.house.database.read(SystemScope("test")) as work:
        return work.session.scalars(select(Transfer.state)).one()


def sealed(archive: Archive) -> int:
    """Return how many packages there are."""
    with archive.house.database.read(SystemScope("test")) as work:
        return work.session.scalars(select(func.count()).select_from(PackageVersion)).one()


def eventually(condition: Callable[[], bool], seconds: float = 90) -> None:
    """Wait until something comes true."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def hand_in(first: Server, second: Server, folder: Path) -> None:
    """Send every other file through the other machine, and submit."""
    senders = Sender(first), Sender(second)
    transfer = senders[0].open_transfer()
    for number, path in enumerate(sorted(p for p in folder.rglob("*") if p.is_file())):
        body = path.read_bytes()
        sender = senders[number % 2]
        address = sender.announce(transfer, path.relative_to(folder).as_posix(), len(body))
        sent = sender.request("PUT", address, body, {"X-CSRFToken": sender.csrf, "X-Offset": "0"})
        assert sent.status < 300, sender.text
    declared = f"csrf_token={senders[1].csrf}&complete=1&nothing_secret=1"
    senders[1].request("POST", f"{transfer}/nop", declared, {"Content-Type": "application/x-www-form-urlencoded"})


@pytest.mark.parametrize("moment", ["while it is read and checked", "while it is sealed"])
def test_a_machine_that_dies_loses_and_doubles_nothing(
    moment: str, machines: tuple[Server, Server], archive: Archive, tmp_path: Path
) -> None:
    """One of two machines is killed in the middle: bytes, rows, store, chains and index agree in the end."""
    folder = tmp_path / "sent"
    for path, body in small(DOSSIERS, DOCUMENTS).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(body)
    first, second = machines
    hand_in(first, second, folder)
    if moment == "while it is read and checked":
        os.kill(first.pid, signal.SIGKILL)
    eventually(lambda: state(archive) == "awaiting_approval")
    with archive.house.database.read(SystemScope("test")) as work:
        transfer = work.session.scalars(select(Transfer.id)).one()
    answer(archive, transfer)
    if moment == "while it is sealed":
        eventually(lambda: sealed(archive) > 0)
        os.kill(first.pid, signal.SIGKILL)
    eventually(lambda: differences(archive.house, folder, dossiers=DOSSIERS) == [])
    with archive.house.database.read(SystemScope("test")) as work:
        acts = work.session.scalars(select(AuditEvent.act).where(AuditEvent.act.like("%.sealed"))).all()
    assert sorted(acts) == ["dossier.sealed"] * DOSSIERS + ["transfer.sealed"]
