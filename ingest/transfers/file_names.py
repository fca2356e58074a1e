"""What a file may be called inside a transfer, and how many and how long files may be."""

from __future__ import annotations

import re

from archive.text.folding import TURNING, nfc
from ingest.transfers.errors import TransferError

MAX_FILES = 50_000
LONGEST_FILE = 1 << 40
LONGEST_PATH = 1000
_CONTROL = re.compile(rf"[\x00-\x1f\x7f{TURNING}]")


def clean_path(path: str) -> str:
    """Return the path inside the transfer: NFC, ``/`` between parts, no drive, no leading separator.

    Raises:
        TransferError: TRF-0006 for an empty path, ``..`` or characters that control or turn the writing.
    """
    parts = [part for part in re.split(r"[/\\]", nfc(path)) if part not in {"", "."}]
    if parts and re.fullmatch(r"[A-Za-z]:", parts[0]):
        parts = parts[1:]
    surrogate = any("\ud800" <= char <= "\udfff" for char in path)
    if not parts or ".." in parts or _CONTROL.search(path) or surrogate or len(path) > LONGEST_PATH:
        raise TransferError("TRF-0006", path=ascii(path)[1:200])
    return "/".join(parts)
