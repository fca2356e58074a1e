"""What the store in a folder promises beyond what every store does."""

from __future__ import annotations

import datetime
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from archive import faults
from preservation.storage.errors import ObjectExists, ObjectLocked, ObjectMissing, StorageError
from preservation.storage.folder import FolderStore
from preservation.storage.ports import Lock

_ROOT = Path(__file__).parents[3]
_NOON = datetime.datetime(2030, 6, 1, 12, tzinfo=datetime.UTC)


class _Fixed:
    def __init__(self, instant: datetime.datetime) -> None:
        self.instant = instant

    def now(self) -> datetime.datetime:
        return self.instant


def _files(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def test_retention_ends_at_its_instant(tmp_path: Path) -> None:
    """A second before its end a retention still holds; at its end it does not."""
    clock = _Fixed(_NOON - datetime.timedelta(seconds=1))
    store = FolderStore(tmp_path, clock)
    store.put("one", [b"1"], length=1)
    store.retain("one", _NOON)
    with pytest.raises(ObjectLocked):
        store.delete("one")
    clock.instant = _NOON
    store.delete("one")
    assert _files(tmp_path) == ["lock"]


def test_lock_is_the_products_own_word(tmp_path: Path) -> None:
    """A folder says of its locks that only the product enforces them, and keeps them over a restart."""
    store = FolderStore(tmp_path)
    store.put("a/one", [b"1"], length=1)
    store.retain("a/one", _NOON)
    store.hold("a/one", on=True)
    assert FolderStore(tmp_path).lock("a/one") == Lock(_NOON, held=True, enforced_by="product")


@pytest.mark.parametrize(
    "record",
    ["", "{}", "[]", '{"held": 0, "retained_until": null}', '{"held": false, "retained_until": "x"}', "\xff"],
)
def test_unreadable_lock_record_counts_as_locked(tmp_path: Path, record: str) -> None:
    """When the record of a lock is damaged, deleting is refused and the code says why."""
    store = FolderStore(tmp_path)
    store.put("one", [b"1"], length=1)
    (tmp_path / "objects" / "one@lock").write_text(record, "latin-1")
    with pytest.raises(StorageError) as caught:
        store.delete("one")
    assert caught.value.code == "STO-0012"
    assert b"".join(store.read("one")) == b"1"


def test_objects_are_read_only_files(tmp_path: Path) -> None:
    """An object's file has no write permission for anybody."""
    FolderStore(tmp_path).put("one", [b"1"], length=1)
    assert (tmp_path / "objects" / "one").stat().st_mode & 0o222 == 0


def test_writes_under_way_are_not_listed(tmp_path: Path) -> None:
    """While an object is being written, no key and no lock record of it is listed."""
    store = FolderStore(tmp_path)
    seen: list[list[str]] = []

    def look(_point: str) -> None:
        seen.append(list(store.keys()))

    faults.install(look)
    try:
        store.put("a/one", [b"1"], length=1)
        store.hold("a/one", on=True)
    finally:
        faults.install(None)
    assert seen == [[], [], [], ["a/one"], ["a/one"], ["a/one"], ["a/one"], ["a/one"]]


def test_two_writers_of_one_key_leave_one_object(tmp_path: Path) -> None:
    """Of two writers that began before either ended, the second to end is refused."""
    store = FolderStore(tmp_path)
    other: list[str] = []

    def overtake(point: str) -> None:
        if point == "store.put.synced" and not other:
            other.append("begun")
            store.put("one", [b"other"], length=5)

    faults.install(overtake)
    try:
        with pytest.raises(ObjectExists):
            store.put("one", [b"mine!"], length=5)
    finally:
        faults.install(None)
    assert b"".join(store.read("one")) == b"other"
    assert _files(tmp_path) == ["objects/one"]


def test_many_threads_hold_and_extend_without_losing_a_word(tmp_path: Path) -> None:
    """Lock records changed by many threads at once lose no change."""
    store = FolderStore(tmp_path)
    store.put("one", [b"1"], length=1)
    ends = [_NOON + datetime.timedelta(days=day) for day in range(8)]
    refused: list[StorageError] = []

    def extend(end: datetime.datetime) -> None:
        try:
            store.retain("one", end)
        except StorageError as error:
            refused.append(error)

    threads = [threading.Thread(target=extend, args=(end,)) for end in ends]
    threads.append(threading.Thread(target=store.hold, args=("one",), kwargs={"on": True}))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.lock("one") == Lock(ends[-1], held=True, enforced_by="product")
    assert {error.code for error in refused} <= {"STO-0011"}


def test_sweep_deletes_only_what_stands_still(tmp_path: Path) -> None:
    """Left-overs older than the grace time are deleted; younger ones and objects stay."""
    store = FolderStore(tmp_path)
    store.put("one", [b"1"], length=1)
    for name, age in (("old", 100), ("young", 10)):
        path = tmp_path / "partial" / name
        path.write_bytes(b"half")
        stamp = _NOON.timestamp() - age
        os.utime(path, (stamp, stamp))
    assert FolderStore(tmp_path, _Fixed(_NOON)).sweep(60) == 1
    assert _files(tmp_path) == ["objects/one", "partial/young"]


_WRITER = """
import sys
from pathlib import Path
from preservation.storage.folder import FolderStore
store = FolderStore(Path(sys.argv[1]))
store.put("aip/ab/one", [b"mot", b"hai"], length=6)
store.hold("aip/ab/one", on=True)
store.hold("aip/ab/one", on=False)
store.delete("aip/ab/one")
"""

_POINTS = {
    "store.put.begun:1": (None, None),
    "store.put.written:1": (None, None),
    "store.put.synced:1": (None, None),
    "store.put.renamed:1": (b"mothai", False),
    "store.put.settled:1": (b"mothai", False),
    "store.lock.written:1": (b"mothai", False),
    "store.lock.renamed:1": (b"mothai", True),
    "store.lock.settled:1": (b"mothai", True),
    "store.lock.written:2": (b"mothai", True),
    "store.lock.settled:2": (b"mothai", False),
    "store.delete.begun:1": (b"mothai", False),
    "store.delete.removed:1": (None, None),
    "store.delete.settled:1": (None, None),
}


@pytest.mark.parametrize(("order", "expected"), _POINTS.items())
def test_kill_leaves_whole_or_nothing(tmp_path: Path, order: str, expected: tuple[bytes | None, bool | None]) -> None:
    """Killed at any step, the store holds the whole object or none, a whole lock record or none, and can go on."""
    done = subprocess.run(
        [sys.executable, "-c", _WRITER, str(tmp_path)],
        cwd=_ROOT,
        env={**os.environ, "KHOLUUTRU_FAULT": order},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (-signal.SIGKILL, "")
    store = FolderStore(tmp_path)
    content, held = expected
    if content is None:
        assert store.stat("aip/ab/one") is None
        assert list(store.keys()) == []
        store.put("aip/ab/one", [b"anew"], length=4)
    else:
        assert b"".join(store.read("aip/ab/one")) == content
        assert store.lock("aip/ab/one").held is held
    assert store.lock("aip/ab/one").held is bool(held)
    store.sweep(-1)
    assert [name for name in _files(tmp_path) if name.startswith("partial")] == []


def test_every_point_of_the_store_is_killed_at() -> None:
    """No step of the store has a named point at which no kill is placed."""
    source = (_ROOT / "preservation/storage/folder.py").read_text("utf-8")
    assert set(re.findall(r'faults\.point\("([^"]+)"\)', source)) == {order.split(":")[0] for order in _POINTS}


def test_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """What the operating system refuses arrives as a coded error with its reason."""
    store = FolderStore(tmp_path)
    store.put("a", [b"1"], length=1)
    with pytest.raises(StorageError) as caught:
        store.put("a/b", [b"1"], length=1)
    assert caught.value.code == "STO-0006"
    assert caught.value.parameters["key"] == "a/b"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
def test_full_disk_is_said_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk is a code of its own, and nothing of the write stays."""
    store = FolderStore(tmp_path)
    real = os.open

    def full(path: os.PathLike[str], flags: int, mode: int = 0o777) -> int:
        return real(path, flags, mode) if flags & os.O_DIRECTORY else real("/dev/full", os.O_WRONLY)

    monkeypatch.setattr(os, "open", full)
    with pytest.raises(StorageError) as caught:
        store.put("one", [b"1"], length=1)
    monkeypatch.undo()
    assert caught.value.code == "STO-0005"
    assert _files(tmp_path) == []


@pytest.mark.parametrize("failing", [1, 2, 3])
def test_failed_fsync_leaves_nothing_visible(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int) -> None:
    """When the disk refuses to make file or folder durable, the put fails and nothing is visible."""
    store = FolderStore(tmp_path)
    store.put("a/other", [b"x"], length=1)
    calls: list[int] = []
    real = os.fsync

    def refuse(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == failing:
            raise OSError(5, "Input/output error")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(StorageError) as caught:
        store.put("a/b/one", [b"1"], length=1)
    monkeypatch.undo()
    assert (caught.value.code, caught.value.parameters["reason"]) == ("STO-0006", "Input/output error")
    assert _files(tmp_path) == ["objects/a/other"]


def test_file_that_shrinks_while_it_is_read_is_an_error(tmp_path: Path) -> None:
    """Bytes that end too early are an error of reading, never a short answer."""
    store = FolderStore(tmp_path)
    content = bytes(3 << 20)
    store.put("one", [content], length=len(content))
    chunks = store.read("one")
    next(chunks)
    (tmp_path / "objects" / "one").chmod(0o600)
    os.truncate(tmp_path / "objects" / "one", 1 << 20)
    with pytest.raises(StorageError) as caught:
        list(chunks)
    assert caught.value.code == "STO-0007"


def test_files_that_are_no_objects_are_not_listed(tmp_path: Path) -> None:
    """Lock records, links and names that cannot be keys are not listed as objects."""
    store = FolderStore(tmp_path)
    store.put("a/one", [b"1"], length=1)
    store.hold("a/one", on=True)
    (tmp_path / "objects" / "a" / "ghi chú").write_bytes(b"x")
    (tmp_path / "objects" / "a" / "link").symlink_to("one")
    assert list(store.keys()) == ["a/one"]
    assert store.stat("a/link") is None
    with pytest.raises(ObjectMissing):
        list(store.read("a/link"))
