"""What every search index promises, whichever it is."""

from __future__ import annotations

import subprocess
import sys
import threading
import unicodedata
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archive.database.scope import Scope
from search.index.analysis import parse_words
from search.index.ports import COUNTED, IndexDocument, SearchIndex, SearchResult
from search.index.tantivy_index import TantivyIndex
from tests.contract.opensearch import clear, opensearch_at

IMPLEMENTATIONS: dict[str, Callable[[Path], SearchIndex]] = {
    "tantivy": TantivyIndex,
    "opensearch": opensearch_at,
}
"""Each index by name, made empty for one test; the path is a folder that it may use, or is named after."""
NAMES = ["tantivy", pytest.param("opensearch", marks=pytest.mark.network)]

BODY, OTHER_BODY, UNIT, OTHER_UNIT = (uuid.UUID(int=n) for n in (1, 2, 11, 12))
ALL = Scope(actor=uuid.UUID(int=0), organizations=frozenset({BODY}), sensitivity=3)
NONE: frozenset[uuid.UUID] = frozenset()


@pytest.fixture(autouse=True)
def _cleared(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    """Leave nothing on the server."""
    yield
    if request.node.get_closest_marker("network"):
        clear(tmp_path / "index")


@pytest.fixture(params=NAMES)
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchIndex]:
    """Return an empty index of each implementation."""
    made = IMPLEMENTATIONS[request.param](tmp_path / "index")
    yield made
    made.close()


def document(number: int, title: str, body: str = "", **values: Any) -> IndexDocument:
    """Return an entry: document and dossier of one number, of the first unit, level 1."""
    made: dict[str, Any] = {
        "kind": "document",
        "object_id": uuid.UUID(int=1000 + number),
        "dossier_id": uuid.UUID(int=100 + number),
        "organization_id": BODY,
        "unit_id": UNIT,
        "sensitivity": 1,
        "revision": 1,
        "title": title,
        "body": body,
        "facets": {},
    }
    return IndexDocument(**(made | values))


def put(index: SearchIndex, *documents: IndexDocument) -> None:
    """Put entries, dossier by dossier."""
    dossiers: dict[uuid.UUID, list[IndexDocument]] = {}
    for entry in documents:
        dossiers.setdefault(entry.dossier_id, []).append(entry)
    index.replace(dossiers)


def ask(index: SearchIndex, query: str, scope: Scope = ALL, **options: Any) -> SearchResult:
    """Search."""
    return index.search(parse_words(query), scope, **options)


def numbers(result: SearchResult) -> list[int]:
    """Return the numbers of the documents found, in their order."""
    return [hit.object_id.int - 1000 for hit in result.hits]


def found(index: SearchIndex, query: str, scope: Scope = ALL, **options: Any) -> set[int]:
    """Return the numbers of the documents found; the total must agree."""
    result = ask(index, query, scope, **options)
    assert result.total == len(result.hits)
    return set(numbers(result))


@pytest.mark.parametrize(
    "query",
    [
        "Quyết định giao đất",
        "quyết định giao đất",
        "QUYẾT ĐỊNH GIAO ĐẤT",
        "quyet dinh giao dat",
        "QUYET DINH",
        "quyêt đinh giao đât",
        "quyết dinh giao dat",
        "đất giao",
        unicodedata.normalize("NFD", "Quyết định giao đất"),
        "  quyết,   định!  ",
        "dat",
        "ĐẤT",
    ],
)
def test_marks_capitals_and_forms_do_not_matter(index: SearchIndex, query: str) -> None:
    """With all marks, with half of them, with none, composed or not, in any order: the document is found."""
    put(index, document(1, "Quyết định về việc giao đất"), document(2, "Thông báo lịch nghỉ"))
    assert found(index, query) == {1}


def test_decomposed_text_is_found_by_composed_words(index: SearchIndex) -> None:
    """It does not matter in which Unicode form the text came in."""
    put(index, document(1, unicodedata.normalize("NFD", "Kế hoạch sử dụng đất")))
    assert found(index, "kế hoạch đất") == found(index, "ke hoach dat") == {1}


@pytest.mark.parametrize(
    "query",
    [
        "09/2025/QĐ-TTg",
        "9/2025/QĐ-TTg",
        "09/2025/QD-TTG",
        "9 2025 qd ttg",
        "009/2025",
        "09-2025-QĐ-TTg",
        "số 09/2025",
        "qd-ttg 2025",
        "qđ ttg",
        "09.2025",
        "9_2025",
    ],
)
def test_a_number_is_found_however_it_is_spelled(index: SearchIndex, query: str) -> None:
    """Leading zeros, strokes, dashes, dots and đ or d in a document's number do not matter."""
    put(
        index,
        document(1, "Quyết định số 09/2025/QĐ-TTg"),
        document(2, "Quyết định số 90/2025/QĐ-BNV"),
        document(3, "Quyết định số 9/2024/CT-TTg"),
    )
    assert found(index, query) == {1}


def test_zero_is_a_number(index: SearchIndex) -> None:
    """A run of zeros is found as zero, and not as nothing."""
    put(index, document(1, "Mẫu 000"), document(2, "Mẫu 1"))
    assert found(index, "0") == found(index, "mẫu 00") == {1}


def test_all_words_must_occur(index: SearchIndex) -> None:
    """A document that lacks one of the words is not found; title and body count together."""
    put(index, document(1, "Quyết định", "giao đất"), document(2, "Quyết định", "thu hồi"))
    assert found(index, "quyết định") == {1, 2}
    assert found(index, "quyết định đất") == {1}
    assert found(index, "quyết định đất rừng") == set()


def test_words_are_whole(index: SearchIndex) -> None:
    """A word is not found inside another."""
    put(index, document(1, "Đánh giá"))
    assert found(index, "danh") == {1}
    assert found(index, "dan") == found(index, "anh") == set()


def test_what_has_the_words_as_typed_comes_first(index: SearchIndex) -> None:
    """Marks that were typed decide the order, whatever else speaks for the others; all with the letters are found."""
    put(
        index,
        document(1, "Má má má má", "má " * 50),
        document(2, "Báo cáo", "một chữ mà thôi ở cuối một bài rất dài " + "khác " * 200),
        document(3, "Ma mả mã mạ"),
    )
    assert numbers(ask(index, "mà"))[0] == 2
    assert set(numbers(ask(index, "mà"))) == {1, 2, 3}
    assert numbers(ask(index, "mã"))[0] == 3


def test_only_all_marked_words_together_come_first(index: SearchIndex) -> None:
    """Of several words with marks all must stand there as typed to be preferred."""
    put(
        index,
        document(1, "Đất đai", "dất dai " * 20),
        document(2, "Ghi chép", "đất và dai, đai và dat"),
        document(3, "Đất dai dat dai dat dai"),
    )
    assert set(numbers(ask(index, "đất đai"))[:2]) == {1, 2}
    assert set(numbers(ask(index, "đất đai"))) == {1, 2, 3}


def test_the_title_weighs_more_than_the_body(index: SearchIndex) -> None:
    """The same word counts more in names, codes and numbers than in the text."""
    put(index, document(1, "Báo cáo", "quy hoạch"), document(2, "Quy hoạch", "báo cáo"))
    assert numbers(ask(index, "quy hoach")) == [2, 1]


def test_equals_stand_in_a_fixed_order(index: SearchIndex) -> None:
    """Asked twice, things that weigh the same stand in the same order, page after page without gap or double."""
    put(index, *(document(n, "Công văn") for n in (5, 3, 9, 1, 7)))
    once = numbers(ask(index, "cong van"))
    assert numbers(ask(index, "cong van")) == once
    pages = [numbers(ask(index, "cong van", offset=at, limit=2)) for at in (0, 2, 4)]
    assert [n for page in pages for n in page] == once
    assert sorted(once) == [1, 3, 5, 7, 9]


def test_a_page_knows_the_whole_number(index: SearchIndex) -> None:
    """The total counts all that was found, however few are shown; behind the end there is nothing."""
    put(index, *(document(n, "Công văn") for n in range(7)))
    result = ask(index, "cong van", limit=2)
    assert (result.total, len(result.hits)) == (7, 2)
    behind = ask(index, "cong van", offset=10, limit=2)
    assert (behind.total, behind.hits) == (7, ())


@pytest.mark.parametrize("query", ['"giao đất ở"', '"giao dat o"', '"GIAO ĐẤT" ở', 'ở "đất ở"'])
def test_words_in_quotation_marks_stand_together(index: SearchIndex, query: str) -> None:
    """A phrase is found where its words follow each other, in title or body, marks or not."""
    put(
        index,
        document(1, "Quyết định", "về việc giao đất ở cho hộ gia đình"),
        document(2, "Giao đất ở"),
        document(3, "Đất giao ở", "ở đất giao"),
    )
    assert found(index, query) == {1, 2}


def test_a_phrase_does_not_run_from_title_into_body(index: SearchIndex) -> None:
    """The end of the title and the beginning of the body are no phrase."""
    put(index, document(1, "Giao", "đất ở"))
    assert found(index, '"giao đất"') == set()


@pytest.mark.parametrize("query", ['"', '""', "AND", "quyết AND", "(", "a:b", "*", "title:quyết^4", "~", "\\", '"giao'])
def test_no_sign_is_syntax(index: SearchIndex, query: str) -> None:
    """Whatever is typed is words; no sign of a search engine raises or opens a field."""
    put(index, document(1, "Quyết định giao"))
    result = ask(index, query)
    assert result.total in {0, 1}


def test_what_is_neither_letter_nor_digit_finds_nothing_of_itself(index: SearchIndex) -> None:
    """A field of the index is no word of a document."""
    put(index, document(1, "Quyết định", facets={"type": "Quyết định"}))
    assert found(index, "title_folded") == found(index, "document") == found(index, str(UNIT)) == set()


def test_facets_count_what_was_found(index: SearchIndex) -> None:
    """Each value is counted over all that was found, not over the page; a missing value is not counted."""
    put(
        index,
        document(1, "Đất", facets={"year": "2024", "type": "Quyết định", "state": "kept"}),
        document(2, "Đất", facets={"year": "2024", "type": "Thông báo", "state": "kept"}),
        document(3, "Đất", facets={"year": "2025", "type": "Quyết định", "state": "kept"}),
        document(4, "Đất", facets={"year": "", "type": "", "state": "kept", "issuer": "Sở Y tế", "period": "10 năm"}),
        document(5, "Rừng", facets={"year": "2024", "type": "Quyết định", "state": "disposal_review"}),
    )
    assert ask(index, "dat", limit=1).facets == {
        "kind": {"document": 4},
        "year": {"2024": 2, "2025": 1},
        "type": {"Quyết định": 2, "Thông báo": 1},
        "issuer": {"Sở Y tế": 1},
        "period": {"10 năm": 1},
        "state": {"kept": 4},
    }


def test_many_values_are_counted_exactly(index: SearchIndex) -> None:
    """Counts are exact also where a field has more values than a page shows."""
    put(index, *(document(n, "Đất", facets={"year": str(1000 + n % 300)}) for n in range(900)))
    counts = ask(index, "dat").facets["year"]
    assert counts == {str(1000 + n): 3 for n in range(300)}


def test_a_filter_keeps_one_value(index: SearchIndex) -> None:
    """Filters and words must both hold; filters alone list all that has the value."""
    put(
        index,
        document(1, "Đất", facets={"year": "2024", "type": "Quyết định"}),
        document(2, "Đất", facets={"year": "2025", "type": "Quyết định"}),
        document(3, "Rừng", facets={"year": "2024", "type": "Thông báo"}),
    )
    assert found(index, "dat", filters={"year": "2024"}) == {1}
    assert found(index, "dat", filters={"year": "2024", "type": "Thông báo"}) == set()
    assert found(index, "", filters={"type": "Quyết định"}) == {1, 2}


def test_dossiers_and_documents_can_be_told_apart(index: SearchIndex) -> None:
    """Both kinds are counted, and a search can be narrowed to one of them."""
    put(index, document(1, "Đất", kind="dossier"), document(2, "Đất"), document(3, "Đất"))
    assert ask(index, "dat").facets["kind"] == {"dossier": 1, "document": 2}
    assert found(index, "dat", filters={"kind": "dossier"}) == {1}


def test_orders_by_day_put_what_has_none_last(index: SearchIndex) -> None:
    """Newest and oldest first, by the day; what has no known day stands behind both."""
    put(
        index,
        document(1, "Đất", day=20200105),
        document(2, "Đất đất đất"),
        document(3, "Đất", day=20241231),
        document(4, "Đất", day=19990301),
    )
    assert numbers(ask(index, "dat", order="newest")) == [3, 1, 4, 2]
    assert numbers(ask(index, "dat", order="oldest")) == [4, 1, 3, 2]


def test_the_order_by_code_goes_over_all_pages(index: SearchIndex) -> None:
    """Codes stand in their order, page after page, however well something matches; facets and total stay whole."""
    put(index, *(document(n, "Đất " * (n % 3 + 1), place=f"h98 {(n * 7) % 20:04d}") for n in range(20)))
    seen: list[int] = []
    for offset in range(0, 20, 6):
        page = ask(index, "dat", order="code", offset=offset, limit=6)
        assert page.total == 20
        assert page.facets["kind"] == {"document": 20}
        seen += numbers(page)
    assert [(n * 7) % 20 for n in seen] == list(range(20))


@pytest.mark.parametrize("order", ["best", "newest", "oldest", "code"])
def test_equals_stand_in_one_order(index: SearchIndex, order: str) -> None:
    """What is the same in every order is shown once over all pages."""
    put(index, *(document(n, "Đất") for n in range(30)))
    pages = [numbers(ask(index, "dat", order=order, offset=offset, limit=7)) for offset in range(0, 30, 7)]
    assert sorted(n for page in pages for n in page) == list(range(30))


def test_an_order_shows_nothing_that_is_not_in_scope(index: SearchIndex) -> None:
    """Sorting leaves the scope where it is."""
    put(index, document(1, "Đất", day=1), document(2, "Đất", day=2, sensitivity=4))
    for order in ("newest", "oldest", "code"):
        assert numbers(ask(index, "dat", order=order)) == [1]


SCOPES: dict[str, tuple[Scope, set[int]]] = {
    "whole body": (ALL, {1, 2, 3}),
    "one unit": (replace(ALL, units=frozenset({UNIT})), {1, 3}),
    "no unit": (replace(ALL, units=NONE), set()),
    "low level": (replace(ALL, sensitivity=1), {1, 2}),
    "no content": (replace(ALL, sensitivity=0), set()),
    "below all levels": (replace(ALL, sensitivity=-1), set()),
    "other body": (replace(ALL, organizations=frozenset({OTHER_BODY})), {4}),
    "two bodies": (replace(ALL, organizations=frozenset({BODY, OTHER_BODY})), {1, 2, 3, 4}),
    "no body": (replace(ALL, organizations=NONE), set()),
}


@pytest.mark.parametrize("name", SCOPES)
def test_the_scope_is_part_of_the_question(index: SearchIndex, name: str) -> None:
    """Hits, total and counts of each facet value are those of the rows in scope, and of no others."""
    put(
        index,
        document(1, "Đất", facets={"year": "2001", "type": "A", "state": "kept"}),
        document(2, "Đất", unit_id=OTHER_UNIT, facets={"year": "2002", "type": "B", "state": "kept"}),
        document(3, "Đất", sensitivity=3, facets={"year": "2003", "type": "C", "state": "kept"}),
        document(4, "Đất", organization_id=OTHER_BODY, facets={"year": "2004", "type": "D", "state": "kept"}),
        document(5, "Đất", sensitivity=4, facets={"year": "2005", "type": "E", "state": "kept"}),
    )
    scope, expected = SCOPES[name]
    result = ask(index, "đất", scope)
    assert set(numbers(result)) == expected
    assert result.total == len(expected)
    assert result.facets == {
        "kind": {"document": len(expected)} if expected else {},
        "issuer": {},
        "period": {},
        "year": {f"200{n}": 1 for n in expected},
        "type": {"ABCDE"[n - 1]: 1 for n in expected},
        "state": {"kept": len(expected)} if expected else {},
    }
    for hidden in {1, 2, 3, 4, 5} - expected:
        assert found(index, "đất", scope, filters={"year": f"200{hidden}"}) == set()


def test_who_sees_no_content_finds_nothing_at_any_level(index: SearchIndex) -> None:
    """A scope without content finds nothing, not even an entry of the lowest level."""
    put(index, document(1, "Đất", sensitivity=0))
    assert found(index, "đất", replace(ALL, sensitivity=1)) == {1}
    assert found(index, "đất", replace(ALL, sensitivity=0)) == set()


def test_a_dossier_is_replaced_whole(index: SearchIndex) -> None:
    """New entries take the place of all that the dossier had; other dossiers stay."""
    dossier, other = uuid.UUID(int=101), uuid.UUID(int=102)
    put(index, document(1, "Cũ một"), document(2, "Cũ hai", dossier_id=dossier), document(3, "Khác", dossier_id=other))
    index.replace({dossier: [document(4, "Mới", dossier_id=dossier, revision=2)]})
    assert found(index, "cũ") == set()
    assert found(index, "mới") == {4}
    assert found(index, "khác") == {3}


def test_a_dossier_is_taken_out(index: SearchIndex) -> None:
    """Without entries nothing of the dossier is found any more, and its facets are not counted."""
    put(index, document(1, "Đất", facets={"year": "2024"}), document(2, "Đất", facets={"year": "2025"}))
    index.replace({uuid.UUID(int=101): []})
    assert found(index, "dat") == {2}
    assert ask(index, "dat").facets["year"] == {"2025": 1}


def test_replacing_twice_changes_nothing(index: SearchIndex) -> None:
    """The same change applied again, as after a kill, leaves one entry."""
    for _ in range(2):
        put(index, document(1, "Đất"))
    assert ask(index, "dat").total == 1


def test_the_index_tells_what_it_holds(index: SearchIndex) -> None:
    """For verification each dossier is named with the revision of its entry."""
    put(
        index,
        document(1, "Hồ sơ", kind="dossier", revision=3),
        document(2, "Văn bản", dossier_id=uuid.UUID(int=101), revision=3),
        document(3, "Hồ sơ", kind="dossier", revision=1),
    )
    assert index.entries() == {uuid.UUID(int=101): 3, uuid.UUID(int=103): 1}
    index.replace({uuid.UUID(int=103): []})
    assert index.entries() == {uuid.UUID(int=101): 3}


def test_an_empty_index_answers(index: SearchIndex) -> None:
    """Before anything was put in, nothing is found and nothing raises."""
    assert ask(index, "dat") == SearchResult(0, (), {name: {} for name in COUNTED})
    assert index.entries() == {}


def test_endless_words_do_no_harm(index: SearchIndex) -> None:
    """A run of letters that is no word, longer than engines allow, is kept and found by its beginning."""
    put(index, document(1, "x" * 100_000, "Đất"))
    assert found(index, "dat") == {1}
    assert found(index, "x" * 70_000) == {1}


def test_a_rebuild_goes_on_beside(index: SearchIndex) -> None:
    """While a new index is built the old one answers; what changes meanwhile goes to both; then the new one answers."""
    put(index, document(1, "Cũ"), document(2, "Thừa"))
    fresh = index.begin_rebuild()
    put(fresh, document(1, "Cũ"))
    assert found(index, "thừa") == {2}
    for each in (index, fresh):
        put(each, document(3, "Thêm"))
    assert found(index, "thêm") == {3}
    index.finish_rebuild(fresh)
    assert found(index, "thừa") == set()
    assert found(index, "cũ") == {1}
    assert found(index, "thêm") == {3}
    put(index, document(4, "Sau"))
    assert found(index, "sau") == {4}


def test_a_rebuild_that_was_given_up_leaves_no_trace(index: SearchIndex) -> None:
    """A new index that was never finished is not asked, and the next rebuild begins empty."""
    put(index, document(1, "Cũ"))
    given_up = index.begin_rebuild()
    put(given_up, document(2, "Dở dang"))
    given_up.close()
    assert found(index, "dở") == set()
    fresh = index.begin_rebuild()
    put(fresh, document(1, "Cũ"))
    index.finish_rebuild(fresh)
    assert found(index, "dở") == set()
    assert found(index, "cũ") == {1}


@pytest.mark.parametrize("name", NAMES)
def test_readers_of_other_processes_follow(name: str, tmp_path: Path) -> None:
    """Another opening of the index, as the web has it, sees each change and the swap after a rebuild."""
    writer, reader = (IMPLEMENTATIONS[name](tmp_path / "index") for _ in range(2))
    assert found(reader, "dat") == set()
    put(writer, document(1, "Đất"))
    assert found(reader, "dat") == {1}
    fresh = writer.begin_rebuild()
    put(fresh, document(2, "Đất"))
    writer.finish_rebuild(fresh)
    assert found(reader, "dat") == {2}
    writer.close()
    reader.close()


@pytest.mark.parametrize("name", NAMES)
def test_searching_goes_on_while_indexes_are_swapped(name: str, tmp_path: Path) -> None:
    """However often the index is built anew meanwhile, every search finds what is there, and none fails."""
    writer, reader = (IMPLEMENTATIONS[name](tmp_path / "index") for _ in range(2))
    put(writer, document(1, "Đất"))
    over = threading.Event()
    answers: list[object] = []

    def search() -> None:
        while not over.is_set():
            try:
                answers.append(ask(reader, "dat").total)
            except Exception as failure:  # noqa: BLE001 - told below, in the thread that may fail
                answers.append(failure)

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(8):
        fresh = writer.begin_rebuild()
        put(fresh, document(1, "Đất"))
        writer.finish_rebuild(fresh)
    over.set()
    for thread in threads:
        thread.join()
    assert len(answers) > 20
    assert set(map(str, answers)) == {"1"}
    writer.close()
    reader.close()


def test_an_old_generation_does_not_stay(tmp_path: Path) -> None:
    """After a rebuild nothing of the index before is left in its folder, also of rebuilds that were killed."""
    index = TantivyIndex(tmp_path)
    put(index, document(1, "Cũ"))
    (tmp_path / "going-generation-7").mkdir()
    fresh = index.begin_rebuild()
    put(fresh, document(2, "Mới"))
    index.finish_rebuild(fresh)
    assert {path.name for path in tmp_path.iterdir()} == {"current", "generation-2"}
    index.close()


@pytest.mark.parametrize("name", NAMES)
def test_what_was_put_in_survives_a_kill(name: str, tmp_path: Path) -> None:
    """A process killed in the middle of writing leaves what it had put in, and the next one can write."""
    # Without its server this test is skipped here, not in the process that is to be killed.
    IMPLEMENTATIONS[name](tmp_path / "index").close()
    script = (
        "import os, signal, sys, uuid\n"
        "from pathlib import Path\n"
        "from archive import faults\n"
        f"from {IMPLEMENTATIONS[name].__module__} import {IMPLEMENTATIONS[name].__name__} as Index\n"
        "from search.index.ports import IndexDocument\n"
        "def put(number):\n"
        "    key = uuid.UUID(int=100 + number)\n"
        "    index.replace({key: [IndexDocument('document', uuid.UUID(int=1000 + number), key, uuid.UUID(int=1),\n"
        "        uuid.UUID(int=11), 1, 1, 'Đất', '')]})\n"
        "index = Index(Path(sys.argv[1]))\n"
        "put(1)\n"
        "print('put', flush=True)\n"
        "for number in range(2, 10_000):\n"
        "    put(number)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(tmp_path / "index")], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"put\n"
        process.kill()
    index = IMPLEMENTATIONS[name](tmp_path / "index")
    held = found(index, "dat", limit=10_000)
    assert held == set(range(1, len(held) + 1))
    assert 1 in held
    put(index, document(20_000, "Sau"))
    assert found(index, "sau") == {20_000}
    index.close()
