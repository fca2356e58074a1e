"""What every staging place promises, whichever it is."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.s3.bucket import Bucket
from archive.staging.errors import StagingError
from archive.staging.folder import FolderStaging
from archive.staging.ports import Staging, StagingKey
from archive.staging.s3 import S3Staging
from archive.staging.turns import MachineTurns
from tests.buckets import bucket_for


def _s3(place: Path) -> S3Staging:
    place.mkdir(exist_ok=True)
    return S3Staging(Bucket(bucket_for(place, lock=False)), MachineTurns(place / "turns"))


IMPLEMENTATIONS: dict[str, Callable[[Path], Staging]] = {
    "folder": FolderStaging,
    "s3": _s3,
}
"""Each staging place by name, made empty for one test; the path is a folder of its own, a bucket goes with it."""
BOTH = ["folder", pytest.param("s3", marks=pytest.mark.network)]

ORGANIZATION, TRANSFER = uuid.UUID(int=1), uuid.UUID(int=2)
KEY = StagingKey(ORGANIZATION, TRANSFER, 1, 1)


@pytest.fixture(params=BOTH)
def staging(request: pytest.FixtureRequest, tmp_path: Path) -> Staging:
    """Return an empty place of each implementation."""
    return IMPLEMENTATIONS[request.param](tmp_path / "staging")


def add(staging: Staging, key: StagingKey, offset: int, *chunks: bytes) -> bytes:
    """Append, and return what came back."""
    return b"".join(staging.append(key, offset, chunks))


def content(staging: Staging, key: StagingKey) -> bytes:
    """Return the bytes held."""
    return b"".join(staging.read(key))


def test_bytes_are_handed_on_while_they_are_written(staging: Staging) -> None:
    """Each chunk comes back after it was written, so that it can be hashed on its way; then all is held."""
    assert list(staging.append(KEY, 0, [b"one", b"", b"two"])) == [b"one", b"", b"two"]
    assert staging.size(KEY) == 6
    assert content(staging, KEY) == b"onetwo"


def test_what_is_not_there_has_no_bytes(staging: Staging) -> None:
    """Nothing has come in yet: the size is 0, reading and fetching say that there is nothing."""
    assert staging.size(KEY) == 0
    with pytest.raises(StagingError) as caught:
        list(staging.read(KEY))
    assert caught.value.code == "STG-0002"


def test_fetching_nothing_is_said(staging: Staging, tmp_path: Path) -> None:
    """A private copy of nothing is an error, and leaves no file."""
    with pytest.raises(StagingError) as caught:
        staging.fetch(KEY, tmp_path / "copy")
    assert caught.value.code == "STG-0002"
    assert not (tmp_path / "copy").exists()


def test_a_file_without_bytes_can_be_held(staging: Staging) -> None:
    """An empty file is there, and reading it yields nothing."""
    assert add(staging, KEY, 0) == b""
    assert list(staging.read(KEY)) == []


def test_sending_goes_on_where_it_was_cut_off(staging: Staging) -> None:
    """What came before the cut stays, the rest is added."""
    add(staging, KEY, 0, b"first ")
    add(staging, KEY, 6, b"second")
    assert content(staging, KEY) == b"first second"


def test_a_stream_that_breaks_keeps_what_came(staging: Staging) -> None:
    """When the sender goes away in the middle, the chunks before stay, and the error passes through."""

    def broken() -> Iterator[bytes]:
        yield b"came"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        list(staging.append(KEY, 0, broken()))
    assert content(staging, KEY) == b"came"


def test_a_reader_that_stops_listening_keeps_what_came(staging: Staging) -> None:
    """When the one who counts the bytes stops early, what was handed on is held."""
    stream = staging.append(KEY, 0, iter([b"one", b"two", b"three"]))
    assert next(iter(stream)) == b"one"
    stream.close()  # type: ignore[attr-defined] # a generator
    assert content(staging, KEY) == b"one"


def test_bytes_beyond_the_offset_are_dropped(staging: Staging) -> None:
    """Sending a part again replaces it and what an earlier, cut-off request left behind it."""
    add(staging, KEY, 0, b"0123456789")
    add(staging, KEY, 4, b"xy")
    assert content(staging, KEY) == b"0123xy"
    add(staging, KEY, 0, b"new")
    assert content(staging, KEY) == b"new"


def test_a_gap_is_refused(staging: Staging) -> None:
    """Bytes that begin beyond what is held are refused with both numbers, and what is held stays."""
    add(staging, KEY, 0, b"abc")
    with pytest.raises(StagingError) as caught:
        add(staging, KEY, 4, b"x")
    assert (caught.value.code, caught.value.parameters) == ("STG-0001", {"held": 3, "offset": 4})
    assert content(staging, KEY) == b"abc"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(st.tuples(st.floats(0, 1), st.lists(st.binary(max_size=20), max_size=3)), max_size=6))
def test_any_sequence_of_parts_gives_the_bytes_it_says(
    parts: list[tuple[float, list[bytes]]], staging: Staging
) -> None:
    """Whatever is sent from wherever, the place holds exactly what was there up to the offset and what came."""
    key, expected = StagingKey(ORGANIZATION, uuid.uuid4(), 1, 1), b""
    for share, chunks in parts:
        offset = int(share * len(expected))
        add(staging, key, offset, *chunks)
        expected = expected[:offset] + b"".join(chunks)
        assert staging.size(key) == len(expected)
    assert not parts or content(staging, key) == expected


def test_a_file_without_bytes_is_held(staging: Staging, tmp_path: Path) -> None:
    """A file of no bytes that was received is there, and is read and fetched as such."""
    add(staging, KEY, 0)
    assert list(staging.read(KEY)) == []
    staging.fetch(KEY, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b""


def test_a_file_larger_than_any_chunk_comes_back(staging: Staging, tmp_path: Path) -> None:
    """Three MiB and a byte are read and fetched without a byte out of place."""
    body = bytes(range(256)) * 4096 * 3 + b"x"
    add(staging, KEY, 0, *(body[at : at + 70_001] for at in range(0, len(body), 70_001)))
    assert content(staging, KEY) == body
    staging.fetch(KEY, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == body


def test_files_do_not_touch_each_other(staging: Staging) -> None:
    """Each of organization, transfer, attempt and ordinal makes another file."""
    keys = [
        KEY,
        StagingKey(uuid.UUID(int=9), TRANSFER, 1, 1),
        StagingKey(ORGANIZATION, uuid.UUID(int=9), 1, 1),
        StagingKey(ORGANIZATION, TRANSFER, 2, 1),
        StagingKey(ORGANIZATION, TRANSFER, 1, 11),
    ]
    for number, key in enumerate(keys):
        add(staging, key, 0, str(number).encode())
    assert [content(staging, key) for key in keys] == [b"0", b"1", b"2", b"3", b"4"]


def test_an_attempt_is_deleted_alone(staging: Staging) -> None:
    """Deleting one attempt leaves the others and other transfers."""
    other = StagingKey(ORGANIZATION, uuid.UUID(int=9), 1, 1)
    for key in (KEY, StagingKey(ORGANIZATION, TRANSFER, 2, 1), other):
        add(staging, key, 0, b"x")
    staging.delete(ORGANIZATION, TRANSFER, 1)
    assert [staging.size(k) for k in (KEY, StagingKey(ORGANIZATION, TRANSFER, 2, 1), other)] == [0, 1, 1]
    staging.delete(ORGANIZATION, TRANSFER)
    assert [staging.size(k) for k in (StagingKey(ORGANIZATION, TRANSFER, 2, 1), other)] == [0, 1]


def test_deleting_nothing_is_no_error(staging: Staging) -> None:
    """A transfer that staged nothing can be deleted, twice."""
    staging.delete(ORGANIZATION, TRANSFER)
    staging.delete(ORGANIZATION, TRANSFER)


def test_a_fetched_copy_outlives_the_staged_file(staging: Staging, tmp_path: Path) -> None:
    """After the staged file was deleted the worker's copy is whole."""
    add(staging, KEY, 0, b"body")
    staging.fetch(KEY, tmp_path / "copy")
    staging.delete(ORGANIZATION, TRANSFER)
    assert (tmp_path / "copy").read_bytes() == b"body"


def test_one_connection_at_a_time(staging: Staging) -> None:
    """While one connection holds a file another one is told so; files beside it are free; the end sets it free."""
    beside = StagingKey(ORGANIZATION, TRANSFER, 1, 2)
    with staging.exclusive(KEY):
        with pytest.raises(StagingError) as caught, staging.exclusive(KEY):
            pytest.fail("held by two")
        assert caught.value.code == "STG-0005"
        with staging.exclusive(beside):
            add(staging, KEY, 0, b"x")
    with staging.exclusive(KEY):
        assert content(staging, KEY) == b"x"


def test_a_connection_that_breaks_sets_its_file_free(staging: Staging) -> None:
    """An error while a file is held does not keep it held."""

    def breaks() -> None:
        with staging.exclusive(KEY):
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        breaks()
    with staging.exclusive(KEY):
        pass


def test_a_place_holds_no_name_of_the_sender() -> None:
    """Where a file lies is made of ids and numbers alone."""
    assert KEY.path() == f"{ORGANIZATION}/{TRANSFER}/1/1"


@pytest.mark.parametrize("name", BOTH)
def test_what_is_held_survives_a_restart(tmp_path: Path, name: str) -> None:
    """Another process finds the same bytes."""
    make = IMPLEMENTATIONS[name]
    add(make(tmp_path / name), KEY, 0, b"kept")
    assert content(make(tmp_path / name), KEY) == b"kept"


def test_staged_files_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    """What lies in the folder cannot be read by other users of the machine, whatever the folder allows."""
    add(FolderStaging(tmp_path / "staging"), KEY, 0, b"x")
    (file,) = (path for path in (tmp_path / "staging").rglob("*") if path.is_file())
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
