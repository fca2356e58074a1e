"""Rules of the checks as a body has changed them."""

from __future__ import annotations

import datetime
import uuid

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from archive.database.base import Base, Owned


class RuleChange(Base, Owned):
    """One change of a rule's weight in a body, from a day on; changes are added, never altered.

    `number` counts the changes of the body from 1. `level`: ``error``, ``warning``, ``info``, or ``off``.
    """

    __tablename__ = "rule_change"
    __table_args__ = (UniqueConstraint("organization_id", "id"), UniqueConstraint("organization_id", "number"))
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    number: Mapped[int]
    code: Mapped[str]
    level: Mapped[str]
    reason: Mapped[str]
    valid_from: Mapped[datetime.date]
    account_id: Mapped[uuid.UUID]
    person: Mapped[str]
    at: Mapped[datetime.datetime]
