"""Segments: objects of JSON lines, each naming the digest of the one before: none is changed or removed unseen.

A segment's key is ``ledger/<stream>/<999999999 - number>-<SHA-256>.jsonl``: counting down, the newest comes first in a
listing. The first line is the head, the last one the digest of all lines before it, which is the digest in the key.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from archive.audit.rules import canonical
from archive.errors import KhoLuuTruError
from preservation.ledger.errors import LedgerError
from preservation.storage.errors import StorageError
from preservation.storage.ports import ObjectStore

PREFIX = "ledger/"
_FORM = "kholuutru-ledger-0"
_HIGHEST = 999_999_999
_KEY = re.compile(r"(?P<stream>ledger/.+/)(?P<down>[0-9]{9})-(?P<digest>[0-9a-f]{64})\.jsonl")

Tell = Callable[[KhoLuuTruError], None]
"""Takes what was found wrong, or worth a person's look."""
Line = dict[str, Any]
Reach = dict[str, tuple[int, str]]
"""Seq and hash of the last row of each audit chain that a stream tells of, by chain."""


@dataclass(frozen=True, slots=True)
class SegmentName:
    """A segment as its key tells of it; `number` counts from 1 within the stream."""

    stream: str
    number: int
    digest: str

    @property
    def key(self) -> str:
        """Return the key in the store."""
        return f"{self.stream}{_HIGHEST - self.number:09d}-{self.digest}.jsonl"

    @classmethod
    def of(cls, key: str) -> SegmentName | None:
        """Return the segment of a key, or None for a key of another form."""
        match = _KEY.fullmatch(key)
        return match and cls(match["stream"], _HIGHEST - int(match["down"]), match["digest"])


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment that was read whole.

    Attributes:
        name: its stream, number and digest.
        previous: digest of the segment before; empty for the first.
        at: when it was written, ISO 8601 in UTC.
        reaches: how far it tells of the audit chains.
        tables: digest of each table's rows as they stand after this segment.
        written: tables of which this segment holds all rows, instead of those of earlier segments.
        lines: what it holds, head and end apart.
    """

    name: SegmentName
    previous: str
    at: str
    reaches: Reach
    tables: dict[str, str]
    written: tuple[str, ...]
    lines: tuple[Line, ...]


def stream_of(part: str, owner: uuid.UUID) -> str:
    """Return the prefix of a stream's keys; bodies are few, all others are spread over folders."""
    spread = "" if part in {"body", "payload"} else f"{owner.hex[:2]}/"
    return f"{PREFIX}{part}/{spread}{owner}/"


def owner_of(stream: str) -> uuid.UUID:
    """Return the body, transfer or dossier that a stream tells of.

    Raises:
        ValueError: the stream bears no id.
    """
    return uuid.UUID(stream.rstrip("/").rpartition("/")[2])


def write_segment(
    store: ObjectStore,
    stream: str,
    last: Segment | None,
    *,
    head: Mapping[str, Any],
    lines: Iterable[Line],
) -> SegmentName:
    """Write the segment after `last`; when this returns, it is durable.

    Args:
        store: where.
        stream: prefix of its key.
        last: the newest one there is.
        head: ``at``, ``salt``, ``reaches``, ``tables``, ``written``. The salt makes the digest, which others keep,
            tell nothing about what was in a segment that is destroyed.
        lines: what it holds.
    """
    number = last.name.number + 1 if last else 1
    first = {
        "form": _FORM,
        "stream": stream,
        "number": number,
        "previous": last.name.digest if last else "",
        **head,
    }
    body = "".join(f"{canonical(line)}\n" for line in (first, *lines)).encode()
    digest = hashlib.sha256(body).hexdigest()
    whole = body + f"{canonical({'sha256': digest})}\n".encode()
    name = SegmentName(stream, number, digest)
    store.put(name.key, (whole,), length=len(whole))
    return name


def read_segment(store: ObjectStore, name: SegmentName) -> Segment:
    """Read a segment.

    Raises:
        LedgerError: LDG-0004 it is not what was written under this key.
        StorageError: it cannot be read.
    """
    whole = b"".join(store.read(name.key))
    body, _, end = whole.removesuffix(b"\n").rpartition(b"\n")
    body += b"\n"
    if hashlib.sha256(body).hexdigest() != name.digest or end.decode("utf-8", "replace") != canonical(
        {"sha256": name.digest}
    ):
        raise LedgerError("LDG-0004", key=name.key)
    head, *lines = map(json.loads, body.decode().splitlines())
    if (head["form"], head["stream"], head["number"]) != (_FORM, name.stream, name.number):
        raise LedgerError("LDG-0004", key=name.key)
    return Segment(
        name=name,
        previous=head["previous"],
        at=head["at"],
        reaches={chain: (seq, digest) for chain, (seq, digest) in head["reaches"].items()},
        tables=head["tables"],
        written=tuple(head["written"]),
        lines=tuple(lines),
    )


def newest(store: ObjectStore, stream: str) -> Segment | None:
    """Return the newest segment of a stream, None when there is none.

    Raises:
        LedgerError: LDG-0004 it is broken, or something else lies there.
    """
    key = next(iter(store.keys(stream)), None)
    if key is None:
        return None
    name = SegmentName.of(key)
    if name is None:
        raise LedgerError("LDG-0004", key=key)
    return read_segment(store, name)


def streams(store: ObjectStore, part: str, tell: Tell) -> Iterator[tuple[str, list[str]]]:
    """Yield each stream of a part with its keys, newest first; tell of what lies there and is no stream."""
    for stream, keys in itertools.groupby(store.keys(f"{PREFIX}{part}/"), lambda key: key.rpartition("/")[0] + "/"):
        try:
            known = stream_of(part, owner_of(stream)) == stream
        except ValueError:
            known = False
        if known:
            yield stream, list(keys)
        else:
            for key in keys:
                tell(LedgerError("LDG-0009", key=key))


def read_stream(store: ObjectStore, keys: Iterable[str], tell: Tell) -> Iterator[Segment]:
    """Yield a stream's segments, newest first, and tell what is wrong with the others.

    A segment must bear the digest that the next one names: so one that is missing, changed, or put beside another of
    its number is told of.
    """
    named: list[SegmentName] = []
    for key in keys:
        name = SegmentName.of(key)
        if name is None:
            tell(LedgerError("LDG-0009", key=key))
        else:
            named.append(name)
    expected, digest = None, None
    for number, group in itertools.groupby(named, lambda name: name.number):
        found = list(group)
        if expected is not None and number < expected:
            tell(LedgerError("LDG-0005", stream=found[0].stream, first=number + 1, last=expected))
            digest = None
        chosen = next((name for name in found if name.digest == digest), found[0])
        if len(found) > 1 or (digest is not None and chosen.digest != digest):
            tell(LedgerError("LDG-0006", stream=chosen.stream, number=number))
        expected, digest = number - 1, None
        try:
            segment = read_segment(store, chosen)
        except (LedgerError, StorageError) as error:
            if error.passing:
                raise
            tell(error)
        else:
            digest = segment.previous
            yield segment
    if expected:
        tell(LedgerError("LDG-0005", stream=named[0].stream, first=1, last=expected))
