"""Each server is stopped and comes back while a transfer goes its way: work waits, says for what, and goes on."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from archive.database.scope import SystemScope
from archive.errors import KhoLuuTruError
from archive.fence.pool import Fence
from config.settings import Settings
from ingest.transfers.models import Transfer
from tests.agreement import differences
from tests.conftest import Archive, opened
from tests.own_servers import OwnServers, servers_of_its_own
from tests.province import Province, make_province
from tests.sender import Sender
from tests.server import Server, running
from tests.setups import environment_of, on_servers
from tests.transfers import answer, small

pytestmark = [pytest.mark.network, pytest.mark.soak]
DOSSIERS, DOCUMENTS = 5, 4


@pytest.fixture
def own_servers(monkeypatch: pytest.MonkeyPatch) -> Iterator[OwnServers]:
    """Four servers of this test's own."""
    with servers_of_its_own("postgresql", "minio", "opensearch", "clamd") as servers:
        for name in [n for n in os.environ if n.startswith("KHOLUUTRU_TEST_")]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("KHOLUUTRU_SERVERS", str(servers.folder))
        yield servers


@pytest.fixture
def settings(own_servers: OwnServers, tmp_path: Path) -> Iterator[Settings]:
    """Settings of a house on these servers."""
    with on_servers(tmp_path, "template0") as made:
        yield replace(made, lease_seconds=3)


@pytest.fixture
def province(settings: Settings) -> Province:
    """A small province in the new database."""
    return make_province(settings)


@pytest.fixture
def archive(settings: Settings, province: Province, fence: Fence) -> Iterator[Archive]:
    """The house as a third party sees it."""
    with opened(settings, province, fence) as made:
        yield made


@pytest.fixture
def server(settings: Settings, archive: Archive, tmp_path: Path) -> Iterator[Server]:
    """The running product."""
    shared = {name.removeprefix("KHOLUUTRU_").lower(): value for name, value in environment_of(settings).items()}
    del shared["data"]
    data = tmp_path / "running" / "DATA"
    data.mkdir(parents=True)
    with running(data, **shared) as started:
        yield started


def told(ask: Callable[[], object]) -> object:
    """Return what is answered; None while a server is away, and every error but that one is a fault."""
    try:
        return ask()
    except (OperationalError, ConnectionError):
        return None
    except KhoLuuTruError as error:
        if not error.passing:
            raise
        return None


def eventually(condition: Callable[[], object], seconds: float = 150) -> None:
    """Wait until something comes true, through every absence of a server."""
    deadline = time.monotonic() + seconds
    while not told(condition):
        assert time.monotonic() < deadline
        time.sleep(0.2)


def state(archive: Archive) -> str:
    """Return the state of the one transfer."""
    with archive.house.database.read(SystemScope("test")) as work:
        return work.session.scalars(select(Transfer.state)).one()


def test_a_transfer_outlasts_the_absence_of_every_server(
    server: Server, archive: Archive, own_servers: OwnServers, tmp_path: Path
) -> None:
    """In upload, check, seal and index each server is away for some seconds; in the end everything agrees, once."""
    folder = tmp_path / "sent"
    for path, body in small(DOSSIERS, DOCUMENTS).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(body)
    sender = Sender(server)
    transfer = sender.open_transfer()
    paths = sorted(p for p in folder.rglob("*") if p.is_file())
    for number, path in enumerate(paths):
        if number == 2:
            own_servers.interrupt("minio", 2)
        if number == 4:
            own_servers.interrupt("postgresql", 2)
        body = path.read_bytes()

        def send(path: Path = path, body: bytes = body) -> bool:
            address = sender.announce(transfer, path.relative_to(folder).as_posix(), len(body))
            return sender.request("PUT", address, body, {"X-CSRFToken": sender.csrf}).status < 300

        deadline = time.monotonic() + 60
        while not told(send):
            assert time.monotonic() < deadline, sender.text[-500:]
            time.sleep(0.5)
    declared = f"csrf_token={sender.csrf}&complete=1&nothing_secret=1"
    sender.request("POST", f"{transfer}/nop", declared, {"Content-Type": "application/x-www-form-urlencoded"})
    for name in ("clamd", "postgresql", "minio"):
        own_servers.interrupt(name, 1)
    eventually(lambda: state(archive) == "awaiting_approval")
    with archive.house.database.read(SystemScope("test")) as work:
        transfer_id = work.session.scalars(select(Transfer.id)).one()
    answer(archive, transfer_id)
    for name in ("minio", "postgresql", "opensearch", "minio"):
        own_servers.interrupt(name, 1)
    eventually(lambda: state(archive) == "sealed")
    eventually(lambda: differences(archive.house, folder, dossiers=DOSSIERS) == [])
