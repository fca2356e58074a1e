"""The ledgers of the ground: bodies, accounts, descriptions, number series."""

from __future__ import annotations

import functools
import secrets
import uuid
from typing import Any

from sqlalchemy import Select, select

from archive.accounts.models import Account, AccountRole
from archive.accounts.services import hash_password
from archive.database.base import Owned
from archive.database.restoring import Plain
from archive.database.series import NumberSeries
from archive.description.models import (
    ContentFile,
    Document,
    Dossier,
    FilePlan,
    FilePlanEntry,
    Fonds,
    StorageLocation,
)
from archive.ledger.kinds import Ledger, Part, TableLedger
from archive.organizations.models import Organization, OrganizationTerm


def owned_by(table: type[Owned]) -> TableLedger:
    """Return the ledger of a table of which a body's segments hold all rows that the body owns."""
    return TableLedger(table, Part.BODY, lambda body: select(table).where(table.organization_id == body))  # type: ignore[arg-type] # Owned is mixed into tables


@functools.cache
def _nobodys_password() -> str:
    """Return the hash of a password that was never told to anybody."""
    return hash_password(secrets.token_hex(32))


def _account(plain: Plain) -> Plain:
    return {
        **plain,
        "password_hash": _nobodys_password(),
        "session_mark": str(uuid.uuid4()),
        "must_change_password": True,
    }


def _terms(body: uuid.UUID) -> Select[Any]:
    return (
        select(OrganizationTerm)
        .join(Organization, Organization.id == OrganizationTerm.subject_id)
        .where(Organization.body_id == body)
    )


def _files(dossier: uuid.UUID) -> Select[Any]:
    return (
        select(ContentFile).join(Document, Document.id == ContentFile.document_id).where(Document.dossier_id == dossier)
    )


GROUND: tuple[Ledger, ...] = (
    TableLedger(Organization, Part.BODY, lambda body: select(Organization).where(Organization.body_id == body)),
    TableLedger(OrganizationTerm, Part.BODY, _terms, last=True),
    TableLedger(
        Account,
        Part.BODY,
        lambda body: select(Account).where(Account.organization_id == body),
        without=frozenset({"password_hash", "session_mark", "must_change_password"}),
        completed=_account,
    ),
    owned_by(AccountRole),
    owned_by(NumberSeries),
    owned_by(Fonds),
    owned_by(FilePlan),
    owned_by(FilePlanEntry),
    owned_by(StorageLocation),
    TableLedger(Dossier, Part.DOSSIER, lambda dossier: select(Dossier).where(Dossier.id == dossier)),
    TableLedger(Document, Part.DOSSIER, lambda dossier: select(Document).where(Document.dossier_id == dossier)),
    TableLedger(ContentFile, Part.DOSSIER, _files),
)
