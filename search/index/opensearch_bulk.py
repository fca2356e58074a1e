"""Writing many entries at once: in portions, each answer read to its last item."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from search.index.errors import EntriesRefused, IndexBlocked, IndexMissing, ServerBusy, ServerFailed
from search.index.opensearch_server import (
    BLOCKED,
    NOT_FOUND,
    TOO_MANY_REQUESTS,
    WRITE_PAUSES,
    OpenSearchServer,
    reason_of,
)

MOST_ITEMS = 500
MOST_BYTES = 5 << 20
_CONFLICT = 409


@dataclass(frozen=True, slots=True)
class Write:
    """One entry put in, or taken out.

    Attributes:
        entry: its name in the index.
        version: the revision it belongs to; the server refuses what is older than what it has.
        fields: what it holds; None takes it out.
    """

    entry: str
    version: int
    fields: Mapping[str, Any] | None = None

    def lines(self) -> str:
        """Return the lines of JSON that the server is told."""
        act = "delete" if self.fields is None else "index"
        head = {act: {"_id": self.entry, "version": self.version, "version_type": "external_gte"}}
        told = [head] if self.fields is None else [head, self.fields]
        return "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in told)


def write(
    server: OpenSearchServer, alias: str, writes: Iterable[Write], *, pauses: Sequence[float] = WRITE_PAUSES
) -> None:
    """Write all, in order; what the server has in a newer state is left as it is.

    Args:
        server: where.
        alias: of the index; never an index that would be made by writing to it.
        writes: each entry once.
        pauses: seconds before each further attempt with what an overloaded server has put off.

    Raises:
        IndexMissing: IDX-0001 there is no such alias.
        EntriesRefused: IDX-0004 the server did not take an entry.
        ServerBusy: IDX-0005 still overloaded after all pauses.
        IndexBlocked: IDX-0007 the index lets read and not write.
        SearchIndexError: whatever else `OpenSearchServer.request` raises.
    """
    for portion in _portions(writes):
        left = portion
        for pause in (*pauses, None):
            left = _send(server, alias, left, pauses)
            if not left:
                break
            if pause is None:
                raise ServerBusy(server.url)
            time.sleep(pause)


def _portions(writes: Iterable[Write]) -> Iterator[list[tuple[Write, str]]]:
    """Yield the writes with their lines, a bounded number of items and bytes at a time; one too long goes alone."""
    portion: list[tuple[Write, str]] = []
    size = 0
    for one in writes:
        lines = one.lines()
        length = len(lines.encode())
        if portion and (len(portion) == MOST_ITEMS or size + length > MOST_BYTES):
            yield portion
            portion, size = [], 0
        portion.append((one, lines))
        size += length
    if portion:
        yield portion


def _send(
    server: OpenSearchServer, alias: str, portion: list[tuple[Write, str]], pauses: Sequence[float]
) -> list[tuple[Write, str]]:
    """Send one portion; return what an overloaded server has put off."""
    body = "".join(lines for _, lines in portion)
    answer = server.request("POST", f"/{alias}/_bulk", body, pauses=pauses, require_alias=True)
    items = answer.get("items")
    if not isinstance(items, list) or len(items) != len(portion):
        raise ServerFailed(server.url, 0, f"«{str(answer)[:200]}»")
    put_off, refused = [], []
    for (one, lines), item in zip(portion, items, strict=True):
        result = item.get("index" if one.fields is not None else "delete") or {}
        status, error = result.get("status"), result.get("error")
        if isinstance(error, dict) and error.get("type") == BLOCKED:
            raise IndexBlocked(server.url, reason_of(error))
        if status == TOO_MANY_REQUESTS:
            put_off.append((one, lines))
        elif isinstance(error, dict) and error.get("type") == "index_not_found_exception":
            raise IndexMissing(alias)
        elif not _taken(one, status, error):
            refused.append(f"{status} {reason_of(error)}")
    if refused:
        raise EntriesRefused(len(refused), refused[0])
    return put_off


def _taken(one: Write, status: object, error: object) -> bool:
    """Return whether all is well: written, taken out, not there to be taken out, or there in a newer state."""
    if status == _CONFLICT:
        return isinstance(error, dict) and error.get("type") == "version_conflict_engine_exception"
    absent = one.fields is None and status == NOT_FOUND and error is None
    return absent or (isinstance(status, int) and status // 100 == 2 and error is None)  # noqa: PLR2004 - of HTTP
