"""Sealing, beside the same promise in ten plain lines and beside a plain copy, in one run.

    python bench/seal.py [--folder FOLDER] [--rounds N]

The promise: each content byte read once, written, fsynced, read again and compared by SHA-256. Digests of
the sources are known before (the product computes them when a file is received), for all three alike.
"""

from __future__ import annotations

import argparse
import datetime
import functools
import hashlib
import itertools
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
import uuid
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from preservation.packages.bag import BagContent, PayloadFile, build_bag
from preservation.packages.verification import verify_object
from preservation.storage.folder import FolderStore

_BLOCK = 1 << 20
_SEALED_AT = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)


@dataclass(frozen=True, slots=True)
class Source:
    """One file to be sealed, and what was computed when it was received."""

    path: Path
    length: int
    sha256: str
    crc32: int


def sources(folder: Path, count: int, length: int, seed: int) -> list[Source]:
    """Write the files of one dossier."""
    folder.mkdir(parents=True)
    made = []
    for number in range(count):
        content = random.Random(seed * 1000 + number).randbytes(length)  # noqa: S311 - only filling
        path = folder / f"{number:03d}.pdf"
        path.write_bytes(content)
        made.append(Source(path, length, hashlib.sha256(content).hexdigest(), zlib.crc32(content)))
    return made


def blocks(path: Path) -> Iterator[bytes]:
    """Yield a file in blocks."""
    with path.open("rb", buffering=0) as file:
        while block := file.read(_BLOCK):
            yield block


@functools.cache
def _store(folder: Path) -> FolderStore:
    # A store in use: the 256 folders of the first packages are there.
    store = FolderStore(folder)
    for number in range(256):
        store.put(f"aip/{number:02x}/begun", [b""], length=0)
    return store


def ours(dossier: list[Source], folder: Path) -> None:
    """Seal as the product does: bag, put, verify."""
    metadata = tuple(PayloadFile.of(f"p/metadata/{name}.xml", name.encode() * 700) for name in ("ead", "mets", "rep"))
    content = tuple(
        PayloadFile(
            f"p/data/{file.path.name}", file.length, file.sha256, file.crc32, functools.partial(blocks, file.path)
        )
        for file in dossier
    )
    package = uuid.uuid4()
    bag = build_bag(BagContent(package, 1, _SEALED_AT, "kholuutru 0", (), metadata, content))
    store = _store(folder)
    key = f"aip/{package.hex[:2]}/{package}/v1-1.zip"
    store.put(key, bag.plan.stream(), length=bag.plan.length)
    assert verify_object(store, key, bag.expected, bag.plan) == []


def plain(dossier: list[Source], folder: Path) -> None:
    """Make the same promise in ten lines."""
    target = folder / uuid.uuid4().hex
    with target.open("wb") as out:
        for file in dossier:
            digest = hashlib.sha256()
            for block in blocks(file.path):
                digest.update(block)
                out.write(block)
            assert digest.hexdigest() == file.sha256
        out.flush()
        os.fsync(out.fileno())
    with target.open("rb", buffering=0) as back:
        for file in dossier:
            digest, left = hashlib.sha256(), file.length
            while left:
                block = back.read(min(_BLOCK, left))
                digest.update(block)
                left -= len(block)
            assert digest.hexdigest() == file.sha256


def copy(dossier: list[Source], folder: Path) -> None:
    """Copy, and promise nothing."""
    target = folder / uuid.uuid4().hex
    target.mkdir()
    for file in dossier:
        shutil.copyfile(file.path, target / file.path.name)


WAYS: dict[str, Callable[[list[Source], Path], None]] = {"ours": ours, "plain": plain, "copy": copy}


def measure(folder: Path, name: str, *, dossiers: int, count: int, length: int, rounds: int) -> None:
    """Seal each dossier in each way by turns, print the time of each way and the ratios.

    The ways follow each other in all orders; what one left to be written is written before the next begins;
    nothing is deleted before the end, because a file system goes on deleting for a while.
    """
    made = [sources(folder / name / f"{number:04d}", count, length, number) for number in range(dossiers)]
    targets = {way: folder / f"{name}-{way}" for way in WAYS}
    for target in targets.values():
        target.mkdir()
    _store(targets["ours"])
    orders = list(itertools.permutations(WAYS))
    rows: list[dict[str, float]] = []
    for turn in range(rounds):
        seconds = dict.fromkeys(WAYS, 0.0)
        for number, dossier in enumerate(made):
            for way in orders[(turn + number) % len(orders)]:
                os.sync()
                start = time.perf_counter()
                WAYS[way](dossier, targets[way])
                seconds[way] += time.perf_counter() - start
        rows.append(seconds)
    size = dossiers * count * length / 1e6
    print(f"\n{name}: {dossiers} dossiers of {count} files of {length:,} bytes ({size:,.0f} MB), {rounds} rounds")
    for way in WAYS:
        middle = statistics.median(row[way] for row in rows)
        best = min(row[way] for row in rows)
        print(
            f"  {way:6} median {middle:7.3f} s, best {best:7.3f} s, {size / middle:6.0f} MB/s,"
            f" {1000 * middle / dossiers:8.2f} ms a dossier"
        )
    for other in ("plain", "copy"):
        ratio = statistics.median(row[other] / row["ours"] for row in rows)
        print(f"  ours is {ratio:.2f} times as fast as {other} (median of rounds)")
    for target in targets.values():
        shutil.rmtree(target)


def main() -> None:
    """Run both sizes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, help="where to write; on the disk to be measured")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--small", type=int, default=100, help="dossiers of 20 files of 50 KB")
    parser.add_argument("--large", type=int, default=2, help="dossiers of 4 files of 25 MB")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        measure(folder, "small", dossiers=options.small, count=20, length=50_000, rounds=options.rounds)
        measure(folder, "large", dossiers=options.large, count=4, length=25_000_000, rounds=options.rounds)


if __name__ == "__main__":
    main()
