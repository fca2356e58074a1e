"""Small package versions for the tests of this folder; the names in them are made up."""

from __future__ import annotations

import datetime
import subprocess
import uuid
import zipfile
from collections.abc import Iterator
from pathlib import Path

from preservation.packages.bag import Bag, BagContent, PayloadFile, ReferencedFile, build_bag
from preservation.packages.zip_writer import ZipPlan

PACKAGE = uuid.UUID("0f8fad5b-d9cb-469f-a165-70867728950e")
ROOT = f"{PACKAGE}-v1"
KEY = f"aip/0f/{PACKAGE}/v1-1.zip"
SEALED_AT = datetime.datetime(2026, 3, 4, 18, 30, tzinfo=datetime.UTC)
INFO = (
    ("Source-Organization", "Cơ quan mẫu"),
    ("External-Identifier", f"urn:uuid:{PACKAGE}"),
    ("Bag-Group-Identifier", "Phông mẫu"),
)
METADATA = (
    PayloadFile.of("urn_mau/METS.xml", b"<mets/>"),
    PayloadFile.of("urn_mau/metadata/EAD.xml", b"<ead/>"),
)
DECISION = PayloadFile.of("urn_mau/representations/rep1/data/Quyết định số 1.pdf", b"%PDF-1.7 sample " * 400)
LETTER = PayloadFile.of("urn_mau/representations/rep1/data/Công văn 100%.txt", "Kính gửi\n".encode())


def content(
    *,
    version: int = 1,
    files: tuple[PayloadFile, ...] = (DECISION, LETTER),
    references: tuple[ReferencedFile, ...] = (),
    metadata: tuple[PayloadFile, ...] = METADATA,
) -> BagContent:
    """Return what one version of the sample package is made of."""
    return BagContent(PACKAGE, version, SEALED_AT, "kholuutru 0.1", INFO, metadata, files, references)


def sample_bag() -> Bag:
    """Return the first version of the sample package."""
    return build_bag(content())


def write(plan: ZipPlan, path: Path) -> Path:
    """Write a zip to a file."""
    with path.open("wb") as file:
        file.writelines(plan.stream())
    return path


def unpack(plan: ZipPlan, folder: Path) -> Path:
    """Unpack a bag's zip by Python's own library and return the bag's folder."""
    path = write(plan, folder / "package.zip")
    with zipfile.ZipFile(path) as opened:
        opened.extractall(folder)
        name = opened.namelist()[0].partition("/")[0]
    path.unlink()
    return folder / name


def files_of(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of every file below a folder."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path.read_bytes()


def run(*command: str | Path, cwd: Path | None = None, limit: float = 60) -> subprocess.CompletedProcess[str]:
    """Run a program and return what it said."""
    return subprocess.run(list(map(str, command)), cwd=cwd, capture_output=True, text=True, check=False, timeout=limit)
