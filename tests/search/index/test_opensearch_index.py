"""What the index on a real OpenSearch promises beyond the contract: revisions, aliases, size, the same answers."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from archive import faults
from archive.accounts.roles import scope_of
from archive.database.connection import Database
from archive.database.scope import Scope, SystemScope
from archive.outbox.models import OutboxRow
from search.index.analysis import parse_words
from search.index.errors import EntriesRefused, IndexMissing, TooManyWords
from search.index.indexer import Indexer
from search.index.opensearch_bulk import Write, write
from search.index.opensearch_index import OpenSearchIndex
from search.index.ports import IndexDocument, SearchIndex
from search.index.services import compare, request_rebuild
from search.index.tantivy_index import TantivyIndex
from tests.archive.dossiers import add_dossier
from tests.contract.opensearch import clear, opensearch_at
from tests.province import Province

pytestmark = pytest.mark.network

DOSSIER, BODY, OTHER_BODY, UNIT, OTHER_UNIT = (uuid.UUID(int=n) for n in (7, 1, 2, 11, 12))
ALL = Scope(actor=uuid.UUID(int=0), organizations=frozenset({BODY}), sensitivity=3)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[OpenSearchIndex]:
    """An empty index, of which nothing is left afterwards."""
    made = opensearch_at(tmp_path)
    yield made
    made.close()
    clear(tmp_path)


def document(number: int, title: str, revision: int = 1, **values: object) -> IndexDocument:
    """Return an entry of the one dossier."""
    plain = IndexDocument("document", uuid.UUID(int=1000 + number), DOSSIER, BODY, UNIT, 1, revision, title, "")
    return replace(plain, **values)  # type: ignore[arg-type] # fields of the class


def found(index: SearchIndex, query: str) -> list[int]:
    """Return the numbers of what is found."""
    hits = index.search(parse_words(query), ALL, limit=100).hits
    return sorted(hit.object_id.int - 1000 for hit in hits)


def test_an_older_state_never_replaces_a_newer(index: OpenSearchIndex) -> None:
    """A writer that was held up changes nothing, takes nothing away and adds nothing to a newer state."""
    index.replace({DOSSIER: [document(1, "Mới", 5)]})
    index.replace({DOSSIER: [document(1, "Cũ", 4), document(2, "Cũ", 4)]})
    assert (found(index, "mới"), found(index, "cũ")) == ([1], [])


def test_writers_at_the_same_moment_leave_the_newer_state(index: OpenSearchIndex) -> None:
    """Also when the older writer has looked before the newer one wrote, the server keeps what is newer."""
    index.replace({DOSSIER: [document(1, "Mới", 5)]})
    late = document(1, "Cũ", 4)
    write(index.server, index.writing, [Write(f"document-{late.object_id}", 4, {"title_folded": "cu"})])
    write(index.server, index.writing, [Write(f"document-{late.object_id}", 4)])
    index.replace({uuid.UUID(int=8): []})
    assert found(index, "mới") == [1]


def test_a_state_is_written_again(index: OpenSearchIndex) -> None:
    """The same revision may come again with other text, as when the text of a file was taken out meanwhile."""
    index.replace({DOSSIER: [document(1, "Trước", 5), document(2, "Thừa", 5)]})
    index.replace({DOSSIER: [document(1, "Sau", 5)]})
    assert (found(index, "trước"), found(index, "sau"), found(index, "thừa")) == ([], [1], [])


def test_what_is_gone_does_not_come_back(index: OpenSearchIndex) -> None:
    """After a dossier was taken out, a writer that still holds its last state does not bring it back."""
    index.replace({DOSSIER: [document(1, "Đã hủy", 5)]})
    index.replace({DOSSIER: []})
    index.replace({DOSSIER: [document(1, "Đã hủy", 5)]})
    assert found(index, "đã hủy") == []


def test_thousands_of_entries_are_told_and_replaced(index: OpenSearchIndex) -> None:
    """More entries than one portion, or one page of a listing, are written, listed and removed to the last."""
    keys = [uuid.UUID(int=n) for n in range(5_200)]
    index.replace({key: [document(key.int, "Tờ", kind="dossier", dossier_id=key)] for key in keys})
    assert index.entries() == dict.fromkeys(keys, 1)
    index.replace({key: [] for key in keys[:-1]})
    assert index.entries() == {keys[-1]: 1}
    assert found(index, "tờ") == [5_199]


def test_pages_far_behind_are_reached(index: OpenSearchIndex) -> None:
    """As far as the product pages, each page continues the one before, without gap or double."""
    index.replace({DOSSIER: [document(n, "Tờ") for n in range(10_050)]})
    pages = [index.search(parse_words("to"), ALL, offset=at, limit=50) for at in (9_950, 10_000, 10_050)]
    assert [(page.total, len(page.hits)) for page in pages] == [(10_050, 50), (10_050, 50), (10_050, 0)]
    numbers = [hit.object_id.int for page in pages for hit in page.hits]
    assert numbers == sorted(set(numbers)) == list(range(1000 + 9_950, 1000 + 10_050))
    index.replace({DOSSIER: [document(3, "Tờ")]})
    assert found(index, "tờ") == [3]


def test_a_long_question_is_answered_or_refused(index: OpenSearchIndex) -> None:
    """Two hundred words with marks are asked for; more are refused with a code, not with the engine's failure."""
    words = [f"chữ{n}" for n in range(200)]
    index.replace({DOSSIER: [document(1, " ".join(words))]})
    assert found(index, " ".join(words)) == [1]
    assert found(index, f'"{" ".join(words)}"') == [1]
    with pytest.raises(TooManyWords) as caught:
        found(index, " ".join([*words, "nữa"]))
    assert "200" in str(caught.value)


def test_a_long_value_is_no_obstacle(index: OpenSearchIndex) -> None:
    """A type name longer than the engine's longest word does not keep its document out of the index."""
    index.replace({DOSSIER: [document(1, "Tờ", facets={"type": "ế" * 40_000})]})
    assert found(index, "tờ") == [1]


def test_an_unknown_field_is_refused(index: OpenSearchIndex) -> None:
    """The mapping is strict: what it does not know is an error that names the reason, and no new field."""
    with pytest.raises(EntriesRefused, match="strict_dynamic_mapping_exception") as caught:
        write(index.server, index.writing, [Write("a", 1, {"kind": "document"}), Write("b", 1, {"title": "x"})])
    assert caught.value.parameters["refused"] == 1


def aliases(index: OpenSearchIndex) -> dict[str, set[str]]:
    """Return what the server has of this index: each with its aliases."""
    answer = index.server.request("GET", f"/{index.name}-*/_alias")
    return {name: set(held["aliases"]) for name, held in answer.items()}


def test_names_carry_the_generation(index: OpenSearchIndex) -> None:
    """One index answers, under an alias for reading and one for writing; what a rebuild replaced is removed."""
    name = index.name
    assert aliases(index) == {f"{name}-1": {f"{name}-read", f"{name}-write"}}
    index.begin_rebuild().close()
    assert set(aliases(index)) == {f"{name}-1", f"{name}-2"}
    fresh = index.begin_rebuild()
    index.finish_rebuild(fresh)
    assert aliases(index) == {f"{name}-3": {f"{name}-read", f"{name}-write"}}


def test_another_archives_index_is_left_alone(index: OpenSearchIndex) -> None:
    """A rebuild removes what has exactly this name and a number, not what begins like it."""
    neighbour = OpenSearchIndex(index.server, f"{index.name}-2")
    neighbour.finish_rebuild(neighbour.begin_rebuild())
    index.finish_rebuild(index.begin_rebuild())
    assert neighbour.entries() == {}
    assert set(aliases(index)) == {f"{index.name}-2", f"{index.name}-2-1"}


def test_copies_are_as_many_as_set(index: OpenSearchIndex) -> None:
    """The number of replicas is the one of the setting, none by default; the server says what is missing."""
    assert index.condition()[0].startswith("opensearch 2.")
    assert index.condition()[1] == "green"
    copied = OpenSearchIndex(index.server, index.name, replicas=1)
    copied.finish_rebuild(copied.begin_rebuild())
    assert copied.condition()[1] == "yellow"


def test_an_index_that_was_deleted_is_missed(index: OpenSearchIndex) -> None:
    """Without the index nothing is answered and nothing written, no other is made, and the error says what to do."""
    index.replace({DOSSIER: [document(1, "Tờ")]})
    index.server.request("DELETE", f"/{index.name}-1")
    for act in (lambda: found(index, "tờ"), index.entries, lambda: index.replace({DOSSIER: [document(1, "Tờ")]})):
        with pytest.raises(IndexMissing) as caught:
            act()
        assert "không có chỉ mục" in str(caught.value)
    assert aliases(index) == {}
    fresh = index.begin_rebuild()
    index.server.request("DELETE", f"/{index.name}-1")
    with pytest.raises(IndexMissing):
        fresh.replace({DOSSIER: [document(1, "Tờ")]})
    fresh.close()


def test_a_rebuild_mends_what_was_deleted(database: Database, province: Province, index: OpenSearchIndex) -> None:
    """While changes wait for an index that is gone, a rebuild makes it anew with all of them."""
    with database.write(SystemScope("test")) as work:
        ids = [add_dossier(work, province, f"0{n}.TH", title="Bảo vệ rừng").id for n in range(3)]
        for dossier_id in ids:
            work.reindex("dossier", dossier_id, province.department)
    indexer = Indexer(database, index)
    index.server.request("DELETE", f"/{index.name}-1")
    with pytest.raises(IndexMissing):
        indexer.run_all()
    assert waiting(database) == 3
    with database.write(SystemScope("test")) as work:
        request_rebuild(work, province.department)
    indexer.run_all()
    assert compare(database, index).agrees
    scope = scope_of(uuid.UUID(int=1), province.department, None, ["archivist"])
    assert {hit.dossier_id for hit in index.search(parse_words("bao ve rung"), scope).hits} == set(ids)


def waiting(database: Database) -> int:
    """Return how many changes wait for the index."""
    with database.read(SystemScope("test")) as work:
        return work.session.scalar(select(func.count()).select_from(OutboxRow)) or 0


SYLLABLES = "quyết định giao đất dat đai rừng ma mà mã má báo cáo kế hoạch ke hoach"
WORDS = [*SYLLABLES.split(), "09", "9", "2025", "QĐ-TTg", "nd-cp", "ở"]


def corpus(chance: random.Random, many: int) -> list[IndexDocument]:
    """Return random documents of few words, so that every question finds some of them."""

    def text(least: int, most: int) -> str:
        return " ".join(chance.choices(WORDS, k=chance.randint(least, most)))

    return [
        IndexDocument(
            kind=chance.choice(["dossier", "document"]),
            object_id=uuid.UUID(int=1000 + n),
            dossier_id=uuid.UUID(int=5000 + n // 4),
            organization_id=chance.choice([BODY, OTHER_BODY]),
            unit_id=chance.choice([UNIT, OTHER_UNIT]),
            sensitivity=chance.randint(0, 4),
            revision=1,
            title=text(0, 5),
            body=text(0, 30),
            facets={
                "year": chance.choice(["", "2023", "2024"]),
                "type": chance.choice(["", "Quyết định", "quyết định", "Báo cáo"]),
                "state": chance.choice(["kept", "disposal_review"]),
                "issuer": chance.choice(["", "Bộ Y tế"]),
            },
            day=chance.choice([0, 20240101, 20250630]),
            place=f"h98 {chance.randint(0, 10**6):07d}",
        )
        for n in range(many)
    ]


def dossiers_of(documents: Sequence[IndexDocument]) -> dict[uuid.UUID, list[IndexDocument]]:
    """Return documents by dossier."""
    return {d.dossier_id: [e for e in documents if e.dossier_id == d.dossier_id] for d in documents}


@pytest.mark.parametrize("seed", [1, 2])
def test_both_engines_answer_alike(index: OpenSearchIndex, tmp_path: Path, seed: int) -> None:
    """Over random documents, changes, questions, scopes and filters: the same hits, totals and counts."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    embedded = TantivyIndex(tmp_path / "embedded")
    documents = corpus(chance, 300)
    changes = [dossiers_of(documents)]
    gone = {uuid.UUID(int=5000 + n): [] for n in chance.sample(range(75), 10)}
    shorter = {key: changes[0][key][:2] for key in chance.sample(sorted(changes[0]), 20)}
    changes.append(shorter | gone)
    for change in changes:
        for each in (index, embedded):
            each.replace(change)
    assert index.entries() == embedded.entries()
    found_some = 0
    for _ in range(150):
        asked = chance.choices([*WORDS, "không"], k=chance.randint(0, 3))
        query = " ".join(asked) if chance.random() < 0.7 else f'"{" ".join(asked)}" {chance.choice(WORDS)}'
        scope = Scope(
            actor=uuid.UUID(int=0),
            organizations=frozenset(chance.sample([BODY, OTHER_BODY], chance.randint(0, 2))),
            units=chance.choice([None, frozenset({UNIT}), frozenset({UNIT, OTHER_UNIT})]),
            sensitivity=chance.randint(-1, 4),
        )
        filters = chance.choice([{}, {"year": "2024"}, {"type": "Quyết định"}, {"year": "", "state": "kept"}])
        order = chance.choice(["best", "newest", "oldest", "code"])
        one, other = (
            each.search(parse_words(query), scope, filters=filters, limit=400, order=order)
            for each in (index, embedded)
        )
        assert (one.total, set(one.hits), one.facets) == (other.total, set(other.hits), other.facets), query
        if order == "code":
            assert one.hits == other.hits
        found_some += one.total > 0
    assert found_some > 30
    embedded.close()


class Killed(BaseException):
    """The process ends here."""


def test_a_rebuild_killed_before_the_swap_changes_nothing(index: OpenSearchIndex) -> None:
    """The old index answers on; the next rebuild removes what the killed one has left."""
    index.replace({DOSSIER: [document(1, "Cũ")]})
    fresh = index.begin_rebuild()
    fresh.replace({DOSSIER: [document(2, "Mới")]})

    def kill(name: str) -> None:
        if name == "index.swap":
            raise Killed

    faults.install(kill)
    try:
        with pytest.raises(Killed):
            index.finish_rebuild(fresh)
    finally:
        faults.install(None)
    assert (found(index, "cũ"), found(index, "mới")) == ([1], [])
    fresh = index.begin_rebuild()
    fresh.replace({DOSSIER: [document(3, "Sau cùng")]})
    index.finish_rebuild(fresh)
    assert found(index, "sau cung") == [3]
    assert len(aliases(index)) == 1
