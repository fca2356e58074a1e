"""Reading our own zips back, and refusing all others."""

from __future__ import annotations

import hashlib
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preservation.packages.errors import PackageError
from preservation.packages.zip_reader import ZipObject, open_file, open_stored
from preservation.packages.zip_writer import Member, ZipPlan
from preservation.storage.errors import ObjectMissing
from preservation.storage.folder import FolderStore

CONTENTS = {"g/một.txt": b"mot" * 1000, "g/rỗng": b"", "g/hai 100%.bin": bytes(range(256)) * 3000}


def plan_of(contents: dict[str, bytes]) -> ZipPlan:
    """Return the plan of a zip with these members."""
    return ZipPlan(
        Member(path, len(content), zlib.crc32(content), lambda content=content: iter([content]))  # type: ignore[misc] # the default binds the loop's value
        for path, content in contents.items()
    )


def opened(data: bytes, cut: int = 1000) -> ZipObject:
    """Return the zip in these bytes, read in chunks of `cut`."""
    return ZipObject(
        len(data),
        lambda offset, length: (
            data[at : min(at + cut, offset + length)] for at in range(offset, offset + length, cut)
        ),
    )


def refused(data: bytes) -> PackageError:
    """Return the error with which these bytes are refused."""
    with pytest.raises(PackageError) as caught:
        list(opened(data).digests(()))
    return caught.value


def test_members_come_back_from_store_and_file(tmp_path: Path) -> None:
    """Order, lengths, CRC-32 and content are read back alike from an object store and from a local file."""
    plan = plan_of(CONTENTS)
    store = FolderStore(tmp_path / "store")
    store.put("aip/one.zip", plan.stream(), length=plan.length)
    (tmp_path / "one.zip").write_bytes(b"".join(plan.stream()))
    for found in (open_stored(store, "aip/one.zip"), open_file(tmp_path / "one.zip")):
        assert [(m.path, m.length, m.crc32) for m in found.plan.members] == [
            (path, len(content), zlib.crc32(content)) for path, content in CONTENTS.items()
        ]
        for path, content in CONTENTS.items():
            assert b"".join(found.read(path)) == content
        with pytest.raises(KeyError):
            found.read("g/không có")


def test_missing_object_is_said(tmp_path: Path) -> None:
    """Opening what is not stored raises the store's own error."""
    with pytest.raises(ObjectMissing):
        open_stored(FolderStore(tmp_path), "aip/one.zip")


@pytest.mark.parametrize("cut", [1, 7, 1000, 1 << 20])
def test_one_pass_gives_all_digests_however_it_is_cut(cut: int) -> None:
    """The whole pass gives every member's digests, wherever the chunks end."""
    found = opened(b"".join(plan_of(CONTENTS).stream()), cut)
    read = list(found.digests(("sha256", "crc32", "md5")))
    assert [(one.member.path, one.sound, one.digests) for one in read] == [
        (
            path,
            True,
            (
                hashlib.sha256(content).hexdigest(),
                f"{zlib.crc32(content):08x}",
                hashlib.md5(content, usedforsecurity=False).hexdigest(),
            ),
        )
        for path, content in CONTENTS.items()
    ]


def test_what_was_read_can_be_written_again() -> None:
    """The plan of a zip that was read writes the same bytes."""
    data = b"".join(plan_of(CONTENTS).stream())
    assert b"".join(opened(data).plan.stream()) == data


def test_empty_zip_has_no_members() -> None:
    """A zip without members is of our form."""
    assert opened(b"".join(ZipPlan([]).stream())).plan.members == ()


@given(data=st.data())
@settings(max_examples=200, deadline=None)
def test_no_changed_byte_goes_unseen(data: st.DataObject) -> None:
    """Whichever bit of a zip is turned, opening it or its whole pass tells."""
    contents = {"g/một": b"mot", "g/rỗng": b"", "h": b"x" * 40}
    whole = bytearray(b"".join(plan_of(contents).stream()))
    whole[data.draw(st.integers(0, len(whole) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        read = list(opened(bytes(whole)).digests(("sha256",)))
    except PackageError:
        return
    assert [(one.member.path, one.sound, one.digests) for one in read] != [
        (path, True, (hashlib.sha256(content).hexdigest(),)) for path, content in contents.items()
    ]


@given(cut=st.integers(0, 400), junk=st.binary(max_size=60))
@settings(max_examples=100, deadline=None)
def test_cut_or_lengthened_zip_is_refused(cut: int, junk: bytes) -> None:
    """A zip that lacks bytes at its end, or has others there, never opens as if whole."""
    whole = b"".join(plan_of({"g/một": b"mot", "h": b"x" * 40}).stream())
    changed = whole[: max(0, len(whole) - cut)] + junk
    if changed != whole:
        refused(changed)


@given(junk=st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_arbitrary_bytes_are_refused_with_a_code(junk: bytes) -> None:
    """Arbitrary bytes, also before a true end record, raise a coded error and nothing else."""
    end = b"".join(ZipPlan([]).stream())
    if junk:
        assert refused(junk + end).code.startswith("PKG-")
        assert refused(junk + end[:12] + junk[:10].ljust(10, b"\0")).code.startswith("PKG-")


def foreign(tmp_path: Path, **how: object) -> bytes:
    """Return a zip as Python's own library writes it."""
    path = tmp_path / "foreign.zip"
    with zipfile.ZipFile(path, "w", **how) as file:  # type: ignore[call-overload] # options are passed on
        file.writestr(zipfile.ZipInfo("g/một"), b"x" * 500)
    return path.read_bytes()


def test_foreign_zip_is_refused_with_the_field(tmp_path: Path) -> None:
    """A zip of another writer is refused, naming the member and the first field that our form does not allow."""
    error = refused(foreign(tmp_path))
    assert (error.code, error.parameters) == ("PKG-0011", {"path": "g/một", "field": "version made by"})


def _set(offset: int, form: str, value: int) -> Callable[[bytearray, int], None]:
    return lambda data, start: struct.pack_into(form, data, start + offset, value)


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("version needed", _set(6, "<H", 20)),
        ("flags", _set(8, "<H", 0)),
        ("flags", _set(8, "<H", 0x0801)),
        ("flags", _set(8, "<H", 0x0808)),
        ("method", _set(10, "<H", 8)),
        ("time", _set(12, "<H", 1)),
        ("date", _set(14, "<H", 0x5A21)),
        ("compressed size", _set(20, "<L", 2)),
        ("disk", _set(34, "<H", 1)),
        ("internal attributes", _set(36, "<H", 1)),
        ("external attributes", _set(38, "<L", 0o120777 << 16)),
        ("offset", _set(42, "<L", 1)),
        ("version made by", _set(4, "<H", 20)),
    ],
)
def test_each_field_of_another_form_is_refused(field: str, change: Callable[[bytearray, int], None]) -> None:
    """Compression, encryption, data descriptors, links, other dates and the rest are refused by name."""
    plan = plan_of({"g/một": b"mot"})
    data = bytearray(b"".join(plan.stream()))
    change(data, plan.length - len(plan.directory) - len(plan.end))
    error = refused(bytes(data))
    assert (error.code, error.parameters) == ("PKG-0011", {"path": "g/một", "field": field})


def test_zip_with_a_comment_is_refused() -> None:
    """A comment at the end is not of our form."""
    data = bytearray(b"".join(plan_of({"a": b"x"}).stream()))
    data[-2:] = b"\2\0"
    assert refused(bytes(data) + b"hi").code == "PKG-0010"


def test_bytes_between_members_are_refused() -> None:
    """Bytes that belong to no member have no room in our form."""
    plan = plan_of({"a": b"x", "b": b"y"})
    at = plan.range_of("b")[0] - len(plan.headers[1])
    data = b"".join(plan.stream())
    size = len(plan.directory)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 2, 2, size, plan.length - size - 22 + 4, 0)
    assert refused(data[:at] + b"junk" + data[at : -len(plan.end)] + end).code == "PKG-0010"


def test_unsafe_name_is_refused() -> None:
    """A member whose name leads out of the folder is refused before anything is read."""
    data = b"".join(plan_of({"xx/a": b"x"}).stream()).replace(b"xx/a", b"../a")
    assert refused(data).code == "PKG-0001"


def test_name_that_is_no_utf8_is_refused() -> None:
    """A member whose name is not UTF-8 is refused by its place."""
    data = b"".join(plan_of({"xx": b"x"}).stream()).replace(b"xx", b"x\xff")
    error = refused(data)
    assert (error.code, error.parameters) == ("PKG-0011", {"path": "#1", "field": "name"})


def test_header_before_the_data_is_compared() -> None:
    """A local header that says another thing than the directory makes its member unsound, and only that."""
    data = bytearray(b"".join(plan_of({"a": b"x", "b": b"y"}).stream()))
    data[8] = 8
    assert [read.sound for read in opened(bytes(data)).digests(())] == [False, True]
