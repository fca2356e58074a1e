"""Where a bag on this machine lies: in a folder, a zip, a tar; told by what is there, not by a name's ending."""

from __future__ import annotations

from pathlib import Path

from preservation.packages.bag_files import BagFiles, FolderFiles
from preservation.packages.errors import PackageError
from preservation.packages.tar_archive import TarArchive
from preservation.packages.tar_reader import BLOCK, is_header
from preservation.packages.zip_archive import ZipArchive


def open_bag(path: Path) -> BagFiles:
    """Return the files of the bag at a path.

    Raises:
        OSError: it cannot be read.
        PackageError: ``PKG-0150`` neither folder nor archive of a known form; others as the archives say.
    """
    if path.is_dir():
        return FolderFiles(path)
    if not path.is_file() and path.exists():
        raise PackageError("PKG-0150", path=path.name)  # a pipe or a device would hang
    with path.open("rb") as file:
        block = file.read(BLOCK)
    if block.startswith((b"PK\3\4", b"PK\5\6")):
        return ZipArchive(path)
    if block.startswith(b"\x1f\x8b"):
        return TarArchive(path, compressed=True)
    if is_header(block):
        return TarArchive(path, compressed=False)
    raise PackageError("PKG-0150", path=path.name)
