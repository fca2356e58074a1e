"""The zip files that packages are."""

from __future__ import annotations

import shutil
import struct
import subprocess
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from preservation.packages.errors import PackageError
from preservation.packages.zip_reader import open_file
from preservation.packages.zip_writer import Member, ZipPlan
from tests.preservation.packages.examples import run, write

GIB = 1 << 30


def member(path: str, content: bytes) -> Member:
    """Return a member whose content is at hand."""
    return Member(path, len(content), zlib.crc32(content), lambda: iter([content[:3], content[3:]]))


def unreadable(path: str, length: int) -> Member:
    """Return a member that is only planned."""

    def refuse() -> Iterator[bytes]:
        raise AssertionError("planning reads no content")

    return Member(path, length, 0xDEADBEEF, refuse)


def test_every_byte_is_as_the_form_says() -> None:
    """Each field of each record has the value that the design names, and nothing else is in the file."""
    name = "gói/Quyết định.pdf".encode()
    crc = zlib.crc32(b"abcdef")
    header = struct.pack("<4s5H3L2H", b"PK\3\4", 10, 0x0800, 0, 0, 0x0021, crc, 6, 6, len(name), 0)
    entry = struct.pack(
        *("<4s6H3L5H2L", b"PK\1\2", 0x032D, 10, 0x0800, 0, 0, 0x0021, crc, 6, 6, len(name), 0, 0, 0, 0),
        *(0o100644 << 16, 0),
    )
    at = len(header) + len(name) + 6
    size = len(entry) + len(name)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, size, at, 0)
    plan = ZipPlan([member("gói/Quyết định.pdf", b"abcdef")])
    assert b"".join(plan.stream()) == header + name + b"abcdef" + entry + name + end


def test_length_and_ranges_are_known_before_writing() -> None:
    """The planned length is the written length, and each planned range holds the member's bytes."""
    contents = {"a/không dấu.txt": b"", "a/có dấu.txt": b"x" * 1000, "z": bytes(range(256))}
    plan = ZipPlan([member(path, content) for path, content in contents.items()])
    written = b"".join(plan.stream())
    assert len(written) == plan.length
    for path, content in contents.items():
        offset, length = plan.range_of(path)
        assert written[offset : offset + length] == content


def test_chunks_are_about_a_mebibyte() -> None:
    """Small members travel together and large ones in pieces, each chunk between 1 and 2 MiB but the last."""
    piece = bytes(1 << 18)
    large = Member("large", 20 << 18, zlib.crc32(piece * 20), lambda: iter([piece] * 20))
    plan = ZipPlan([*(member(f"small/{number:04d}", b"x" * 1000) for number in range(3000)), large])
    lengths = [len(chunk) for chunk in plan.stream()]
    assert all(1 << 20 <= length < 2 << 20 for length in lengths[:-1])
    assert sum(lengths) == plan.length


def test_names_are_always_marked_as_utf8() -> None:
    """The UTF-8 flag stands also on a name that is plain ASCII."""
    plan = ZipPlan([member("a", b"")])
    assert struct.unpack_from("<H", plan.headers[0], 6) == (0x0800,)
    assert struct.unpack_from("<H", plan.directory, 8) == (0x0800,)


@pytest.mark.parametrize("content", [b"abcde", b"abcdefg", b""])
def test_changed_length_stops_the_stream(content: bytes) -> None:
    """A member that has become shorter or longer than planned ends the writing with its name."""
    plan = ZipPlan([Member("one", 6, zlib.crc32(content), lambda: iter([content]))])
    with pytest.raises(PackageError) as caught:
        list(plan.stream())
    assert (caught.value.code, caught.value.parameters) == ("PKG-0005", {"path": "one", "length": 6})


def test_changed_content_stops_the_stream() -> None:
    """A member of the planned length but other content ends the writing with its name."""
    plan = ZipPlan([Member("one", 6, zlib.crc32(b"abcdef"), lambda: iter([b"abcdeg"]))])
    with pytest.raises(PackageError) as caught:
        list(plan.stream())
    assert (caught.value.code, caught.value.parameters) == ("PKG-0006", {"path": "one"})


@pytest.mark.parametrize(
    ("path", "code"),
    [
        *(("", "PKG-0001"), ("/a", "PKG-0001"), ("a/", "PKG-0001"), ("a//b", "PKG-0001"), ("a/../b", "PKG-0001")),
        *(
            ("./a", "PKG-0001"),
            ("A:", "PKG-0001"),
            ("p/c:x", "PKG-0001"),
            ("a\\b", "PKG-0001"),
            ("a\0", "PKG-0001"),
            ("a\udcff", "PKG-0001"),
        ),
        *(("Quye\u0302\u0301t", "PKG-0001"), ("a" * 101 + "/" + "b" * 99, "PKG-0002"), ("ế" * 86, "PKG-0003")),
    ],
)
def test_path_that_cannot_be_kept_is_refused(path: str, code: str) -> None:
    """A path that some system could not unpack as written is refused with its reason."""
    with pytest.raises(PackageError) as caught:
        ZipPlan([member(path, b"")])
    assert caught.value.code == code


@pytest.mark.parametrize("path", ["a" * 200, "ế" * 85, "a/..b", " ", "a\nb", "100%", "~", "ab:c"])
def test_longest_and_oddest_paths_are_taken(path: str) -> None:
    """Paths just inside the limits are kept."""
    assert ZipPlan([member(path, b"x")]).range_of(path)[1] == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [("a", "a"), ("a/Ế", "A/ế"), ("a", "a/b"), ("a/b/c", "a/b"), ("A/b", "a"), ("ß", "SS"), ("x/y", "X/Y/z")],
)
def test_paths_that_collide_are_refused(first: str, second: str) -> None:
    """Two paths that a system without case would lay over each other are refused, naming both."""
    with pytest.raises(PackageError) as caught:
        ZipPlan([member(first, b""), member(second, b"")])
    assert (caught.value.code, caught.value.parameters) == ("PKG-0004", {"path": second, "other": first})


def test_neighbours_do_not_collide() -> None:
    """Files of one folder, and a file named like the beginning of a folder, live together."""
    paths = ["a/b", "a/c", "a/bc", "ab", "a.b", "b/a/b"]
    assert len(ZipPlan([member(path, b"") for path in paths]).members) == 6


def test_zip64_stands_only_where_a_value_does_not_fit() -> None:
    """A length of 4 GiB less one needs ZIP64 in its own header, and pushes only later offsets into it."""
    plan = ZipPlan(
        [
            *(unreadable("a", 0xFFFFFFFE), unreadable("b", 1), unreadable("c", 0xFFFFFFFF)),
            *(unreadable("d", 5), unreadable("e", 5 * GIB)),
        ]
    )
    needed = [struct.unpack_from("<H", header, 4)[0] for header in plan.headers]
    assert needed == [10, 10, 45, 10, 45]
    assert plan.headers[2][-20:] == struct.pack("<2H2Q", 1, 16, 0xFFFFFFFF, 0xFFFFFFFF)
    assert plan.headers[4][-20:] == struct.pack("<2H2Q", 1, 16, 5 * GIB, 5 * GIB)
    extras, at = [], 0
    while at < len(plan.directory):
        fields = struct.unpack_from("<4s6H3L5H2L", plan.directory, at)
        name_length, extra_length = fields[10], fields[11]
        at += 46 + name_length
        extras.append((fields[2], fields[8], fields[16], plan.directory[at : at + extra_length]))
        at += extra_length
    b = 31 + 0xFFFFFFFE
    c = b + 32
    d = c + 51 + 0xFFFFFFFF
    e = d + 31 + 5
    assert extras == [
        (10, 0xFFFFFFFE, 0, b""),
        (45, 1, 0xFFFFFFFF, struct.pack("<2HQ", 1, 8, b)),
        (45, 0xFFFFFFFF, 0xFFFFFFFF, struct.pack("<2H3Q", 1, 24, 0xFFFFFFFF, 0xFFFFFFFF, c)),
        (45, 5, 0xFFFFFFFF, struct.pack("<2HQ", 1, 8, d)),
        (45, 0xFFFFFFFF, 0xFFFFFFFF, struct.pack("<2H3Q", 1, 24, 5 * GIB, 5 * GIB, e)),
    ]
    directory_offset = e + 51 + 5 * GIB
    size = len(plan.directory)
    assert plan.end == (
        struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 0x032D, 45, 0, 0, 5, 5, size, directory_offset)
        + struct.pack("<4sLQL", b"PK\6\7", 0, directory_offset + size, 1)
        + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 5, 5, size, 0xFFFFFFFF, 0)
    )
    assert plan.range_of("e") == (e + 51, 5 * GIB)
    assert plan.length == directory_offset + size + len(plan.end)


@pytest.mark.parametrize(("count", "large"), [(65_534, False), (65_535, True), (65_536, True)])
def test_zip64_end_stands_from_65535_members_on(count: int, *, large: bool) -> None:
    """The ZIP64 end record is written from 65,535 members on and not before."""
    plan = ZipPlan([unreadable(f"{number:05d}", 0) for number in range(count)])
    assert len(plan.end) == (98 if large else 22)
    assert struct.unpack_from("<2H", plan.end, len(plan.end) - 14) == (min(count, 65_535),) * 2


TOOLS = {
    "unzip": ["unzip", "-tqq"],
    "7z": ["7z", "t", "-bso0"],
    "bsdtar": ["bsdtar", "-xOf"],
    "jar": ["jar", "-tf"],
    "zipinfo": ["zipinfo", "-1"],
}


@pytest.fixture(params=TOOLS)
def tool(request: pytest.FixtureRequest) -> list[str]:
    """Return the command line of a zip program, or skip by its name."""
    command = TOOLS[request.param]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    return command


def test_other_programs_open_it(tmp_path: Path, tool: list[str]) -> None:
    """Programs of others accept the file without a word of complaint."""
    path = write(
        ZipPlan([member("gói/Quyết định số 1.pdf", b"abcdef" * 999), member("gói/rỗng", b"")]), tmp_path / "x.zip"
    )
    done = run(*tool, path)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a zip of 65,536 members, which need the ZIP64 end record."""
    plan = ZipPlan([member(f"g/{number:05d}", b"%d" % number) for number in range(65_536)])
    return write(plan, tmp_path_factory.mktemp("many") / "many.zip")


def test_other_programs_open_very_many_members(many: Path, tool: list[str]) -> None:
    """Programs of others open 65,536 members."""
    done = run(*tool, many)
    assert (done.returncode, done.stderr) == (0, "")


def test_python_and_our_reader_open_very_many_members(many: Path) -> None:
    """Python's zipfile and our own reader find all 65,536 members and the right content in the last."""
    with zipfile.ZipFile(many) as opened:
        assert len(opened.infolist()) == 65_536
        assert opened.read("g/65535") == b"65535"
    ours = open_file(many)
    assert len(ours.plan.members) == 65_536
    assert b"".join(ours.read("g/65535")) == b"65535"


@pytest.mark.skipif(shutil.which("jar") is None, reason="jar is not installed")
def test_java_reads_it_from_a_stream(tmp_path: Path) -> None:
    """Java's ZipInputStream, which never sees the directory, finds every member and its content."""
    path = write(ZipPlan([member("g/một", b"abcdef"), member("g/hai", b"x" * 3000)]), tmp_path / "x.zip")
    with path.open("rb") as stream:
        done = subprocess.run(["jar", "-x"], cwd=tmp_path, stdin=stream, capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
    assert (tmp_path / "g" / "hai").read_bytes() == b"x" * 3000


@pytest.mark.skipif(shutil.which("unzip") is None, reason="unzip is not installed")
def test_names_arrive_whole_at_other_programs(tmp_path: Path) -> None:
    """A Vietnamese name unpacked by unzip is the name that was packed."""
    path = write(ZipPlan([member("gói/Quyết định số 1.pdf", b"abcdef")]), tmp_path / "x.zip")
    run("unzip", "-q", path, "-d", tmp_path / "out")
    assert (tmp_path / "out" / "gói" / "Quyết định số 1.pdf").read_bytes() == b"abcdef"


@pytest.mark.soak
def test_more_than_four_gibibytes_open_everywhere(tmp_path: Path) -> None:
    """A real file of 4.4 GB, with a member after the 4 GiB mark and one larger than it, opens in every program."""
    block = bytes(1 << 20)
    count = 4200
    crc = 0
    for _ in range(count):
        crc = zlib.crc32(block, crc)
    plan = ZipPlan(
        [
            member("g/đầu", b"first"),
            Member("g/lớn", count << 20, crc, lambda: iter([block] * count)),
            member("g/cuối", b"last"),
        ]
    )
    path = write(plan, tmp_path / "large.zip")
    assert path.stat().st_size == plan.length
    for command in TOOLS.values():
        if shutil.which(command[0]):
            line = [*command[:2], path] if command[0] != "bsdtar" else ["bsdtar", "-tf", path]
            done = run(*line, limit=600)
            assert (command[0], done.returncode, done.stderr) == (command[0], 0, "")
    with zipfile.ZipFile(path) as opened:
        assert opened.testzip() is None
    ours = open_file(path)
    assert [read.sound for read in ours.digests(("crc32",))] == [True, True, True]
    assert b"".join(ours.read("g/cuối")) == b"last"
