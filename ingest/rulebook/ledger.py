"""The ledger of changed rules."""

from __future__ import annotations

from archive.ledger.ground import owned_by
from archive.ledger.kinds import Ledger
from ingest.rulebook.models import RuleChange

RULES: tuple[Ledger, ...] = (owned_by(RuleChange),)
