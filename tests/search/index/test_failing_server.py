"""Search servers that are away, hang, refuse, are busy or talk nonsense: each is a coded error, none an answer."""

from __future__ import annotations

import base64
import json
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from archive.database.scope import Scope
from search.index.analysis import parse_words
from search.index.errors import EntriesRefused, IndexMissing, SearchIndexError, ServerBusy, ServerFailed, ServerSilent
from search.index.opensearch_bulk import MOST_BYTES, MOST_ITEMS, Write, write
from search.index.opensearch_index import OpenSearchIndex
from search.index.opensearch_server import OpenSearchServer

pytestmark = pytest.mark.network

ALL = Scope(actor=uuid.UUID(int=0), organizations=frozenset({uuid.UUID(int=1)}), sensitivity=3)
SOON = (0.01, 0.01, 0.01)
Answer = tuple[int, Any]


class Server:
    """A server that answers what it is told to, and keeps what it was asked."""

    def __init__(self, answer: Callable[[str, str], Answer]) -> None:
        self.asked: list[tuple[str, str]] = []
        self.authorizations: list[str] = []
        kept, authorizations = self.asked, self.authorizations

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
                kept.append((self.path, body))
                authorizations.append(self.headers.get("authorization", ""))
                status, told = answer(self.path, body)
                said = told if isinstance(told, bytes) else json.dumps(told).encode()
                self.send_response(status)
                self.send_header("content-type", "text/html" if isinstance(told, bytes) else "application/json")
                self.send_header("content-length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 - names of the library

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        self.server = OpenSearchServer(f"http://127.0.0.1:{self._http.server_port}", seconds=1)

    def close(self) -> None:
        """End it."""
        self.server.close()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


@contextmanager
def answering(answer: Callable[[str, str], Answer]) -> Iterator[Server]:
    """A server that answers so."""
    made = Server(answer)
    try:
        yield made
    finally:
        made.close()


def search(server: OpenSearchServer) -> object:
    """Ask for something."""
    return OpenSearchIndex(server, "kho").search(parse_words("đất"), ALL)


def items(body: str, status: int, **error: object) -> Answer:
    """Return the answer to a bulk request in which every item has this status."""
    acts = [next(iter(line)) for line in map(json.loads, body.splitlines()) if {"index", "delete"} & set(line)]
    return 200, {"errors": bool(error), "items": [{act: {"status": status} | error} for act in acts]}


def test_a_server_that_is_away_is_said_to_be() -> None:
    """A refused connection is an error that names the server, for searching, writing and rebuilding."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    server = OpenSearchServer(f"http://127.0.0.1:{port}", seconds=1)
    index = OpenSearchIndex(server, "kho")
    began = time.monotonic()
    for act in (lambda: search(server), index.entries, index.begin_rebuild, lambda: index.replace({uuid.uuid4(): []})):
        with pytest.raises(ServerSilent) as caught:
            act()
        assert str(port) in str(caught.value)
    assert time.monotonic() - began < 3
    server.close()


def test_a_silent_server_is_not_waited_for_for_ever() -> None:
    """A server that takes the question and says nothing is given up after its seconds."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = OpenSearchServer(f"http://127.0.0.1:{listening.getsockname()[1]}", seconds=0.3)
        began = time.monotonic()
        with pytest.raises(ServerSilent, match=r"quá 0\.3 giây"):
            search(server)
        assert time.monotonic() - began < 2
        server.close()


WHOLE = {"total": 1, "successful": 1, "failed": 0}
NO_ANSWERS: dict[str, Answer] = {
    "500": (500, {"error": {"type": "exception", "reason": "hỏng"}, "status": 500}),
    "503 of a proxy": (503, b"<html>Service Unavailable</html>"),
    "403": (403, {"error": {"type": "security_exception", "reason": "no permissions"}, "status": 403}),
    "401": (401, b"Unauthorized"),
    "404 of another server": (404, b"<html>Not Found</html>"),
    "a page": (200, b"<html>Welcome</html>"),
    "nothing": (200, b""),
    "a list": (200, []),
    "an empty object": (200, {}),
    "half a JSON": (200, b'{"hits":'),
    "no hits": (200, {"_shards": WHOLE}),
    "no total": (200, {"_shards": WHOLE, "hits": {"hits": []}}),
    "no counts": (200, {"_shards": WHOLE, "hits": {"hits": [], "total": {"value": 0}}}),
    "a part failed": (200, {"_shards": WHOLE | {"failed": 1}, "hits": {"hits": [], "total": {"value": 0}}}),
    "in part": (200, {"_shards": WHOLE, "timed_out": True, "hits": {"hits": [], "total": {"value": 0}}}),
}


@pytest.mark.parametrize("name", NO_ANSWERS)
def test_what_is_no_answer_is_an_error(name: str) -> None:
    """An error, a page of something else, an answer with a part missing: never an empty result."""
    with answering(lambda _path, _body: NO_ANSWERS[name]) as made, pytest.raises(ServerFailed) as caught:
        search(made.server)
    assert caught.value.code == "IDX-0003"
    assert len(str(caught.value)) < 1000


def test_an_index_that_is_gone_is_named() -> None:
    """What the server says of a missing index is told with its name, and that a rebuild mends it."""
    gone = {"error": {"root_cause": [{"type": "index_not_found_exception", "reason": "no such index [kho-read]"}]}}
    with answering(lambda _path, _body: (404, gone)) as made, pytest.raises(IndexMissing, match="kho-read"):
        search(made.server)


def test_an_overloaded_server_is_given_time() -> None:
    """Asked to wait, the product waits and asks again; after all pauses it says that the server is overloaded."""
    busy = {"error": {"type": "es_rejected_execution_exception", "reason": "queue full"}, "status": 429}
    answers = iter([(429, busy), (429, busy), (200, {"ok": True})])
    with answering(lambda _path, _body: next(answers)) as made:
        assert made.server.request("GET", "/", pauses=SOON) == {"ok": True}
    with answering(lambda _path, _body: (429, busy)) as made:
        with pytest.raises(ServerBusy):
            made.server.request("GET", "/", pauses=SOON)
        assert len(made.asked) == 4


def test_entries_that_were_put_off_are_sent_again_alone() -> None:
    """Of a batch, what an overloaded server did not take is sent again, and nothing else."""
    sent: list[list[str]] = []

    def answer(path: str, body: str) -> Answer:
        names = [line["index"]["_id"] for line in map(json.loads, body.splitlines()) if "index" in line]
        sent.append(names)
        busy = {"type": "rejected_execution_exception", "reason": "full"}
        told = [{"index": {"status": 429, "error": busy} if n in {"b", "c"} else {"status": 201}} for n in names]
        return (200, {"items": told if len(sent) == 1 else [{"index": {"status": 201}}] * len(names)})

    with answering(answer) as made:
        write(made.server, "kho-write", [Write(name, 1, {"kind": name}) for name in "abcd"], pauses=SOON)
    assert sent == [["a", "b", "c", "d"], ["b", "c"]]


def test_entries_put_off_for_ever_are_an_error() -> None:
    """When the server never takes them, the batch has not been written."""
    busy = {"type": "rejected_execution_exception", "reason": "full"}
    with answering(lambda _path, body: items(body, 429, error=busy)) as made, pytest.raises(ServerBusy):
        write(made.server, "kho-write", [Write("a", 1, {})], pauses=SOON)


BAD_ITEMS: dict[str, tuple[Callable[[str], Answer], type[SearchIndexError]]] = {
    "refused": (
        lambda body: items(body, 400, error={"type": "mapper_parsing_exception", "reason": "x"}),
        EntriesRefused,
    ),
    "failed": (lambda body: items(body, 500, error={"type": "exception", "reason": "x"}), EntriesRefused),
    "no status": (lambda _body: (200, {"errors": False, "items": [{"index": {}}]}), EntriesRefused),
    "another act": (lambda _body: (200, {"items": [{"delete": {"status": 200}}]}), EntriesRefused),
    "an error called well": (lambda body: items(body, 200, error={"type": "x", "reason": "x"}), EntriesRefused),
    "conflict of another kind": (lambda body: items(body, 409, error={"type": "x", "reason": "x"}), EntriesRefused),
    "not found": (lambda body: items(body, 404), EntriesRefused),
    "no index": (
        lambda body: items(body, 404, error={"type": "index_not_found_exception", "reason": "x"}),
        IndexMissing,
    ),
    "fewer items": (lambda _body: (200, {"errors": False, "items": []}), ServerFailed),
    "no items": (lambda _body: (200, {"errors": False}), ServerFailed),
}


@pytest.mark.parametrize("name", BAD_ITEMS)
def test_no_item_that_failed_is_overlooked(name: str) -> None:
    """Whatever the whole answer calls itself, each entry must be said to be taken."""
    answer, error = BAD_ITEMS[name]
    with answering(lambda _path, body: answer(body)) as made, pytest.raises(error):
        write(made.server, "kho-write", [Write("a", 1, {"kind": "document"})], pauses=SOON)


def test_a_newer_state_and_an_absent_entry_are_well() -> None:
    """An entry that the server has in a newer state, or has no more when it is to be taken out, is no error."""
    conflict = {"type": "version_conflict_engine_exception", "reason": "newer"}
    with answering(lambda _path, body: items(body, 409, error=conflict)) as made:
        write(made.server, "kho-write", [Write("a", 1, {}), Write("b", 1)])
    with answering(lambda _path, body: items(body, 404)) as made:
        write(made.server, "kho-write", [Write("b", 1)])


def test_portions_are_bounded() -> None:
    """No request has more entries or bytes than a server takes well; an entry longer than that goes alone."""
    long = "x" * (MOST_BYTES // 3)
    writes = [Write(f"n{n}", 1, {}) for n in range(MOST_ITEMS + 1)]
    writes += [Write(f"l{n}", 1, {"body": long}) for n in range(5)]
    writes += [Write("huge", 1, {"body": long * 4}), Write("last", 1)]
    with answering(lambda _path, body: items(body, 200)) as made:
        write(made.server, "kho-write", writes)
        asked = made.asked
    counts = [sum('"_id"' in line for line in body.splitlines()) for _, body in asked]
    assert sum(counts) == len(writes)
    assert len(counts) > 4
    assert all(len(body) <= MOST_BYTES or count == 1 for (_, body), count in zip(asked, counts, strict=True))
    assert max(counts) <= MOST_ITEMS
    assert all(path == "/kho-write/_bulk?require_alias=true" for path, _ in asked)


def test_name_and_password_go_along() -> None:
    """A server that wants credentials gets those of the settings."""
    with answering(lambda _path, _body: (200, {"ok": True})) as made:
        server = OpenSearchServer(made.server.url, ("kho", "mật khẩu"))
        assert server.request("GET", "/") == {"ok": True}
        server.close()
        assert [base64.b64decode(a.removeprefix("Basic ")) for a in made.authorizations] == ["kho:mật khẩu".encode()]
