"""Is a package still what was sealed? Read anew, byte by byte, and recorded whatever the answer."""

from __future__ import annotations

from typing import Literal

from archive.audit.events import AuditRecord
from archive.database.connection import Database
from archive.database.scope import AnyScope
from archive.messages.rules import Finding
from preservation.packages.models import PackageVersion, PreservationEvent
from preservation.packages.validation import validate_stored
from preservation.packages.zip_reader import open_stored
from preservation.storage.errors import ObjectMissing, StorageError
from preservation.storage.ports import ObjectStore

FixityVerdict = Literal["intact", "altered", "missing", "unreadable"]


def verify_package(
    database: Database, scope: AnyScope, store: ObjectStore, package: PackageVersion
) -> tuple[FixityVerdict, list[Finding]]:
    """Return the verdict on one package version and what was found; writes a preservation event.

    The bag inside is validated as a stranger would, and its tag manifest compared with the digest in the
    database: a package that was replaced by another valid one is *altered*.
    """
    verdict, findings = _judge(store, package)
    with database.write(scope) as work:
        work.add(
            PreservationEvent(
                id=work.ids.new(),
                organization_id=package.organization_id,
                dossier_id=package.dossier_id,
                object_id=package.id,
                kind="fixity check",
                at=work.now,
                outcome="success" if verdict == "intact" else "failure",
                detail=verdict if not findings else f"{verdict}: {findings[0].code}",
                agent="kholuutru",
            )
        )
        work.record(
            AuditRecord(
                "package.verified",
                package.organization_id,
                "package",
                package.id,
                outcome="done" if verdict == "intact" else "failed",
                payload={"verdict": verdict},
                dossier_id=package.dossier_id,
            )
        )
    return verdict, findings


def _judge(store: ObjectStore, package: PackageVersion) -> tuple[FixityVerdict, list[Finding]]:
    import hashlib

    try:
        findings = validate_stored(store, package.object_key)
        if findings:
            return ("missing" if findings[0].code == "STO-0002" else "altered"), findings
        root = f"{package.package_id}-v{package.version}"
        manifest = b"".join(open_stored(store, package.object_key).read(f"{root}/tagmanifest-sha256.txt"))
    except ObjectMissing as error:
        return "missing", [Finding(error.code, parameters=dict(error.parameters))]
    except StorageError as error:
        return "unreadable", [Finding(error.code, parameters=dict(error.parameters))]
    if hashlib.sha256(manifest).hexdigest() != package.digest:
        return "altered", [Finding("PKG-0024", parameters={"path": "tagmanifest-sha256.txt"})]
    return "intact", []
