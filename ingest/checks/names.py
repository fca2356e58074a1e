"""Check 11: names and sizes of files, by rules that a province may have; off until a body switches them on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archive.messages.rules import Finding, Where
from ingest.checks.codes import code_of
from ingest.checks.context import CheckContext, cell

LONGEST_NAME = 50
LARGEST_MEGABYTES = 50
_PLAIN = re.compile(r"[A-Za-z0-9._ -]*")


def check_names(context: CheckContext) -> Iterator[Finding]:
    """Yield findings about file names, about large files, and about files not called after their dossier."""
    for file in context.content:
        stem = file.path.rpartition("/")[2].rpartition(".")[0]
        if len(stem) > LONGEST_NAME or not _PLAIN.fullmatch(stem):
            limits: dict[str, str | int] = {"path": file.path, "length": len(stem), "limit": LONGEST_NAME}
            yield Finding("CHK-1101", Where(path=file.path), limits)
        if file.size > LARGEST_MEGABYTES << 20:
            sizes: dict[str, str | int] = {"path": file.path, "count": file.size >> 20, "limit": LARGEST_MEGABYTES}
            yield Finding("CHK-1102", Where(path=file.path), sizes)
    settings = context.settings
    for link in context.links:
        code = code_of(link.dossier.values, agency=settings.agency_code, fonds=settings.fonds_code)
        if link.file is None or code is None:
            continue
        stem = re.sub(r"[^0-9A-Za-zÀ-ỹĐđ._-]", "_", f"{code}.{link.document.ordinal}")
        wanted = f"{stem}.{link.file.extension}"
        if link.file.path.rpartition("/")[2] != wanted:
            where = link.where("path")
            yield Finding("CHK-1103", where, {**cell(where), "wanted": wanted}, found=link.file.path)
