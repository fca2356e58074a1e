"""What every object store promises, whichever it is."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.s3.bucket import Bucket
from preservation.storage.errors import ObjectExists, ObjectLocked, ObjectMissing, StorageError
from preservation.storage.folder import FolderStore
from preservation.storage.ports import ObjectStore, StoredObject
from preservation.storage.s3 import S3Store
from tests.buckets import bucket_for

FAR = datetime.datetime(2095, 1, 1, tzinfo=datetime.UTC)
FARTHER = datetime.datetime(2096, 1, 1, tzinfo=datetime.UTC)


def _s3(place: Path) -> S3Store:
    return S3Store(Bucket(bucket_for(place, lock=True), write_once=True))


IMPLEMENTATIONS: dict[str, Callable[[Path], ObjectStore]] = {
    "folder": FolderStore,
    "s3": _s3,
}
"""Each store by name, made empty for one test; the path is a folder, or stands for a bucket, of its own."""


@pytest.fixture(params=["folder", pytest.param("s3", marks=pytest.mark.network)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    """Return an empty store of each implementation."""
    return IMPLEMENTATIONS[request.param](tmp_path / "store")


def _put(store: ObjectStore, key: str, content: bytes) -> StoredObject:
    return store.put(key, [content], length=len(content))


def _bytes(store: ObjectStore, key: str, **span: int) -> bytes:
    return b"".join(store.read(key, **span))


def test_bytes_come_back_as_they_were_put(store: ObjectStore) -> None:
    """What was put in chunks is read back whole, and its length is known without reading."""
    put = store.put("aip/ab/one.zip", [b"mot", b"", b"hai"], length=6)
    assert put == StoredObject("aip/ab/one.zip", 6)
    assert _bytes(store, "aip/ab/one.zip") == b"mothai"
    assert store.stat("aip/ab/one.zip") == put


def test_empty_object_is_an_object(store: ObjectStore) -> None:
    """An object of no bytes exists, and reading it yields nothing."""
    store.put("empty", [], length=0)
    assert store.stat("empty") == StoredObject("empty", 0)
    assert list(store.read("empty")) == []


def test_object_larger_than_any_chunk_comes_back(store: ObjectStore) -> None:
    """An object of 3 MiB and a byte is put and read without a byte out of place."""
    content = bytes(range(256)) * 4096 * 3 + b"x"
    store.put("large", (content[at : at + 70_001] for at in range(0, len(content), 70_001)), length=len(content))
    assert _bytes(store, "large") == content
    assert _bytes(store, "large", offset=1_048_575, length=2) == content[1_048_575:1_048_577]


@pytest.mark.parametrize(
    ("offset", "length", "expected"),
    [(0, 3, b"012"), (3, 4, b"3456"), (9, 1, b"9"), (5, None, b"56789"), (10, None, b""), (4, 0, b"")],
)
def test_range_is_read(store: ObjectStore, offset: int, length: int | None, expected: bytes) -> None:
    """A range gives exactly its bytes; without a length it reaches to the end."""
    _put(store, "digits", b"0123456789")
    assert b"".join(store.read("digits", offset=offset, length=length)) == expected


@pytest.mark.parametrize(("offset", "length"), [(0, 11), (9, 2), (11, None), (11, 0), (-1, 1)])
def test_range_outside_the_object_is_refused(store: ObjectStore, offset: int, length: int | None) -> None:
    """A range that does not lie inside the object is an error, never fewer bytes."""
    _put(store, "digits", b"0123456789")
    with pytest.raises(StorageError) as caught:
        list(store.read("digits", offset=offset, length=length))
    assert caught.value.code == "STO-0010"


def test_missing_object_is_said(store: ObjectStore) -> None:
    """Reading, deleting, locking a missing object raises; only `stat` answers None."""
    assert store.stat("aip/nothing") is None
    for act in (
        lambda: list(store.read("aip/nothing")),
        lambda: store.delete("aip/nothing"),
        lambda: store.retain("aip/nothing", FAR),
        lambda: store.hold("aip/nothing", on=True),
        lambda: store.lock("aip/nothing"),
    ):
        with pytest.raises(ObjectMissing) as caught:
            act()
        assert caught.value.code == "STO-0002"


def test_beginning_of_a_key_is_no_object(store: ObjectStore) -> None:
    """The part of a key before a slash is not an object itself."""
    _put(store, "aip/ab/one.zip", b"x")
    assert store.stat("aip/ab") is None
    assert store.stat("aip/ab/one.zip/more") is None
    with pytest.raises(ObjectMissing):
        list(store.read("aip/ab"))


@pytest.mark.parametrize(("content", "length"), [(b"short", 6), (b"longer", 5), (b"", 1), (b"x", 0)])
def test_wrong_length_leaves_nothing(store: ObjectStore, content: bytes, length: int) -> None:
    """A stream shorter or longer than announced is refused and nothing is visible, so that it can be put anew."""
    with pytest.raises(StorageError) as caught:
        store.put("one", [content], length=length)
    assert caught.value.code == "STO-0004"
    assert store.stat("one") is None
    assert list(store.keys()) == []
    _put(store, "one", b"right")
    assert _bytes(store, "one") == b"right"


def test_failing_source_leaves_nothing(store: ObjectStore) -> None:
    """An error of the source passes through unchanged, and nothing is visible."""

    def source() -> Iterator[bytes]:
        yield b"half"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.put("one", source(), length=8)
    assert store.stat("one") is None
    assert list(store.keys()) == []


def test_object_is_written_once(store: ObjectStore) -> None:
    """A second put under the same key is refused and changes nothing."""
    _put(store, "one", b"first")
    with pytest.raises(ObjectExists) as caught:
        _put(store, "one", b"second")
    assert caught.value.code == "STO-0003"
    assert _bytes(store, "one") == b"first"


def test_keys_come_in_ascii_order_by_prefix(store: ObjectStore) -> None:
    """Keys are listed in ASCII order; a prefix is any beginning of the text."""
    keys = ["a-b", "a/b", "a/b-c/d", "a/b.c", "a0", "aip/1a/x", "aip/1b/y", "b"]
    for key in reversed(keys):
        _put(store, key, b"")
    assert list(store.keys()) == keys
    assert list(store.keys("a/")) == ["a/b", "a/b-c/d", "a/b.c"]
    assert list(store.keys("aip/1")) == ["aip/1a/x", "aip/1b/y"]
    assert list(store.keys("aip/1b/y")) == ["aip/1b/y"]
    assert list(store.keys("c")) == []


def test_deleted_object_is_gone(store: ObjectStore) -> None:
    """A deleted object can neither be read nor listed, and its neighbour stays."""
    _put(store, "aip/one", b"1")
    _put(store, "aip/two", b"2")
    store.delete("aip/one")
    assert store.stat("aip/one") is None
    assert list(store.keys()) == ["aip/two"]


def test_new_object_is_not_locked(store: ObjectStore) -> None:
    """An object is put without retention and without hold."""
    _put(store, "one", b"1")
    lock = store.lock("one")
    assert (lock.retained_until, lock.held) == (None, False)
    assert lock.enforced_by in {"product", "store"}


def test_retained_object_is_not_deleted(store: ObjectStore) -> None:
    """Deleting a retained object is refused, and its bytes stay."""
    _put(store, "one", b"1")
    store.retain("one", FAR)
    with pytest.raises(ObjectLocked) as caught:
        store.delete("one")
    assert caught.value.code == "STO-0008"
    assert _bytes(store, "one") == b"1"
    assert store.lock("one").retained_until == FAR


def test_retention_can_only_be_extended(store: ObjectStore) -> None:
    """The same and a later end are taken, an earlier one is refused and changes nothing."""
    _put(store, "one", b"1")
    store.retain("one", FAR)
    store.retain("one", FAR)
    store.retain("one", FARTHER)
    with pytest.raises(StorageError) as caught:
        store.retain("one", FAR)
    assert caught.value.code == "STO-0011"
    assert store.lock("one").retained_until == FARTHER


def test_retention_that_has_ended_keeps_nothing(store: ObjectStore) -> None:
    """An end that lies in the past is no error, and the object can be deleted."""
    _put(store, "one", b"1")
    store.retain("one", datetime.datetime(2001, 1, 1, tzinfo=datetime.UTC))
    store.delete("one")
    assert store.stat("one") is None


def test_held_object_is_deleted_only_after_the_hold(store: ObjectStore) -> None:
    """A hold, put on twice and taken off once, forbids deleting exactly while it is on."""
    _put(store, "one", b"1")
    store.hold("one", on=True)
    store.hold("one", on=True)
    with pytest.raises(ObjectLocked) as caught:
        store.delete("one")
    assert caught.value.code == "STO-0009"
    assert store.lock("one").held is True
    store.hold("one", on=False)
    assert store.lock("one").held is False
    store.delete("one")
    assert store.stat("one") is None


def test_hold_and_retention_do_not_touch_each_other(store: ObjectStore) -> None:
    """Taking a hold off leaves the retention, and extending the retention leaves the hold."""
    _put(store, "one", b"1")
    store.hold("one", on=True)
    store.retain("one", FAR)
    assert (store.lock("one").retained_until, store.lock("one").held) == (FAR, True)
    store.hold("one", on=False)
    assert (store.lock("one").retained_until, store.lock("one").held) == (FAR, False)


def test_end_of_retention_is_the_same_instant_in_any_zone(store: ObjectStore) -> None:
    """An end given in Vietnamese time is the same instant, told in UTC."""
    _put(store, "one", b"1")
    store.retain("one", FAR.astimezone(datetime.timezone(datetime.timedelta(hours=7))))
    told = store.lock("one").retained_until
    assert (told, told.tzinfo if told else None) == (FAR, datetime.UTC)


@pytest.mark.parametrize("until", [FAR.replace(tzinfo=None), FAR.replace(microsecond=1)])
def test_doubtful_end_of_retention_is_refused(store: ObjectStore, until: datetime.datetime) -> None:
    """A naive end, or one with a fraction of a second, is the programmer's error."""
    _put(store, "one", b"1")
    with pytest.raises(ValueError, match="aware instant in whole seconds"):
        store.retain("one", until)


@pytest.mark.parametrize(
    "key",
    [
        *(
            "",
            "/a",
            "a/",
            "a//b",
            ".",
            "a/./b",
            "..",
            "../a",
            "a/../b",
            "a b",
            "đ",
            "a\\b",
            "a\n",
            "a:b",
            "a@lock",
        ),
        *("a" * 201, "/".join(["a" * 100] * 11)),
    ],
)
def test_bad_key_is_refused_by_every_method(store: ObjectStore, key: str) -> None:
    """A key outside the rules is refused before anything is touched."""
    for act in (
        lambda: store.put(key, [b"x"], length=1),
        lambda: list(store.read(key)),
        lambda: store.stat(key),
        lambda: store.delete(key),
        lambda: store.retain(key, FAR),
        lambda: store.hold(key, on=True),
        lambda: store.lock(key),
    ):
        with pytest.raises(StorageError) as caught:
            act()
        assert caught.value.code == "STO-0001"
    assert list(store.keys()) == []


@pytest.mark.parametrize("key", ["a" * 200, "A-Z_0.9", "...", "a/..b/c..", "-"])
def test_unusual_but_allowed_key_is_taken(store: ObjectStore, key: str) -> None:
    """The longest and the oddest allowed keys hold their bytes."""
    _put(store, key, b"x")
    assert _bytes(store, key) == b"x"
    assert list(store.keys()) == [key]


@given(content=st.binary(max_size=400), cuts=st.lists(st.integers(0, 400), max_size=6), data=st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_chunking_and_any_range_agree(
    store: ObjectStore, content: bytes, cuts: list[int], data: st.DataObject
) -> None:
    """However the bytes are cut for writing, every range reads as a slice of them."""
    places = [0, *sorted(min(cut, len(content)) for cut in cuts), len(content)]
    chunks = [content[start:end] for start, end in itertools.pairwise(places)]
    if store.stat("any"):
        store.delete("any")
    store.put("any", chunks, length=len(content))
    offset = data.draw(st.integers(0, len(content)))
    length = data.draw(st.integers(0, len(content) - offset))
    assert _bytes(store, "any", offset=offset, length=length) == content[offset : offset + length]
