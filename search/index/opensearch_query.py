"""A question in OpenSearch's words: the same that the embedded index is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from archive.database.scope import Scope
from search.index.analysis import Words
from search.index.errors import TooManyWords
from search.index.ports import COUNTED, ORDERS

# The engine takes 1,024 clauses; a word typed with marks is four: with and without marks, in title and body.
MOST_WORDS = 200
# What has the marked words as typed stands above everything else, however often the others have theirs.
_EXACT_FIRST = 100_000.0
_TITLE_WEIGHT = 4.0
# With one shard, counts are exact as long as a field has no more values than this.
_FACET_SIZE = 10_000

_Query = dict[str, Any]


def question(words: Words, scope: Scope, filters: Mapping[str, str], *, offset: int, limit: int, order: str) -> _Query:
    """Return the body of a search: hits, exact total and counts of each facet, all inside the scope.

    Raises:
        TooManyWords: IDX-0006.
    """
    return {
        "query": _inside(words, scope, filters),
        "from": offset,
        "size": limit,
        "track_total_hits": True,
        # The entry's own name has the last word, so that equals stand in one order on every page.
        "sort": [_order(order), {"entry": "asc"}],
        "docvalue_fields": ["kind", "object_id", "dossier_id"],
        "aggs": {name: {"terms": {"field": name, "size": _FACET_SIZE}} for name in COUNTED},
    }


def _order(order: str) -> _Query:
    if order not in ORDERS:
        return {"_score": "desc"}
    name, backwards = ORDERS[order]
    return {name: {"order": "desc" if backwards else "asc", "unmapped_type": "long"}}


def listing(query: _Query, *, after: str | None, limit: int) -> _Query:
    """Return the body of a search that lists entries with their revisions, in the order of their names."""
    body = {
        "query": query,
        "size": limit,
        "sort": [{"entry": "asc"}],
        "docvalue_fields": ["entry", "dossier_id", "revision"],
        "track_total_hits": False,
    }
    return body if after is None else body | {"search_after": [after]}


def _inside(words: Words, scope: Scope, filters: Mapping[str, str]) -> _Query:
    runs = [(term,) for term in words.folded] + list(words.phrases)
    if sum(map(len, runs)) > MOST_WORDS:
        raise TooManyWords(MOST_WORDS)
    if scope.sensitivity <= 0:
        return {"match_none": {}}
    allowed: list[_Query] = [
        {"terms": {"organization_id": sorted(map(str, scope.organizations))}},
        {"range": {"sensitivity": {"gte": 0, "lte": scope.sensitivity}}},
    ]
    if scope.units is not None:
        allowed.append({"terms": {"unit_id": sorted(map(str, scope.units))}})
    allowed += [{"term": {name: value}} for name, value in filters.items()]
    query: _Query = {"filter": allowed, "must": [_in_title_or_body("folded", run) for run in runs]}
    if words.exact:
        exact = {"bool": {"must": [_in_title_or_body("exact", (term,)) for term in words.exact]}}
        query["should"] = [{"constant_score": {"filter": exact, "boost": _EXACT_FIRST}}]
        query["minimum_should_match"] = 0
    return {"bool": query}


def _in_title_or_body(form: str, terms: Sequence[str]) -> _Query:
    def within(field: str, boost: float) -> _Query:
        if len(terms) == 1:
            return {"term": {field: {"value": terms[0], "boost": boost}}}
        return {"match_phrase": {field: {"query": " ".join(terms), "boost": boost}}}

    found = [within(f"title_{form}", _TITLE_WEIGHT), within(f"body_{form}", 1.0)]
    return {"bool": {"should": found, "minimum_should_match": 1}}
