"""Making bodies and units, and asking what they are called on a day."""

from __future__ import annotations

import datetime
import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.audit.events import AuditRecord
from archive.database.unit_of_work import UnitOfWork
from archive.organizations.kinds import KINDS
from archive.organizations.models import Organization, OrganizationTerm


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
    """Create a body (`body` None) or an office unit of a body, and return its id."""
    if kind not in KINDS:
        raise ValueError(kind)
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
