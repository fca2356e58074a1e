"""Check 6: the same content more than once."""

from __future__ import annotations

from collections.abc import Iterator

from archive.messages.rules import Finding
from ingest.checks.context import CheckContext, Link, cell


def check_duplicates(context: CheckContext) -> Iterator[Finding]:
    """Yield a warning for content twice in one dossier, a note for content in several (which is lawful)."""
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
