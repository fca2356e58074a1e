"""What accounts may answer."""

from __future__ import annotations

from archive.accounts.words import PERMISSIONS
from archive.errors import KhoLuuTruError


class AccountError(KhoLuuTruError):
    """Something about an account that its user can mend."""


class Forbidden(KhoLuuTruError):  # noqa: N818 - reads as what it says
    """The actor's roles do not allow this act."""

    def __init__(self, permission: str) -> None:
        vietnamese, english = PERMISSIONS.get(permission, (permission, permission))
        super().__init__("GEN-0003", permission=vietnamese, permission_en=english)
