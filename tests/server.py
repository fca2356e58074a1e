"""A running product for tests: `kholuutru run` on a copy of the test province, on a free port of this machine."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Server:
    """Where it listens, its data folder, and the supervisor's process id."""

    address: str
    data: Path
    pid: int

    @property
    def port(self) -> int:
        """Return the port."""
        return int(self.address.rpartition(":")[2])


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(data: Path, **settings: str) -> Iterator[Server]:
    """Start the product and stop it with SIGTERM."""
    port = free_port()
    environment = {
        **os.environ,
        "KHOLUUTRU_DATA": str(data),
        "KHOLUUTRU_PORT": str(port),
        **{f"KHOLUUTRU_{name.upper()}": value for name, value in settings.items()},
    }
    log = (data.parent / "server.log").open("ab")
    process = subprocess.Popen([sys.executable, "-m", "kholuutru", "run"], env=environment, stdout=log, stderr=log)
    try:
        _wait(port, process)
        yield Server(f"http://127.0.0.1:{port}", data, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=40)
        log.close()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server ended"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server does not answer")
