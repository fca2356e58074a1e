"""What may be wrong with a body or a unit."""

from __future__ import annotations

from archive.errors import KhoLuuTruError


class OrganizationError(KhoLuuTruError):
    """Something about a body or one of its units that its user can mend."""
