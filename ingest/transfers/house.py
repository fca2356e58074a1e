"""What intake needs of the house it works in; the composition root provides it."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from archive.database.connection import Database
from archive.fence.pool import Fence
from archive.staging.ports import Staging
from preservation.malware.ports import VirusScanner
from preservation.storage.ports import ObjectStore


class IntakeHouse(Protocol):
    """The parts that the steps of intake use; read-only, so that any house will do."""

    @property
    def database(self) -> Database:
        """The database."""
        ...

    @property
    def staging(self) -> Staging:
        """Where uploaded bytes wait."""
        ...

    @property
    def store(self) -> ObjectStore:
        """Where packages are kept."""
        ...

    @property
    def scanner(self) -> VirusScanner:
        """The virus scanner."""
        ...

    @property
    def fence(self) -> Fence:
        """Where foreign bytes are parsed."""
        ...

    @property
    def scratch(self) -> Path:
        """A private folder of this process for files in work."""
        ...

    @property
    def unpacked_bytes(self) -> int:
        """Most bytes that one archive may unpack to."""
        ...

    def approver(self, source: str) -> str:
        """Return who approves a transfer of this source: ``leader``, ``head`` or ``nobody``."""
        ...
