"""A folder that appears whole or not at all."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive import faults
from preservation.backup.errors import BackupError


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """Yield a folder under another name; when the block ends, it is durable and called `target`.

    What killed runs for the same target left behind is removed first.

    Raises:
        BackupError: BAK-0001 there is something at the target already.
    """
    target = target.absolute()
    if target.is_symlink() or (target.exists() and (not target.is_dir() or any(target.iterdir()))):
        raise BackupError("BAK-0001", folder=str(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    _remove_left(target)
    partial = target.with_name(f".{target.name}.partial-{secrets.token_hex(8)}")
    partial.mkdir(mode=0o700)
    held = os.open(partial, os.O_RDONLY | os.O_DIRECTORY)
    try:
        # As long as it is held it is somebody's; the lock ends with the process, however that ends.
        fcntl.flock(held, fcntl.LOCK_EX)
        yield partial
        for path in [*partial.iterdir(), partial]:
            settle(path)
        faults.point("backup.settled")
        try:
            partial.rename(target)
        except OSError:
            if target.exists():
                raise BackupError("BAK-0001", folder=str(target)) from None
            raise
        faults.point("backup.renamed")
        settle(target.parent)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    finally:
        os.close(held)


def settle(place: Path) -> None:
    """Make a file, or the entries of a folder, durable."""
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_left(target: Path) -> None:
    for left in target.parent.glob(f".{target.name}.partial-*"):
        with contextlib.suppress(OSError):
            descriptor = os.open(left, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left)
            finally:
                os.close(descriptor)
