"""The search index on tantivy: a folder per generation, and a pointer to the one that answers."""

from __future__ import annotations

import os
import shutil
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import tantivy

from archive import faults
from archive.database.scope import Scope
from search.index.analysis import Words
from search.index.entries import fields_of
from search.index.errors import IndexMissing
from search.index.ports import BEST, COUNTED, FACETS, ORDERS, Hit, IndexDocument, SearchIndex, SearchResult

T = TypeVar("T")
_FIRST = "generation-1"
_EXACT_FIRST = 100_000.0
_TITLE_WEIGHT = 4.0
_HEAP = 64_000_000
# tantivy's terms aggregation is approximate with a small size.
_FACET_SIZE = 10_000


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in ("object_id", "dossier_id"):
        builder.add_text_field(name, stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("kind", stored=True, fast=True, tokenizer_name="raw", index_option="basic")
    for name in ("organization_id", "unit_id"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in (*FACETS, "place"):
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    for name in ("sensitivity", "revision"):
        builder.add_integer_field(name, stored=True, indexed=True, fast=True)
    for name in ("newest", "oldest"):
        builder.add_integer_field(name, fast=True)
    for name in ("title_folded", "body_folded", "title_exact", "body_exact"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    return builder.build()


class TantivyIndex:
    """An index below `root`; one process writes, any number reads.

    Args:
        root: the folder that holds the generations and the pointer.
        generation: name of the generation; None follows the pointer.
    """

    def __init__(self, root: Path, generation: str | None = None) -> None:
        self.root = root
        self._fixed = generation
        self._open_name = ""
        self._index: tantivy.Index | None = None
        self._writer: tantivy.IndexWriter | None = None
        self._schema = _schema()
        self._opening = threading.Lock()

    def _open(self, name: str, *, make: bool) -> tantivy.Index:
        with self._opening:
            if self._index is None or name != self._open_name:
                self.close()
                folder = self.root / name
                if make:
                    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._index = _opened(self._schema, folder)
                self._open_name = name
            return self._index

    def _current(self) -> str:
        if self._fixed:
            return self._fixed
        try:
            return (self.root / "current").read_text("ascii").strip()
        except FileNotFoundError:
            return _FIRST

    def _reading(self, read: Callable[[tantivy.Searcher], T]) -> T:
        """Read from the generation that answers; one that a rebuild has just taken away is left for the next."""
        while True:
            name = self._current()
            try:
                index = self._open(name, make=name in {_FIRST, self._fixed})
                index.reload()
                result = read(index.searcher())
            except (ValueError, OSError):
                if self._current() == name:
                    raise
            else:
                if self._current() == name:
                    return result

    def replace(self, dossiers: Mapping[uuid.UUID, Sequence[IndexDocument]]) -> None:
        """Put these dossiers' entries in place of what the index has of them."""
        index = self._open(self._current(), make=True)
        if self._writer is None:
            self._writer = index.writer(heap_size=_HEAP, num_threads=1)
        for dossier_id, documents in dossiers.items():
            self._writer.delete_documents_by_term("dossier_id", str(dossier_id))
            for document in documents:
                self._writer.add_document(_fields(document, self._schema))
        self._writer.commit()
        faults.point("index.committed")

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
        """Return what has all the words, inside the scope."""
        query = self._query(words, scope, filters or {})
        return self._reading(lambda searcher: _page(searcher, query, offset, limit, order))

    def _query(self, words: Words, scope: Scope, filters: Mapping[str, str]) -> tantivy.Query:
        schema, must = self._schema, tantivy.Occur.Must
        parts: list[tuple[tantivy.Occur, tantivy.Query]] = [
            (must, _silent(_any_of(schema, "organization_id", map(str, scope.organizations)))),
            (
                must,
                _silent(
                    tantivy.Query.range_query(schema, "sensitivity", tantivy.FieldType.Integer, 0, scope.sensitivity)
                ),
            ),
        ]
        if scope.sensitivity <= 0:
            parts.append((must, tantivy.Query.empty_query()))
        if scope.units is not None:
            parts.append((must, _silent(_any_of(schema, "unit_id", map(str, scope.units)))))
        parts += [(must, _silent(tantivy.Query.term_query(schema, name, value))) for name, value in filters.items()]
        runs = [[term] for term in words.folded] + [list(phrase) for phrase in words.phrases]
        parts += [(must, _in_title_or_body(schema, "folded", run)) for run in runs]
        if words.exact:
            exact = tantivy.Query.boolean_query(
                [(must, _in_title_or_body(schema, "exact", [term])) for term in words.exact]
            )
            parts.append((tantivy.Occur.Should, tantivy.Query.const_score_query(exact, _EXACT_FIRST)))
        return tantivy.Query.boolean_query(parts)

    def entries(self) -> dict[uuid.UUID, int]:
        """Return the highest revision held of every dossier."""
        query = tantivy.Query.term_query(self._schema, "kind", "dossier")
        return self._reading(lambda searcher: _revisions(searcher, query))

    def begin_rebuild(self) -> SearchIndex:
        """Return an empty generation beside the present one."""
        present = self._current()
        number = int(present.rpartition("-")[2]) + 1
        name = f"generation-{number}"
        shutil.rmtree(self.root / name, ignore_errors=True)
        return TantivyIndex(self.root, name)

    def finish_rebuild(self, rebuilt: SearchIndex) -> None:
        """Swing the pointer to the rebuilt generation (one rename), and remove the others."""
        if not isinstance(rebuilt, TantivyIndex) or rebuilt._fixed is None:  # noqa: SLF001 - of this class
            raise TypeError("not a generation of this index")
        name = rebuilt._fixed  # noqa: SLF001 - of this class
        rebuilt.close()
        waiting = self.root / "current.new"
        with waiting.open("w", encoding="ascii") as file:
            file.write(name)
            file.flush()
            os.fsync(file.fileno())
        faults.point("index.swap")
        waiting.replace(self.root / "current")
        self.close()
        for folder in self.root.glob("generation-*"):
            if folder.name != name:
                # Away at once or not at all: nobody opens a generation that is half removed.
                folder.rename(folder.with_name(f"going-{folder.name}"))
        for folder in self.root.glob("going-*"):
            shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """Give the writer's lock back."""
        if self._writer is not None:
            self._writer.wait_merging_threads()
        self._writer = self._index = None


def _opened(schema: tantivy.Schema, folder: Path) -> tantivy.Index:
    """Return the index in a folder, a new one where there is none.

    Raises:
        IndexMissing: IDX-0001 it was built for an earlier version of the product.
    """
    try:
        return tantivy.Index(schema, path=str(folder))
    except ValueError as error:
        if "schema" not in str(error).casefold():
            raise
        raise IndexMissing(folder.name) from error


def _page(searcher: tantivy.Searcher, query: tantivy.Query, offset: int, limit: int, order: str) -> SearchResult:
    if order in ORDERS:
        name, backwards = ORDERS[order]
        direction = tantivy.Order.Desc if backwards else tantivy.Order.Asc
        found = searcher.search(
            query, limit=max(1, limit), offset=offset, count=True, order_by_field=name, order=direction
        )
    else:
        found = searcher.search(query, limit=max(1, limit), offset=offset, count=True)
    hits = []
    for _, address in found.hits[:limit]:
        document = searcher.doc(address)
        hits.append(
            Hit(
                document["kind"][0],
                uuid.UUID(document["object_id"][0]),
                uuid.UUID(document["dossier_id"][0]),
            )
        )
    wanted = {name: {"terms": {"field": name, "size": _FACET_SIZE}} for name in COUNTED}
    counts = searcher.aggregate(query, wanted)
    facets = {
        name: {str(b["key"]): int(b["doc_count"]) for b in counts[name]["buckets"] if b["key"] != ""}
        for name in COUNTED
    }
    total = int(found.count or 0)  # type: ignore[attr-defined] # missing in its stub
    return SearchResult(total, tuple(hits), facets)


def _revisions(searcher: tantivy.Searcher, query: tantivy.Query) -> dict[uuid.UUID, int]:
    held: dict[uuid.UUID, int] = {}
    found = searcher.search(query, limit=max(1, searcher.num_docs), count=False)
    for _, address in found.hits:
        document = searcher.doc(address)
        held[uuid.UUID(document["dossier_id"][0])] = int(document["revision"][0])
    return held


def _fields(document: IndexDocument, schema: tantivy.Schema) -> tantivy.Document:
    return tantivy.Document.from_dict(fields_of(document), schema)


def _in_title_or_body(schema: tantivy.Schema, form: str, terms: list[str]) -> tantivy.Query:
    def within(field: str) -> tantivy.Query:
        if len(terms) == 1:
            return tantivy.Query.term_query(schema, field, terms[0])
        return tantivy.Query.phrase_query(schema, field, list(terms))

    should = tantivy.Occur.Should
    title = tantivy.Query.boost_query(within(f"title_{form}"), _TITLE_WEIGHT)
    return tantivy.Query.boolean_query([(should, title), (should, within(f"body_{form}"))])


def _any_of(schema: tantivy.Schema, field: str, values: Any) -> tantivy.Query:  # noqa: ANN401 - iterable of text
    chosen = sorted(values)
    return tantivy.Query.term_set_query(schema, field, chosen) if chosen else tantivy.Query.empty_query()


def _silent(query: tantivy.Query) -> tantivy.Query:
    """Return the query as a filter: it decides, and weighs nothing."""
    return tantivy.Query.const_score_query(query, 0.0)
