"""The bag that a package version is."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import itertools
import os
import re
import subprocess
import sys
import uuid
import zipfile
from pathlib import Path

import bagit
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.text.folding import nfc
from preservation.packages import rules
from preservation.packages.bag import BagContent, PayloadFile, ReferencedFile, build_bag
from preservation.packages.errors import PackageError
from preservation.packages.rules import Reference
from preservation.packages.tag_files import text_lines
from preservation.packages.validation import validate_file, validate_folder
from preservation.packages.zip_reader import open_file
from preservation.storage.errors import StorageError
from tests.preservation.packages.examples import (
    DECISION,
    INFO,
    KEY,
    LETTER,
    METADATA,
    PACKAGE,
    ROOT,
    SEALED_AT,
    content,
    sample_bag,
    unpack,
    write,
)

REFERENCED = ReferencedFile(
    DECISION.path, DECISION.length, DECISION.sha256, Reference(KEY, f"{ROOT}/data/{DECISION.path}")
)


def second_version() -> BagContent:
    """Return a second version, whose decision lies in the first."""
    return content(version=2, files=(LETTER,), references=(REFERENCED,))


def tag_file(bag_content: BagContent, name: str) -> str:
    """Return the text of a tag file of the bag."""
    bag = build_bag(bag_content)
    member = next(member for member in bag.plan.members if member.path == f"{bag.name}/{name}")
    return b"".join(member.open()).decode()


def test_order_is_tag_files_metadata_content() -> None:
    """Tag files stand first, bagit.txt before all and the tag manifest last of them, then metadata, then content."""
    assert [member.path.removeprefix(f"{ROOT}/") for member in sample_bag().plan.members] == [
        "bagit.txt",
        "bag-info.txt",
        "manifest-sha256.txt",
        "verify.py",
        "ĐỌC TRƯỚC.txt",
        "tagmanifest-sha256.txt",
        "data/urn_mau/METS.xml",
        "data/urn_mau/metadata/EAD.xml",
        "data/urn_mau/representations/rep1/data/Công văn 100%.txt",
        "data/urn_mau/representations/rep1/data/Quyết định số 1.pdf",
    ]


def test_order_within_a_group_is_that_of_bytes() -> None:
    """Within metadata and within content the bytes of the paths decide, whatever the order given."""
    paths = ["b", "a", "Z", "ă", "a/1", "a-1"]
    files = tuple(PayloadFile.of(f"p/{path}x", b"") for path in paths)
    given_order = build_bag(content(metadata=(), files=files))
    turned = build_bag(content(metadata=(), files=files[::-1]))
    expected = [f"{ROOT}/data/p/{path}x" for path in ("Z", "a-1", "a/1", "a", "b", "ă")]
    assert [member.path for member in given_order.plan.members[6:]] == expected
    assert [member.path for member in turned.plan.members[6:]] == expected


def test_tag_files_read_as_the_standard_says() -> None:
    """Declaration, information and manifest of the sample package have exactly these lines."""
    assert tag_file(content(), "bagit.txt") == "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    assert tag_file(content(), "bag-info.txt") == (
        "Source-Organization: Cơ quan mẫu\n"
        f"External-Identifier: urn:uuid:{PACKAGE}\n"
        "Bag-Group-Identifier: Phông mẫu\n"
        "Bagging-Date: 2026-03-05\n"
        f"Payload-Oxum: {7 + 6 + DECISION.length + LETTER.length}.4\n"
        "BagIt-Profile-Identifier: kholuutru-bag-0\n"
        "Bag-Software-Agent: kholuutru 0.1\n"
    )
    assert tag_file(content(), "manifest-sha256.txt") == (
        f"{METADATA[0].sha256}  data/urn_mau/METS.xml\n"
        f"{METADATA[1].sha256}  data/urn_mau/metadata/EAD.xml\n"
        f"{LETTER.sha256}  data/urn_mau/representations/rep1/data/Công văn 100%25.txt\n"
        f"{DECISION.sha256}  data/urn_mau/representations/rep1/data/Quyết định số 1.pdf\n"
    )


def test_bagging_date_is_the_day_of_sealing_in_viet_nam() -> None:
    """The bagging date is the day that a Vietnamese calendar showed at the sealing, not the day in UTC."""
    just_before = SEALED_AT.replace(hour=16, minute=59)
    early = dataclasses.replace(content(), sealed_at=just_before)
    assert "Bagging-Date: 2026-03-04\n" in tag_file(early, "bag-info.txt")


def test_tag_manifest_lists_every_other_tag_file() -> None:
    """The tag manifest names each tag file but itself, in their order, with its digest."""
    bag = build_bag(second_version())
    texts = {
        member.path.removeprefix(f"{bag.name}/"): b"".join(member.open())
        for member in bag.plan.members
        if "/data/" not in member.path
    }
    assert list(texts) == [
        *("bagit.txt", "bag-info.txt", "fetch.txt", "manifest-sha256.txt", "verify.py"),
        *("ĐỌC TRƯỚC.txt", "tagmanifest-sha256.txt"),
    ]
    lines = texts.pop("tagmanifest-sha256.txt").decode()
    assert lines == "".join(f"{hashlib.sha256(text).hexdigest()}  {path}\n" for path, text in texts.items())
    assert bag.tag_manifest_sha256 == hashlib.sha256(lines.encode()).hexdigest()
    assert bag.manifest_sha256 == hashlib.sha256(texts["manifest-sha256.txt"]).hexdigest()


def test_later_version_refers_to_what_did_not_change() -> None:
    """Unchanged content stands in the manifest, in the Oxum and in fetch.txt, and not in the zip."""
    bag = build_bag(second_version())
    root = f"{PACKAGE}-v2"
    assert bag.name == root
    assert f"{root}/data/{DECISION.path}" not in [member.path for member in bag.plan.members]
    assert f"{root}/data/{DECISION.path}" not in bag.expected
    assert tag_file(second_version(), "fetch.txt") == (
        f"https://kho.invalid/aip/0f/{PACKAGE}/v1-1.zip/{PACKAGE}-v1/data/urn_mau/representations/rep1/data/"
        f"Quy%E1%BA%BFt%20%C4%91%E1%BB%8Bnh%20s%E1%BB%91%201.pdf {DECISION.length} data/{DECISION.path}\n"
    )
    assert tag_file(second_version(), "manifest-sha256.txt") == tag_file(content(), "manifest-sha256.txt")
    assert ".4\n" in tag_file(second_version(), "bag-info.txt")


def test_first_version_has_no_fetch_file() -> None:
    """A version without references has no fetch.txt."""
    assert f"{ROOT}/fetch.txt" not in sample_bag().expected


def test_expectation_covers_every_member() -> None:
    """What verification is to compare names every member with the length and digest of its bytes."""
    bag = build_bag(second_version())
    assert bag.expected == {
        member.path: (member.length, hashlib.sha256(b"".join(member.open())).hexdigest()) for member in bag.plan.members
    }


@pytest.mark.parametrize(
    ("label", "value"),
    [
        *(("Source-Organization", "a\nb"), ("Source-Organization", "a\rb"), ("Source-Organization", "")),
        *(("Source-Organization", " a"), ("Source-Organization", "a\u2028b"), ("Source-Organization", "\ud800")),
        *(("Payload-Oxum", "1.1"), ("Bagging-Date", "2026-01-01"), ("A B", "x"), ("A:B", "x"), ("", "x")),
    ],
)
def test_information_that_would_not_be_read_back_is_refused(label: str, value: str) -> None:
    """A label or value that bag-info.txt cannot hold, or that the writer computes itself, is refused."""
    with pytest.raises(PackageError) as caught:
        build_bag(dataclasses.replace(content(), bag_info=((label, value),)))
    assert (caught.value.code, caught.value.parameters["label"]) == ("PKG-0007", label)


def test_paths_of_references_are_judged_too() -> None:
    """A referenced path that could not be unpacked, or collides, or has no possible key, is refused."""
    too_long = dataclasses.replace(REFERENCED, path="x" * 160)
    with pytest.raises(PackageError) as caught:
        build_bag(content(version=2, references=(too_long,), files=()))
    assert caught.value.code == "PKG-0002"
    with pytest.raises(PackageError) as caught:
        build_bag(content(version=2, references=(REFERENCED,)))
    assert caught.value.code == "PKG-0004"
    bad_key = dataclasses.replace(REFERENCED, held_by=Reference("aip/../x.zip", "y"))
    with pytest.raises(StorageError) as refused:
        build_bag(content(version=2, references=(bad_key,), files=()))
    assert refused.value.code == "STO-0001"
    no_zip = dataclasses.replace(REFERENCED, held_by=Reference("aip/x", "y"))
    with pytest.raises(ValueError, match=r"end in \.zip"):
        build_bag(content(version=2, references=(no_zip,), files=()))


def test_whole_path_has_two_hundred_characters_at_most() -> None:
    """The limit counts the whole path, root folder and data/ included."""
    room = 200 - len(f"{ROOT}/data/")
    build_bag(content(files=(PayloadFile.of("a" * room, b""),)))
    with pytest.raises(PackageError) as caught:
        build_bag(content(files=(PayloadFile.of("a" * (room + 1), b""),)))
    assert (caught.value.code, caught.value.parameters["length"]) == ("PKG-0002", 201)


@pytest.mark.parametrize(
    "wrong",
    [{"version": 0}, {"sealed_at": datetime.datetime(2026, 1, 1)}],  # noqa: DTZ001 - a naive time is the point
)
def test_impossible_version_or_time_is_the_programmers_error(wrong: dict[str, object]) -> None:
    """Versions count from 1, and the sealing time has a zone."""
    with pytest.raises(ValueError, match="versions count from 1"):
        build_bag(dataclasses.replace(content(), **wrong))  # type: ignore[arg-type] # wrong on purpose


def test_library_of_the_field_judges_it_valid(tmp_path: Path) -> None:
    """The independent `bagit` library finds the unpacked first version complete and valid."""
    one_name = dataclasses.replace(LETTER, path="urn_mau/Công văn.txt")  # it cannot read % (its issue 157)
    folder = unpack(build_bag(content(files=(DECISION, one_name))).plan, tmp_path)
    bag = bagit.Bag(str(folder))
    bag.validate()
    assert bag.version_info == (1, 0)
    assert bag.info["Source-Organization"] == "Cơ quan mẫu"
    assert len(list(bag.payload_files())) == 4


def test_completed_second_version_is_valid_for_both_judges(tmp_path: Path) -> None:
    """A version with references becomes valid, for `bagit` and for us, once the bytes are added."""
    no_percent = dataclasses.replace(LETTER, path="urn_mau/Công văn.txt")
    folder = unpack(build_bag(dataclasses.replace(second_version(), content=(no_percent,))).plan, tmp_path)
    target = folder / "data" / DECISION.path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(b"".join(DECISION.open()))
    bagit.Bag(str(folder)).validate()
    assert validate_folder(folder) == []


_ELSEWHERE = """
import sys
from tests.preservation.packages.test_bag import second_version
from preservation.packages.bag import build_bag
sys.stdout.buffer.writelines(build_bag(second_version()).plan.stream())
"""


def test_another_process_writes_the_same_bytes() -> None:
    """Another process with another hash seed, time zone and locale writes the same object."""
    mine = b"".join(build_bag(second_version()).plan.stream())
    for seed, zone, locale in (("1", "America/New_York", "C"), ("2", "Asia/Tokyo", "C.UTF-8")):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale}
        done = subprocess.run(
            [sys.executable, "-c", _ELSEWHERE],
            cwd=Path(__file__).parents[3],
            env=environment,
            capture_output=True,
            check=True,
        )
        assert done.stdout == mine


def test_form_of_the_package_did_not_change() -> None:
    """The sample package is the object of the day on which its form was settled; a change of it is a decision."""
    written = b"".join(build_bag(second_version()).plan.stream())
    assert hashlib.sha256(written).hexdigest() == "d24182725acd06ab8a853f69d93ff062214e869f4801c40f1ae7d177af73b0b1"


_ALPHABET = st.one_of(
    st.sampled_from("aăâbcdđeêghiklmnoôơpqrstuưvxyÁẮẦẾỘỢỮỵ0123456789 .%\n\r\t~*\"'`$;:&|<>?-_()#"),
    st.characters(exclude_categories=["Cs"], exclude_characters="/\\\0"),
)
_NAMES = (
    st.text(_ALPHABET, min_size=1, max_size=24)
    .map(nfc)
    .filter(
        # What Windows takes for a drive is refused by the writer.
        lambda name: name not in {".", ".."} and not re.match("[A-Za-z]:", name)
    )
)


@given(names=st.lists(_NAMES, min_size=1, max_size=6, unique_by=rules.twin_key), number=st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_any_name_survives_the_whole_way(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], number: int
) -> None:
    """Vietnamese, blanks, percent signs, line breaks: names and bytes come back from every reader unchanged."""
    contents = {f"p/{name}": f"{number} {name}".encode() for name in names}
    files = tuple(PayloadFile.of(path, data) for path, data in contents.items())
    package = uuid.UUID(int=number)
    bag = build_bag(BagContent(package, 1, SEALED_AT, "kholuutru 0.1", INFO, (), files))
    folder = tmp_path_factory.mktemp("names")
    path = write(bag.plan, folder / "x.zip")
    prefix = f"{package}-v1/data/"

    ours = open_file(path)
    payload = [member for member in ours.plan.members if member.path.startswith(prefix)]
    assert {member.path.removeprefix(prefix): b"".join(member.open()) for member in payload} == contents
    assert validate_file(path) == []

    with zipfile.ZipFile(path) as library:
        found = {
            name.removeprefix(prefix): library.read(name) for name in library.namelist() if name.startswith(prefix)
        }
        assert found == contents
        library.extractall(folder)
    assert validate_folder(folder / f"{package}-v1") == []


@given(text=st.text(st.sampled_from("a%025aAdD\r\n")))
def test_paths_in_manifests_are_encoded_reversibly(text: str) -> None:
    """What a manifest writes for a path stands in one line and is decoded to the same path."""
    encoded = rules.encode_path(text)
    assert list(text_lines([f"{encoded}\n".encode()], "utf-8")) == [encoded]
    assert rules.decode_path(encoded, percent=True) == text


@given(
    key=st.lists(st.sampled_from(["aip", "0f", "v1-1", "x.zip"]), min_size=1, max_size=3).map("/".join),
    path=_NAMES,
    length=st.integers(0, 10**15),
)
def test_references_are_read_back(key: str, path: str, length: int) -> None:
    """A line of fetch.txt gives back the reference, length and path that it was made from."""
    reference = Reference(f"aip/{key.replace('.zip', '')}.zip", f"root/data/{path}")
    (line,) = text_lines([rules.fetch_line(reference, length, f"data/{path}").encode()], "utf-8")
    parsed = rules.parse_fetch_line(line)
    assert parsed is not None
    assert rules.Reference.from_url(parsed[0]) == reference
    assert (parsed[1], rules.decode_path(parsed[2], percent=True)) == (length, f"data/{path}")


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/x.zip/a",
        "https://kho.invalid/x/a",
        "https://kho.invalid/x.zip/",
        "http://kho.invalid/x.zip/a",
    ],
)
def test_other_addresses_are_no_references(url: str) -> None:
    """An address that the writer would not have written is not taken for a reference."""
    assert Reference.from_url(url) is None


def test_orders_of_input_do_not_matter() -> None:
    """However the caller orders metadata and content, the bag has the same bytes."""
    bags = {
        build_bag(content(files=files, metadata=metadata)).tag_manifest_sha256
        for files in itertools.permutations((DECISION, LETTER))
        for metadata in itertools.permutations(METADATA)
    }
    assert len(bags) == 1
