"""`package validate`: what a path is, is found out; the exit status says what the judgement came to."""

from __future__ import annotations

import json
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from config.command_line.main import main
from preservation.packages.tt05.kinds import package_kinds
from tests.preservation.packages.tt05.tt05_packages import (
    DATA,
    KINDS,
    folder_name,
    objid,
    sample_package,
    write_folder,
    write_zip,
)

# What is said of names that do not follow OBJID.
_OF_NAMES = {"PKG-0508"}


def validated(*words: str | Path) -> tuple[int, list[dict[str, Any]]]:
    """Run the command with --json; return its exit status and what it said."""
    result = CliRunner().invoke(main, ["package", "validate", *map(str, words), "--json"])
    return result.exit_code, json.loads(result.stdout)


@pytest.mark.parametrize("name", KINDS)
def test_folders_and_zips_are_known_and_valid(name: str, tmp_path: Path) -> None:
    """A valid package of each kind, as folder and as zip, ends with 0 and no finding."""
    kind = package_kinds()[name]
    folder = write_folder(sample_package(name), tmp_path / folder_name(kind))
    packed = write_zip(sample_package(name), tmp_path / f"1_{objid(kind).replace(':', '_')}.zip", folder_name(kind))
    status, judged = validated(folder, packed)
    assert status == 0
    assert [(one["profile"], one["verdict"], one["findings"]) for one in judged] == [(f"TT05-{name}", "valid", [])] * 2


def test_a_fault_ends_with_1_and_is_told_in_words(tmp_path: Path) -> None:
    """Code, level, file, sentence, advice and article stand in the JSON, and the sentence in the table."""
    folder = write_folder(sample_package("SIP_hoso"), tmp_path / folder_name(package_kinds()["SIP_hoso"]))
    (folder / DATA["doc"][0]).unlink()
    status, (judged,) = validated(folder)
    (found,) = judged["findings"]
    assert (status, judged["verdict"]) == (1, "invalid")
    assert (found["code"], found["level"]) == ("PKG-0541", "error")
    assert found["where"]["path"] == "representations/rep1/METS.xml"
    assert found["citation"] == "TT 05/2025/TT-BNV, Phụ lục III, tr. 193"
    assert all(found[part][language] for part in ("text", "action") for language in ("vi", "en"))
    said = CliRunner().invoke(main, ["package", "validate", str(folder)])
    words = ("PKG-0541", "không hợp lệ", "Bổ sung")
    assert (said.exit_code, [word in said.stdout for word in words]) == (1, [True] * 3)


def test_warnings_leave_a_package_valid(tmp_path: Path) -> None:
    """What wants a person's look is told, and the status is 0 nevertheless."""
    packed = write_zip(sample_package("SIP_hoso"), tmp_path / "goi.zip", folder_name(package_kinds()["SIP_hoso"]))
    status, (judged,) = validated(packed)
    assert (status, [found["code"] for found in judged["findings"]]) == (0, ["PKG-0508"])


def test_what_could_not_be_judged_ends_with_2(tmp_path: Path) -> None:
    """A folder that is no package at all is neither valid nor invalid."""
    (tmp_path / "folder").mkdir()
    status, (judged,) = validated(tmp_path / "folder")
    assert (status, judged["verdict"], judged["profile"]) == (2, "unchecked", "")
    assert [found["code"] for found in judged["findings"]] == ["PKG-0513"]


def test_exit_status_is_the_worst(tmp_path: Path) -> None:
    """Of several paths the highest status is the command's, and each is judged."""
    (tmp_path / "folder").mkdir()
    wrong = write_folder(sample_package("DIP"), tmp_path / "wrong")
    right = write_folder(sample_package("DIP"), tmp_path / folder_name(package_kinds()["DIP"]))
    assert validated(right, wrong)[0] == 1
    status, judged = validated(right, tmp_path / "folder", wrong)
    assert (status, [one["verdict"] for one in judged]) == (2, ["valid", "unchecked", "invalid"])


def test_a_bag_is_known_by_itself_and_a_profile_can_be_asked_for(tmp_path: Path) -> None:
    """A bag is judged as one; a package must be the one that was asked for."""
    (tmp_path / "bag").mkdir()
    (tmp_path / "bag" / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    status, (judged,) = validated(tmp_path / "bag")
    assert (status, judged["profile"], judged["verdict"]) == (1, "BagIt", "invalid")
    folder = write_folder(sample_package("SIP_hoso"), tmp_path / folder_name(package_kinds()["SIP_hoso"]))
    assert validated(folder, "--profile", "TT05-SIP")[0] == 0
    status, (judged,) = validated(folder, "--profile", "TT05-DIP")
    assert (status, "PKG-0524" in {found["code"] for found in judged["findings"]}) == (1, True)


def test_a_file_that_is_no_archive_is_refused_in_a_sentence(tmp_path: Path) -> None:
    """What only pretends to be a zip, and what is not there, was not judged: a finding, never a traceback."""
    (tmp_path / "x.zip").write_bytes(b"not a zip")
    status, judged = validated(tmp_path / "x.zip", tmp_path / "nothing")
    assert (status, [[found["code"] for found in one["findings"]] for one in judged]) == (
        2,
        [["PKG-0150"], ["PKG-0125"]],
    )


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("archive", ["zip", "tar", "tar.gz"])
@pytest.mark.parametrize("with_folder", [True, False])
def test_a_package_is_judged_in_its_archive(name: str, archive: str, with_folder: bool, tmp_path: Path) -> None:  # noqa: FBT001
    """A valid package passes out of a compressed zip or a tar, with its folder inside or without."""
    kind = package_kinds()[name]
    folder = folder_name(kind) if with_folder else ""
    path = tmp_path / f"1_{folder_name(kind)}.{archive}"
    if archive == "zip":
        write_zip(sample_package(name), path, folder)
    else:
        unpacked = write_folder(sample_package(name), tmp_path / "made")
        with tarfile.open(path, "w:gz" if archive == "tar.gz" else "w") as made:
            for file in sorted(unpacked.rglob("*")):
                made.add(file, f"{folder}/{file.relative_to(unpacked)}".removeprefix("/"), recursive=False)
    status, (judged,) = validated(path)
    codes = {found["code"] for found in judged["findings"]} - _OF_NAMES
    assert (status, judged["profile"], codes) == (0, f"TT05-{name}", set())


def test_entries_that_lead_outside_are_told_and_never_taken(tmp_path: Path) -> None:
    """Names that climb out of the package and links are findings, not files."""
    path = write_zip(sample_package("SIP_hoso"), tmp_path / "x.zip", "x")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("../../outside.txt", b"sample")
        link = zipfile.ZipInfo("x/link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, b"/etc/passwd")
    status, (judged,) = validated(path)
    assert status == 1
    assert {"PKG-0151", "PKG-0118"} <= {found["code"] for found in judged["findings"]}


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    """An archive that would grow more than a hundredfold is not read at all."""
    path = tmp_path / "x.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a/METS.xml", "w", force_zip64=True) as entry,
    ):
        for _ in range(101):
            entry.write(bytes(1 << 20))
    status, (judged,) = validated(path)
    assert (status, [found["code"] for found in judged["findings"]]) == (2, ["PKG-0155"])


def test_a_damaged_entry_is_a_finding_of_its_file(tmp_path: Path) -> None:
    """What does not unpack to the stated bytes makes the package invalid, and nothing else is lost for it."""
    folder = folder_name(package_kinds()["SIP_hoso"])
    path = write_zip(sample_package("SIP_hoso"), tmp_path / "1_x.zip", folder, compressed=False)
    path.write_bytes(path.read_bytes().replace(b"ID3 sample, invented", b"ID3 sample, inverted", 1))
    status, (judged,) = validated(path)
    assert status == 1
    assert [found["code"] for found in judged["findings"] if found["level"] == "error"] == ["PKG-0016"]
