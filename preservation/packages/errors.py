"""What may be wrong with a package that is being written or read."""

from __future__ import annotations

from archive.errors import KhoLuuTruError


class PackageError(KhoLuuTruError):
    """A package cannot be written as asked, or is not of the product's form; the code says why."""
