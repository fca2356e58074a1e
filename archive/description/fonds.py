"""Fonds and collections: making one, and changing what it is called."""

from __future__ import annotations

import uuid

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from archive.accounts.permissions import require
from archive.audit.events import AuditRecord
from archive.database.errors import NotFound
from archive.database.unit_of_work import UnitOfWork
from archive.description.errors import DescriptionError
from archive.description.models import Fonds

FONDS_KINDS: dict[str, tuple[str, str]] = {
    "fonds": ("Phông lưu trữ", "Fonds"),
    "collection": ("Sưu tập lưu trữ", "Collection"),
    "work": ("Công trình", "Construction project"),
}


def create_fonds(work: UnitOfWork, organization_id: uuid.UUID, *, code: str, name: str, kind: str = "fonds") -> Fonds:
    """Make a fonds of a body.

    Raises:
        DescriptionError: DSC-0001 the body has a fonds of this code already.
        Forbidden: the actor may not manage fonds.
    """
    require(work.scope, "fonds.manage")
    if kind not in FONDS_KINDS:
        raise ValueError(kind)
    made = Fonds(id=work.ids.new(), organization_id=organization_id, code=code, name=name, kind=kind)
    work.add(made)
    try:
        work.session.flush()
    except IntegrityError:
        raise DescriptionError("DSC-0001", fonds=code) from None
    payload = {"code": code, "name": name, "kind": kind}
    work.record(AuditRecord("fonds.created", organization_id, "fonds", made.id, payload=payload))
    return made


def change_fonds(work: UnitOfWork, fonds_id: uuid.UUID, *, name: str, kind: str) -> None:
    """Change name and kind; the code stays, since the codes of dossiers are built from it.

    Raises:
        NotFound: no such fonds in scope.
        Forbidden: the actor may not manage fonds.
    """
    require(work.scope, "fonds.manage")
    fonds = work.session.scalar(select(Fonds).where(Fonds.id == fonds_id))
    if fonds is None:
        raise NotFound
    payload = {"name": [fonds.name, name], "kind": [fonds.kind, kind]}
    fonds.name, fonds.kind = name, kind
    work.record(AuditRecord("fonds.changed", fonds.organization_id, "fonds", fonds.id, payload=payload))
