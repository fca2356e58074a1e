"""Which file of a transfer is its list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from archive.text.folding import fold
from ingest.transfers.errors import TransferError

_NAMED = re.compile(r"(danh.?muc|muc.?luc|list)")


def lists_among(paths: Sequence[str]) -> list[str]:
    """Return the paths of files that may be a list."""
    return [path for path in paths if path.lower().endswith(".xlsx")]


def one_list(paths: Sequence[str]) -> str:
    """Return the list's path: the only workbook, or the only one that is named or placed as one.

    Raises:
        TransferError: TRF-0008 there is none, TRF-0012 there are several.
    """
    found = lists_among(paths)
    if not found:
        raise TransferError("TRF-0008")
    named = [path for path in found if _NAMED.search(fold(PurePosixPath(path).name).replace(" ", "-"))]
    shallow = min(path.count("/") for path in found)
    for choice in (found, named, [path for path in found if path.count("/") == shallow]):
        if len(choice) == 1:
            return choice[0]
    raise TransferError("TRF-0012", count=len(found), paths=", ".join(found[:5]))
