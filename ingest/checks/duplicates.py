"""Check 6: the same content more than once, in the transfer or in the archive (TT 05/2025 Điều 24, by analogy)."""

from __future__ import annotations

from collections.abc import Iterator

from archive.messages.rules import Finding
from ingest.checks.context import CheckContext, Held, Link, cell, dossier_place


def check_duplicates(context: CheckContext) -> Iterator[Finding]:
    """Yield a warning for content twice in one dossier, a note for content in several (which is lawful).

    A dossier all of whose files lie in one dossier of the archive was probably handed in before.
    """
    yield from _in_the_transfer(context)
    yield from _in_the_archive(context)


def _in_the_transfer(context: CheckContext) -> Iterator[Finding]:
    by_content: dict[str, dict[str, list[Link]]] = {}
    for link in context.links:
        if link.file is not None and link.file.size:
            by_content.setdefault(link.file.sha256, {}).setdefault(link.dossier.key, []).append(link)
    for dossiers in by_content.values():
        for first, *others in dossiers.values():
            for link in others:
                # One file for two rows is check 1's matter.
                if link.match.path != first.match.path:
                    where = link.where("path")
                    parameters = {**cell(where), "first": first.match.path}
                    yield Finding("CHK-0601", where, parameters, found=link.match.path)
        if len(dossiers) > 1:
            first, *others = (links[0] for links in dossiers.values())
            where = first.where("path")
            parameters = {**cell(where), "count": len(dossiers), "others": "; ".join(x.dossier.key for x in others)}
            yield Finding("CHK-0602", where, parameters)


def _in_the_archive(context: CheckContext) -> Iterator[Finding]:
    by_dossier: dict[str, list[Link]] = {}
    for link in context.links:
        if link.file is not None and link.file.size:
            by_dossier.setdefault(link.dossier.key, []).append(link)
    for links in by_dossier.values():
        held = [{one.dossier_id: one for one in context.holdings.get(_digest(link), ())} for link in links]
        everywhere = set(held[0]).intersection(*held[1:])
        if everywhere:
            other = held[0][min(everywhere)]
            where = dossier_place(links[0].dossier, "notation")
            yield Finding("CHK-0603", where, {**cell(where), **_named(other), "count": len(links)})
            continue
        for link, others in zip(links, held, strict=True):
            if others:
                where = link.where("path")
                yield Finding("CHK-0604", where, {**cell(where), **_named(others[min(others)])})


def _digest(link: Link) -> str:
    return link.file.sha256 if link.file is not None else ""


def _named(held: Held) -> dict[str, str | int]:
    return {"code": held.code, "id": str(held.dossier_id)}
