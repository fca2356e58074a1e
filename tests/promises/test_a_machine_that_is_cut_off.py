"""Two machines, each in a network of its own: the link of one is cut in the middle, the other finishes, once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import func, make_url, select

from archive.audit.models import AuditEvent
from archive.database.scope import SystemScope
from archive.fence.pool import Fence
from config.settings import Secret, Settings
from ingest.transfers.models import Transfer
from preservation.packages.models import PackageVersion
from tests.agreement import differences
from tests.conftest import Archive, opened
from tests.cutting_proxy import cutting_proxy
from tests.province import Province
from tests.setups import environment_of, on_servers
from tests.transfers import answer, open_transfer, small, submit, upload

pytestmark = [pytest.mark.network, pytest.mark.soak]
DOSSIERS, DOCUMENTS = 12, 5


@dataclass(frozen=True)
class Machine:
    """A machine: the product's supervisor, and the end of its link that lies on this side."""

    process: subprocess.Popen[bytes]
    link: str

    def plug(self, *, into: bool) -> None:
        """Cut the link, or mend it."""
        _ip("link", "set", self.link, "up" if into else "down")


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@contextmanager
def network(number: int) -> Iterator[tuple[str, str, str]]:
    """Yield a network namespace, the link to it, and this side's address on that link; skipped where not allowed."""
    mark = uuid.uuid4().hex[:6]
    name, near, far = f"kho-{mark}", f"khon{mark}", f"khof{mark}"
    here, there = f"10.213.{number}.1", f"10.213.{number}.2"
    made = shutil.which("ip") and subprocess.run(["ip", "netns", "add", name], check=False).returncode == 0
    if not made:
        pytest.skip("this user may not make network namespaces (`ip netns add`)")
    try:
        _ip("link", "add", near, "type", "veth", "peer", "name", far, "netns", name)
        _ip("addr", "add", f"{here}/30", "dev", near)
        _ip("link", "set", near, "up")
        _ip("-n", name, "addr", "add", f"{there}/30", "dev", far)
        for each in (far, "lo"):
            _ip("-n", name, "link", "set", each, "up")
        yield name, near, here
    finally:
        _ip("netns", "del", name)


@contextmanager
def machine(number: int, settings: Settings, data: Path) -> Iterator[Machine]:
    """Run the product in a network from which nothing but the servers is reached."""
    data.mkdir(parents=True)
    with network(number) as (name, link, here), ExitStack() as stack:

        def wire(host: str | None, port: int | None) -> int:
            return stack.enter_context(cutting_proxy(host or "", port or 0, begins=here))[1]

        database = make_url(settings.database.reveal())
        database = database.set(host=here, port=wire(database.host, database.port))
        addresses = {}
        for place in ("store", "staging", "index"):
            url = make_url(str(getattr(settings, place)))
            addresses[place] = f"http://{here}:{wire(url.host, url.port)}/{url.database}"
        scanner = make_url(settings.scanner)
        own = replace(
            settings,
            data=data,
            database=Secret(database.render_as_string(hide_password=False)),
            scanner=f"tcp://{here}:{wire(scanner.host, scanner.port)}",
            **addresses,
        )
        with (data.parent / "machine.log").open("wb") as log:
            process = subprocess.Popen(
                ["ip", "netns", "exec", name, sys.executable, "-m", "kholuutru", "run"],
                env={**os.environ, **environment_of(own)},
                stdout=log,
                stderr=log,
            )
            try:
                yield Machine(process, link)
            finally:
                process.terminate()
                process.wait(60)


@pytest.fixture
def settings(initialised_on_postgresql: tuple[str, Province], tmp_path: Path) -> Iterator[Settings]:
    """Settings that both machines share, but for the wires to the servers."""
    with on_servers(tmp_path, initialised_on_postgresql[0]) as made:
        yield replace(made, session_key=Secret("the same on both machines"), lease_seconds=3)


@pytest.fixture
def archive(settings: Settings, initialised_on_postgresql: tuple[str, Province], fence: Fence) -> Iterator[Archive]:
    """The archive as a third party sees it, who sends, looks and answers."""
    with opened(settings, initialised_on_postgresql[1], fence) as made:
        made.house.index.finish_rebuild(made.house.index.begin_rebuild())
        yield made


def eventually(condition: Callable[[], object], seconds: float = 240) -> None:
    """Wait until something comes true."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def agreed(archive: Archive, folder: Path, seconds: float = 240) -> None:
    """Wait until everything tells the same story; fail by what still differs."""
    deadline = time.monotonic() + seconds
    while left := differences(archive.house, folder, dossiers=DOSSIERS):
        assert time.monotonic() < deadline, left
        time.sleep(0.2)


def transfer_of(archive: Archive) -> Transfer:
    """Return the one transfer."""
    with archive.house.database.read(SystemScope("test")) as work:
        return work.session.scalars(select(Transfer)).one()


def sealed(archive: Archive) -> int:
    """Return how many packages there are."""
    with archive.house.database.read(SystemScope("test")) as work:
        return work.session.scalars(select(func.count()).select_from(PackageVersion)).one()


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[1])


def test_a_machine_that_is_cut_off_loses_and_doubles_nothing(
    archive: Archive, settings: Settings, tmp_path: Path
) -> None:
    """Whoever seals is cut off; the other finishes all of it, once, and the one that comes back harms nothing."""
    content, folder = small(DOSSIERS, DOCUMENTS), tmp_path / "sent"
    for path, body in content.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(body)
    with ExitStack() as stack:
        machines = [stack.enter_context(machine(n, settings, tmp_path / str(n) / "DATA")) for n in (1, 2)]
        transfer = open_transfer(archive)
        upload(archive, transfer, content)
        submit(archive, transfer)
        eventually(lambda: transfer_of(archive).state == "awaiting_approval")
        answer(archive, transfer)
        eventually(lambda: sealed(archive) > 0)
        claimed = transfer_of(archive)
        assert (claimed.state, sealed(archive) < DOSSIERS) == ("sealing", True)
        supervisor = _parent(int((claimed.claimed_by or "").split(":")[1]))
        (cut,) = [one for one in machines if one.process.pid == supervisor]
        cut.plug(into=False)
        eventually(lambda: transfer_of(archive).state == "sealed")
        agreed(archive, folder)
        cut.plug(into=True)
        # Long enough for what the machine still held in its hands.
        time.sleep(10)
        assert differences(archive.house, folder, dossiers=DOSSIERS) == []
        assert [one.process.poll() for one in machines] == [None, None]
    with archive.house.database.read(SystemScope("test")) as work:
        acts = work.session.scalars(select(AuditEvent.act).where(AuditEvent.act.like("%.sealed"))).all()
    assert sorted(acts) == ["dossier.sealed"] * DOSSIERS + ["transfer.sealed"]
