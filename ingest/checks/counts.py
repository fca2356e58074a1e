"""Check 4: the totals that the list states, and what is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archive.messages.rules import Finding
from ingest.checks.context import CheckContext, Link, TransferFile, cell, dossier_place
from ingest.readers.submission import SubmittedDossier

_WITHOUT_PAGES = ("audio/", "video/")


def check_counts(context: CheckContext) -> Iterator[Finding]:
    """Yield findings about the number of documents, their order, their pages and sheets."""
    by_dossier: dict[str, list[Link]] = {}
    for link in context.links:
        by_dossier.setdefault(link.dossier.key, []).append(link)
    for dossier in context.submission.dossiers:
        links = by_dossier.get(dossier.key, [])
        yield from _documents(dossier)
        for link in links:
            yield from _ordinal(link)
            yield from _pages(link)
        yield from _sheets(dossier, links)


def _documents(dossier: SubmittedDossier) -> Iterator[Finding]:
    if not dossier.documents:
        return  # check 1 says so
    where, there = dossier_place(dossier, "document_total"), len(dossier.documents)
    stated = _number(dossier.values, "document_total")
    if "document_total" not in dossier.values:
        yield Finding("CHK-0407", where, {**cell(where), "there": there}, proposed=str(there))
    elif stated is not None and stated != there:
        parameters = {**cell(where), "stated": stated, "there": there}
        yield Finding("CHK-0401", where, parameters, found=str(stated), proposed=str(there))


def _ordinal(link: Link) -> Iterator[Finding]:
    stated = _number(link.document.values, "ordinal")
    if stated is not None and stated != link.document.ordinal:
        where = link.where("ordinal")
        parameters = {**cell(where), "stated": stated, "there": link.document.ordinal}
        yield Finding("CHK-0406", where, parameters, found=str(stated), proposed=str(link.document.ordinal))


def _pages(link: Link) -> Iterator[Finding]:
    if link.file is None or not _has_pages(link.file):
        return
    where, counted = link.where("page_total"), link.file.pages
    stated = _number(link.document.values, "page_total")
    if "page_total" not in link.document.values:
        yield Finding("CHK-0403", where, cell(where), proposed=None if counted is None else str(counted))
    elif counted is None:
        yield Finding("CHK-0404", where, cell(where))
    elif stated is not None and stated != counted:
        parameters = {**cell(where), "stated": stated, "there": counted}
        yield Finding("CHK-0402", where, parameters, found=str(stated), proposed=str(counted))


def _sheets(dossier: SubmittedDossier, links: list[Link]) -> Iterator[Finding]:
    """A sheet has one page or two, so the sheets lie between half the pages and all of them."""
    sheets = _number(dossier.values, "sheet_total")
    pages = [link.file.pages if link.file else None for link in links]
    if sheets is None or not pages or any(number is None for number in pages):
        return
    total = sum(number for number in pages if number is not None)
    if not (total + 1) // 2 <= sheets <= total:
        where = dossier_place(dossier, "sheet_total")
        yield Finding("CHK-0405", where, {**cell(where), "stated": sheets, "there": total}, found=str(sheets))


def _has_pages(file: TransferFile) -> bool:
    return not any(found.mime.startswith(_WITHOUT_PAGES) for found in file.formats or ())


def _number(values: Mapping[str, str], name: str) -> int | None:
    text = values.get(name, "")
    return int(text) if text.isdecimal() else None
