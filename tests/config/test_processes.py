"""The supervisor: one per data folder, restarts what dies, takes its children along, drains on SIGTERM."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.province import Province
from tests.server import Server, running

pytestmark = pytest.mark.network


@pytest.fixture
def server(initialised: tuple[Path, Province], tmp_path: Path) -> Iterator[Server]:
    """A running product."""
    data = tmp_path / "DATA"
    shutil.copytree(initialised[0], data)
    with running(data) as started:
        yield started


def below(pid: int) -> set[int]:
    """Return the ids of all processes that descend from one."""
    listed = subprocess.run(["ps", "-eo", "pid,ppid"], capture_output=True, text=True, check=True).stdout.split()[2:]
    children: dict[int, set[int]] = {}
    for child, parent in zip(listed[::2], listed[1::2], strict=True):
        children.setdefault(int(parent), set()).add(int(child))
    found: set[int] = set()
    waiting = {pid}
    while waiting:
        next_ones = set().union(*(children.get(one, set()) for one in waiting)) - found
        found |= next_ones
        waiting = next_ones
    return found


def alive(pid: int) -> bool:
    """Return whether a process runs (a zombie does not)."""
    status = Path(f"/proc/{pid}/stat")
    try:
        return status.read_text("ascii", "replace").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def eventually(condition: Callable[[], bool], seconds: float = 20) -> bool:
    """Return whether something comes true within a time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False


def test_a_second_start_says_who_holds_the_folder(server: Server) -> None:
    """A second `run` on the same data folder ends at once and names the process that holds it."""
    second = subprocess.run(
        [sys.executable, "-m", "kholuutru", "run"],
        env={**os.environ, "KHOLUUTRU_DATA": str(server.data)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert second.returncode == 1
    assert "SET-0003" in second.stderr
    assert str(server.pid) in second.stderr
    assert "Traceback" not in second.stderr


def test_a_child_that_dies_is_restarted_and_all_die_with_their_parent(
    initialised: tuple[Path, Province], tmp_path: Path
) -> None:
    """A killed process comes back; after a kill of the supervisor nothing of it is left, and a new start works."""
    data = tmp_path / "DATA"
    shutil.copytree(initialised[0], data)
    with running(data) as server:
        assert eventually(lambda: len(below(server.pid)) >= 4)
        before = below(server.pid)
        victim = max(before)
        os.kill(victim, signal.SIGKILL)
        assert eventually(lambda: victim not in below(server.pid) and len(below(server.pid)) >= len(before))
        family = below(server.pid)
        os.kill(server.pid, signal.SIGKILL)
        assert eventually(lambda: not any(alive(pid) for pid in family)), [p for p in family if alive(p)]
    with running(data):
        pass


def test_sigterm_ends_everything_in_order(initialised: tuple[Path, Province], tmp_path: Path) -> None:
    """On SIGTERM every process ends by itself within its grace, and the folder is free again."""
    data = tmp_path / "DATA"
    shutil.copytree(initialised[0], data)
    with running(data) as server:
        assert eventually(lambda: len(below(server.pid)) >= 4)
        family = below(server.pid)
    # What hostile files are read in is ended by the kernel, a moment after its parent.
    assert eventually(lambda: not any(alive(pid) for pid in family))
    with running(data):
        pass


def test_a_restart_for_an_upgrade_fails_no_request(initialised: tuple[Path, Province], tmp_path: Path) -> None:
    """While the program gives its place to a new one, requests that run are finished and new ones are answered."""
    data = tmp_path / "DATA"
    shutil.copytree(initialised[0], data)
    with running(data) as server:
        assert eventually(lambda: len(below(server.pid)) >= 4)
        old = below(server.pid)
        answers: list[int] = []
        done = threading.Event()

        def ask() -> None:
            while not done.is_set():
                connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
                connection.request("GET", "/dang-nhap")
                answers.append(connection.getresponse().status)
                connection.close()

        threads = [threading.Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
        # A request whose body comes slowly, begun before and ended after.
        slow = socket.create_connection(("127.0.0.1", server.port))
        slow.sendall(b"POST /dang-nhap HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\n")
        slow.sendall(b"Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n\r\nuser")
        time.sleep(0.5)
        os.kill(server.pid, signal.SIGHUP)
        time.sleep(2)
        slow.sendall(b"name=abc")
        first = slow.recv(64)
        slow.close()
        assert eventually(lambda: not any(alive(pid) for pid in old), 40)
        assert eventually(lambda: len(below(server.pid)) >= 4)
        before = len(answers)
        assert eventually(lambda: len(answers) > before + 5)
        done.set()
        for thread in threads:
            thread.join()
    assert first.startswith(b"HTTP/1.1 400"), first
    assert set(answers) == {200}


def test_a_port_that_is_taken_is_said(initialised: tuple[Path, Province], tmp_path: Path) -> None:
    """Where somebody else listens, `run` ends and names the address."""
    data = tmp_path / "DATA"
    shutil.copytree(initialised[0], data)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = subprocess.run(
            [sys.executable, "-m", "kholuutru", "run"],
            env={**os.environ, "KHOLUUTRU_DATA": str(data), "KHOLUUTRU_PORT": str(port)},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert refused.returncode == 1
    assert f"SET-0011: Không mở được 127.0.0.1:{port}" in refused.stderr


def test_a_child_is_a_copy_of_a_quiet_process(server: Server) -> None:
    """The supervisor has one thread when it makes copies of itself, and no copy holds the data folder."""
    assert eventually(lambda: len(below(server.pid)) >= 4)
    assert len(list(Path(f"/proc/{server.pid}/task").iterdir())) == 1

    def holds(pid: int) -> bool:
        listed = subprocess.run(["ls", "-l", f"/proc/{pid}/fd"], capture_output=True, text=True, check=False).stdout
        return str(server.data / "lock") in listed

    assert holds(server.pid)
    assert [pid for pid in below(server.pid) if holds(pid)] == []
