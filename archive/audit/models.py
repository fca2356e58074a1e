"""The audit trail: a chain of rows per organization, and the erasable payload beside each row."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from archive.database.base import Base, Owned


class AuditChain(Base, Owned):
    """Head of one organization's chain; locked last in every transaction (design §3, Audit)."""

    __tablename__ = "audit_chain"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    seq: Mapped[int]
    hash: Mapped[str]


class AuditEvent(Base, Owned):
    """One chained row: nothing in it names or quotes a record, so it may stay for ever."""

    __tablename__ = "audit_event"
    chain_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime.datetime] = mapped_column(index=True)
    act: Mapped[str] = mapped_column(index=True)
    actor_id: Mapped[uuid.UUID] = mapped_column(index=True)
    object_kind: Mapped[str]
    object_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    outcome: Mapped[str]
    payload_digest: Mapped[str]
    previous_hash: Mapped[str]
    hash: Mapped[str]


class AuditPayload(Base, Owned):
    """What was said and changed: salted, so that its digest in the chain tells nothing once it is erased."""

    __tablename__ = "audit_payload"
    __table_args__ = (ForeignKeyConstraint(["chain_id", "seq"], ["audit_event.chain_id", "audit_event.seq"]),)
    chain_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    salt: Mapped[str]
    body: Mapped[str]
    erased_under: Mapped[str | None]
    dossier_id: Mapped[uuid.UUID | None] = mapped_column(index=True)

    def content(self) -> dict[str, Any]:
        """Return the payload as JSON types; empty when it was erased."""
        import json

        return json.loads(self.body) if self.body else {}
