"""Uploads through the running product: a slow sender blocks nobody, a large file takes no memory and one place."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.province import Province
from tests.sender import Sender
from tests.server import Server, running

SHARE = int(os.environ.get("KHOLUUTRU_SOAK_SHARE", "1"))
pytestmark = pytest.mark.network


@pytest.fixture(scope="module")
def server(initialised: tuple[Path, Province], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A product with the test province."""
    data = tmp_path_factory.mktemp("uploads") / "DATA"
    shutil.copytree(initialised[0], data)
    with running(data) as started:
        yield started


def test_a_slow_sender_blocks_nobody_and_keeps_what_came(server: Server) -> None:
    """While one client sends a byte at a time, pages answer; cut off, its bytes are still there."""
    sender = Sender(server)
    address = sender.announce(sender.open_transfer(), "cham.pdf", 1000)
    slow = socket.create_connection(("127.0.0.1", server.port))
    head = (
        f"PUT {address} HTTP/1.1\r\nHost: localhost\r\nCookie: {sender.cookie}\r\n"
        f"X-CSRFToken: {sender.csrf}\r\nContent-Length: 1000\r\n\r\n"
    )
    slow.sendall(head.encode())
    for _ in range(4):
        slow.sendall(b"x")
        began = time.monotonic()
        assert sender.request("GET", "/giao-nop").status == 200
        assert time.monotonic() - began < 5
        time.sleep(0.5)
    slow.close()
    deadline = time.monotonic() + 20
    while (held := sender.request("HEAD", address).headers["Upload-Offset"]) != "4":
        assert time.monotonic() < deadline, held
        time.sleep(0.2)


def _half_open(server: Server, head: str, count: int) -> list[socket.socket]:
    """Open connections that send a head that promises a body, one byte of it, and then nothing."""
    opened = []
    for _ in range(count):
        connection = socket.create_connection(("127.0.0.1", server.port))
        connection.sendall(f"{head}\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nx".encode())
        opened.append(connection)
    return opened


def test_silent_clients_stop_no_page(server: Server) -> None:
    """Half-open forms of strangers and silent uploads hold up nobody's page."""
    sender = Sender(server)
    transfer = sender.open_transfer()
    addresses = [sender.announce(transfer, f"im-{number}.pdf", 1000) for number in range(20)]
    form = "POST /dang-nhap HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded"
    silent = [*_half_open(server, "POST /dang-nhap HTTP/1.1", 12), *_half_open(server, form, 40)]
    for address in addresses:
        head = f"PUT {address} HTTP/1.1\r\nCookie: {sender.cookie}\r\nX-CSRFToken: {sender.csrf}"
        silent += _half_open(server, head, 1)
    deadline = time.monotonic() + 12
    while time.monotonic() < deadline:
        began = time.monotonic()
        assert sender.request("GET", "/giao-nop").status == 200
        assert time.monotonic() - began < 5
        time.sleep(0.2)
    for connection in silent:
        connection.close()


def test_a_refused_upload_still_hears_why(server: Server) -> None:
    """The answer reaches a sender whose body nobody reads, though the connection is closed after it."""
    refused = Sender(server).request("PUT", "/giao-nop/khong-co", bytes(200_000))
    assert refused.status == 404


def _peak_memory(pid: int) -> int:
    """Return the highest resident size, in bytes, of the processes below a supervisor."""
    listed = subprocess.run(["ps", "-eo", "pid,ppid"], capture_output=True, text=True, check=True).stdout.split()[2:]
    parents = {int(child): int(parent) for child, parent in zip(listed[::2], listed[1::2], strict=True)}
    below = {child for child in parents if _below(child, pid, parents)}
    peaks = []
    for child in below:
        status = Path(f"/proc/{child}/status")
        if status.exists():
            found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text("ascii", "replace"))
            peaks.append(int(found.group(1)) * 1024 if found else 0)
    return max(peaks)


def _below(child: int, ancestor: int, parents: dict[int, int]) -> bool:
    while child in parents and child != ancestor:
        child = parents[child]
    return child == ancestor


@pytest.mark.soak
def test_five_gigabytes_take_no_memory_and_lie_in_one_place(server: Server) -> None:
    """A very large file arrives with flat memory and without a second copy on disk."""
    length = (5 << 30) // SHARE
    sender = Sender(server)
    address = sender.announce(sender.open_transfer(), "lon.bin", length)
    before_memory, before_disk = _peak_memory(server.pid), _used(server.data)
    block = os.urandom(1 << 20)
    chunks = (block for _ in range(length >> 20))
    answer = sender.request("PUT", address, chunks, {"X-CSRFToken": sender.csrf, "Content-Length": str(length)})
    assert answer.headers["Upload-Complete"] in {"?1", "?0"}
    assert int(answer.headers["Upload-Offset"]) == (length >> 20) << 20
    assert _peak_memory(server.pid) - before_memory < 100 << 20
    assert _used(server.data) - before_disk < length + (50 << 20)


def _used(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
