"""Every table of the house: what the ledger keeps of it, or why it may be lost with the database."""

from __future__ import annotations

from archive.ledger.ground import GROUND
from archive.ledger.kinds import Ledger
from config.tables import SUBJECTS
from ingest.rulebook.ledger import RULES
from ingest.transfers.ledger import TRANSFERS
from preservation.packages.ledger import PACKAGES
from retention.due.ledger import PLANS
from retention.schedules.ledger import SCHEDULES

assert SUBJECTS  # noqa: S101 - imported for the tables

LEDGERS: tuple[Ledger, ...] = (*GROUND, *PACKAGES, *SCHEDULES, *PLANS, *RULES, *TRANSFERS)

CHAINS = frozenset({"audit_chain", "audit_event", "audit_payload"})
"""Tables that the ledger is made of: each segment of a body holds rows of its chain, and the head."""

LOST: dict[str, str] = {
    "content_text": "a derivative: taken out of the packages again, and asked for by the rebuild",
    "index_rebuild": "requests about an index that is gone; the rebuild writes one",
    "job": "progress of work; the rows themselves say what there is to do",
    "login_throttle": "failed log-ins of the last hours",
    "outbox": "what an index that is gone had still to be told",
    "period_run": "which periods the clock has served; each is served again, which changes nothing",
    "transfer_finding": "findings about what is sealed lie in the packages; what is not sealed is checked again",
}
"""Tables that are not kept, each with the reason."""

LOST_COLUMNS: dict[str, str] = {
    "account.must_change_password": "a rebuilt account has no password that anybody knows",
    "account.password_hash": "secret: the ledger holds none",
    "account.session_mark": "sessions end with the database",
    "package_version.attempt": "counts tries of work that is done anew",
    "package_version.claimed_by": "leases of processes that are gone",
    "package_version.lease_until": "leases of processes that are gone",
    "transfer.claimed_by": "leases of processes that are gone",
    "transfer.lease_until": "leases of processes that are gone",
}
"""Columns of kept tables that do not come back as they were, each with the reason."""
