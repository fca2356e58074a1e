"""What may be wrong with the ledger in the store."""

from __future__ import annotations

from archive.errors import KhoLuuTruError


class LedgerError(KhoLuuTruError):
    """The ledger and the database, or the ledger and itself, do not tell the same; the code says how."""
