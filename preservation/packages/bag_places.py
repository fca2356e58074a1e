"""Where a bag on this machine lies: in a folder, a zip, a tar; told by what is there, not by a name's ending."""

from __future__ import annotations

import contextlib
import gzip
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from preservation.packages.bag_files import BagFiles, FolderFiles
from preservation.packages.errors import PackageError
from preservation.packages.tar_archive import TarArchive
from preservation.packages.tar_reader import BLOCK, is_header
from preservation.packages.zip_archive import ZipArchive


@contextlib.contextmanager
def open_bag(path: Path) -> Iterator[BagFiles]:
    """Give the files of the bag at a path, to be read as long as it is open.

    Raises:
        OSError: it cannot be read.
        PackageError: ``PKG-0150`` neither folder nor archive of a known form; others as the archives say.
    """
    if path.is_dir():
        yield FolderFiles(path)
        return
    if path.exists() and not path.is_file():
        raise PackageError("PKG-0150", path=path.name)  # a pipe or a device would hang
    with path.open("rb") as file, tempfile.TemporaryFile() as scratch:
        length = path.stat().st_size
        block = file.read(BLOCK)
        file.seek(0)
        if block.startswith((b"PK\3\4", b"PK\5\6")):
            yield ZipArchive(path.name, length, file)
        elif block.startswith(b"\x1f\x8b"):
            with gzip.open(file) as content:
                yield TarArchive(path.name, length, cast("IO[bytes]", content), scratch, compressed=True)
        elif is_header(block):
            yield TarArchive(path.name, length, file, scratch, compressed=False)
        else:
            raise PackageError("PKG-0150", path=path.name)
