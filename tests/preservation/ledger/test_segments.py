"""Segments are written one after the other, read newest first, and tell when one is not what it was."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from archive.errors import KhoLuuTruError
from preservation.ledger.errors import LedgerError
from preservation.ledger.segments import (
    Segment,
    SegmentName,
    newest,
    read_segment,
    read_stream,
    stream_of,
    streams,
    write_segment,
)
from preservation.storage.folder import FolderStore

OWNER = uuid.UUID("ab000000-0000-4000-8000-000000000001")
STREAM = stream_of("dossier", OWNER)


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    """A store in a folder."""
    return FolderStore(tmp_path)


def write(store: FolderStore, count: int) -> list[SegmentName]:
    """Write segments of one line each."""
    names: list[SegmentName] = []
    last: Segment | None = None
    for number in range(1, count + 1):
        head = {"at": "2026-01-01T00:00:00+00:00", "salt": "s", "reaches": {}, "tables": {}, "written": []}
        names.append(write_segment(store, STREAM, last, head=head, lines=[{"số": number}]))
        last = read_segment(store, names[-1])
    return names


def told(store: FolderStore) -> tuple[list[int], list[str]]:
    """Return the numbers that are read, and the codes of what is told."""
    problems: list[KhoLuuTruError] = []
    keys = [key for stream, keys in streams(store, "dossier", problems.append) for key in keys]
    numbers = [segment.name.number for segment in read_stream(store, keys, problems.append)]
    return numbers, [problem.code for problem in problems]


def test_the_newest_segment_comes_first(store: FolderStore) -> None:
    """Numbers count down in the keys, so that one look at a listing finds the newest."""
    names = write(store, 12)
    assert f"ledger/dossier/ab/{OWNER}/" == STREAM
    assert [name.number for name in names] == list(range(1, 13))
    found = newest(store, STREAM)
    assert found is not None
    assert (found.name, found.previous, found.lines) == (names[-1], names[-2].digest, ({"số": 12},))
    assert told(store) == (list(range(12, 0, -1)), [])
    assert newest(store, stream_of("dossier", uuid.uuid4())) is None


@pytest.mark.parametrize(
    ("number", "expected"),
    [(1, ([4, 3, 2], ["LDG-0005"])), (2, ([4, 3, 1], ["LDG-0005"])), (4, ([3, 2, 1], []))],
)
def test_a_missing_segment_is_told_of(store: FolderStore, number: int, expected: tuple[list[int], list[str]]) -> None:
    """A gap is told of; a missing newest segment is what the next body's segment or the anchors tell."""
    store.delete(write(store, 4)[number - 1].key)
    assert told(store) == expected


@pytest.mark.parametrize("change", ["letter", "end", "empty", "moved"])
def test_a_changed_segment_is_told_of(store: FolderStore, change: str) -> None:
    """Whatever is changed in a segment, its own digest tells, and the others are read."""
    name = write(store, 3)[1]
    content = b"".join(store.read(name.key))
    store.delete(name.key)
    changed = {
        "letter": content.replace(b"2026", b"2025"),
        "end": content[:-10],
        "empty": b"",
        "moved": b"".join(store.read(next(iter(store.keys(STREAM))))),
    }[change]
    store.put(name.key, (changed,), length=len(changed))
    with pytest.raises(LedgerError, match="LDG-0004"):
        read_segment(store, name)
    assert told(store) == ([3, 1], ["LDG-0004"])


def test_a_segment_written_anew_is_told_of(store: FolderStore) -> None:
    """A segment with a digest of its own that the next one does not name is no part of the stream unseen."""
    names = write(store, 3)
    store.delete(names[1].key)
    head = {"at": "2025", "salt": "s", "reaches": {}, "tables": {}, "written": []}
    write_segment(store, STREAM, read_segment(store, names[0]), head=head, lines=[])
    assert told(store) == ([3, 2, 1], ["LDG-0006"])


def test_what_is_no_segment_is_told_of(store: FolderStore) -> None:
    """Objects of other names below the ledger's prefix are named, never read."""
    write(store, 1)
    for key in (f"{STREAM}note.txt", "ledger/dossier/ab/nobody/x", f"ledger/dossier/cd/{OWNER}/x"):
        store.put(key, (b"x",), length=1)
    numbers, codes = told(store)
    assert (numbers, codes) == ([1], ["LDG-0009"] * 3)
