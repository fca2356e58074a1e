"""Real servers that one test has for itself, so that it may stop, fill and misconfigure them."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.server import free_port
from tests.servers import require, variables

_SCRIPTS = Path(__file__).parents[1] / "scripts" / "servers"
_ASKED_FOR = {"minio": "s3"}


class OwnServers:
    """Servers that no other test uses.

    Attributes:
        folder: holds their data, and the file `environment` with their addresses.
        names: of the scripts that start them.
    """

    def __init__(self, folder: Path, names: tuple[str, ...]) -> None:
        self.folder, self.names = folder, names
        ports = {f"KHOLUUTRU_{name.upper()}_PORT": str(free_port()) for name in names}
        self.environment = {
            **os.environ,
            **ports,
            "KHOLUUTRU_SERVERS": str(folder),
            "SERVERS": str(folder),
            "CACHE": f"{os.environ.get('XDG_CACHE_HOME', Path.home() / '.cache')}/kholuutru",
            "SECRET": "for-this-test-alone",
        }
        waiting = [self._begin(name, "start") for name in names]
        assert [process.wait() for process in waiting] == [0] * len(names)
        told = [self._begin(name, "address").communicate()[0] for name in names]
        (folder / "environment").write_text("".join(told), "utf-8")

    def _begin(self, name: str, act: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["bash", str(_SCRIPTS / f"{name}.sh"), act],
            env=self.environment,
            stdout=subprocess.PIPE if act == "address" else subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def address(self, name: str) -> str:
        """Return the value of the variable that names a server, as `POSTGRESQL` or `S3`."""
        return variables({"KHOLUUTRU_SERVERS": str(self.folder)})[f"KHOLUUTRU_TEST_{name}"]

    def interrupt(self, name: str, seconds: float) -> None:
        """Stop one server, and start it again after a while, on the same port with what it held."""
        assert self._begin(name, "stop").wait() == 0
        time.sleep(seconds)
        assert self._begin(name, "start").wait() == 0

    def close(self) -> None:
        """Stop all."""
        for process in [self._begin(name, "stop") for name in self.names]:
            process.wait()


@contextmanager
def servers_of_its_own(*names: str) -> Iterator[OwnServers]:
    """Yield servers by the names of their scripts; skipped by name where `make servers` has not started such ones."""
    for name in names:
        require(_ASKED_FOR.get(name, name))
    # Where PostgreSQL's user may go, which is not the folder of a test.
    folder = Path(tempfile.mkdtemp(prefix="kholuutru-", dir="/var/tmp"))
    folder.chmod(0o755)
    try:
        servers = OwnServers(folder, names)
        try:
            yield servers
        finally:
            servers.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
