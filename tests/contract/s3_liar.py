"""A proxy before a real S3 server that lies on the wire: about one request, or about all from one on."""

from __future__ import annotations

import enum
import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from archive.s3.connection import BucketAddress, connect


class WireLie(enum.Enum):
    """What the proxy does with a request."""

    SHORT = "sends half of the body and closes"
    STALE = "answers a read with another object of the same length"
    ERROR_BODY = "answers 200 with an error document, and forwards nothing"
    WEB_PAGE = "answers 200 with a page of some gateway, and forwards nothing"
    LOST_ANSWER = "forwards, and closes without an answer"
    UNAVAILABLE = "answers 503, and forwards nothing"
    FULL = "answers writes with 507, as a server without room does, and forwards none"
    HANG = "answers nothing, and forwards nothing"
    FORGETS_CONDITIONS = "does not pass on what a write is conditional on"
    FORGETS_LOCKS = "keeps retentions to itself and repeats them, while the server never hears of them"


_ERROR, _BUSY, _NOTHING, _FULL = (
    f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>Sorry</Message></Error>'.encode()
    for code in ("InternalError", "SlowDown", "NoSuchObjectLockConfiguration", "XMinioStorageFull")
)
_PAGE = (
    b'<?xml version="1.0"?>\n<!DOCTYPE html>\n<html><head><title>Sorry</title></head><body><p>Sorry</p></body></html>'
)


class S3Liar:
    """The proxy.

    Attributes:
        lie: told about the requests in `about`, or None.
        about: numbers of requests, counted from 0 since `told` was called; None is all of them.
        stale: key of the object that `WireLie.STALE` shows.
        count: how many requests came since `told` was called.
    """

    def __init__(self, truth: BucketAddress) -> None:
        self._truth = truth
        self.lie: WireLie | None = None
        self.about: frozenset[int] | None = None
        self.stale = ""
        self.count = 0
        self._retentions: dict[str, bytes] = {}
        self._turn = threading.Lock()
        self._end = threading.Event()
        liar = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def handle_one_request(self) -> None:
                try:
                    super().handle_one_request()
                except OSError:  # the client has given up
                    self.close_connection = True

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

            def answer(self) -> None:
                liar._answer(self)

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = answer  # noqa: N815 - names of the library

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = replace(truth, host="127.0.0.1", port=self._server.server_address[1], secure=False)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def told(self, lie: WireLie | None, about: frozenset[int] | None = None) -> None:
        """Tell a lie from now on; None is the truth."""
        self.lie, self.about, self.count = lie, about, 0

    def close(self) -> None:
        """Stop."""
        self._end.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length", "0")))
        with self._turn:
            lies = self.about is None or self.count in self.about
            self.count += 1
        lie = self.lie if lies else None
        reading = request.command == "GET" and "Range" in request.headers
        if lie is WireLie.HANG:
            self._end.wait(30)
            _hang_up(request)
        elif lie is WireLie.ERROR_BODY:
            _send(request, 200, {"Content-Type": "application/xml"}, _ERROR)
        elif lie is WireLie.WEB_PAGE:
            _send(request, 200, {"Content-Type": "text/html"}, _PAGE)
        elif lie is WireLie.UNAVAILABLE:
            _send(request, 503, {"Content-Type": "application/xml"}, _BUSY)
        elif lie is WireLie.FULL and request.command == "PUT":
            _send(request, 507, {"Content-Type": "application/xml"}, _FULL)
        elif lie is WireLie.STALE and reading:
            _send(request, *self._other(request.headers["Range"]))
        elif lie is WireLie.FORGETS_LOCKS and "retention" in dict(parse_qsl(urlsplit(request.path).query, True)):
            self._retention(request, body)
        else:
            status, headers, content = self._forward(request, body)
            if lie is WireLie.LOST_ANSWER:
                _hang_up(request)
            else:
                _send(request, status, headers, content, short=lie is WireLie.SHORT)

    def _forward(self, request: BaseHTTPRequestHandler, body: bytes) -> tuple[int, dict[str, str], bytes]:
        # The signature covers the header Host: it goes on as the client has sent it.
        with closing(http.client.HTTPConnection(self._truth.host, self._truth.port, timeout=60)) as connection:
            connection.putrequest(request.command, request.path, skip_host=True, skip_accept_encoding=True)
            for name, value in request.headers.items():
                if self.lie is WireLie.FORGETS_CONDITIONS and name.lower() == "if-none-match":
                    continue
                connection.putheader(name, value)
            connection.endheaders(body)
            response = connection.getresponse()
            return response.status, dict(response.getheaders()), response.read()

    def _other(self, span: str) -> tuple[int, dict[str, str], bytes]:
        first, _, last = span.removeprefix("bytes=").partition("-")
        response = connect(self._truth).get_object(
            self._truth.name, self.stale, offset=int(first), length=int(last) - int(first) + 1
        )
        with closing(response):
            return response.status, dict(response.headers), response.read()

    def _retention(self, request: BaseHTTPRequestHandler, body: bytes) -> None:
        key = urlsplit(request.path).path
        if request.command == "PUT":
            self._retentions[key] = body
        known = b"" if body else self._retentions.get(key)
        _send(
            request,
            404 if known is None else 200,
            {"Content-Type": "application/xml"},
            _NOTHING if known is None else known,
        )


def _hang_up(request: BaseHTTPRequestHandler) -> None:
    request.close_connection = True
    request.connection.shutdown(socket.SHUT_RDWR)


def _send(
    request: BaseHTTPRequestHandler, status: int, headers: dict[str, str], content: bytes, *, short: bool = False
) -> None:
    own = {"content-length", "transfer-encoding", "connection", "date", "server"}
    length = headers.get("Content-Length", "0") if request.command == "HEAD" else str(len(content))
    request.log_request = lambda *_: None  # type: ignore[method-assign] # says nothing
    request.send_response(status)
    for name, value in headers.items():
        if name.lower() not in own:
            request.send_header(name, value)
    if status != http.client.NO_CONTENT:
        request.send_header("Content-Length", length)
    request.end_headers()
    request.wfile.write(content[: len(content) // 2] if short else content)
    if short and content:
        request.wfile.flush()
        _hang_up(request)


@contextmanager
def lying(truth: BucketAddress) -> Iterator[S3Liar]:
    """Run the proxy."""
    liar = S3Liar(truth)
    try:
        yield liar
    finally:
        liar.close()
