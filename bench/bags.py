"""Validating bags beside the `bagit` library and beside plain hashing of the same files.

    python -m bench.bags [FILES]     (small files in the bag of many; 20,000)

Prints for a bag of many small files and one of few large files: seconds of each and the ratios.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import bagit

from preservation.packages.validation import Verdict, validate_path, verdict

ROUNDS = 3


def main() -> None:
    """Make both bags and measure; of several rounds each takes its best."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    print(f"{'bag':<24}{'ours':>8}{'bagit':>8}{'hashing':>9}{'to bagit':>10}{'to hashing':>12}")
    with tempfile.TemporaryDirectory() as scratch:
        for name, number, size in ((f"{count} of 8 KB", count, 8 << 10), ("10 of 60 MB", 10, 60 << 20)):
            folder = _make(Path(scratch) / name, number, size)
            ours, library, plain = (_best(act, folder) for act in (_ours, _library, _plain))
            ratios = f"{library / ours:>10.2f}{plain / ours:>12.2f}"
            print(f"{name:<24}{ours:>8.2f}{library:>8.2f}{plain:>9.2f}{ratios}", flush=True)


def _best(act: Callable[[Path], None], folder: Path) -> float:
    seconds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        act(folder)
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def _make(folder: Path, count: int, size: int) -> Path:
    lines = []
    for number in range(count):
        path = folder / "data" / f"thư mục {number // 200:04d}" / f"văn bản {number:06d}.bin"
        path.parent.mkdir(parents=True, exist_ok=True)
        content = os.urandom(size)
        path.write_bytes(content)
        lines.append(f"{hashlib.sha256(content).hexdigest()}  {path.relative_to(folder).as_posix()}\n")
    (folder / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", "utf-8")
    (folder / "manifest-sha256.txt").write_text("".join(lines), "utf-8")
    return folder


def _ours(folder: Path) -> None:
    if verdict(validate_path(folder)) is not Verdict.VALID:
        raise SystemExit("our judge found fault with a good bag")


def _library(folder: Path) -> None:
    bagit.Bag(str(folder)).validate()


def _plain(folder: Path) -> None:
    for parent, _, names in os.walk(folder):
        for name in names:
            with (Path(parent) / name).open("rb") as file:
                hashlib.file_digest(file, "sha256")


if __name__ == "__main__":
    main()
