"""The ledger of retention plans."""

from __future__ import annotations

from sqlalchemy import select

from archive.ledger.kinds import Ledger, Part, TableLedger
from retention.due.models import RetentionPlan

PLANS: tuple[Ledger, ...] = (
    TableLedger(
        RetentionPlan,
        Part.DOSSIER,
        lambda dossier: select(RetentionPlan).where(RetentionPlan.dossier_id == dossier),
    ),
)
