"""Which dossiers a list shows: its filters as the address says them, and the one statement that they make."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, Select, exists, or_, select

from archive.clock import month_of
from archive.database.unit_of_work import UnitOfWork
from archive.description.models import ContentFile, Document, Dossier
from archive.description.states import DOSSIER_STATES
from archive.organizations.models import Organization
from archive.text.folding import fold
from archive.web.addresses import known_uuid, known_year
from archive.web.listing import bounded_count
from preservation.packages.models import PackageVersion

_MONTHS = frozenset(f"{month:02}" for month in range(1, 13))


def filtered_dossiers(work: UnitOfWork, arguments: Mapping[str, str]) -> Select[Dossier]:
    """Return the statement for the dossiers in scope that an address's filters let through.

    `q` (words of code or title), `state`, `year` of closing, `unit`, `lock` (state of a package), `malware` (state of
    a file), `sealed` (month, ``2026-03``); what makes no sense in them is passed over.
    """
    statement = select(Dossier)
    for word in fold(arguments.get("q", "")).split():
        statement = statement.where(
            or_(
                Dossier.title_folded.contains(word, autoescape=True),
                Dossier.code_folded.contains(word, autoescape=True),
            )
        )
    if (state := arguments.get("state", "")) in DOSSIER_STATES:
        statement = statement.where(Dossier.state == state)
    if (closing_year := known_year(arguments.get("year", ""))) is not None:
        statement = statement.where(Dossier.closing_year == closing_year)
    if (unit_id := known_uuid(arguments.get("unit", ""))) is not None:
        statement = statement.where(Dossier.unit_id == unit_id)
    if lock := arguments.get("lock"):
        statement = statement.where(_with_package(work, lock))
    if malware := arguments.get("malware"):
        statement = statement.where(_with_file(work, malware))
    sealed_year, _stroke, month = arguments.get("sealed", "").partition("-")
    if (year_of_sealing := known_year(sealed_year)) is not None and month in _MONTHS:
        begin, end = month_of(year_of_sealing, int(month))
        statement = statement.where(Dossier.sealed_at >= begin, Dossier.sealed_at < end)
    return statement


# Of what is found, few are gathered and the dossiers looked up; where there are many, each dossier in turn is asked,
# since a page is full after a few. No database can know which before it has counted.
_FEW = 40_000


def _with_package(work: UnitOfWork, state: str) -> ColumnElement[bool]:
    """Return the condition that a package of the dossier is in this state."""
    packages = select(PackageVersion.dossier_id).where(PackageVersion.state == state)
    if bounded_count(work, packages, _FEW) <= _FEW:
        return Dossier.id.in_(packages)
    return exists(packages.where(PackageVersion.dossier_id == Dossier.id).correlate(Dossier))


def _with_file(work: UnitOfWork, malware: str) -> ColumnElement[bool]:
    """Return the condition that a file of the dossier is in this state."""
    files = select(ContentFile.document_id).where(ContentFile.malware_state == malware)
    documents = select(Document.dossier_id)
    if bounded_count(work, files, _FEW) <= _FEW:
        return Dossier.id.in_(documents.where(Document.id.in_(files)))
    # One inside the other and not joined: a join may be walked from the files, anew for each dossier.
    held = exists(files.where(ContentFile.document_id == Document.id).correlate(Document))
    return exists(documents.where(Document.dossier_id == Dossier.id, held).correlate(Dossier))


def units_with_dossiers(work: UnitOfWork) -> Sequence[uuid.UUID]:
    """Return the units that have dossiers in scope: one look for each unit there is."""
    one = select(Dossier.id).where(Dossier.unit_id == Organization.id).correlate(Organization)
    return work.session.scalars(select(Organization.id).where(exists(one))).all()
