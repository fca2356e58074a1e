"""Check 1: every row has its file, every file its row."""

from __future__ import annotations

from collections.abc import Iterator

from archive.messages.rules import Finding, Where
from ingest.checks.context import CheckContext, Link, cell, dossier_place
from ingest.readers.paths import CODES, How


def check_files(context: CheckContext) -> Iterator[Finding]:
    """Yield findings about rows without file, files without row, and files named more than once in a dossier."""
    for dossier in context.submission.dossiers:
        if not dossier.documents:
            where = dossier_place(dossier)
            yield Finding("CHK-0105", where, cell(where))
    for link in context.links:
        yield from _matched(link)
    yield from _named_twice(context)
    yield from _without_row(context)


def _matched(link: Link) -> Iterator[Finding]:
    where, match = link.where("path"), link.match
    proposed = match.path or (match.candidates[0] if len(match.candidates) == 1 else None)
    found = link.document.path_as_written or None
    if match.how is How.EMPTY:
        yield Finding("CHK-0104", where, cell(where))
    elif match.how is How.NOTHING:
        yield Finding("CHK-0101", where, {**cell(where), "path": found or ""}, found=found, proposed=proposed)
    elif match.how in CODES:
        parameters = {**cell(where), "count": len(match.candidates)}
        yield Finding(CODES[match.how], where, parameters, found=found, proposed=proposed)


def _named_twice(context: CheckContext) -> Iterator[Finding]:
    first: dict[tuple[str, str], Link] = {}
    for link in context.links:
        if link.file is None:
            continue
        earlier = first.setdefault((link.dossier.key, link.file.path), link)
        if earlier is not link:
            where = link.where("path")
            yield Finding("CHK-0103", where, {**cell(where), "first": earlier.document.row}, found=link.file.path)


def _without_row(context: CheckContext) -> Iterator[Finding]:
    # What a row may have meant is spoken of there, once.
    meant = {path for link in context.links for path in (link.match.path, *link.match.candidates)}
    for file in context.files:
        where = Where(path=file.path)
        parameters: dict[str, str | int] = {"path": file.path}
        if file.of_the_system:
            yield Finding("CHK-0107", where, parameters)
            continue
        if file.path != context.list_path and file.path not in meant:
            yield Finding("CHK-0102", where, parameters)
        if file.size == 0:
            yield Finding("CHK-0106", where, parameters)
