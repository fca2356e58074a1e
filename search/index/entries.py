"""What every search engine keeps of an entry: terms made by the one analysis, and what scopes and filters decide by."""

from __future__ import annotations

from typing import Any

from search.index.analysis import exact_terms, folded_terms
from search.index.ports import FACETS, IndexDocument

_BEHIND_EVERY_DAY = 99_999_999
_LONGEST_PLACE = 1_000


def fields_of(document: IndexDocument) -> dict[str, Any]:
    """Return the fields by name; ids as text, terms separated by blanks."""
    return {
        "kind": document.kind,
        "object_id": str(document.object_id),
        "dossier_id": str(document.dossier_id),
        "organization_id": str(document.organization_id),
        "unit_id": str(document.unit_id),
        "sensitivity": document.sensitivity,
        "revision": document.revision,
        "title_folded": " ".join(folded_terms(document.title)),
        "title_exact": " ".join(exact_terms(document.title)),
        "body_folded": " ".join(folded_terms(document.body)),
        "body_exact": " ".join(exact_terms(document.body)),
        "newest": document.day,
        "oldest": document.day or _BEHIND_EVERY_DAY,
        "place": document.place[:_LONGEST_PLACE],
        **{name: document.facets.get(name, "") for name in FACETS},
    }
