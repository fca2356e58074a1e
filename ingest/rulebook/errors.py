"""What may be wrong with a change of a rule."""

from __future__ import annotations

from archive.errors import KhoLuuTruError


class RuleError(KhoLuuTruError):
    """A rule cannot be changed so; the code says why."""
