"""What may be wrong with a file plan."""

from __future__ import annotations

from archive.errors import KhoLuuTruError


class PlanError(KhoLuuTruError):
    """Something about a file plan that its user can mend."""
