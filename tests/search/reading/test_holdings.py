"""The list of dossiers: what its filters let through, and that no walk to a page leaves the indexes."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import Connection, event, select, update

from archive.database.scope import SystemScope, worker_scope
from archive.description.models import ContentFile, Dossier
from config.application import create_application
from retention.due.services import plan
from search.reading import holdings
from search.reading.holdings import filtered_dossiers, units_with_dossiers
from tests.archive.dossiers import add_document, add_dossier, add_file
from tests.conftest import Archive
from tests.pages import page_of

BIG = ("dossier", "document", "content_file", "package_version", "retention_plan")
PAGES = (
    ("archivist", "/"),
    ("officer", "/"),
    ("submitter", "/ho-so"),
    ("archivist", "/ho-so"),
    ("archivist", "/ho-so?xep=-title"),
    ("archivist", "/ho-so?xep=documents"),
    ("archivist", "/ho-so?year=2024&unit={unit}&state=kept"),
    ("archivist", "/ho-so?q=ho+so"),
    ("archivist", "/ho-so?lock=locked"),
    ("archivist", "/ho-so?malware=not_scanned"),
    ("archivist", "/ho-so?sealed=2026-03"),
    ("archivist", "/ho-so/{dossier}"),
    ("archivist", "/phong"),
    ("archivist", "/noi-de"),
    ("officer", "/thoi-han?loc=due"),
    ("officer", "/thoi-han?loc=coming&xep=due"),
    ("officer", "/thoi-han?loc=year&nam=2031&xep=-title"),
    ("officer", "/thoi-han?loc=permanent"),
    ("officer", "/thoi-han?loc=unknown"),
)


@pytest.fixture
def app(archive: Archive) -> Flask:
    """The application over three dossiers, of which one has a file that nobody scanned."""
    with archive.house.database.write(worker_scope(archive.province.department)) as work:
        for number in range(3):
            dossier = add_dossier(work, archive.province, f"0{number}.TH", of="other" if number == 2 else "")
            plan(work, dossier)
            add_file(work, add_document(work, dossier), f"HS/{number}.pdf")
        file = work.session.scalars(select(ContentFile).where(ContentFile.original_path == "HS/1.pdf")).one()
        file.malware_state = "not_scanned"
    return create_application(archive.house)


def _walks(connection: Connection, statement: str, parameters: object) -> list[str]:
    plan_of = connection.connection.cursor().execute(f"EXPLAIN QUERY PLAN {statement}", parameters)  # type: ignore[arg-type] # the driver's own
    return [row[3] for row in plan_of.fetchall()]


@pytest.mark.parametrize(("who", "address"), PAGES)
def test_no_page_reads_a_whole_table(who: str, address: str, archive: Archive, app: Flask) -> None:
    """Whatever a list is filtered or sorted by, rows that are not shown are passed by inside an index."""
    with archive.house.database.read(SystemScope("test")) as work:
        dossier = work.session.scalars(select(Dossier.id)).first()
    found: list[tuple[str, str]] = []

    def note(connection: Connection, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        if statement.startswith("SELECT") and any(f"FROM {table}" in statement for table in BIG):
            found.extend((step, statement) for step in _walks(connection, statement, parameters))

    event.listen(archive.house.database.read_engine, "before_cursor_execute", note)
    page_of(archive, app, who, address.format(unit=archive.province.unit, dossier=dossier))
    assert found
    tables = "|".join(BIG)
    # A step that keeps to an index alone may be long; one by the owner alone may not turn to the table for each row,
    # unless it is in the list's order and ends with the page.
    whole = re.compile(rf"SCAN ({tables})\b|SEARCH ({tables}) USING INDEX \w+ \(organization_id=\?\)")
    ordered = re.compile("INDEX ix_dossier_(list|titles|documents) ")
    assert [step for step, _ in found if whole.match(step) and not ordered.search(step)] == []


@pytest.mark.parametrize("few", [0, 40_000])
def test_a_filter_by_files_finds_the_same_among_few_and_many(
    few: int, archive: Archive, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether files are gathered or each dossier is asked, the dossiers of files in a state are found, no others."""
    del app
    monkeypatch.setattr(holdings, "_FEW", few)
    with archive.house.database.read(archive.person("archivist").scope()) as work:
        found = work.session.scalars(filtered_dossiers(work, {"malware": "not_scanned"})).all()
        assert [dossier.notation for dossier in found] == ["01.TH"]
        assert work.session.scalars(filtered_dossiers(work, {"lock": "locked"})).all() == []
    with archive.house.database.read(archive.person("xa.archivist").scope()) as work:
        assert work.session.scalars(filtered_dossiers(work, {"malware": "not_scanned"})).all() == []


def test_units_to_choose_are_those_with_dossiers(archive: Archive, app: Flask) -> None:
    """A filter offers the units whose dossiers the reader sees; a maker sees the own one alone."""
    del app
    for who, expected in (
        ("archivist", {archive.province.unit, archive.province.other_unit}),
        ("submitter", {archive.province.unit}),
        ("xa.archivist", set()),
    ):
        with archive.house.database.read(archive.person(who).scope()) as work:
            assert set(units_with_dossiers(work)) == expected, who


def test_a_restricted_dossier_makes_no_unit_known(archive: Archive, app: Flask) -> None:
    """Where all dossiers of a unit are above the reader's level, the unit is not offered."""
    del app
    with archive.house.database.write(SystemScope("test")) as work:
        of_other = update(Dossier).where(Dossier.unit_id == archive.province.other_unit)
        work.session.execute(of_other.values(sensitivity=3))
    with archive.house.database.read(archive.person("searcher").scope()) as work:
        assert set(units_with_dossiers(work)) == {archive.province.unit}
