"""The ledgers of packages: which object holds which version, and what was done to it."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import Select, select

from archive.ledger.kinds import Ledger, Part, TableLedger
from preservation.packages.models import PackageVersion, PreservationEvent, StoredContent


def _contents(dossier: uuid.UUID) -> Select[Any]:
    return (
        select(StoredContent)
        .join(PackageVersion, PackageVersion.id == StoredContent.package_version_id)
        .where(PackageVersion.dossier_id == dossier)
    )


PACKAGES: tuple[Ledger, ...] = (
    TableLedger(
        PackageVersion,
        Part.DOSSIER,
        lambda dossier: select(PackageVersion).where(PackageVersion.dossier_id == dossier),
        # Leases are of processes that are gone; what holds an object is asked of the store.
        without=frozenset({"claimed_by", "lease_until", "attempt", "state", "lock_enforced_by"}),
    ),
    # Where the bytes lie is said by the package itself.
    TableLedger(StoredContent, Part.DOSSIER, _contents, without=frozenset({"offset", "length"})),
    TableLedger(
        PreservationEvent,
        Part.DOSSIER,
        lambda dossier: select(PreservationEvent).where(PreservationEvent.dossier_id == dossier),
    ),
)
