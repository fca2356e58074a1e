"""One transaction: what services add to it, and the fixed order in which it is committed."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from archive import faults
from archive.audit import services as audit
from archive.audit.events import AuditRecord
from archive.clock import Clock, IdSource
from archive.database.base import Base
from archive.database.rows import insert_many
from archive.database.scope import AnyScope, SystemScope, UnscopedQuery
from archive.outbox.models import OutboxRow


@dataclass(slots=True)
class UnitOfWork:
    """A transaction in progress, with the scope it works in.

    Attributes:
        session: the scoped session; services query and add rows through it.
        scope: whose work this is.
        now: the instant of the work, one for all of it.
        rings: doorbell messages ``(kind, id)``, rung after commit and harmless when lost.
    """

    session: Session
    scope: AnyScope
    clock: Clock
    ids: IdSource
    now: datetime.datetime
    rings: list[tuple[str, str]] = field(default_factory=list)
    _records: list[AuditRecord] = field(default_factory=list)
    _outbox: dict[tuple[str, uuid.UUID], uuid.UUID] = field(default_factory=dict)
    _closing: list[Callable[[], None]] = field(default_factory=list)

    def record(self, record: AuditRecord) -> None:
        """Add an event to the audit trail of this transaction."""
        self._records.append(record)

    def reindex(self, object_kind: str, object_id: uuid.UUID, organization_id: uuid.UUID) -> None:
        """Ask the indexer to look at this object's row again."""
        self._outbox[object_kind, object_id] = organization_id

    def ring(self, kind: str, object_id: uuid.UUID | str) -> None:
        """Ring the doorbell after commit."""
        self.rings.append((kind, str(object_id)))

    def add(self, row: Any) -> None:  # noqa: ANN401 - any mapped row
        """Add a row."""
        self.session.add(row)

    def insert(self, owned_class: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
        """Add many rows of one class at once, all with the same columns; some five times as fast as `add`.

        The rows' parents are flushed first. What is not given takes the column's default.

        Raises:
            UnscopedQuery: a row belongs to an organization outside the scope.
        """
        scope = self.scope
        if not isinstance(scope, SystemScope) and not scope.organizations.issuperset(
            row["organization_id"] for row in rows
        ):
            raise UnscopedQuery(f"{owned_class.__name__} of an organization outside the scope")
        self.session.flush()
        insert_many(self.session, owned_class, rows)

    def seal(self) -> None:
        """Write outbox and audit rows, in the one order that keeps writers from waiting for each other.

        flush, outbox rows, then the chain heads (ascending id), number, stamp, hash; the caller commits next.
        """
        faults.point("commit.flush")
        self.session.flush()
        for (kind, object_id), organization_id in self._outbox.items():
            self.session.add(OutboxRow(organization_id=organization_id, object_kind=kind, object_id=object_id))
        self.session.flush()
        faults.point("commit.outbox")
        if self._records:
            # A chain may be that of another organization than the actor's scope (the system's own).
            self.session.info["scope"] = SystemScope("audit append")
            audit.append(self.session, self._records, actor=self.scope.actor, now=self.clock.now)
        faults.point("commit.audit")
