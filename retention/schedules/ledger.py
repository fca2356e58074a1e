"""The ledger of retention schedules: law belongs to nobody, so the operator's segments hold it."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import ColumnElement, exists, select

from archive.ledger.kinds import Ledger, Part, TableLedger
from archive.organizations.models import Organization
from retention.schedules.models import RetentionRule, RetentionSchedule


def _is_operator(body: uuid.UUID) -> ColumnElement[Any]:
    return exists().where(Organization.id == body, Organization.kind == "operator")


SCHEDULES: tuple[Ledger, ...] = (
    TableLedger(RetentionSchedule, Part.BODY, lambda body: select(RetentionSchedule).where(_is_operator(body))),
    TableLedger(RetentionRule, Part.BODY, lambda body: select(RetentionRule).where(_is_operator(body))),
)
