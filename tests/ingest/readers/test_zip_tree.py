"""Packages in zips of any maker: judged where they lie, with nothing unpacked and nothing believed."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from ingest.readers.errors import ArchiveError
from ingest.readers.zip_tree import ZipTree
from preservation.packages.tt05.judgement import judge_package
from preservation.packages.tt05.kinds import package_kinds
from tests.preservation.packages.tt05.tt05_packages import KINDS, folder_name, sample_package, write_zip


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("with_folder", [True, False])
def test_a_compressed_package_is_judged_in_its_zip(name: str, with_folder: bool, tmp_path: Path) -> None:  # noqa: FBT001
    """A valid package passes out of a zip, with its folder inside or without."""
    folder = folder_name(package_kinds()[name]) if with_folder else ""
    path = write_zip(sample_package(name), tmp_path / "x.zip", folder)
    with path.open("rb") as file:
        tree = ZipTree(file)
        found = judge_package(tree, folder=tree.folder)
    assert (tree.folder, found.kind, found.findings) == (folder, name, [])


def test_entries_that_lead_outside_are_told_and_never_taken(tmp_path: Path) -> None:
    """Names that climb out of the package and links are findings, not files."""
    path = write_zip(sample_package("SIP_hoso"), tmp_path / "x.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("../../outside.txt", b"sample")
        link = zipfile.ZipInfo("link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, b"/etc/passwd")
    with path.open("rb") as file:
        tree = ZipTree(file)
        found = judge_package(tree)
    assert [one.code for one in found.findings] == ["RDR-0309", "RDR-0310"]
    assert not any("outside" in name or "link" in name for name in tree.lengths)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    """A file that would grow more than a hundredfold is not read at all."""
    path = tmp_path / "x.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a/METS.xml", "w", force_zip64=True) as entry,
    ):
        for _ in range(101):
            entry.write(bytes(1 << 20))
    with path.open("rb") as file, pytest.raises(ArchiveError) as raised:
        ZipTree(file)
    assert raised.value.code == "RDR-0308"


def test_a_damaged_entry_is_a_finding_of_its_file(tmp_path: Path) -> None:
    """What does not unpack to the stated bytes makes the package invalid, and nothing else is lost for it."""
    files = sample_package("SIP_hoso")
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    content = path.read_bytes()
    path.write_bytes(content.replace(b"ID3 sample, invented", b"ID3 sample, inverted", 1))
    with path.open("rb") as file:
        found = judge_package(ZipTree(file)).findings
    assert [one.code for one in found] == ["RDR-0315"]
