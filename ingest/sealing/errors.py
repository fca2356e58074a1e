"""Why sealing stops."""

from __future__ import annotations

from archive.jobs.errors import JobError


class SealingError(JobError):
    """A dossier cannot be sealed as it is; nothing that was stored counts."""
