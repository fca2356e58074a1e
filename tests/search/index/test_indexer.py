"""The indexer: brings the outbox into the index from the current rows, and builds the index anew beside."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from sqlalchemy import select, update

from archive.accounts.roles import scope_of
from archive.audit.models import AuditEvent
from archive.database.connection import Database
from archive.database.scope import SystemScope
from archive.database.unit_of_work import UnitOfWork
from archive.description.models import Dossier
from archive.outbox.models import OutboxRow
from preservation.storage.errors import StorageError
from search.index.analysis import parse_words
from search.index.indexer import Indexer
from search.index.models import IndexRebuild
from search.index.ports import IndexDocument
from search.index.services import compare, request_rebuild
from search.index.tantivy_index import TantivyIndex
from search.text.models import ContentText
from tests.archive.clocks import FixedClock
from tests.archive.dossiers import add_document, add_dossier, add_file
from tests.province import Province


@pytest.fixture
def index(tmp_path: Path) -> Iterator[TantivyIndex]:
    """An empty index."""
    made = TantivyIndex(tmp_path / "index")
    yield made
    made.close()


def change(work: UnitOfWork, dossier: Dossier) -> uuid.UUID:
    """Change a dossier as services do: revision and outbox go along."""
    dossier.revision = (dossier.revision or 0) + 1
    work.reindex("dossier", dossier.id, dossier.organization_id)
    return dossier.id


def add(database: Database, province: Province, notation: str, **values: object) -> uuid.UUID:
    """Add a dossier that the index has still to be told of."""
    with database.write(SystemScope("test")) as work:
        return change(work, add_dossier(work, province, notation, revision=0, **values))


def found(index: TantivyIndex, query: str, province: Province) -> set[uuid.UUID]:
    """Return the dossiers that an archivist of the department finds."""
    scope = scope_of(uuid.UUID(int=1), province.department, None, ["archivist"])
    return {hit.dossier_id for hit in index.search(parse_words(query), scope).hits}


def waiting(database: Database) -> int:
    """Return how many outbox rows there are."""
    with database.read(SystemScope("test")) as work:
        return len(work.session.scalars(select(OutboxRow.id)).all())


def test_what_changed_is_found(database: Database, province: Province, index: TantivyIndex) -> None:
    """After the indexer's work a dossier is found by its code, title and values, and the outbox is empty."""
    made = add(database, province, "07.RUNG", title="Bảo vệ rừng", values={"keywords": "kiểm lâm"})
    Indexer(database, index).run_all()
    for query in ("bao ve rung", "H98.01.2024.07.RUNG", "kiem lam", "phong so thu"):
        assert found(index, query, province) == {made}
    assert waiting(database) == 0


def test_a_document_is_found_by_its_fields_file_and_text(
    database: Database, province: Province, index: TantivyIndex
) -> None:
    """Number, subject, path of the file and the text taken out of it lead to the document, with its facets."""
    with database.write(SystemScope("test")) as work:
        dossier = add_dossier(work, province, "07.RUNG")
        values = {"type_name": "Thông báo", "number": "09", "issued_date": "05/03/2021", "subject": "Tuần tra"}
        file = add_file(work, add_document(work, dossier, **values), "HS07/bien-ban-kiem-tra.pdf")
        work.add(
            ContentText(
                id=work.ids.new(),
                organization_id=file.organization_id,
                unit_id=file.unit_id,
                sensitivity=file.sensitivity,
                content_file_id=file.id,
                dossier_id=dossier.id,
                sha256=file.sha256,
                state="done",
                text="Gỗ lậu bị tạm giữ",
                attempt=0,
            )
        )
        change(work, dossier)
    Indexer(database, index).run_all()
    scope = scope_of(uuid.UUID(int=1), province.department, None, ["archivist"])
    for query in ("thong bao 9", "tuan tra", "bien ban kiem tra pdf", "go lau"):
        result = index.search(parse_words(query), scope)
        assert [hit.kind for hit in result.hits] == ["document"], query
        assert result.facets["year"] == {"2021": 1}
        assert result.facets["type"] == {"Thông báo": 1}
        assert result.facets["state"] == {"kept": 1}


def test_the_current_row_is_indexed(database: Database, province: Province, index: TantivyIndex) -> None:
    """Several changes before the indexer comes lead to the last state alone."""
    made = add(database, province, "01.TH", title="Lúc đầu")
    with database.write(SystemScope("test")) as work:
        dossier = work.session.scalars(select(Dossier).where(Dossier.id == made)).one()
        dossier.title = "Về sau"
        change(work, dossier)
    Indexer(database, index).run_all()
    assert found(index, "lúc đầu", province) == set()
    assert found(index, "về sau", province) == {made}
    assert index.entries() == {made: 2}


def test_what_is_gone_leaves_the_index(database: Database, province: Province, index: TantivyIndex) -> None:
    """A dossier whose row was removed is found no more."""
    made = add(database, province, "01.TH")
    indexer = Indexer(database, index)
    indexer.run_all()
    with database.write(SystemScope("test")) as work:
        dossier = work.session.scalars(select(Dossier).where(Dossier.id == made)).one()
        work.session.delete(dossier)
        work.reindex("dossier", made, province.department)
    indexer.run_all()
    assert index.entries() == {}
    assert compare(database, index).agrees


def test_a_document_is_never_more_open_than_its_dossier(
    database: Database, province: Province, index: TantivyIndex
) -> None:
    """A document's level in the index is at least that of its dossier."""
    with database.write(SystemScope("test")) as work:
        dossier = add_dossier(work, province, "01.TH", sensitivity=3)
        add_document(work, dossier, sensitivity=1, subject="Kín đáo")
        change(work, dossier)
    Indexer(database, index).run_all()
    searcher = scope_of(uuid.UUID(int=1), province.department, None, ["searcher"])
    assert index.search(parse_words("kin dao"), searcher).total == 0
    archivist = scope_of(uuid.UUID(int=1), province.department, None, ["archivist"])
    assert index.search(parse_words("kin dao"), archivist).total == 1


def test_many_changes_are_brought_in_portions(database: Database, province: Province, index: TantivyIndex) -> None:
    """More changes than one portion are all applied."""
    with database.write(SystemScope("test")) as work:
        for number in range(230):
            change(work, add_dossier(work, province, str(number), revision=0))
    Indexer(database, index).run_all()
    assert len(index.entries()) == 230
    assert compare(database, index).agrees


class Interrupted(TantivyIndex):
    """An index in which something happens at a chosen moment."""

    def replace(self, dossiers: Mapping[uuid.UUID, Sequence[IndexDocument]]) -> None:
        """Apply, and then let it happen."""
        super().replace(dossiers)
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()

    meanwhile = staticmethod(lambda: None)


def test_a_change_while_the_index_is_written_is_not_lost(
    database: Database, province: Province, tmp_path: Path
) -> None:
    """A row that changes between reading and removing its outbox row is applied again."""
    index = Interrupted(tmp_path / "index")
    made = add(database, province, "01.TH", title="Lúc đầu")

    def meanwhile() -> None:
        with database.write(SystemScope("test")) as work:
            dossier = work.session.scalars(select(Dossier).where(Dossier.id == made)).one()
            dossier.title = "Về sau"
            change(work, dossier)

    index.meanwhile = meanwhile  # type: ignore[method-assign] # once
    Indexer(database, index).run_all()
    assert found(index, "về sau", province) == {made}
    assert waiting(database) == 0
    index.close()


def test_a_crash_before_the_outbox_is_emptied_does_it_again(
    database: Database, province: Province, tmp_path: Path
) -> None:
    """When the indexer dies after writing the index, the next one applies the same changes once more."""
    index = Interrupted(tmp_path / "index")
    made = add(database, province, "01.TH")

    def crash() -> None:
        raise KeyboardInterrupt

    index.meanwhile = crash  # type: ignore[method-assign] # once
    with pytest.raises(KeyboardInterrupt):
        Indexer(database, index).run_all()
    assert waiting(database) == 1
    Indexer(database, index).run_all()
    assert (waiting(database), index.entries()) == (0, {made: 1})
    index.close()


def test_differences_are_named(database: Database, province: Province, index: TantivyIndex) -> None:
    """What waits, what is missing, what is older and what is too much is told apart."""
    kept, changed = add(database, province, "kept"), add(database, province, "changed")
    indexer = Indexer(database, index)
    indexer.run_all()
    assert compare(database, index).agrees
    extra = uuid.uuid4()
    index.replace({extra: [IndexDocument("dossier", extra, extra, province.department, province.unit, 1, 1, "x", "")]})
    with database.write(SystemScope("test")) as work:
        missing = add_dossier(work, province, "missing").id
        work.session.execute(update(Dossier).where(Dossier.id == changed).values(revision=7))
        work.reindex("dossier", kept, province.department)
    state = compare(database, index)
    assert (state.waiting, state.missing, state.stale, state.extra) == (1, (missing,), (changed,), (extra,))
    assert not state.agrees


def test_a_rebuild_is_asked_for_and_done(database: Database, province: Province, index: TantivyIndex) -> None:
    """A request mends whatever is wrong with the index, is noted as done, and is done once."""
    made = add(database, province, "01.TH")
    indexer = Indexer(database, index)
    indexer.run_all()
    extra = uuid.uuid4()
    index.replace(
        {made: [], extra: [IndexDocument("dossier", extra, extra, province.department, province.unit, 1, 1, "x", "")]}
    )
    admin = province.people["quantri"]
    with database.write(admin.scope()) as work:
        request_rebuild(work, admin.organization_id)
    assert indexer.run_once() is True
    assert compare(database, index).agrees
    assert indexer.run_once() is False
    with database.read(SystemScope("test")) as work:
        request = work.session.scalars(select(IndexRebuild)).one()
        event = work.session.scalars(select(AuditEvent).where(AuditEvent.act == "index.rebuild_requested")).one()
    assert (request.requested_by, request.done_at is not None) == (admin.id, True)
    assert event.actor_id == admin.id


def test_writes_during_a_rebuild_reach_both_indexes(database: Database, province: Province, tmp_path: Path) -> None:
    """What changes while the new index is built is in it when it begins to answer, also where its portion was over."""
    index = Interrupted(tmp_path / "index")
    with database.write(SystemScope("test")) as work:
        ids = sorted(add_dossier(work, province, str(n), revision=1).id for n in range(150))
    indexer = Indexer(database, index)

    def meanwhile() -> None:
        with database.write(SystemScope("test")) as work:
            for dossier_id in (ids[0], ids[-1]):
                dossier = work.session.scalars(select(Dossier).where(Dossier.id == dossier_id)).one()
                dossier.title = "Đổi giữa chừng"
                change(work, dossier)
            change(work, add_dossier(work, province, "new", revision=0, title="Thêm giữa chừng"))

    fresh_begin = index.begin_rebuild

    def begin() -> Interrupted:
        fresh = fresh_begin()
        assert isinstance(fresh, TantivyIndex)
        made = Interrupted(fresh.root, fresh._fixed)
        made.meanwhile = meanwhile  # type: ignore[method-assign] # once
        return made

    index.begin_rebuild = begin  # type: ignore[method-assign] # the same index, with something happening
    indexer.rebuild()
    assert compare(database, index).agrees
    assert found(index, "đổi giữa chừng", province) == {ids[0], ids[-1]}
    assert len(found(index, "thêm giữa chừng", province)) == 1
    index.close()


class Choosy(TantivyIndex):
    """An index that does not take one dossier."""

    refused: uuid.UUID | None = None

    def replace(self, dossiers: Mapping[uuid.UUID, Sequence[IndexDocument]]) -> None:
        """Refuse, or apply."""
        if self.refused in dossiers:
            raise ValueError("strange field")
        super().replace(dossiers)


def test_a_dossier_that_cannot_be_indexed_keeps_no_other_waiting(
    database: Database, clock: FixedClock, province: Province, tmp_path: Path
) -> None:
    """Others are found though one cannot be indexed; that one is tried again later, and found in the end."""
    index = Choosy(tmp_path / "index")
    bad, *good = [add(database, province, str(number)) for number in range(5)]
    index.refused = bad
    indexer = Indexer(database, index)
    indexer.run_all()
    assert set(index.entries()) == set(good)
    assert compare(database, index).missing == (bad,)
    assert waiting(database) == 1
    index.refused = None
    assert indexer.run_once() is False
    clock.forward(seconds=3)
    indexer.run_all()
    assert compare(database, index).agrees
    index.close()


class Away(TantivyIndex):
    """An index that cannot be reached."""

    def replace(self, dossiers: Mapping[uuid.UUID, Sequence[IndexDocument]]) -> None:
        """Do not answer."""
        raise StorageError("STO-0007", key="index", reason="connection refused")


def test_an_index_that_is_away_sets_nothing_aside(database: Database, province: Province, tmp_path: Path) -> None:
    """While the index is away nothing is marked as refused: all is brought as soon as it is back."""
    away = Away(tmp_path / "index")
    made = [add(database, province, str(number)) for number in range(3)]
    with pytest.raises(StorageError):
        Indexer(database, away).run_once()
    away.close()
    index = TantivyIndex(tmp_path / "index")
    Indexer(database, index).run_all()
    assert set(index.entries()) == set(made)
    index.close()


def test_large_texts_are_brought_in_portions(
    database: Database, province: Province, index: TantivyIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dossiers whose texts together are too much for the memory are read one after the other."""
    monkeypatch.setattr("search.index.indexer._CHARACTERS", 100)
    made = [add(database, province, str(number)) for number in range(4)]
    with database.write(SystemScope("test")) as work:
        for dossier_id, characters in zip(made, (60, 60, 500, 30), strict=True):
            dossier = work.session.scalars(select(Dossier).where(Dossier.id == dossier_id)).one()
            file = add_file(work, add_document(work, dossier), f"{characters}.pdf")
            work.add(
                ContentText(
                    id=work.ids.new(),
                    organization_id=file.organization_id,
                    unit_id=file.unit_id,
                    sensitivity=file.sensitivity,
                    content_file_id=file.id,
                    dossier_id=dossier_id,
                    sha256=file.sha256,
                    state="done",
                    text="x" * characters,
                    characters=characters,
                    attempt=0,
                )
            )
    indexer = Indexer(database, index)
    assert list(indexer._portions(made)) == [made[:1], made[1:2], made[2:3], made[3:]]
    indexer.run_all()
    assert compare(database, index).agrees


def test_a_rebuild_keeps_in_mind_what_the_index_did_not_take(
    database: Database, clock: FixedClock, province: Province, tmp_path: Path
) -> None:
    """A dossier that a new index refuses waits in the outbox, and is in the index as soon as it is taken."""
    index = Choosy(tmp_path / "index")
    bad, good = (add(database, province, str(number)) for number in range(2))
    Indexer(database, index).run_all()
    fresh_begin = index.begin_rebuild

    def begin() -> Choosy:
        fresh = fresh_begin()
        assert isinstance(fresh, TantivyIndex)
        made = Choosy(fresh.root, fresh._fixed)
        made.refused = bad
        return made

    index.begin_rebuild = begin  # type: ignore[method-assign] # the same index, and choosy
    Indexer(database, index).rebuild()
    assert set(index.entries()) == {good}
    assert waiting(database) == 1
    clock.forward(seconds=1000)
    Indexer(database, index).run_all()
    assert compare(database, index).agrees
    index.close()
