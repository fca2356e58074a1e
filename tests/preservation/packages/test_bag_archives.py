"""Judging bags in archives of anybody's making: whole, damaged and hostile ones."""

from __future__ import annotations

import gzip
import io
import os
import struct
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preservation.packages import archive_entries
from preservation.packages.validation import Verdict, validate_folder, validate_path, verdict
from tests.preservation.packages.examples import run, sample_bag, write
from tests.preservation.packages.test_validation import found, make_bag

FORMS = (".zip", ".tar", ".tar.gz")
FILES = {"a.txt": b"a" * 3000, "thư mục/b.txt": b"b", "empty": b""}
LONG = "Văn bản rất dài " * 6


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    """Return the folder of a valid bag."""
    return make_bag(tmp_path / "dd", FILES)


def pack(bag: Path, form: str, *, prefix: str = "dd/") -> Path:
    """Pack a folder; its files under a prefix in the archive."""
    names = {f"{prefix}{path.relative_to(bag).as_posix()}": path for path in sorted(bag.rglob("*")) if path.is_file()}
    return pack_bytes(bag.parent / f"packed{form}", {name: path.read_bytes() for name, path in names.items()})


def pack_bytes(path: Path, contents: dict[str, bytes]) -> Path:
    """Write an archive of named contents; its form is told by the path's ending."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            for name, data in contents.items():
                file.writestr(name, data)
        return path
    with tarfile.open(path, "w:gz" if path.suffix == ".gz" else "w") as tar:
        for name, data in contents.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return path


def contents_of(bag: Path) -> dict[str, bytes]:
    """Return the files of a bag under `dd/`."""
    return {f"dd/{p.relative_to(bag).as_posix()}": p.read_bytes() for p in sorted(bag.rglob("*")) if p.is_file()}


@pytest.mark.parametrize("form", FORMS)
def test_archive_is_judged_as_its_folder(bag: Path, form: str) -> None:
    """A bag in one top folder of an archive has no finding, and damage is told as in a folder."""
    assert validate_path(pack(bag, form)) == []
    (bag / "data/a.txt").write_bytes(b"A" * 3000)
    (bag / "data/empty").unlink()
    (bag / "data/c").write_bytes(b"c")
    expected = sorted(found(validate_folder(bag)))
    assert expected == [("PKG-0111", "data/empty"), ("PKG-0112", "data/a.txt"), ("PKG-0113", "data/c")]
    assert sorted(found(validate_path(pack(bag, form)))) == expected


@pytest.mark.parametrize("form", ["ustar", "gnu", "pax"])
@pytest.mark.parametrize("compressed", [False, True])
def test_every_form_of_tar_is_read(tmp_path: Path, form: str, *, compressed: bool) -> None:
    """Long and Vietnamese names are read in the forms of POSIX, GNU and pax, with entries for folders."""
    longest = "x" * 90 + "/" + "y" * 90 + ".txt" if form == "ustar" else f"{LONG}/{LONG}.txt"
    folder = make_bag(tmp_path / "dd", {longest: b"1", "Công văn.txt": b"2"})
    path = tmp_path / "x.tar"
    code = {"ustar": tarfile.USTAR_FORMAT, "gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}[form]
    with tarfile.open(path, "w:gz" if compressed else "w", format=code) as tar:
        tar.add(folder, "dd")
    assert validate_path(path) == []


def test_tar_of_the_command_line_is_read(bag: Path) -> None:
    """What `tar` packs from inside the folder is a bag at the root: valid with a warning."""
    path = bag.parent / "x.tgz"
    run("tar", "-czf", path, "-C", bag, ".")
    assert found(validate_path(path)) == [("PKG-0158", "bagit.txt")]
    assert verdict(validate_path(path)) is Verdict.VALID


def test_our_own_package_is_valid(tmp_path: Path) -> None:
    """A package as it is exported is valid for the judge of foreign zips too."""
    assert validate_path(write(sample_bag().plan, tmp_path / "x.zip")) == []


def test_nothing_is_left_on_the_disk(bag: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Judging archives leaves no file, neither beside them nor in the scratch folder."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    for form in FORMS:
        path = pack(bag, form)
        before = sorted(bag.parent.rglob("*"))
        validate_path(path)
        assert sorted(bag.parent.rglob("*")) == before
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("form", FORMS)
def test_second_top_folder_is_told(bag: Path, form: str) -> None:
    """A file beside the one top folder is an error, wherever it stands in the archive."""
    whole = {"__MACOSX/x": b"", **contents_of(bag), "loose": b""}
    findings = validate_path(pack_bytes(bag.parent / f"x{form}", whole))
    assert found(findings) == [("PKG-0015", "__MACOSX/x"), ("PKG-0015", "loose")]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["dd/../../x", "/etc/x", "dd/data/..", "C:/x", "dd\\..\\x", "~/x", "dd//x", "..\\x"])
def test_entry_that_leads_out_is_told(bag: Path, form: str, name: str) -> None:
    """An entry whose name leads out of the place of unpacking, here or on Windows, is an error and not read."""
    findings = validate_path(pack_bytes(bag.parent / f"x{form}", {**contents_of(bag), name: b"x"}))
    assert found(findings) == [("PKG-0151", name)]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_entry_twice_is_told(bag: Path) -> None:
    """Two entries of one name are an error, although the first is as the manifest says."""
    with zipfile.ZipFile(pack(bag, ".zip"), "a") as file:
        file.writestr("dd/data/a.txt", b"other")
    assert found(validate_path(bag.parent / "packed.zip")) == [("PKG-0152", "dd/data/a.txt")]
    with tarfile.open(pack(bag, ".tar"), "a") as tar:
        info = tarfile.TarInfo("./dd/data/a.txt")
        tar.addfile(info)
    assert found(validate_path(bag.parent / "packed.tar")) == [("PKG-0152", "dd/data/a.txt")]


def test_file_and_folder_of_one_name_are_told(bag: Path) -> None:
    """A file that has the name of a folder is an error; so are entries that differ only in case."""
    whole = {**contents_of(bag), "dd/data/A.txt/x": b"x"}
    findings = validate_path(pack_bytes(bag.parent / "x.zip", whole))
    assert ("PKG-0159", "data/A.txt/x") in found(findings)
    whole = {**contents_of(bag), "dd/data/A.txt": b"x"}
    assert ("PKG-0121", "data/a.txt") in found(validate_path(pack_bytes(bag.parent / "x.zip", whole))) or (
        "PKG-0121",
        "data/A.txt",
    ) in found(validate_path(pack_bytes(bag.parent / "x.zip", whole)))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_link_or_special_entry_of_a_tar_is_told(bag: Path, kind: bytes) -> None:
    """Links and special files in a tar are errors and never followed."""
    with tarfile.open(pack(bag, ".tar"), "a") as tar:
        info = tarfile.TarInfo("dd/data/link")
        info.type = kind
        info.linkname = "/etc/passwd"
        tar.addfile(info)
    assert found(validate_path(bag.parent / "packed.tar")) == [("PKG-0118", "dd/data/link")]


def test_link_in_a_zip_is_told(bag: Path) -> None:
    """A symbolic link in a zip is an error and not read as a file."""
    with zipfile.ZipFile(pack(bag, ".zip"), "a") as file:
        info = zipfile.ZipInfo("dd/data/link")
        info.create_system = 3
        info.external_attr = 0o120777 << 16
        file.writestr(info, "/etc/passwd")
    assert found(validate_path(bag.parent / "packed.zip")) == [("PKG-0118", "dd/data/link")]


def test_empty_folder_is_a_warning(bag: Path) -> None:
    """A folder of an archive without files is a warning, as on a disk."""
    (bag / "data/none").mkdir()
    run("tar", "-cf", bag.parent / "x.tar", "-C", bag.parent, "dd")
    assert found(validate_path(bag.parent / "x.tar")) == [("PKG-0122", "data/none")]


def test_encrypted_entry_is_unchecked(bag: Path) -> None:
    """An entry under a password leaves the bag unchecked, never valid."""
    path = pack(bag, ".zip")
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as file:
        local = file.getinfo("dd/data/a.txt").header_offset
    central = data.rindex(b"PK\1\2", 0, data.rindex(b"dd/data/a.txt"))
    data[local + 6] |= 1
    data[central + 8] |= 1
    path.write_bytes(data)
    assert found(validate_path(path)) == [("PKG-0154", "data/a.txt")]
    assert verdict(validate_path(path)) is Verdict.UNCHECKED


def test_other_compression_is_unchecked(bag: Path) -> None:
    """A method of compression that is not read leaves the bag unchecked."""
    path = pack(bag, ".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as file:
        for name, data in contents_of(bag).items():
            file.writestr(name, data, zipfile.ZIP_LZMA if name.endswith("a.txt") else zipfile.ZIP_STORED)
    assert found(validate_path(path)) == [("PKG-0156", "data/a.txt")]


@pytest.mark.parametrize("form", [".zip", ".tar.gz"])
def test_bomb_is_refused(bag: Path, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive that unpacks to a hundred times itself and more is refused before it is read through."""
    monkeypatch.setattr(archive_entries, "RATIO_FROM", 1 << 20)
    whole = {**contents_of(bag), "dd/data/zeros": bytes(8 << 20)}
    findings = validate_path(pack_bytes(bag.parent / f"x{form}", whole))
    assert [finding.code for finding in findings] == ["PKG-0155"]
    assert verdict(findings) is Verdict.UNCHECKED


def test_entries_that_share_their_bytes_are_refused(bag: Path) -> None:
    """A zip whose directory names the same bytes again and again is refused."""
    path = pack(bag, ".zip")
    data = path.read_bytes()
    size, offset = struct.unpack_from("<2L", data, len(data) - 10)
    directory = data[offset : offset + size] * 60
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 60 * 7, 60 * 7, len(directory), offset, 0)
    path.write_bytes(data[:offset] + directory + end)
    assert [finding.code for finding in validate_path(path)][:1] in (["PKG-0155"], ["PKG-0152"])


def test_too_many_entries_are_refused(bag: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive of more entries than the limit is unchecked."""
    monkeypatch.setattr(archive_entries, "MOST_ENTRIES", 3)
    for form in FORMS:
        assert [finding.code for finding in validate_path(pack(bag, form))] == ["PKG-0160"]


def test_crc_is_compared(bag: Path) -> None:
    """Content that does not fit the zip's own CRC-32 is told."""
    path = bag.parent / "x.zip"
    with zipfile.ZipFile(path, "w") as file:
        for name, data in contents_of(bag).items():
            file.writestr(name, data)
    data = path.read_bytes()
    path.write_bytes(data.replace(b"a" * 3000, b"a" * 2999 + b"b"))
    assert found(validate_path(path)) == [("PKG-0016", "data/a.txt")]


def test_names_without_mark_of_utf8_are_read(bag: Path) -> None:
    """Names in UTF-8 that the zip does not mark as such are read; others are a warning."""
    path = pack(bag, ".zip")
    data = bytearray(path.read_bytes())
    at = -1
    while (at := data.find(b"PK\1\2", at + 1)) >= 0:
        data[at + 9] &= ~8
    path.write_bytes(data)
    assert [code for code, _ in found(validate_path(path))] in ([], ["PKG-0153"])
    folder = make_bag(bag.parent / "plain", {"a": b"a"})
    with zipfile.ZipFile(path, "w") as file:
        for name, content in contents_of(folder).items():
            file.writestr(name, content)
        file.writestr("dd/xx.txt", b"")
    raw = path.read_bytes().replace(b"dd/xx.txt", b"dd/\xff\xfe.txt")
    path.write_bytes(raw)
    assert [code for code, _ in found(validate_path(path))] == ["PKG-0157", "PKG-0115"]


def test_name_of_a_tar_that_is_no_utf8_is_told(bag: Path) -> None:
    """An entry of a tar whose name is not UTF-8 is an error with a readable path."""
    with tarfile.open(pack(bag, ".tar"), "a", format=tarfile.GNU_FORMAT) as tar:
        tar.addfile(tarfile.TarInfo("dd/data/\udcff"))
    assert found(validate_path(bag.parent / "packed.tar")) == [("PKG-0119", "dd/data/\\xff")]


def test_sparse_entry_is_unchecked(bag: Path) -> None:
    """A sparse file of GNU tar is not read, and leaves the bag unchecked."""
    with (bag / "data/hole").open("wb") as file:
        file.truncate(1 << 20)
    run("tar", "-Scf", bag.parent / "x.tar", "-C", bag.parent, "dd")
    assert [finding.code for finding in validate_path(bag.parent / "x.tar")] == ["PKG-0156"]


def _end(length: int) -> Callable[[bytes], bytes]:
    return lambda data: data[:length]


@pytest.mark.parametrize("form", FORMS)
def test_cut_archive_is_an_error(bag: Path, form: str) -> None:
    """An archive without its end is damaged, not valid."""
    path = pack(bag, form)
    data = path.read_bytes()
    end = data.rstrip(b"\0") if form == ".tar" else data  # a tar ends with many empty blocks
    for length in (len(end) // 3, len(end) // 2, len(end) - 12):
        path.write_bytes(data[:length])
        assert verdict(validate_path(path)) is not Verdict.VALID
    assert [finding.code for finding in validate_path(path)] == ["PKG-0153"]


def test_header_that_asks_for_much_is_refused(tmp_path: Path) -> None:
    """A header of gigabytes before an entry is damage, and is not read into memory."""
    info = tarfile.TarInfo("x")
    info.type = tarfile.XHDTYPE
    info.size = 5 << 30
    path = tmp_path / "x.tar"
    path.write_bytes(info.tobuf(tarfile.GNU_FORMAT) + bytes(4096))
    assert [finding.code for finding in validate_path(path)] == ["PKG-0153"]


def test_other_things_are_unchecked(tmp_path: Path) -> None:
    """A file that is no archive, an empty one, a pipe and nothing at all are unchecked."""
    (tmp_path / "text.zip").write_bytes(b"hello")
    (tmp_path / "empty").write_bytes(b"")
    os.mkfifo(tmp_path / "pipe")
    codes = [validate_path(tmp_path / name)[0].code for name in ("text.zip", "empty", "pipe", "none")]
    assert codes == ["PKG-0150", "PKG-0150", "PKG-0150", "PKG-0125"]
    (tmp_path / "x.gz").write_bytes(gzip.compress(b"hello"))
    assert validate_path(tmp_path / "x.gz")[0].code == "PKG-0153"


@given(place=st.integers(0, 10**6), bit=st.integers(0, 7), form=st.sampled_from(FORMS))
@settings(max_examples=80, deadline=None)
def test_turned_bits_are_never_an_exception(
    tmp_path_factory: pytest.TempPathFactory, place: int, bit: int, form: str
) -> None:
    """Whichever bit of an archive is turned, there is a verdict and no traceback."""
    folder = tmp_path_factory.mktemp("turned")
    path = pack(make_bag(folder / "dd", FILES), form)
    data = bytearray(path.read_bytes())
    data[place % len(data)] ^= 1 << bit
    path.write_bytes(data)
    assert verdict(validate_path(path)) in set(Verdict)
