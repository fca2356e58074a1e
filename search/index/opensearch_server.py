"""An OpenSearch server as this product speaks to it: every answer that is none is a coded error."""

from __future__ import annotations

import threading
import time
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from archive.certificates import expired, is_expiry
from search.index.errors import IndexBlocked, IndexMissing, ServerBusy, ServerFailed, ServerSilent

if TYPE_CHECKING:
    from opensearchpy import OpenSearch, TransportError

TOO_MANY_REQUESTS = 429
NOT_FOUND = 404
BLOCKED = "cluster_block_exception"
"""How the server calls it when an index lets read and not write; under a status that otherwise says *busy*."""
# Some readers wait for an answer; what is written has time, half a minute in all.
READ_PAUSES = (0.05, 0.1, 0.2, 0.4)
WRITE_PAUSES = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8)
_LONGEST_REASON = 500


class OpenSearchServer:
    """One server; connects with the first request.

    Args:
        url: ``http[s]://host:port``.
        credentials: user name and password, if the server wants them.
        seconds: how long a request may take.
    """

    def __init__(self, url: str, credentials: tuple[str, str] | None = None, *, seconds: float = 30) -> None:
        self.url = url
        self.credentials = credentials
        self.seconds = seconds
        self._client: OpenSearch | None = None
        self._opening = threading.Lock()

    def request(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | str | None = None,
        *,
        pauses: Sequence[float] = READ_PAUSES,
        **parameters: str | bool | int,
    ) -> dict[str, Any]:
        """Return the server's answer; wait and ask again while it is overloaded.

        Args:
            method: of HTTP.
            path: with the slash it begins with; its first part names the index in errors.
            body: JSON, or lines of JSON as text.
            pauses: seconds before each further attempt while the server is overloaded.
            parameters: of the URL.

        Raises:
            IndexMissing: IDX-0001 there is no such index or alias.
            ServerSilent: IDX-0002 no connection, no answer in time.
            ServerFailed: IDX-0003 any other error, or no JSON object.
            ServerBusy: IDX-0005 overloaded after all pauses.
            IndexBlocked: IDX-0007 the index lets read and not write.
        """
        from opensearchpy import OpenSearchException, TransportError

        headers = {"content-type": "application/x-ndjson" if isinstance(body, str) else "application/json"}
        if self.credentials is not None:
            # The library knows passwords of Latin-1 alone.
            headers["authorization"] = "Basic " + b64encode(":".join(self.credentials).encode()).decode()
        words = {name: str(value).lower() for name, value in parameters.items()}
        for pause in (*pauses, None):
            try:
                answer = self._connected().transport.perform_request(
                    method, path, params=words, body=body, timeout=self.seconds, headers=headers
                )
            except TransportError as error:
                if error.status_code != TOO_MANY_REQUESTS or reason_of(error.info).startswith(BLOCKED):
                    raise self._problem(error, path) from error
                if pause is not None:
                    time.sleep(pause)
                continue
            except OpenSearchException as error:
                raise ServerFailed(self.url, 0, _cut(str(error))) from error
            if not isinstance(answer, dict):
                raise ServerFailed(self.url, 0, _cut(f"«{answer}»"))
            return answer
        raise ServerBusy(self.url)

    def close(self) -> None:
        """Close the connections; a later request opens them again."""
        if self._client is not None:
            self._client.close()
        self._client = None

    def _connected(self) -> OpenSearch:
        with self._opening:
            if self._client is None:
                # Half a second, which commands that never search need not wait.
                from opensearchpy import OpenSearch

                # Waiting and asking again is decided here, not by the library.
                self._client = OpenSearch(self.url, max_retries=0, timeout=self.seconds, pool_maxsize=32)
            return self._client

    def _problem(self, error: TransportError, path: str) -> Exception:
        from opensearchpy import ConnectionTimeout

        if isinstance(error, ConnectionTimeout):
            return ServerSilent(self.url, f"quá {self.seconds:g} giây")
        if not isinstance(error.status_code, int):
            if is_expiry(error):
                server = urlsplit(self.url)
                return ServerSilent(self.url, str(expired(server.hostname or "", server.port or 443)))
            return ServerSilent(self.url, _cut(str(error.info)))
        reason = reason_of(error.info)
        if error.status_code == NOT_FOUND and reason.startswith(("index_not_found", "aliases_not_found", "alias")):
            return IndexMissing(path.split("/")[1])
        if reason.startswith(BLOCKED):
            return IndexBlocked(self.url, reason)
        return ServerFailed(self.url, error.status_code, reason)


def reason_of(info: Any) -> str:  # noqa: ANN401 - whatever the server answered
    """Return kind and words of an error in an answer, or the beginning of what is none."""
    error = info.get("error", info) if isinstance(info, dict) else info
    if not isinstance(error, dict):
        return _cut(str(error))
    causes = error.get("root_cause") or [error]
    cause = causes[0] if isinstance(causes[0], dict) else error
    return _cut(f"{cause.get('type', '')}: {cause.get('reason', '')}")


def _cut(text: str) -> str:
    return text[:_LONGEST_REASON]
