"""Asking: inside the scope, from the current rows, as an event of the asker's chain."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from archive.accounts.errors import Forbidden
from archive.audit.models import AuditEvent, AuditPayload
from archive.database.connection import Database
from archive.database.scope import SystemScope
from archive.description.models import Dossier
from search.index.indexer import Indexer
from search.index.tantivy_index import TantivyIndex
from search.query.services import Answer, ask
from search.text.models import ContentText
from tests.archive.dossiers import add_document, add_dossier, add_file
from tests.province import Province


@pytest.fixture
def index(database: Database, province: Province, tmp_path: Path) -> Iterator[TantivyIndex]:
    """An index of two dossiers, each with a document that has a text."""
    made = TantivyIndex(tmp_path / "index")
    with database.write(SystemScope("test")) as work:
        for notation, of, year in (("01.TH", "", 2021), ("02.TH", "other", 2022)):
            dossier = add_dossier(work, province, notation, of=of, closing_year=year, revision=1)
            file = add_file(work, add_document(work, dossier, issued_date=f"05/03/{year}"), f"{notation}.pdf")
            work.add(
                ContentText(
                    id=uuid.uuid4(),
                    organization_id=file.organization_id,
                    unit_id=file.unit_id,
                    sensitivity=file.sensitivity,
                    content_file_id=file.id,
                    dossier_id=dossier.id,
                    sha256=file.sha256,
                    state="done",
                    text="Hộ gia đình được giao đất ở.",
                    attempt=0,
                )
            )
            work.reindex("dossier", dossier.id, dossier.organization_id)
    Indexer(database, made).run_all()
    yield made
    made.close()


def asked(database: Database) -> list[tuple[uuid.UUID, dict[str, object]]]:
    """Return who asked what, by the chains."""
    with database.read(SystemScope("test")) as work:
        rows = work.session.execute(
            select(AuditEvent, AuditPayload)
            .join(AuditPayload, (AuditPayload.chain_id == AuditEvent.chain_id) & (AuditPayload.seq == AuditEvent.seq))
            .where(AuditEvent.act == "search.asked")
            .order_by(AuditEvent.seq)
        ).all()
    return [(event.actor_id, payload.content()) for event, payload in rows]


def test_an_answer_shows_document_and_place(database: Database, province: Province, index: TantivyIndex) -> None:
    """A document is shown with its dossier and the place where the words stand."""
    answer = ask(database, index, province.people["submitter"].scope(), "giao dat")
    (item,) = answer.found
    assert item.document is not None
    assert (item.dossier.notation, item.document.number, answer.total) == ("01.TH", "1", 1)
    assert [piece.text for piece in item.excerpt.pieces if piece.marked] == ["giao", "đất"]


def test_asking_is_an_event(database: Database, province: Province, index: TantivyIndex) -> None:
    """The question, the filters, how much there is and how much was shown stand in the chain."""
    face = province.people["searcher"]
    ask(database, index, face.scope(), "giao dat", filters={"year": "2021", "nothing": "x"}, limit=1)
    assert asked(database) == [
        (face.id, {"query": "giao dat", "filters": {"year": "2021"}, "total": 1, "shown": 1}),
    ]


def test_asking_nothing_is_no_event(database: Database, province: Province, index: TantivyIndex) -> None:
    """Opening the page without a word answers nothing and writes nothing."""
    assert ask(database, index, province.people["searcher"].scope(), "  !? ") == Answer("  !? ", 0, (), {})
    assert asked(database) == []


def test_a_filter_alone_is_a_question(database: Database, province: Province, index: TantivyIndex) -> None:
    """Without words a filter lists all that has the value, inside the scope."""
    answer = ask(database, index, province.people["searcher"].scope(), "", filters={"year": "2022"})
    assert {(item.dossier.notation, item.document is None) for item in answer.found} == {
        ("02.TH", True),
        ("02.TH", False),
    }


def test_who_may_not_search_is_refused(database: Database, province: Province, index: TantivyIndex) -> None:
    """An account without the right gets no answer, whatever is in the index."""
    with pytest.raises(Forbidden):
        ask(database, index, province.people["auditor"].scope(), "giao dat")


def test_what_the_rows_no_longer_show_is_not_shown(database: Database, province: Province, index: TantivyIndex) -> None:
    """Where the index is behind, a row that has left the scope is not shown: the rows have the last word."""
    with database.write(SystemScope("test")) as work:
        work.session.execute(update(Dossier).where(Dossier.notation == "01.TH").values(sensitivity=4))
    answer = ask(database, index, province.people["submitter"].scope(), "giao dat")
    assert answer.found == ()


def test_pages_follow_each_other(database: Database, province: Province, index: TantivyIndex) -> None:
    """Each page shows the next results; before the beginning and far behind the end nothing breaks."""
    scope = province.people["searcher"].scope()
    pages = [ask(database, index, scope, "thử", offset=at, limit=1).found for at in range(5)]
    shown = [(item.dossier.id, item.document.id if item.document else None) for page in pages for item in page]
    assert len(shown) == len(set(shown)) == ask(database, index, scope, "thử").total == 4
    assert len(ask(database, index, scope, "thử", offset=-5, limit=1).found) == 1
    assert ask(database, index, scope, "thử", offset=10**9).found == ()
