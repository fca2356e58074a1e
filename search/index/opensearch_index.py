"""The search index on OpenSearch: an index per generation, and aliases of the one that answers."""

from __future__ import annotations

import re
import time
import tomllib
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import resources
from typing import Any

from archive import faults
from archive.database.scope import Scope
from search.index.analysis import Words
from search.index.entries import fields_of
from search.index.errors import IndexBlocked, IndexMissing, ServerFailed
from search.index.opensearch_bulk import Write, write
from search.index.opensearch_query import listing, question
from search.index.opensearch_server import READ_PAUSES, WRITE_PAUSES, OpenSearchServer
from search.index.ports import BEST, COUNTED, Hit, IndexDocument, SearchIndex, SearchResult

_PAGE = 5_000
_SERVER_ERROR = 500


class OpenSearchIndex:
    """Indices ``<name>-<generation>``, reached by the aliases ``<name>-read`` and ``<name>-write`` of the present one.

    None of them is ever made by asking or writing: an index that is gone is an error (``IDX-0001``) until a rebuild
    has made it anew, so that nobody takes an empty index for an empty archive.

    Args:
        server: where the indices are.
        name: of all of them, in small letters.
        replicas: copies of each index that further nodes hold.
        generation: number of an index that is being built, which no search is answered by; None is the present one.
    """

    def __init__(
        self, server: OpenSearchServer, name: str, *, replicas: int = 0, generation: int | None = None
    ) -> None:
        self.server = server
        self.name = name
        self.replicas = replicas
        self.generation = generation
        self.reading, self.writing = f"{name}-read", f"{name}-write"
        if generation is not None:
            self.reading = self.writing = _building(name, generation)
        # What a killed process has left written but not shown must be seen before it can be replaced.
        self._shown = False

    def replace(self, dossiers: Mapping[uuid.UUID, Sequence[IndexDocument]]) -> None:
        """Put these dossiers' entries in place of what the index has of them; shown and durable on return."""
        if not dossiers:
            return
        if not self._shown:
            self._show()
        self._shown = False
        held = self._held(dossiers)
        write(self.server, self.writing, (one for key in dossiers for one in _writes(dossiers[key], held.get(key, {}))))
        self._show()
        self._shown = True
        faults.point("index.committed")

    def _show(self) -> None:
        answer = self.server.request("POST", f"/{self.writing}/_refresh", pauses=WRITE_PAUSES)
        self._whole(answer)

    def _held(self, dossiers: Mapping[uuid.UUID, Any]) -> dict[uuid.UUID, dict[str, int]]:
        """Return name and revision of each entry that the index has of these dossiers."""
        held: dict[uuid.UUID, dict[str, int]] = {}
        wanted = {"terms": {"dossier_id": sorted(map(str, dossiers))}}
        for entry, dossier_id, revision in self._list(self.writing, wanted):
            held.setdefault(dossier_id, {})[entry] = revision
        return held

    def _list(self, alias: str, query: dict[str, Any]) -> Iterator[tuple[str, uuid.UUID, int]]:
        after = None
        while True:
            answer = self._ask(alias, listing(query, after=after, limit=_PAGE))
            with self._understanding(answer):
                fields = [hit["fields"] for hit in answer["hits"]["hits"]]
                page = [(f["entry"][0], uuid.UUID(f["dossier_id"][0]), int(f["revision"][0])) for f in fields]
            yield from page
            if len(page) < _PAGE:
                return
            after = page[-1][0]

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
        answer = self._ask(self.reading, question(words, scope, filters or {}, offset=offset, limit=limit, order=order))
        with self._understanding(answer):
            hits = [hit["fields"] for hit in answer["hits"]["hits"]]
            return SearchResult(
                int(answer["hits"]["total"]["value"]),
                tuple(Hit(h["kind"][0], uuid.UUID(h["object_id"][0]), uuid.UUID(h["dossier_id"][0])) for h in hits),
                {name: _counts(answer["aggregations"][name]["buckets"]) for name in COUNTED},
            )

    def entries(self) -> dict[uuid.UUID, int]:
        """Return the highest revision held of every dossier."""
        listed = self._list(self.reading, {"term": {"kind": "dossier"}})
        return {dossier_id: revision for _, dossier_id, revision in listed}

    def _ask(self, alias: str, body: dict[str, Any]) -> dict[str, Any]:
        """Return a search's answer; one that met an index which a rebuild has just taken away is asked again."""
        for pause in (*READ_PAUSES, None):
            try:
                answer = self.server.request(
                    "POST", f"/{alias}/_search", body, allow_partial_search_results=False, request_cache=False
                )
                self._whole(answer)
            except (IndexMissing, ServerFailed) as error:
                if pause is None or (isinstance(error, ServerFailed) and 0 < error.status < _SERVER_ERROR):
                    raise
                time.sleep(pause)
            else:
                return answer
        raise AssertionError("the last pause is None")

    def _whole(self, answer: Mapping[str, Any]) -> None:
        """Refuse an answer of which a part is missing."""
        shards = answer.get("_shards")
        if not isinstance(shards, dict) or shards.get("failed") != 0 or answer.get("timed_out", False):
            raise ServerFailed(self.server.url, 0, f"«{str(answer)[:200]}»")

    @contextmanager
    def _understanding(self, answer: object) -> Iterator[None]:
        """Make an error of an answer that is not of the expected form."""
        try:
            yield
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise ServerFailed(self.server.url, 0, f"«{str(answer)[:200]}»") from error

    def begin_rebuild(self) -> SearchIndex:
        """Return an empty index beside the present one; what an earlier rebuild has left is removed."""
        generations = self._generations()
        for index, aliases in generations.items():
            if self.reading not in aliases:
                self.server.request("DELETE", f"/{index}", pauses=WRITE_PAUSES)
        number = 1 + max((int(index.rpartition("-")[2]) for index in generations), default=0)
        made = tomllib.loads(resources.files("search.index").joinpath("opensearch.toml").read_text("utf-8"))
        made["settings"]["index"]["number_of_replicas"] = self.replicas
        made["aliases"] = {_building(self.name, number): {}}
        self.server.request("PUT", f"/{self.name}-{number}", made, pauses=WRITE_PAUSES)
        return OpenSearchIndex(
            OpenSearchServer(self.server.url, self.server.credentials, seconds=self.server.seconds),
            self.name,
            replicas=self.replicas,
            generation=number,
        )

    def finish_rebuild(self, rebuilt: SearchIndex) -> None:
        """Swing both aliases to the rebuilt index in one act, and remove the others."""
        if not isinstance(rebuilt, OpenSearchIndex) or rebuilt.generation is None:
            raise TypeError("not a generation of this index")
        rebuilt.close()
        fresh = f"{self.name}-{rebuilt.generation}"
        actions: list[dict[str, Any]] = [
            {"add": {"index": fresh, "alias": self.reading}},
            {"add": {"index": fresh, "alias": self.writing, "is_write_index": True}},
            {"remove": {"index": fresh, "alias": rebuilt.writing}},
        ]
        others = {index: aliases for index, aliases in self._generations().items() if index != fresh}
        for index, aliases in others.items():
            actions += [
                {"remove": {"index": index, "alias": alias}}
                for alias in (self.reading, self.writing)
                if alias in aliases
            ]
        faults.point("index.swap")
        self.server.request("POST", "/_aliases", {"actions": actions}, pauses=WRITE_PAUSES)
        self._shown = False
        for index in others:
            self.server.request("DELETE", f"/{index}", pauses=WRITE_PAUSES)

    def _generations(self) -> dict[str, set[str]]:
        """Return the indices of this name, each with its aliases."""
        found = self.server.request("GET", f"/{self.name}-*/_alias")
        pattern = re.compile(re.escape(self.name) + r"-\d+")
        with self._understanding(found):
            return {index: set(held["aliases"]) for index, held in found.items() if pattern.fullmatch(index)}

    def condition(self) -> tuple[str, str]:
        """Return product and version of the server, and the health of the present index: green, yellow, red."""
        product = self.server.request("GET", "/")
        health = self.server.request("GET", f"/_cluster/health/{self.reading}", timeout="1s")
        with self._understanding([product, health]):
            version = product["version"]
            return f"{version.get('distribution', '?')} {version['number']}", str(health["status"])

    def refuse_blocked(self) -> None:
        """See whether the present index may be written to.

        Raises:
            IndexBlocked: IDX-0007 names what keeps writers out.
        """
        blocks = "index.blocks."
        told = self.server.request("GET", f"/{self.reading}/_settings/{blocks}*", flat_settings=True)
        with self._understanding(told):
            kept = {name: on for held in told.values() for name, on in held["settings"].items() if str(on) == "true"}
        if kept:
            raise IndexBlocked(self.server.url, ", ".join(sorted(kept)))

    def close(self) -> None:
        """Close the connections."""
        self.server.close()


def _counts(buckets: list[dict[str, Any]]) -> dict[str, int]:
    return {str(bucket["key"]): int(bucket["doc_count"]) for bucket in buckets if bucket["key"] != ""}


def _building(name: str, generation: int) -> str:
    return f"{name}-{generation}-building"


def _writes(documents: Sequence[IndexDocument], held: Mapping[str, int]) -> Iterator[Write]:
    """Yield what makes of a dossier's held entries these documents."""
    # A dossier that is gone was never so before: what it had is taken out as the state after its last one.
    revision = documents[0].revision if documents else max(held.values(), default=0) + 1
    if held and max(held.values()) > revision:
        return
    for document in documents:
        yield Write(_entry(document), document.revision, {"entry": _entry(document), **fields_of(document)})
    kept = set(map(_entry, documents))
    for entry in held:
        if entry not in kept:
            yield Write(entry, revision)


def _entry(document: IndexDocument) -> str:
    return f"{document.kind}-{document.object_id}"
