"""A slow wire; one to PostgreSQL breaks at the worst moment: the server has got a COMMIT, its answer never arrives."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class CuttingProxy:
    """Passes bytes on; every `cut_every`-th COMMIT is delivered, answered, and the answer thrown away.

    Attributes:
        cut_every: 0 cuts nothing.
        cuts: how many connections were cut.
        delay: seconds for which every piece of what is said is held back.
    """

    target: tuple[str, int]
    cut_every: int = 0
    cuts: int = 0
    delay: float = 0.0
    _commits: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _threads: list[threading.Thread] = field(default_factory=list)

    def serve(self, listener: socket.socket) -> None:
        """Accept connections until the listener is closed."""
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._connection, args=(client,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _connection(self, client: socket.socket) -> None:
        cut = threading.Event()
        # Where the wire ends stands for the server, whose sockets notice the same way (`archive.database.wire`).
        for option, value in (
            (socket.TCP_KEEPIDLE, 10),
            (socket.TCP_KEEPINTVL, 5),
            (socket.TCP_KEEPCNT, 4),
            (socket.TCP_USER_TIMEOUT, 30_000),
        ):
            client.setsockopt(socket.IPPROTO_TCP, option, value)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        with client, socket.create_connection(self.target) as server:
            back = threading.Thread(target=self._pass_on, args=(server, client, cut), daemon=True)
            back.start()
            self._pass_on(client, server, cut, outward=True)
            back.join()

    def join(self) -> None:
        """Wait until every connection has ended."""
        for thread in self._threads:
            thread.join(10)

    def _pass_on(
        self, source: socket.socket, sink: socket.socket, cut: threading.Event, *, outward: bool = False
    ) -> None:
        try:
            while data := source.recv(65536):
                if outward and b"COMMIT\0" in data and self._is_the_turn():
                    cut.set()
                if not outward and cut.is_set():
                    # The server has answered, so the commit is made; nobody hears of it.
                    self.cuts += 1
                    break
                if self.delay:
                    time.sleep(self.delay)
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            # Not closed: the thread of the other direction still waits on it, and would not notice.
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _is_the_turn(self) -> bool:
        with self._lock:
            self._commits += 1
            return bool(self.cut_every) and self._commits % self.cut_every == 0


@contextlib.contextmanager
def cutting_proxy(host: str, port: int, *, begins: str = "127.0.0.1") -> Iterator[tuple[CuttingProxy, int]]:
    """Yield a wire to a server, and the port at `begins` at which it begins; its connections end before the block."""
    proxy = CuttingProxy((host, port))
    with socket.create_server((begins, 0)) as listener:
        accepting = threading.Thread(target=proxy.serve, args=(listener,), daemon=True)
        accepting.start()
        yield proxy, listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        accepting.join(10)
    proxy.join()
