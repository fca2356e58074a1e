"""Judging bags: ours, others', damaged ones and hostile ones."""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import shutil
import unicodedata
import zlib
from collections.abc import Callable
from pathlib import Path

import bagit
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.messages.rules import Finding
from preservation.packages import tag_files, validation
from preservation.packages.bag import ReferencedFile, build_bag
from preservation.packages.bag_files import FolderFiles
from preservation.packages.rules import Reference
from preservation.packages.validation import (
    Verdict,
    validate_file,
    validate_folder,
    validate_stored,
    verdict,
)
from preservation.packages.zip_writer import Member, ZipPlan
from preservation.storage.folder import FolderStore
from tests.contract.liar import Liar, Lie
from tests.preservation.packages.examples import (
    DECISION,
    KEY,
    LETTER,
    PACKAGE,
    ROOT,
    content,
    run,
    sample_bag,
    unpack,
    write,
)


def make_bag(
    folder: Path,
    files: dict[str, bytes],
    *,
    version: str = "1.0",
    encoding: str = "UTF-8",
    algorithms: tuple[str, ...] = ("sha256",),
) -> Path:
    """Write a small bag as anybody might, manifests and tag manifests for each algorithm; return its folder."""
    for path, data in files.items():
        (folder / "data" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "data" / path).write_bytes(data)
    (folder / "bagit.txt").write_text(f"BagIt-Version: {version}\nTag-File-Character-Encoding: {encoding}\n", "utf-8")
    for algorithm in algorithms:
        lines = [f"{hashlib.new(algorithm, data).hexdigest()}  data/{path}\n" for path, data in files.items()]
        (folder / f"manifest-{algorithm}.txt").write_text("".join(lines), encoding)
    seal_tags(folder, algorithms, encoding)
    return folder


def seal_tags(folder: Path, algorithms: tuple[str, ...] = ("sha256",), encoding: str = "utf-8") -> None:
    """Write the tag manifests anew, so that only what a test is about is wrong."""
    tags = [path for path in sorted(folder.glob("*.txt")) if not path.name.startswith("tagmanifest")]
    for algorithm in algorithms:
        lines = [f"{hashlib.new(algorithm, path.read_bytes()).hexdigest()}  {path.name}\n" for path in tags]
        (folder / f"tagmanifest-{algorithm}.txt").write_text("".join(lines), encoding)


def found(findings: list[Finding]) -> list[tuple[str, str]]:
    """Return code and path of each finding."""
    return [(finding.code, finding.where.path) for finding in findings]


def add_line(path: Path, line: str) -> None:
    """Add a line to a tag file, and make the tag manifest agree."""
    with path.open("a", encoding="utf-8", newline="") as file:
        file.write(line + "\n")
    seal_tags(path.parent)


def sha(data: bytes) -> str:
    """Return the SHA-256 of some bytes."""
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    """Return the folder of a valid foreign bag of two files."""
    return make_bag(tmp_path / "dd", {"a.txt": b"a", "thư mục/b.txt": b"b"})


# What is valid


def test_our_package_is_valid_in_every_shape(tmp_path: Path) -> None:
    """Our own package has no finding as an unpacked folder, as a local zip and as a stored object."""
    plan = sample_bag().plan
    store = FolderStore(tmp_path / "store")
    store.put(KEY, plan.stream(), length=plan.length)
    assert validate_stored(store, KEY) == []
    assert validate_file(write(plan, tmp_path / "x.zip")) == []
    assert validate_folder(unpack(plan, tmp_path)) == []


def test_foreign_bag_is_valid(bag: Path) -> None:
    """A bag that keeps to the standard has no finding."""
    assert validate_folder(bag) == []


def test_bag_of_the_library_of_the_field_is_valid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bag of version 0.97 made by the `bagit` library has no finding."""
    monkeypatch.chdir(tmp_path)  # the library changes the working directory
    folder = tmp_path / "theirs"
    folder.mkdir()
    (folder / "Quyết định.txt").write_bytes(b"x")
    (folder / "nested").mkdir()
    (folder / "nested" / "dòng\nmới.txt").write_bytes(b"y")
    bagit.make_bag(str(folder), {"Source-Organization": "Cơ quan mẫu"}, checksums=["sha256", "sha512"])
    assert validate_folder(folder) == []


@pytest.mark.parametrize("newline", ["\r", "\r\n"])
def test_any_line_end_is_read(bag: Path, newline: str) -> None:
    """Tag files may end their lines with CR or CRLF."""
    for name in ("bagit.txt", "manifest-sha256.txt"):
        text = (bag / name).read_text("utf-8")
        (bag / name).write_bytes(text.replace("\n", newline).encode())
    seal_tags(bag)
    assert validate_folder(bag) == []


def test_digest_may_be_in_capitals_and_after_tabs(bag: Path) -> None:
    """Digests in capitals and any blanks between digest and path are allowed."""
    (bag / "manifest-sha256.txt").write_text(
        f"{sha(b'a').upper()}\t data/a.txt\n{sha(b'b')} data/thư mục/b.txt\n", "utf-8"
    )
    seal_tags(bag)
    assert validate_folder(bag) == []


def test_utf16_tag_files_are_read(tmp_path: Path) -> None:
    """Another declared encoding is read, as the conformance suite of the Library of Congress has it."""
    assert validate_folder(make_bag(tmp_path / "b", {"ă.txt": b"a"}, encoding="UTF-16", version="0.97")) == []


def test_information_may_be_folded_and_repeated(bag: Path) -> None:
    """Long values continue on indented lines, and labels may be repeated."""
    add_line(
        bag / "bag-info.txt", "Contact-Name: A\nContact-Name: B\nPayload-Oxum:\n  2.2\nExternal-Description: x\n\ty"
    )
    assert validate_folder(bag) == []


def test_only_listed_percent_codes_stand_for_something(tmp_path: Path) -> None:
    """In 1.0 `%25`, `%0A`, `%0d` are decoded, in either case; others are taken as written, with a warning."""
    data = {"100%25.txt": b"1", "a%0Ab": b"2", "a%0db": b"3", "50%20.txt": b"4"}
    folder = make_bag(tmp_path / "b", data)
    for name, real in {"100%25.txt": "100%.txt", "a%0Ab": "a\nb", "a%0db": "a\rb"}.items():
        (folder / "data" / name).rename(folder / "data" / real)
    assert found(validate_folder(folder)) == [("PKG-0161", _MANIFEST)]  # `50%20.txt`


def test_older_bag_that_encodes_as_the_newer_is_read(tmp_path: Path) -> None:
    """In 0.97 a file `100%.txt` listed as `100%25.txt` is found, with a warning; in 1.0 nothing else is meant."""
    folder = make_bag(tmp_path / "b", {"100%25.txt": b"1"}, version="0.97")
    (folder / "data/100%25.txt").rename(folder / "data/100%.txt")
    assert found(validate_folder(folder)) == [("PKG-0161", _MANIFEST)]
    new = make_bag(tmp_path / "new", {"100%25.txt": b"1"})
    assert found(validate_folder(new)) == [("PKG-0111", "data/100%.txt"), ("PKG-0113", "data/100%25.txt")]


def test_older_bag_writes_percent_signs_as_they_are(tmp_path: Path) -> None:
    """In 0.97 `%25` stands for itself, and a file really called `a%0Ab` is found."""
    folder = make_bag(tmp_path / "b", {"100%25.txt": b"1", "a%0Ab": b"2"}, version="0.97")
    assert validate_folder(folder) == []


def test_mark_of_md5sum_is_read_in_older_bags_only(tmp_path: Path) -> None:
    """An asterisk before the path is part of the line's form in 0.97, and of the path in 1.0."""
    for version, expected in (("0.97", ["PKG-0145"]), ("1.0", ["PKG-0110", "PKG-0113"])):
        folder = make_bag(tmp_path / version, {"a": b"a"}, version=version)
        (folder / "manifest-sha256.txt").write_text(f"{sha(b'a')} *data/a\n", "utf-8")
        seal_tags(folder)
        assert [finding.code for finding in validate_folder(folder)] == expected


@pytest.mark.parametrize(("written", "stored"), [("NFC", "NFD"), ("NFD", "NFC")])
def test_unicode_forms_of_list_and_disk_may_differ(tmp_path: Path, written: str, stored: str) -> None:
    """A name that the list writes composed and the disk decomposed, or the reverse, is found, with a warning."""
    folder = make_bag(tmp_path / "b", {unicodedata.normalize(stored, "Quyết định.txt"): b"x"})  # type: ignore[arg-type] # one of two forms
    manifest = folder / "manifest-sha256.txt"
    manifest.write_text(unicodedata.normalize(written, manifest.read_text("utf-8")), "utf-8")  # type: ignore[arg-type] # one of two forms
    seal_tags(folder)
    assert found(validate_folder(folder)) == [("PKG-0135", _MANIFEST)]
    assert verdict(validate_folder(folder)) is Verdict.VALID


@pytest.mark.parametrize("name", ["a\n\n\nb", "ends with a blank ", " begins with one", "tab\tinside", "a\u2028b", "*"])
def test_odd_names_are_judged_right(tmp_path: Path, name: str) -> None:
    """Names with line breaks, outer blanks and other oddities do not make a good bag bad, nor hide a change."""
    folder = make_bag(tmp_path / "b", {name.replace("\n", "%0A"): b"x"})
    if "\n" in name:
        (folder / "data" / name.replace("\n", "%0A")).rename(folder / "data" / name)
    assert validate_folder(folder) == []
    (folder / "data" / name).write_bytes(b"y")
    assert found(validate_folder(folder)) == [("PKG-0112", f"data/{name}")]


# What is damaged


def _delete(path: str) -> Callable[[Path], None]:
    return lambda bag: (bag / path).unlink()


def _write(path: str, text: str) -> Callable[[Path], None]:
    def act(bag: Path) -> None:
        (bag / path).parent.mkdir(parents=True, exist_ok=True)
        (bag / path).write_text(text, "utf-8", newline="")
        if not path.startswith(("data/", "tagmanifest", "extra")):
            seal_tags(bag)

    return act


def _add(path: str, line: str) -> Callable[[Path], None]:
    return lambda bag: add_line(bag / path, line)


_MANIFEST = "manifest-sha256.txt"
_ONE = "0" * 64

DAMAGE: dict[str, tuple[Callable[[Path], object], list[tuple[str, str]]]] = {
    "changed file": (_write("data/a.txt", "A"), [("PKG-0112", "data/a.txt")]),
    "missing file": (_delete("data/a.txt"), [("PKG-0111", "data/a.txt")]),
    "unlisted file": (_write("data/c.txt", "c"), [("PKG-0113", "data/c.txt")]),
    "case of a name": (
        lambda bag: (bag / "data/a.txt").rename(bag / "data/A.txt"),
        [("PKG-0111", "data/a.txt"), ("PKG-0113", "data/A.txt")],
    ),
    "changed manifest": (
        lambda bag: (
            (bag / _MANIFEST).write_text((bag / _MANIFEST).read_text("utf-8") + f"{_ONE} data/c\n", "utf-8") and None
        ),
        [("PKG-0111", "data/c"), ("PKG-0112", _MANIFEST)],
    ),
    "no bagit.txt": (_delete("bagit.txt"), [("PKG-0101", "bagit.txt")]),
    "blank before colon": (
        _write("bagit.txt", "BagIt-Version : 1.0\nTag-File-Character-Encoding: UTF-8\n"),
        [("PKG-0102", "bagit.txt")],
    ),
    "third line": (
        _write("bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\nMore: 1\n"),
        [("PKG-0102", "bagit.txt")],
    ),
    "byte order mark": (
        _write("bagit.txt", "\ufeffBagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"),
        [("PKG-0142", "bagit.txt")],
    ),
    "byte order mark elsewhere": (
        _write("bag-info.txt", "\ufeffContact-Name: A\n"),
        [("PKG-0144", "bag-info.txt")],
    ),
    "overlong bagit.txt": (_write("bagit.txt", "x" * 5000), [("PKG-0102", "bagit.txt")]),
    "empty bagit.txt": (_write("bagit.txt", ""), [("PKG-0102", "bagit.txt")]),
    "needless dot": (
        _write(_MANIFEST, f"{sha(b'a')}  ./data/a.txt\n{sha(b'b')}  data/thư mục/b.txt\n"),
        [("PKG-0145", _MANIFEST)],
    ),
    "empty line": (_add(_MANIFEST, ""), [("PKG-0107", _MANIFEST)]),
    "spelling of the algorithm": (
        lambda bag: ((bag / _MANIFEST).rename(bag / "manifest-SHA-256.txt"), seal_tags(bag)),
        [("PKG-0138", "manifest-SHA-256.txt")],
    ),
    "fetch from nowhere": (_add("fetch.txt", "a.txt 1 data/a.txt"), [("PKG-0140", "fetch.txt")]),
    "garbage line": (_add(_MANIFEST, "garbage"), [("PKG-0107", _MANIFEST)]),
    "digest too short": (_add(_MANIFEST, "00ff  data/a.txt"), [("PKG-0107", _MANIFEST)]),
    "listed twice": (_add(_MANIFEST, f"{sha(b'a')}  data/a.txt"), [("PKG-0108", _MANIFEST)]),
    "tag file in the manifest": (_add(_MANIFEST, f"{_ONE}  bagit.txt"), [("PKG-0110", _MANIFEST)]),
    "no manifest": (
        lambda bag: ((bag / _MANIFEST).unlink(), seal_tags(bag)),
        [("PKG-0105", "")],
    ),
    "no payload": (
        lambda bag: (shutil.rmtree(bag / "data"), _write(_MANIFEST, "")(bag)),
        [("PKG-0114", "data")],
    ),
    "unlisted tag file": (_write("extra.txt", "x"), [("PKG-0115", "extra.txt")]),
    "tag manifest without the manifest": (
        _write("tagmanifest-sha256.txt", f"{_ONE}  nothing.txt\n"),
        [("PKG-0111", "nothing.txt"), ("PKG-0115", "bagit.txt"), ("PKG-0117", _MANIFEST)],
    ),
    "payload in the tag manifest": (
        lambda bag: (bag / "tagmanifest-sha256.txt").write_text(
            (bag / "tagmanifest-sha256.txt").read_text("utf-8") + f"{_ONE}  data/a.txt\n", "utf-8"
        ),
        [("PKG-0110", "tagmanifest-sha256.txt")],
    ),
    "empty folder": (lambda bag: (bag / "data/empty").mkdir(), [("PKG-0122", "data/empty")]),
    "Oxum of other bytes": (_add("bag-info.txt", "Payload-Oxum: 3.2"), [("PKG-0128", "bag-info.txt")]),
    "Oxum of other files": (_add("bag-info.txt", "payload-oxum: 2.3"), [("PKG-0128", "bag-info.txt")]),
    "Oxum twice": (_add("bag-info.txt", "Payload-Oxum: 2.2\nPayload-Oxum: 2.2"), [("PKG-0139", "bag-info.txt")]),
    "Oxum without form": (_add("bag-info.txt", "Payload-Oxum: two"), [("PKG-0139", "bag-info.txt")]),
    "information without a label": (_add("bag-info.txt", "no label"), [("PKG-0141", "bag-info.txt")]),
    "other encoding": (
        lambda bag: ((bag / "bag-info.txt").write_bytes(b"A: \xff\n"), seal_tags(bag)),
        [("PKG-0123", "bag-info.txt")],
    ),
    "unknown version": (
        _write("bagit.txt", "BagIt-Version: 2.5\nTag-File-Character-Encoding: UTF-8\n"),
        [("PKG-0103", "bagit.txt")],
    ),
    "unknown encoding": (
        _write("bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: klingon\n"),
        [("PKG-0104", "bagit.txt")],
    ),
    "unknown algorithm": (_write("manifest-blake3.txt", "00 data/a.txt\n"), [("PKG-0106", "manifest-blake3.txt")]),
    "fetch of an unlisted file": (
        _add("fetch.txt", "https://example.org/c 1 data/c"),
        [("PKG-0127", "data/c"), ("PKG-0130", "data/c")],
    ),
    "fetch of a tag file": (_add("fetch.txt", "https://example.org/c 1 bag-info.txt"), [("PKG-0110", "fetch.txt")]),
    "fetch without form": (_add("fetch.txt", "https://example.org/c data/a.txt"), [("PKG-0140", "fetch.txt")]),
    "fetch twice": (
        _add("fetch.txt", "https://example.org/a 1 data/a.txt\nhttps://example.org/a 1 data/a.txt"),
        [("PKG-0108", "fetch.txt")],
    ),
    "fetched file of another length": (
        _add("fetch.txt", "https://example.org/a 7 data/a.txt"),
        [("PKG-0126", "data/a.txt")],
    ),
    "not fetched": (
        lambda bag: (add_line(bag / "fetch.txt", "https://example.org/a - data/a.txt"), (bag / "data/a.txt").unlink()),
        [("PKG-0130", "data/a.txt")],
    ),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_each_damage_is_told_once(bag: Path, name: str) -> None:
    """Each thing wrong with a bag is told by its own code at its own place, and nothing else is."""
    damage, expected = DAMAGE[name]
    damage(bag)
    assert found(validate_folder(bag)) == expected


def test_each_kind_of_damage_has_its_verdict(bag: Path, tmp_path: Path) -> None:
    """Errors make a bag invalid, the unreadable unchecked, the absent incomplete, warnings leave it valid."""
    verdicts = {}
    for number, (name, (damage, _)) in enumerate(DAMAGE.items()):
        copy = tmp_path / f"copy-{number}"
        shutil.copytree(bag, copy)
        damage(copy)
        verdicts[name] = verdict(validate_folder(copy))
    assert {name for name, what in verdicts.items() if what is Verdict.UNCHECKED} == {
        *("unknown version", "unknown encoding", "unknown algorithm")
    }
    assert {name for name, what in verdicts.items() if what is Verdict.VALID} == {
        *("unlisted tag file", "empty folder", "byte order mark elsewhere", "needless dot"),
        "spelling of the algorithm",
    }
    assert {name for name, what in verdicts.items() if what is Verdict.INCOMPLETE} == {"not fetched"}


def test_order_of_verdicts() -> None:
    """An error outweighs the unreadable, which outweighs the incomplete."""
    assert verdict([]) is Verdict.VALID
    assert verdict([Finding("PKG-0129")]) is Verdict.INCOMPLETE
    assert verdict([Finding("PKG-0129"), Finding("PKG-0125")]) is Verdict.UNCHECKED
    assert verdict([Finding("PKG-0129"), Finding("PKG-0125"), Finding("PKG-0112")]) is Verdict.INVALID
    assert verdict([Finding("STO-0007")]) is Verdict.UNCHECKED
    assert verdict([Finding("STO-0002")]) is Verdict.INVALID


def test_every_manifest_lists_every_file_from_version_one_on(tmp_path: Path) -> None:
    """Of two manifests one may be incomplete in 0.97; in 1.0 that is an error."""
    for version, expected in (("0.97", []), ("1.0", [("PKG-0136", "data/b")])):
        folder = make_bag(tmp_path / version, {"a": b"a", "b": b"b"}, version=version, algorithms=("sha256", "sha512"))
        manifest = folder / "manifest-sha512.txt"
        manifest.write_text(manifest.read_text("utf-8").splitlines()[0] + "\n", "utf-8")
        seal_tags(folder, ("sha256", "sha512"))
        assert found(validate_folder(folder)) == expected


def test_second_digest_is_compared_too(tmp_path: Path) -> None:
    """A file that agrees with one manifest and not with the other is an error."""
    folder = make_bag(tmp_path / "b", {"a": b"a"}, algorithms=("sha256", "sha512"))
    (folder / "manifest-sha512.txt").write_text(f"{'0' * 128}  data/a\n", "utf-8")
    seal_tags(folder, ("sha256", "sha512"))
    (finding,) = validate_folder(folder)
    assert (finding.code, finding.parameters) == ("PKG-0112", {"path": "data/a", "manifest": "manifest-sha512.txt"})


def test_weak_digest_is_a_warning(tmp_path: Path) -> None:
    """A bag protected by MD5 alone is valid with a warning; with SHA-256 beside it there is none."""
    weak = make_bag(tmp_path / "weak", {"a": b"a"}, algorithms=("md5",))
    assert found(validate_folder(weak)) == [("PKG-0120", "manifest-md5.txt")]
    assert verdict(validate_folder(weak)) is Verdict.VALID
    assert validate_folder(make_bag(tmp_path / "both", {"a": b"a"}, algorithms=("md5", "sha256"))) == []


@pytest.mark.parametrize(
    ("first", "second"), [("ế.txt", unicodedata.normalize("NFD", "ế.txt")), ("A.txt", "a.txt"), ("Đ/x", "đ/X")]
)
def test_twins_are_an_error(tmp_path: Path, first: str, second: str) -> None:
    """Two files whose names differ only in case or Unicode form are both judged, and told as an error."""
    folder = make_bag(tmp_path / "b", {first: b"1", second: b"2"})
    (finding,) = validate_folder(folder)
    same = unicodedata.normalize("NFC", first) == unicodedata.normalize("NFC", second)
    assert finding.code == ("PKG-0134" if same else "PKG-0121")
    assert verdict([finding]) is Verdict.INVALID
    assert {finding.where.path, finding.parameters["other"]} == {f"data/{first}", f"data/{second}"}
    (folder / "data" / second).write_bytes(b"3")
    assert ("PKG-0112", f"data/{second}") in found(validate_folder(folder))


def test_foreign_file_in_our_package_is_an_error(tmp_path: Path) -> None:
    """In a package that names our profile no tag file may be unlisted."""
    folder = unpack(sample_bag().plan, tmp_path)
    (folder / "note.txt").write_text("x")
    assert found(validate_folder(folder)) == [("PKG-0116", "note.txt")]
    assert verdict(validate_folder(folder)) is Verdict.INVALID


@pytest.mark.parametrize("version", ["0.93", "0.94", "0.95", "0.96", "0.97"])
def test_old_and_loose_bags_are_read(tmp_path: Path, version: str) -> None:
    """Bags of old versions are read; what they write loosely is told as warnings and leaves them valid."""
    assert validate_folder(make_bag(tmp_path / "plain", {"a": b"a"}, version=version)) == []
    folder = make_bag(tmp_path / "loose", {"a": b"a"}, version=version)
    (folder / "bagit.txt").write_text(f"BagIt-Version : {version}\nTag-File-Character-Encoding: utf-8\n\n", "utf-8")
    (folder / "manifest-sha256.txt").write_text(f"{sha(b'a')} *data/a\n\n", "utf-8")
    seal_tags(folder)
    findings = validate_folder(folder)
    assert [finding.code for finding in findings] == ["PKG-0143", "PKG-0145", "PKG-0146"]
    assert verdict(findings) is Verdict.VALID


def test_information_of_the_oldest_bags_has_another_name(tmp_path: Path) -> None:
    """Up to 0.95 Payload-Oxum stands in package-info.txt, later not."""
    for version, expected in (("0.95", ["PKG-0128"]), ("0.96", [])):
        folder = make_bag(tmp_path / version, {"a": b"a"}, version=version)
        add_line(folder / "package-info.txt", "Payload-Oxum: 7.7")
        assert [finding.code for finding in validate_folder(folder)] == expected


def test_tag_manifests_may_differ_with_a_warning(tmp_path: Path) -> None:
    """A tag file that only one of two tag manifests lists is a warning."""
    both = ("sha256", "sha512")
    folder = make_bag(tmp_path / "b", {"a": b"a"}, algorithms=both)
    path = folder / "tagmanifest-sha512.txt"
    path.write_text("".join(line for line in path.read_text("utf-8").splitlines(True) if "bagit" not in line), "utf-8")
    assert found(validate_folder(folder)) == [("PKG-0137", "bagit.txt")]


def test_only_unknown_algorithms_leave_a_bag_unchecked(tmp_path: Path) -> None:
    """A bag whose only manifest has an unknown algorithm is unchecked; it is not called one without manifest."""
    folder = make_bag(tmp_path / "b", {"a": b"a"})
    (folder / "manifest-sha256.txt").rename(folder / "manifest-blake3.txt")
    seal_tags(folder)
    assert found(validate_folder(folder)) == [("PKG-0106", "manifest-blake3.txt")]
    assert verdict(validate_folder(folder)) is Verdict.UNCHECKED


def test_rarer_algorithms_are_computed(tmp_path: Path) -> None:
    """SHA-3 and BLAKE2 manifests are compared as well as SHA-2."""
    folder = make_bag(tmp_path / "b", {"a": b"a"}, algorithms=("sha512", "sha3_256", "blake2b"))
    assert {code for code, _ in found(validate_folder(folder))} == {"PKG-0138"}  # `sha3_256` has an underscore
    (folder / "data/a").write_bytes(b"b")
    assert [code for code, _ in found(validate_folder(folder))].count("PKG-0112") == 3


@pytest.mark.parametrize("name", ["a\\b.txt", "C:x.txt"])
def test_real_file_with_a_name_odd_elsewhere(tmp_path: Path, name: str) -> None:
    """A real file whose name another system reads otherwise is a warning, unless it would lead out there."""
    folder = make_bag(tmp_path / "b", {name: b"x"})
    expected = "PKG-0131" if ":" in name else "PKG-0133"
    assert found(validate_folder(folder))[0] == (expected, "manifest-sha256.txt")


def test_overlong_line_is_unchecked(bag: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line without end is not taken into memory; the bag is unchecked."""
    monkeypatch.setattr(tag_files, "LONGEST_LINE", 1000)
    add_line(bag / "bag-info.txt", "A: " + "x" * 2000)
    assert found(validate_folder(bag)) == [("PKG-0149", "bag-info.txt")]
    assert verdict(validate_folder(bag)) is Verdict.UNCHECKED


def test_findings_of_one_kind_are_bounded(tmp_path: Path) -> None:
    """Of ten thousand missing files the first thousand are named and the others counted."""
    folder = make_bag(tmp_path / "b", {"a": b"a"})
    with (folder / "manifest-sha256.txt").open("a", encoding="utf-8") as file:
        file.writelines(f"{_ONE}  data/{number}\n" for number in range(10_000))
    seal_tags(folder)
    findings = validate_folder(folder)
    assert len(findings) == 1001
    assert findings[-1].parameters == {"code": "PKG-0111", "count": 9000}


@given(text=st.text(alphabet="ab\r\né", max_size=40), cuts=st.lists(st.integers(0, 80), max_size=5))
def test_lines_do_not_depend_on_where_reads_end(text: str, cuts: list[int]) -> None:
    """CR, LF and CRLF end lines wherever the chunks of the stream end."""
    data = text.encode()
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    chunks = [data[start:end] for start, end in itertools.pairwise(edges)]
    expected = re.split(r"\r\n|\r|\n", text)
    assert list(tag_files.text_lines(chunks, "utf-8")) == (expected if expected[-1] else expected[:-1])


# What is hostile


@pytest.mark.parametrize(
    ("path", "code"),
    [
        *(("../dd-x/secret", "PKG-0109"), ("data/../../dd-x/secret", "PKG-0109"), ("data/../bagit.txt", "PKG-0109")),
        *(
            ("/etc/passwd", "PKG-0109"),
            ("~/secret", "PKG-0132"),
            ("data//a.txt", "PKG-0109"),
            ("data/./a.txt", "PKG-0109"),
        ),
        *(("C:/secret", "PKG-0131"), ("data/..\\..\\secret", "PKG-0131"), ("data/", "PKG-0109"), ("data", "PKG-0110")),
    ],
)
def test_paths_never_lead_out(bag: Path, path: str, code: str) -> None:
    """A listed path that leads outside is told and never read, also to a sister folder whose name begins alike."""
    sister = bag.parent / "dd-x"
    sister.mkdir()
    (sister / "secret").write_bytes(b"s")
    add_line(bag / _MANIFEST, f"{sha(b's')}  {path}")
    assert [finding.code for finding in validate_folder(bag)] == [code]


def test_fetch_path_never_leads_out(bag: Path) -> None:
    """A path in fetch.txt that leads outside is told."""
    add_line(bag / "fetch.txt", "https://example.org/a 1 data/../../x")
    assert found(validate_folder(bag)) == [("PKG-0109", "fetch.txt")]


@pytest.mark.parametrize("where", ["outside", "inside", "folder", "nowhere"])
def test_links_are_told_and_not_followed(bag: Path, where: str) -> None:
    """A link is an error wherever it points, listed or not; what it points to is not read."""
    outside = bag.parent / "outside"
    outside.mkdir()
    (outside / "x").write_bytes(b"x")
    target = {"outside": outside / "x", "inside": bag / "data/a.txt", "folder": outside, "nowhere": bag / "none"}[where]
    (bag / "data" / "link").symlink_to(target)
    assert found(validate_folder(bag)) == [("PKG-0118", "data/link")]
    add_line(bag / _MANIFEST, f"{sha(b'x')}  data/link{'/x' if where == 'folder' else ''}")
    assert [finding.code for finding in validate_folder(bag)] == ["PKG-0118", "PKG-0111"]


def test_pipe_does_not_hang_the_check(bag: Path) -> None:
    """A named pipe in the payload is told, and nobody waits for it."""
    os.mkfifo(bag / "data" / "pipe")
    assert found(validate_folder(bag)) == [("PKG-0118", "data/pipe")]


def test_link_that_took_a_files_place_is_not_followed(bag: Path) -> None:
    """A file replaced by a link after the listing is unreadable, not read through the link."""
    files = FolderFiles(bag)
    (bag / "data/a.txt").unlink()
    (bag / "data/a.txt").symlink_to("/etc/hostname")
    read = {one.path: one for one in files.digests(("sha256",))}
    assert [finding.code for finding in read["data/a.txt"].findings] == ["PKG-0125"]


def test_name_that_is_no_utf8_is_told(bag: Path) -> None:
    """A file whose name is not UTF-8 is an error with a readable path."""
    os.close(os.open(os.fsencode(bag / "data") + b"/a\xff.txt", os.O_CREAT | os.O_WRONLY))
    assert found(validate_folder(bag)) == [("PKG-0119", "data/a\\xff.txt")]


def test_very_deep_folders_do_not_stop_the_check(tmp_path: Path) -> None:
    """A payload 1,500 folders deep is walked, not answered with an exception."""
    bag = make_bag(tmp_path / "b", {"a": b"a"})
    deep = bag / "data"
    descriptor = os.open(deep, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d", dir_fd=descriptor)
        below = os.open("d", os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = below
    os.close(descriptor)
    findings = validate_folder(bag)
    run("rm", "-rf", deep)  # Python's own removal would recurse too deep
    assert [finding.code for finding in findings] == ["PKG-0122"]


def test_huge_tag_file_is_not_read_into_memory(bag: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tag file above the limit is told as unchecked."""
    monkeypatch.setattr(validation, "LONGEST_TAG_FILE", 100)
    assert ("PKG-0124", _MANIFEST) in found(validate_folder(bag))
    assert verdict([finding for finding in validate_folder(bag) if finding.code == "PKG-0124"]) is Verdict.UNCHECKED


# What cannot be read


def test_folder_that_is_not_there_is_unchecked(tmp_path: Path) -> None:
    """A folder or file that cannot be opened is unchecked, not invalid."""
    for findings in (validate_folder(tmp_path / "none"), validate_file(tmp_path / "none.zip")):
        assert [finding.code for finding in findings] == ["PKG-0125"]
        assert verdict(findings) is Verdict.UNCHECKED


def test_unlistable_folder_hides_nothing_else(bag: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a folder of the payload cannot be listed, its files are not missing, and the bag is unchecked."""
    add_line(bag / "bag-info.txt", "Payload-Oxum: 2.2")
    real = os.scandir

    def failing(path: Path) -> object:
        if Path(path).name == "thư mục":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", failing)
    assert found(validate_folder(bag)) == [("PKG-0125", "data/thư mục")]
    assert verdict(validate_folder(bag)) is Verdict.UNCHECKED


@pytest.mark.parametrize(
    ("lie", "expected"),
    [
        (Lie.RAISES_ON_STAT, Verdict.UNCHECKED),
        (Lie.RAISES_ON_READ, Verdict.UNCHECKED),
        (Lie.RAISES_HALFWAY, Verdict.UNCHECKED),
        (Lie.SHORT_READ, Verdict.UNCHECKED),
        (Lie.FORGETS, Verdict.INVALID),
        (Lie.FLIPPED_BYTE, Verdict.INVALID),
    ],
)
def test_lying_store_never_makes_a_valid_bag(tmp_path: Path, lie: Lie, expected: Verdict) -> None:
    """A store that fails leaves a bag unchecked; one that lost or changed it makes it invalid."""
    plan = sample_bag().plan
    store = FolderStore(tmp_path)
    store.put(KEY, plan.stream(), length=plan.length)
    liar = Liar(store)
    liar.lie = lie
    liar.place = plan.range_of(f"{ROOT}/data/{DECISION.path}")[0]
    assert verdict(validate_stored(liar, KEY)) is expected


# References to earlier versions


def _second(tmp_path: Path, *, files: int = 1) -> Path:
    members = (DECISION, LETTER)[:files]
    references = tuple(
        ReferencedFile(file.path, file.length, file.sha256, Reference(KEY, f"{ROOT}/data/{file.path}"))
        for file in members
    )
    kept = tuple(file for file in (DECISION, LETTER) if file not in members)
    return unpack(build_bag(content(version=2, files=kept, references=references)).plan, tmp_path)


def test_version_with_references_names_what_it_needs(tmp_path: Path) -> None:
    """A version with references is, alone, incomplete, and says which version in which object holds the rest."""
    (finding,) = validate_folder(_second(tmp_path, files=2))
    assert finding.code == "PKG-0129"
    assert finding.parameters == {"path": "fetch.txt", "package": f"{PACKAGE}-v1", "key": KEY, "count": 2}
    assert verdict([finding]) is Verdict.INCOMPLETE


def test_incomplete_version_is_still_judged(tmp_path: Path) -> None:
    """Damage in a version with references is an error, not hidden by its incompleteness."""
    folder = _second(tmp_path)
    (folder / "data" / LETTER.path).write_bytes(b"x" * LETTER.length)
    assert verdict(validate_folder(folder)) is Verdict.INVALID


def test_completed_version_without_its_fetch_file_is_invalid(tmp_path: Path) -> None:
    """Taking fetch.txt away from a completed version is an error: the tag manifest lists it."""
    folder = _second(tmp_path)
    target = folder / "data" / DECISION.path
    target.write_bytes(b"".join(DECISION.open()))
    assert validate_folder(folder) == []
    (folder / "fetch.txt").unlink()
    assert found(validate_folder(folder)) == [("PKG-0111", "fetch.txt")]


# Zips


def _zip(tmp_path: Path, contents: dict[str, bytes]) -> Path:
    members = [
        Member(path, len(data), zlib.crc32(data), lambda data=data: iter([data]))  # type: ignore[misc] # the default binds the loop's value
        for path, data in contents.items()
    ]
    return write(ZipPlan(members), tmp_path / "x.zip")


def test_zip_with_two_roots_is_invalid(tmp_path: Path) -> None:
    """Members outside the one root folder are told."""
    files = dict.fromkeys(["a/bagit.txt", "b/data/x", "loose"], b"")
    findings = validate_file(_zip(tmp_path, files))
    assert [code for code, _ in found(findings)][:2] == ["PKG-0015", "PKG-0015"]


def test_zip_without_members_is_no_bag(tmp_path: Path) -> None:
    """An empty zip of our form is not a bag."""
    assert found(validate_file(_zip(tmp_path, {}))) == [("PKG-0101", "bagit.txt")]


def test_foreign_zip_is_told_to_be_one(tmp_path: Path) -> None:
    """A zip that is not of our form is not judged as a bag; the finding says what it is."""
    shutil.make_archive(str(tmp_path / "theirs"), "zip", make_bag(tmp_path / "b", {"a": b"a"}))
    assert [finding.code for finding in validate_file(tmp_path / "theirs.zip")] == ["PKG-0011"]


def test_changed_crc_is_told(tmp_path: Path) -> None:
    """A CRC-32 that does not fit the content is told although every SHA-256 fits."""
    plan = sample_bag().plan
    wrong = [
        Member(member.path, member.length, member.crc32 ^ (member.path.endswith("METS.xml")), member.open)
        for member in plan.members
    ]
    changed = ZipPlan(wrong)
    data = bytearray(b"".join(plan.stream()))
    at = 0
    for member, header in zip(changed.members, changed.headers, strict=True):
        data[at : at + len(header)] = header
        at += len(header) + member.length
    data[at:] = changed.directory + changed.end
    (tmp_path / "x.zip").write_bytes(data)
    findings = validate_file(tmp_path / "x.zip")
    assert found(findings) == [("PKG-0016", "data/urn_mau/METS.xml")]


@given(place=st.integers(0, 10**6), bit=st.integers(0, 7))
@settings(max_examples=60, deadline=None)
def test_any_turned_bit_makes_a_zip_invalid(tmp_path_factory: pytest.TempPathFactory, place: int, bit: int) -> None:
    """Whichever bit of our zip is turned, it is not valid any more."""
    data = bytearray(b"".join(sample_bag().plan.stream()))
    data[place % len(data)] ^= 1 << bit
    path = tmp_path_factory.mktemp("turned") / "x.zip"
    path.write_bytes(data)
    assert verdict(validate_file(path)) is not Verdict.VALID
