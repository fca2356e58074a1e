from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.readers.archives import ArchiveLimits, ZipArchive
from ingest.readers.errors import ArchiveError
from ingest.readers.zip_names import NameEncoding
from tests.ingest.readers.lists import hand_made, zipped

_LAXER = ArchiveLimits(ratio=10**9)


def _codes(archive: ZipArchive) -> list[str]:
    return [finding.code for finding in archive.findings]


def _content(archive: ZipArchive) -> dict[str, bytes]:
    return {entry.path: b"".join(archive.chunks(entry)) for entry in archive.entries}


def _info(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


def _refused(file: io.BytesIO, limits: ArchiveLimits | None = None) -> ArchiveError:
    with pytest.raises(ArchiveError) as raised:
        ZipArchive(file, limits)
    return raised.value


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_files_come_out_as_they_went_in(method: int) -> None:
    """Stored and deflated entries give their bytes; folders are no files."""
    files = {"HS.01/Quyết định.pdf": b"a" * 1_000_000, "b.bin": bytes(range(256)) * 999, "empty": b""}
    archive = ZipArchive(zipped([("HS.01/", b""), *files.items()], method), _LAXER)
    assert _content(archive) == files
    assert archive.findings == ()


@given(st.dictionaries(st.text("abcđêộ", min_size=1, max_size=5), st.binary(max_size=200), min_size=1, max_size=5))
def test_any_content_comes_out_as_it_went_in(files: dict[str, bytes]) -> None:
    """For any names and contents, what is read is what was packed."""
    assert _content(ZipArchive(zipped(files.items()))) == files


def test_an_entry_says_all_about_its_name() -> None:
    """Raw bytes, path, how it was read and its size are there, and plain values of them."""
    entry = ZipArchive(zipped([("HS.01/Quyết định.pdf", b"abc")])).entries[0]
    assert (entry.path, entry.how, entry.doubtful, entry.size) == ("HS.01/Quyết định.pdf", NameEncoding.FLAG, False, 3)
    assert entry.raw_name == "HS.01/Quyết định.pdf".encode()
    assert entry.to_plain() == {
        "path": "HS.01/Quyết định.pdf",
        "raw_name": "48532e30312f517579e1babf7420c491e1bb8b6e682e706466",
        "reading": "utf-8 flag",
        "doubtful": False,
        "other_readings": [entry.readings[1], *entry.readings[2:]],
        "length": 3,
    }


def test_zip64_and_data_descriptors_are_read() -> None:
    """Archives written to a stream, with sizes behind the data and wide fields, are read by their directory."""

    class Stream(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: object) -> int:
            raise io.UnsupportedOperation

        def tell(self) -> int:
            raise io.UnsupportedOperation

    stream = Stream()
    with (
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed,
        packed.open("a.txt", "w", force_zip64=True) as entry,
    ):
        entry.write(b"abc")
    assert _content(ZipArchive(io.BytesIO(stream.getvalue()))) == {"a.txt": b"abc"}


def test_more_entries_than_sixteen_bits_are_read() -> None:
    """The ZIP64 end record counts 65,536 entries."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for number in range(65_536):
            packed.writestr(str(number), b"")
    assert len(ZipArchive(file).entries) == 65_536


def test_a_bomb_is_refused_by_what_it_states() -> None:
    """Content that grows beyond the ratio or the total is refused before a byte is unpacked."""
    bomb = zipped([("a", bytes(5_000_000))])
    assert _refused(bomb, ArchiveLimits(ratio_from=1_000_000)).code == "RDR-0308"
    assert _refused(bomb, ArchiveLimits(total_bytes=4_999_999)).code == "RDR-0305"
    assert ZipArchive(bomb, ArchiveLimits(total_bytes=5_000_000)).findings == ()


def test_a_bomb_that_lies_about_its_size_is_cut_off() -> None:
    """An entry never gives more bytes than it states, whatever its data unpack to."""
    data = bytearray(zipped([("a", bytes(3_000_000))]).getvalue())
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.index(mark) + offset
        data[at : at + 4] = (1000).to_bytes(4, "little")
    archive = ZipArchive(io.BytesIO(data))
    taken: list[bytes] = []
    with pytest.raises(ArchiveError) as raised:
        taken.extend(archive.chunks(archive.entries[0]))
    assert (raised.value.code, taken) == ("RDR-0315", [])


def test_entries_that_share_data_are_refused() -> None:
    """Two directory entries for one piece of data are the mark of an overlapping bomb."""
    file = zipped([("a", b"abc"), ("b", b"abc")], zipfile.ZIP_STORED)
    data = file.getvalue()
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 4)
    pointing_at_first = bytearray(data)
    pointing_at_first[second + 42 : second + 46] = (0).to_bytes(4, "little")
    assert _refused(io.BytesIO(pointing_at_first)).code == "RDR-0306"


def test_a_quoted_overlap_is_refused() -> None:
    """An entry whose data contain the next entry's header and data (quoting it) is refused."""
    inner = zipped([("b", b"abc")], zipfile.ZIP_STORED).getvalue()
    local = inner[: inner.index(b"PK\x01\x02")]
    outer = zipped([("a", local)], zipfile.ZIP_STORED).getvalue()
    start = outer.index(local, 30)
    directory = outer.index(b"PK\x01\x02")
    entry = bytearray(inner[inner.index(b"PK\x01\x02") : inner.index(b"PK\x05\x06")])
    entry[42:46] = start.to_bytes(4, "little")
    listed = outer[directory : outer.index(b"PK\x05\x06")] + bytes(entry)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 2, 2, len(listed), directory, 0)
    assert _refused(io.BytesIO(outer[:directory] + listed + end)).code == "RDR-0306"


@pytest.mark.parametrize(
    "name",
    [
        b"../a.pdf",
        b"HS/../../a.pdf",
        b"/etc/passwd",
        b"\\\\srv\\share\\a.pdf",
        b"\\a.pdf",
        b"C:\\a.pdf",
        b"C:a.pdf",
        b"..\\a.pdf",
        b"HS/.. /a.pdf",
        b"HS/.../a.pdf",
        b"HS//a.pdf",
        b"a\x00.pdf",
        b"a\n.pdf",
        "HS/\u202egnp.fdp".encode(),
        "HS/a\u200e.pdf".encode(),
        "HS/\u2067a.pdf".encode(),
        b"..",
        b"./.",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(name: bytes) -> None:
    """Absolute, climbing, drive and share names and unspeakable characters are never a path."""
    archive = ZipArchive(hand_made([name, b"good.pdf"]))
    assert [entry.path for entry in archive.entries] == ["good.pdf"]
    assert [(f.code, f.found, f.parameters["position"]) for f in archive.findings] == [("RDR-0309", repr(name), 1)]


@given(st.lists(st.binary(min_size=3, max_size=20), min_size=1, max_size=4, unique=True))
def test_no_name_of_any_bytes_escapes(names: list[bytes]) -> None:
    """Whatever bytes are names, each entry is a safe relative path or is reported; none is lost."""
    archive = ZipArchive(hand_made(names))
    for entry in archive.entries:
        for path in (entry.path, *entry.readings):
            assert not path.startswith("/")
            assert "\\" not in path
            assert "\x00" not in path
            assert all(part.strip(" .") for part in path.split("/"))
    refused = sum(finding.code == "RDR-0309" for finding in archive.findings)
    folders = sum(name.endswith((b"/", b"\\")) for name in names)
    assert len(archive.entries) + refused + folders >= len(names)


@pytest.mark.parametrize(
    ("mode", "code"),
    [
        (stat.S_IFLNK | 0o777, "RDR-0310"),
        (stat.S_IFBLK, "RDR-0311"),
        (stat.S_IFCHR, "RDR-0311"),
        (stat.S_IFIFO, "RDR-0311"),
        (stat.S_IFSOCK, "RDR-0311"),
        (stat.S_IFDIR, "RDR-0311"),
    ],
)
def test_links_and_devices_are_no_files(mode: int, code: str) -> None:
    """What is not a plain file is refused and named."""
    archive = ZipArchive(zipped([(_info("a", mode), b"/etc/passwd"), ("b", b"x")]))
    assert (_codes(archive), [entry.path for entry in archive.entries]) == ([code], ["b"])


def test_a_cut_archive_is_refused() -> None:
    """However many bytes are missing at the end, the archive is refused with a code."""
    data = zipped([("a", b"abc" * 100), ("b", b"x")]).getvalue()
    for length in range(len(data)):
        assert _refused(io.BytesIO(data[:length])).code in {"RDR-0301", "RDR-0302"}


@given(st.data())
def test_damage_anywhere_never_passes_unseen(data: st.DataObject) -> None:
    """One byte changed anywhere gives a code, or another name, or leaves the content what it was."""
    files = {"a.txt": b"hello " * 50, "b.txt": b"\x00\x01\x02" * 50}
    packed = bytearray(zipped(files.items()).getvalue())
    at = data.draw(st.integers(0, len(packed) - 1))
    packed[at] ^= data.draw(st.integers(1, 255))
    try:
        archive = ZipArchive(io.BytesIO(packed))
        contents = list(_content(archive).values())
    except ArchiveError:
        return  # what it says is another test's matter
    assert all(content in files.values() for content in contents)
    assert len(contents) == 2 or archive.findings or packed[at : at + 1] in {b"/", b"\\"}


def test_a_cut_deflate_stream_is_damaged() -> None:
    """Data that end before the content does are reported for that file."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    whole = compressor.compress(b"hello " * 50) + compressor.flush()
    data = bytearray(zipped([("a", b"hello " * 50)]).getvalue())
    directory = data.index(b"PK\x01\x02")
    data[directory + 20 : directory + 24] = (len(whole) - 3).to_bytes(4, "little")
    archive = ZipArchive(io.BytesIO(data))
    with pytest.raises(ArchiveError) as raised:
        b"".join(archive.chunks(archive.entries[0]))
    assert raised.value.code == "RDR-0315"


@pytest.mark.parametrize(
    ("one", "other"), [("HS/a.pdf", "hs/A.PDF"), ("HS/a.pdf", "HS/a.pdf"), ("Hồ sơ.", "Hồ sơ"), ("Đ/a", "đ/a ")]
)
def test_names_that_a_system_takes_for_one_are_reported(one: str, other: str) -> None:
    """Two entries that differ in capitals or trailing dots only are both there, with an error that names both."""
    archive = ZipArchive(hand_made([one.encode(), other.encode()]))
    assert [entry.path for entry in archive.entries] == [one, other]
    assert [f.parameters for f in archive.findings if f.code == "RDR-0317"] == [{"path": other, "other": one}]


def test_windows_writers_backslashes_are_slashes() -> None:
    """A name with backslashes between its parts is the path with slashes."""
    assert [entry.path for entry in ZipArchive(hand_made([b"HS.01\\a.pdf"])).entries] == ["HS.01/a.pdf"]
