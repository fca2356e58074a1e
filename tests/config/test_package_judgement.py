"""`package validate`: what a path is, is found out; the exit status says what the judgement came to."""

from __future__ import annotations

import json
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
    assert (found["code"], found["level"], found["path"]) == ("PKG-0541", "error", "representations/rep1/METS.xml")
    assert found["citation"] == "TT 05/2025/TT-BNV, Phụ lục III, tr. 193"
    assert all(found[part] for part in ("text", "text_en", "action"))
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


def test_of_several_paths_the_invalid_one_decides(tmp_path: Path) -> None:
    """One invalid package among others ends with 1, whatever could not be judged beside it."""
    (tmp_path / "folder").mkdir()
    wrong = write_folder(sample_package("DIP"), tmp_path / "wrong")
    right = write_folder(sample_package("DIP"), tmp_path / folder_name(package_kinds()["DIP"]))
    assert validated(right, tmp_path / "folder")[0] == 2
    status, judged = validated(right, tmp_path / "folder", wrong)
    assert (status, [one["verdict"] for one in judged]) == (1, ["valid", "unchecked", "invalid"])


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


def test_a_file_that_is_no_zip_is_refused_in_a_sentence(tmp_path: Path) -> None:
    """What only pretends to be a zip was not judged: a finding, never a traceback, never a pass."""
    (tmp_path / "x.zip").write_bytes(b"not a zip")
    status, (judged,) = validated(tmp_path / "x.zip")
    assert (status, [found["code"] for found in judged["findings"]]) == (2, ["RDR-0301"])
