"""No query sees a row without a scope, and with one only the rows that the scope allows."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from sqlalchemy import (
    Column,
    MetaData,
    String,
    Table,
    case,
    column,
    delete,
    exists,
    func,
    insert,
    literal_column,
    select,
    table,
    text,
    true,
    union_all,
    update,
)
from sqlalchemy.orm import aliased

from archive.database.connection import Database
from archive.database.scope import AnyScope, ScopedSession, SystemScope, UnscopedQuery, worker_scope
from archive.description.models import Document, Dossier, Fonds
from archive.organizations.models import Organization
from tests.archive.dossiers import add_document, add_dossier
from tests.databases import postgresql_database
from tests.province import Province

Statement = Callable[[], Any]

BARE: Any = Dossier.__table__
# What is asked, and what a maker of files of the first unit (level 2) sees of it.
ANSWERED: dict[str, tuple[Statement, set[tuple[Any, ...]]]] = {
    "select": (lambda: select(Dossier.notation), {("own",)}),
    "distinct": (lambda: select(Dossier.notation).distinct(), {("own",)}),
    "count": (lambda: select(func.count()).select_from(Dossier), {(1,)}),
    "count of a column": (lambda: select(func.count(Dossier.id)), {(1,)}),
    "group": (lambda: select(Dossier.state, func.count()).group_by(Dossier.state), {("kept", 1)}),
    "highest": (lambda: select(func.max(Dossier.notation)), {("own",)}),
    "window": (lambda: select(Dossier.notation, func.count().over()), {("own", 1)}),
    "join": (
        lambda: select(Dossier.notation, Document.subject).join(Document, Document.dossier_id == Dossier.id),
        {("own", "about own")},
    ),
    "join without a condition": (lambda: select(Dossier.notation, Fonds.code).join(Fonds, true()), {("own", "F1")}),
    "outer join": (
        lambda: select(Fonds.code, Dossier.notation).outerjoin(Dossier, Dossier.fonds_id == Fonds.id),
        {("F1", "own")},
    ),
    "outer join from a table of nobody's": (
        lambda: (
            select(Organization.kind, Dossier.notation)
            .outerjoin(Dossier, Dossier.organization_id == Organization.id)
            .where(Organization.kind.in_(["department", "commune"]))
        ),
        {("department", "own"), ("commune", None)},
    ),
    "exists": (
        lambda: select(Organization.kind).where(exists().where(Dossier.organization_id == Organization.id)),
        {("department",)},
    ),
    "exists of a subquery": (
        lambda: select(Organization.kind).where(
            exists(select(Dossier.id).where(Dossier.organization_id == Organization.id))
        ),
        {("department",)},
    ),
    "in a subquery": (
        lambda: select(Organization.kind).where(Organization.id.in_(select(Dossier.organization_id))),
        {("department",)},
    ),
    "subquery of a subquery": (
        lambda: select(Organization.kind).where(
            Organization.id.in_(
                select(Fonds.organization_id).where(exists(select(Dossier.id).where(Dossier.fonds_id == Fonds.id)))
            )
        ),
        {("department",)},
    ),
    "scalar subquery": (lambda: select(select(func.count(Dossier.id)).scalar_subquery()), {(1,)}),
    "case": (
        lambda: select(case((exists(select(Dossier.id).where(Dossier.notation == "foreign")), "seen"), else_="no")),
        {("no",)},
    ),
    "subquery as a table": (lambda: select(select(Dossier.notation).subquery()), {("own",)}),
    "class over a subquery": (
        lambda: select(aliased(Dossier, select(Dossier).subquery()).notation),
        {("own",)},
    ),
    "common table expression": (lambda: select(select(Dossier.notation).cte()), {("own",)}),
    "union": (
        lambda: union_all(select(Dossier.notation), select(Document.subject)),
        {("own",), ("about own",)},
    ),
    "union as a table": (
        lambda: select(union_all(select(Dossier.notation), select(Document.subject)).subquery()),
        {("own",), ("about own",)},
    ),
}
# What no condition can be put on is refused, with a scope as without one.
REFUSED: dict[str, Statement] = {
    "literal SQL": lambda: text("SELECT notation FROM dossier"),
    "literal SQL for a class": lambda: select(Dossier).from_statement(text("SELECT * FROM dossier")),
    "literal parts": lambda: select(text("notation")).select_from(text("dossier")),
    "literal column": lambda: select(literal_column("(SELECT count(*) FROM dossier)")),
    "literal condition": lambda: select(Organization.kind).where(text("EXISTS (SELECT 1 FROM dossier)")),
    "table by name": lambda: select(table("dossier", column("notation")).c.notation),
    "table of other metadata": lambda: select(Table("dossier", MetaData(), Column("notation", String)).c.notation),
    "table": lambda: select(BARE),
    "column of a table": lambda: select(BARE.c.notation),
    "count of a table": lambda: select(func.count()).select_from(BARE),
    "table in exists": lambda: select(Organization.kind).where(exists(select(1).select_from(BARE))),
    "table beside its class": lambda: select(Dossier.id, BARE.c.notation),
    "table joined to a class": lambda: select(Fonds.code).join(BARE, BARE.c.fonds_id == Fonds.id),
    "statement about a table for a class": lambda: select(Dossier).from_statement(select(BARE)),
    "alias": lambda: select(aliased(Dossier).notation),
    "alias beside its class": lambda: select(Dossier.notation, aliased(Dossier).notation).join(
        aliased(Dossier), true()
    ),
    "alias of a table": lambda: select(func.count()).select_from(BARE.alias()).where(exists(select(Dossier.id))),
    "update of a table": lambda: update(BARE).values(title="changed"),
    "deletion from a table": lambda: delete(BARE),
    "insertion": lambda: insert(Fonds).values(id=uuid.uuid4(), code="Z", name="Z"),
    "insertion into a table": lambda: insert(BARE).values(id=uuid.uuid4()),
}


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.network)])
def filled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Database, Province]]:
    """A database with one dossier inside the scope and one past each of its borders."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            folder, province = request.getfixturevalue("initialised")
            path = tmp_path_factory.mktemp("scopes") / "kholuutru.db"
            shutil.copy(folder / "kholuutru.db", path)
            url = f"sqlite:///{path}"
        else:
            template, province = request.getfixturevalue("initialised_on_postgresql")
            url = stack.enter_context(postgresql_database(template))
        database = Database(url)
        stack.callback(database.dispose)
        with database.write(SystemScope("test")) as work:
            for notation, of, sensitivity in (
                ("own", "", 2),
                ("other unit", "other", 1),
                ("higher", "", 3),
                ("highest", "", 4),
                ("foreign", "xa", 1),
            ):
                made = add_dossier(work, province, notation, of=of, sensitivity=sensitivity)
                add_document(work, made, subject=f"about {notation}")
        yield database, province


@pytest.fixture
def rows(filled: tuple[Database, Province]) -> Database:
    """That database."""
    return filled[0]


@pytest.fixture
def engine(filled: tuple[Database, Province]) -> str:
    """The engine of that database, also for a database of a test's own."""
    return "sqlite" if filled[0].is_sqlite else "postgresql"


@pytest.fixture
def province(filled: tuple[Database, Province]) -> Province:
    """Ids of what is in it."""
    return filled[1]


@pytest.mark.parametrize("form", ANSWERED)
def test_a_query_sees_only_rows_in_scope(form: str, rows: Database, province: Province) -> None:
    """In every form of query a row of another organization, another unit or a higher level is not there."""
    statement, expected = ANSWERED[form]
    with rows.read(province.people["submitter"].scope()) as work:
        assert {tuple(row) for row in work.session.execute(statement())} == expected


@pytest.mark.parametrize("form", ANSWERED)
def test_a_query_without_scope_is_refused(form: str, rows: Database) -> None:
    """A session that nobody gave a scope answers no query about rows that belong to organizations."""
    with ScopedSession(rows.read_engine) as session, pytest.raises(UnscopedQuery):
        session.execute(ANSWERED[form][0]())


@pytest.mark.parametrize("form", REFUSED)
@pytest.mark.parametrize("scoped", [True, False], ids=["scope", "no scope"])
def test_what_cannot_be_scoped_is_refused(form: str, *, scoped: bool, rows: Database, province: Province) -> None:
    """Tables past their classes, aliases, literal SQL and direct insertions are refused whoever asks."""
    with ScopedSession(rows.write_engine) as session:
        session.info["scope"] = province.people["submitter"].scope() if scoped else None
        with pytest.raises(UnscopedQuery):
            session.execute(REFUSED[form]())


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("submitter", {"own"}),
        ("clerk", {"own", "other unit"}),
        ("archivist", {"own", "other unit", "higher"}),
        ("auditor", set()),
        ("unitadmin", set()),
        ("quantri", set()),
        ("other.submitter", {"other unit"}),
        ("xa.archivist", {"foreign"}),
    ],
)
def test_each_role_sees_its_share(who: str, expected: set[str], rows: Database, province: Province) -> None:
    """Unit, level and organization of the roles decide; administrators and auditors see no dossier at all."""
    with rows.read(province.people[who].scope()) as work:
        assert set(work.session.scalars(select(Dossier.notation))) == expected
        assert {s.removeprefix("about ") for s in work.session.scalars(select(Document.subject))} == expected


def test_background_work_sees_one_organization(rows: Database, province: Province) -> None:
    """A worker's scope shows every row of the organization it works for and none of any other."""
    with rows.read(worker_scope(province.commune)) as work:
        assert list(work.session.scalars(select(Dossier.notation))) == ["foreign"]


def test_the_system_sees_all_and_is_counted(rows: Database) -> None:
    """A system scope sees every row, and each opening is counted by its reason."""
    before = rows.system_scopes.counts["count me"]
    with rows.read(SystemScope("count me")) as work:
        assert work.session.scalar(select(func.count()).select_from(Dossier)) == 5
    assert rows.system_scopes.counts["count me"] == before + 1


def test_an_update_or_deletion_reaches_only_rows_in_scope(database: Database, province: Province) -> None:
    """A statement that changes or deletes all rows changes and deletes those in scope."""
    with database.write(SystemScope("test")) as work:
        for notation, of in (("own", ""), ("other unit", "other"), ("foreign", "xa")):
            add_dossier(work, province, notation, of=of)
    with database.write(province.people["submitter"].scope()) as work:
        assert work.session.execute(update(Dossier).values(period="5 năm")).rowcount == 1  # type: ignore[attr-defined] # CursorResult
    assert _periods(database) == {"own": "5 năm", "other unit": "10 năm", "foreign": "10 năm"}
    with database.write(province.people["submitter"].scope()) as work:
        work.session.execute(delete(Dossier))
    assert set(_periods(database)) == {"other unit", "foreign"}


@pytest.mark.parametrize("change", [update(Dossier).values(title="changed"), delete(Dossier)], ids=["update", "delete"])
def test_a_change_without_scope_is_refused(change: Any, rows: Database) -> None:
    """A session without scope changes and deletes nothing."""
    with ScopedSession(rows.write_engine) as session, pytest.raises(UnscopedQuery):
        session.execute(change)


@pytest.mark.parametrize("scope", ["submitter", None], ids=["scope", "no scope"])
def test_a_row_of_another_organization_is_not_inserted(
    scope: str | None, database: Database, province: Province
) -> None:
    """Adding a row for an organization outside the scope is refused, and nothing is written."""
    with ScopedSession(database.write_engine) as session:
        session.info["scope"] = province.people[scope].scope() if scope else None
        session.add(Fonds(id=uuid.uuid4(), organization_id=province.commune, code="F9", name="Phông lạ"))
        with pytest.raises(UnscopedQuery):
            session.flush()
    assert _fonds(database) == {"F1": "Phông Sở Thử", "F2": "Phông Xã Thử"}


@pytest.mark.parametrize("act", ["change", "delete", "give away"])
def test_a_row_of_another_organization_is_not_changed(act: str, database: Database, province: Province) -> None:
    """A row got hold of elsewhere cannot be changed, deleted or given away through a scoped session."""
    code = "F1" if act == "give away" else "F2"
    with database.read(SystemScope("test")) as work:
        fonds = work.session.scalars(select(Fonds).where(Fonds.code == code)).one()
        work.session.expunge(fonds)

    def try_it() -> None:
        with database.write(province.people["archivist"].scope()) as work:
            work.add(fonds)
            if act == "change":
                fonds.name = "Đổi tên"
            elif act == "delete":
                work.session.delete(fonds)
            else:
                fonds.organization_id = province.commune

    with pytest.raises(UnscopedQuery):
        try_it()
    assert _fonds(database) == {"F1": "Phông Sở Thử", "F2": "Phông Xã Thử"}


def test_a_row_in_scope_is_inserted(database: Database, province: Province) -> None:
    """The same row for the actor's own organization is written."""
    with database.write(province.people["archivist"].scope()) as work:
        work.add(Fonds(id=uuid.uuid4(), organization_id=province.department, code="F9", name="Sưu tập"))
    assert _fonds(database)["F9"] == "Sưu tập"


def test_a_child_cannot_point_to_another_organization(database: Database, province: Province) -> None:
    """A document of one organization in the dossier of another is refused by the database itself."""
    from sqlalchemy.exc import IntegrityError

    def try_it() -> None:
        with database.write(SystemScope("test")) as work:
            dossier = add_dossier(work, province, "own")
            add_document(work, dossier, organization_id=province.commune)

    with pytest.raises(IntegrityError):
        try_it()


def _all(database: Database, statement: Any, scope: AnyScope) -> list[Any]:
    with database.read(scope) as work:
        return list(work.session.execute(statement).all())


def _periods(database: Database) -> dict[str, str]:
    return dict(map(tuple, _all(database, select(Dossier.notation, Dossier.period), SystemScope("test"))))


def _fonds(database: Database) -> dict[str, str]:
    return dict(map(tuple, _all(database, select(Fonds.code, Fonds.name), SystemScope("test"))))
