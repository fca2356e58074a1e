"""The key that signs cookies where the settings name none."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from archive import faults
from preservation.backup.folders import settle


def session_key(data: Path) -> str:
    """Return the key that signs cookies: made once, readable by its owner alone, never in a backup."""
    path = data / "keys" / "session"
    if not path.exists() or not path.stat().st_size:
        _make_key(path)
    return path.read_text("ascii")


def _make_key(path: Path) -> None:
    """Write a key that appears whole or not at all; an empty file is one that a kill left in earlier versions."""
    fresh = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        faults.point("key.written")
        if path.exists() and not path.stat().st_size:
            fresh.replace(path)
        else:
            # Never over the key of another process that was first.
            with contextlib.suppress(FileExistsError):
                os.link(fresh, path)
        settle(path.parent)
    finally:
        fresh.unlink(missing_ok=True)
