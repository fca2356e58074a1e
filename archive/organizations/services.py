"""Making bodies and units, and asking what they are called on a day."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from archive.accounts.permissions import allows, require
from archive.audit.events import AuditRecord
from archive.clock import vietnam_date
from archive.database.errors import NotFound
from archive.database.leading import wait_for_turn
from archive.database.scope import Scope
from archive.database.unit_of_work import UnitOfWork
from archive.organizations.errors import OrganizationError
from archive.organizations.kinds import KINDS
from archive.organizations.models import Organization, OrganizationTerm
from archive.text.folding import fold


def create_organization(
    work: UnitOfWork,
    *,
    kind: str,
    name: str,
    valid_from: datetime.date,
    parent: uuid.UUID | None = None,
    body: uuid.UUID | None = None,
    code: str = "",
    abbreviation: str = "",
    transfer_source: bool = False,
) -> uuid.UUID:
    """Create a body (`body` None) or an office unit of a body, and return its id.

    Raises:
        OrganizationError: ORG-0001 another body bears the code; ORG-0002 the unit's name is taken in its body;
            ORG-0004 the body is closed.
        NotFound: there is no such body in which the actor may make units.
        Forbidden: the actor may not.
    """
    if kind not in KINDS:
        raise ValueError(kind)
    require(work.scope, "unit.manage" if body else "organization.manage")
    if body is not None:
        _open_body(work, body)
    _refuse_twin(work, name=name, code=code, body=body, day=valid_from)
    organization_id = work.ids.new()
    work.add(Organization(id=organization_id, body_id=body or organization_id, kind=kind))
    work.session.flush()
    work.add(
        OrganizationTerm(
            id=work.ids.new(),
            subject_id=organization_id,
            parent_id=parent or body,
            name=name,
            code=code,
            abbreviation=abbreviation,
            transfer_source=transfer_source,
            valid_from=valid_from,
        )
    )
    work.record(
        AuditRecord(
            "organization.created",
            body or organization_id,
            "organization",
            organization_id,
            payload={"kind": kind, "name": name, "code": code},
        )
    )
    return organization_id


@dataclass(frozen=True, slots=True)
class TermValues:
    """What a term says."""

    name: str
    code: str = ""
    abbreviation: str = ""
    parent_id: uuid.UUID | None = None
    transfer_source: bool = False


def change_term(
    work: UnitOfWork, organization_id: uuid.UUID, values: TermValues, day: datetime.date | None = None
) -> None:
    """Change what a body or unit is called and where it stands: from a day on, or (None) as a mistake put right.

    From a day on, the former term ends on the day before and stays: what is older keeps its name of then.

    Raises:
        OrganizationError: ORG-0001, ORG-0002 as `create_organization`; ORG-0003 the day is not behind the beginning of
            the present term; ORG-0004 the body is closed; ORG-0005 the day has not come; ORG-0006 it would stand in
            itself.
        NotFound: there is no such body that the actor may change.
        Forbidden: the actor may not.
    """
    found = changeable(work, organization_id)
    term = _present(work, found)
    if values.parent_id is not None and organization_id in _above(work, values.parent_id):
        raise OrganizationError("ORG-0006", name=values.name)
    _refuse_ahead(work, day)
    body = found.body_id if found.kind == "unit" else None
    _refuse_twin(work, name=values.name, code=values.code, body=body, day=day or term.valid_from, but=organization_id)
    names = ("name", "code", "abbreviation", "parent_id", "transfer_source")
    changed = {n: [str(getattr(term, n) or ""), str(getattr(values, n) or "")] for n in names}
    changed = {name: pair for name, pair in changed.items() if pair[0] != pair[1]}
    if not changed:
        return
    if day is None or day == term.valid_from:
        for name in names:
            setattr(term, name, getattr(values, name))
    else:
        if day < term.valid_from:
            raise OrganizationError("ORG-0003", day=term.valid_from.strftime("%d/%m/%Y"))
        term.valid_to = day - datetime.timedelta(days=1)
        given = {name: getattr(values, name) for name in names}
        work.add(OrganizationTerm(id=work.ids.new(), subject_id=organization_id, valid_from=day, **given))
    payload = {**changed, "from": day.isoformat() if day else ""}
    work.record(AuditRecord("organization.changed", found.body_id, "organization", organization_id, payload=payload))


def close_organization(work: UnitOfWork, organization_id: uuid.UUID, day: datetime.date) -> None:
    """Close a body or unit from a day on; what it left stays where it is.

    Raises:
        OrganizationError: ORG-0003 the day is not behind the beginning of the present term; ORG-0004 it is closed.
        NotFound: there is no such body that the actor may change.
        Forbidden: the actor may not.
    """
    found = changeable(work, organization_id)
    term = _present(work, found)
    _refuse_ahead(work, day)
    if day <= term.valid_from:
        raise OrganizationError("ORG-0003", day=term.valid_from.strftime("%d/%m/%Y"))
    found.closed_on, term.valid_to = day, day - datetime.timedelta(days=1)
    payload = {"name": term.name, "on": day.isoformat()}
    work.record(AuditRecord("organization.closed", found.body_id, "organization", organization_id, payload=payload))


def changeable(work: UnitOfWork, organization_id: uuid.UUID) -> Organization:
    """Return a body or unit that the actor may change: any with the right to bodies, else the units of his own body.

    The operator is none of them: the archive itself hangs on it.

    Raises:
        NotFound, Forbidden: as `change_term`.
    """
    found = work.session.scalar(select(Organization).where(Organization.id == organization_id))
    if found is None or found.kind == "operator":
        raise NotFound
    if allows(work.scope, "organization.manage"):
        return found
    require(work.scope, "unit.manage")
    if not _reaches(work, found):
        raise NotFound
    if found.kind != "unit":
        require(work.scope, "organization.manage")
    return found


def _reaches(work: UnitOfWork, organization: Organization) -> bool:
    """Return whether the actor manages bodies, or this is his own or a unit of it."""
    own = isinstance(work.scope, Scope) and organization.body_id in work.scope.organizations
    return own or allows(work.scope, "organization.manage")


def _open_body(work: UnitOfWork, body_id: uuid.UUID) -> None:
    """Refuse a body that is not the actor's to make units in, or that is closed."""
    found = work.session.scalar(select(Organization).where(Organization.id == body_id))
    if found is None or not _reaches(work, found):
        raise NotFound
    _present(work, found)


def _present(work: UnitOfWork, organization: Organization) -> OrganizationTerm:
    if organization.closed_on is not None:
        raise OrganizationError("ORG-0004", day=organization.closed_on.strftime("%d/%m/%Y"))
    return work.session.scalars(
        select(OrganizationTerm)
        .where(OrganizationTerm.subject_id == organization.id)
        .order_by(OrganizationTerm.valid_from.desc())
        .limit(1)
    ).one()


def _refuse_ahead(work: UnitOfWork, day: datetime.date | None) -> None:
    """Refuse a day that has not come: until then two names would claim to be the present one."""
    if day is not None and day > vietnam_date(work.now):
        raise OrganizationError("ORG-0005", day=day.strftime("%d/%m/%Y"))


def _above(work: UnitOfWork, organization_id: uuid.UUID) -> set[uuid.UUID]:
    """Return a body and all that it stands in."""
    parents = {
        row.subject_id: row.parent_id
        for row in work.session.scalars(select(OrganizationTerm).order_by(OrganizationTerm.valid_from))
    }
    found: set[uuid.UUID] = set()
    at: uuid.UUID | None = organization_id
    while at is not None and at not in found:
        found.add(at)
        at = parents.get(at)
    return found


def _refuse_twin(
    work: UnitOfWork,
    *,
    name: str,
    code: str,
    body: uuid.UUID | None,
    day: datetime.date,
    but: uuid.UUID | None = None,
) -> None:
    # Two who ask at once would both find the name free.
    wait_for_turn(work.session, "organizations")
    statement = (
        select(OrganizationTerm)
        .join(Organization, Organization.id == OrganizationTerm.subject_id)
        .where(or_(OrganizationTerm.valid_to.is_(None), OrganizationTerm.valid_to >= day))
    )
    if but is not None:
        statement = statement.where(OrganizationTerm.subject_id != but)
    if body is None and code and work.session.scalar(statement.where(OrganizationTerm.code == code).limit(1)):
        raise OrganizationError("ORG-0001", agency=code)
    if body is not None:
        beside = statement.where(
            Organization.body_id == body, Organization.kind == "unit", OrganizationTerm.name_folded == fold(name)
        )
        if work.session.scalar(beside.limit(1)):
            raise OrganizationError("ORG-0002", name=name)


@dataclass(frozen=True, slots=True)
class Body:
    """A body or unit as a line of the tree: `depth` from 0, under what it stands in."""

    id: uuid.UUID
    body_id: uuid.UUID
    kind: str
    term: OrganizationTerm
    closed_on: datetime.date | None
    depth: int


def tree_on(session: Session, day: datetime.date, body_id: uuid.UUID | None = None) -> list[Body]:
    """Return all bodies and units (or those of one body), each before what stands in it, in Vietnamese order."""
    statement = select(Organization).where(Organization.kind != "operator")
    if body_id is not None:
        statement = statement.where(Organization.body_id == body_id)
    rows = {row.id: row for row in session.scalars(statement)}
    terms = {found: term_on(session, found, day) for found in rows}
    inside: dict[uuid.UUID | None, list[uuid.UUID]] = {}
    for found, term in terms.items():
        inside.setdefault(term.parent_id if term.parent_id in rows else None, []).append(found)
    listed: list[Body] = []

    def walk(parent: uuid.UUID | None, depth: int) -> None:
        # Units stand right under their body, before the bodies below it.
        for found in sorted(inside.get(parent, ()), key=lambda i: (rows[i].kind != "unit", terms[i].name_sort)):
            row = rows[found]
            listed.append(Body(found, row.body_id, row.kind, terms[found], row.closed_on, depth))
            walk(found, depth + 1)

    walk(None, 0)
    return listed


def term_on(session: Session, organization_id: uuid.UUID, day: datetime.date) -> OrganizationTerm:
    """Return the term of a body in force on a day; the last earlier one (a closed body) or the first when none is."""
    terms = session.scalars(
        select(OrganizationTerm)
        .where(OrganizationTerm.subject_id == organization_id)
        .order_by(OrganizationTerm.valid_from)
    ).all()
    in_force = [t for t in terms if t.valid_from <= day and (t.valid_to is None or day <= t.valid_to)]
    return (in_force or [t for t in terms if t.valid_from <= day] or terms[:1])[-1]


def names_on(session: Session, day: datetime.date) -> dict[uuid.UUID, str]:
    """Return the name of every body and unit on a day; names of bodies are public."""
    names: dict[uuid.UUID, str] = {}
    for term in session.scalars(select(OrganizationTerm).order_by(OrganizationTerm.valid_from)):
        if term.subject_id not in names or term.valid_from <= day:
            names[term.subject_id] = term.name
    return names


def system_organization(session: Session) -> uuid.UUID | None:
    """Return the operator's id, the owner of the system's own chain; None before `init`."""
    return session.scalar(select(Organization.id).where(Organization.kind == "operator"))
