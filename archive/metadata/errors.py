"""What can be wrong with a file of metadata as a whole."""

from __future__ import annotations

from archive.errors import KhoLuuTruError


class MetadataFileError(KhoLuuTruError):
    """The file is no metadata file that is safe and possible to read."""
