"""gunicorn's threaded worker, made patient with slow clients without letting anybody else wait for them.

Its own main loop lingers up to two seconds over each connection whose body nobody read, and its threads wait for
heads that never come. Here the loop never blocks: silent connections and those that are being closed lie in its
poller, and a head that does not come is cut off.
"""

from __future__ import annotations

import contextlib
import socket
import time
from concurrent.futures import Future
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

# Time for the first byte of a connection, for a request's head, for what is left of a body, and for a last answer.
_FIRST_BYTE_SECONDS = 5.0
_HEAD_SECONDS = 5.0
_REST_SECONDS = 0.5
_LINGER_SECONDS = 2.0
_CHUNK = 1 << 16


class WebWorker(ThreadWorker):  # type: ignore[misc] # gunicorn has no types
    """The threaded worker whose main loop and threads are not held by silent clients."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - gunicorn's own
        super().__init__(*args, **kwargs)
        self._heads: dict[TConn, float] = {}
        self._lingering: dict[TConn, float] = {}

    def enqueue_req(self, conn: TConn) -> None:
        """Give a connection to a thread once it has something to say."""
        if conn.initialized or conn.data_ready:
            super().enqueue_req(conn)
            return
        conn.timeout = time.monotonic() + _FIRST_BYTE_SECONDS
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def handle(self, conn: TConn) -> Any:  # noqa: ANN401 - gunicorn's own
        """Read and answer a request; its head must come in time."""
        self._heads[conn] = time.monotonic() + _HEAD_SECONDS
        try:
            return super().handle(conn)
        finally:
            self._heads.pop(conn, None)

    def handle_request(self, req: Any, conn: TConn) -> Any:  # noqa: ANN401 - gunicorn's own
        """Answer a request whose head has come."""
        self._heads.pop(conn, None)
        return super().handle_request(req, conn)

    def _keepalive_after(self, conn: TConn, keepalive: Any) -> bool:  # noqa: ANN401 - gunicorn's own
        if not keepalive:
            return False
        return bool(conn.parser.finish_body(deadline=time.monotonic() + _REST_SECONDS))

    def finish_request(self, conn: TConn, fs: Future[Any]) -> None:
        """Keep a connection, or close it without waiting here for the peer."""
        if fs.cancelled() or fs.exception() is not None or fs.result() is not False:
            super().finish_request(conn, fs)
        else:
            self._linger(conn)

    def murder_pending(self) -> None:
        """Close what has been silent for too long."""
        super().murder_pending()
        now = time.monotonic()
        for conn, deadline in list(self._heads.items()):
            if deadline < now:
                with contextlib.suppress(OSError):
                    conn.sock.shutdown(socket.SHUT_RD)
        for conn, deadline in list(self._lingering.items()):
            if deadline < now:
                self._let_go(conn)

    def _linger(self, conn: TConn) -> None:
        """Say that nothing more comes, and take what the peer still sends, so that the answer reaches it."""
        self._lingering[conn] = time.monotonic() + _LINGER_SECONDS
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            conn.sock.setblocking(False)
            self.poller.register(conn.sock, EVENT_READ, partial(self._drain, conn))
        except (OSError, ValueError):
            self._let_go(conn)

    def _drain(self, conn: TConn, sock: socket.socket) -> None:
        try:
            more = sock.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError:
            more = b""
        if not more:
            self._let_go(conn)

    def _let_go(self, conn: TConn) -> None:
        del self._lingering[conn]
        with contextlib.suppress(OSError, KeyError, ValueError):
            self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        conn.close()
