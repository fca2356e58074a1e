"""The search index as the rest of the product sees it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from archive.database.scope import Scope
from search.index.analysis import Words


@dataclass(frozen=True, slots=True)
class IndexDocument:
    """One thing that can be found: a dossier, or a document of it.

    Attributes:
        kind: ``dossier`` or ``document``.
        object_id: its public id.
        dossier_id: the dossier it belongs to; entries are replaced dossier by dossier.
        organization_id, unit_id, sensitivity: what scopes decide by.
        revision: of the dossier's row, so that an older state never replaces a newer one.
        title: names, codes, numbers: what weighs most.
        body: every other field and the text of the file.
        facets: values to count and filter by, by the names in `FACETS`.
        day: of the document or of the dossier's end, as the number YYYYMMDD; 0 when it is not known.
        place: what sorts it by code: the dossier's, then the document's place in it.
    """

    kind: str
    object_id: uuid.UUID
    dossier_id: uuid.UUID
    organization_id: uuid.UUID
    unit_id: uuid.UUID
    sensitivity: int
    revision: int
    title: str
    body: str
    facets: Mapping[str, str] = field(default_factory=dict)
    day: int = 0
    place: str = ""


FACETS = ("year", "type", "issuer", "period", "state")
COUNTED = ("kind", *FACETS)
"""What is counted, and what a search can be narrowed by."""

ORDERS: dict[str, tuple[str, bool]] = {
    "newest": ("newest", True),
    "oldest": ("oldest", False),
    "code": ("place", False),
}
"""Orders other than by relevance: the field, and whether the highest comes first; what has no day comes last."""
BEST = "best"


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found."""

    kind: str
    object_id: uuid.UUID
    dossier_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search found inside the scope: how many in all, one page of them, counts by facet value."""

    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, Mapping[str, int]]


class SearchIndex(Protocol):
    """Finds what was put into it; derived from the database and rebuilt from it at any time."""

    def replace(self, dossiers: Mapping[uuid.UUID, Sequence[IndexDocument]]) -> None:
        """Put these dossiers' entries in place of what the index has of them; durable on return."""
        ...

    def search(
        self,
        words: Words,
        scope: Scope,
        *,
        filters: Mapping[str, str] | None = None,
        offset: int = 0,
        limit: int = 20,
        order: str = BEST,
    ) -> SearchResult:
        """Return what has all the words, inside the scope; the scope is part of the query, facets included.

        `filters` go by the names in `COUNTED`, `order` is `BEST` or one of `ORDERS`. By `BEST`, documents that have
        the marked words exactly as typed come first, then by relevance; what weighs the same stands in one order
        until the index changes.
        """
        ...

    def entries(self) -> dict[uuid.UUID, int]:
        """Return the highest revision held of every dossier, for verification."""
        ...

    def begin_rebuild(self) -> SearchIndex:
        """Return an empty index beside this one; until `finish_rebuild` searches are answered by this one."""
        ...

    def finish_rebuild(self, rebuilt: SearchIndex) -> None:
        """Let the rebuilt index answer from now on."""
        ...

    def close(self) -> None:
        """Give the index back; another process may write to it."""
        ...
