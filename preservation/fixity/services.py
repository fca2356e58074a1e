"""Is a package still what was sealed? Read anew, byte by byte, and recorded whatever the answer."""

from __future__ import annotations

from typing import Literal

from archive.audit.events import AuditRecord
from archive.database.connection import Database
from archive.database.scope import AnyScope
from archive.messages.rules import Finding
from preservation.packages.models import PackageVersion, PreservationEvent
from preservation.packages.validation import Verdict, validate_stored, verdict
from preservation.packages.zip_reader import open_stored
from preservation.storage.errors import ObjectMissing, StorageError
from preservation.storage.ports import ObjectStore

FixityVerdict = Literal["intact", "altered", "missing", "unreadable", "unchecked"]
_OF_BAG: dict[Verdict, FixityVerdict] = {
    Verdict.INVALID: "altered",
    # Another version holds the bytes, or the store did not answer: neither is known to be altered.
    Verdict.INCOMPLETE: "unchecked",
    Verdict.UNCHECKED: "unreadable",
}


def verify_package(
    database: Database, scope: AnyScope, store: ObjectStore, package: PackageVersion
) -> tuple[FixityVerdict, list[Finding]]:
    """Return the verdict on one package version and what was found; writes a preservation event.

    The bag inside is validated as a stranger would, and its tag manifest compared with the digest in the
    database: a package that was replaced by another valid one is *altered*.
    """
    judged, findings = judge(store, package)
    with database.write(scope) as work:
        work.add(
            PreservationEvent(
                id=work.ids.new(),
                organization_id=package.organization_id,
                unit_id=package.unit_id,
                sensitivity=package.sensitivity,
                dossier_id=package.dossier_id,
                object_id=package.id,
                kind="fixity check",
                at=work.now,
                outcome="success" if judged == "intact" else "failure",
                detail=judged if not findings else f"{judged}: {findings[0].code}",
                agent="kholuutru",
            )
        )
        work.record(
            AuditRecord(
                "package.verified",
                package.organization_id,
                "package",
                package.id,
                outcome="done" if judged == "intact" else "failed",
                payload={"verdict": judged},
                dossier_id=package.dossier_id,
            )
        )
    return judged, findings


def judge(store: ObjectStore, package: PackageVersion) -> tuple[FixityVerdict, list[Finding]]:
    """Return the verdict on one package version and what was found, without recording it."""
    import hashlib

    try:
        findings = validate_stored(store, package.object_key)
        if findings:
            missing = findings[0].code == "STO-0002"
            return ("missing" if missing else _OF_BAG[verdict(findings)]), findings
        root = f"{package.package_id}-v{package.version}"
        manifest = b"".join(open_stored(store, package.object_key).read(f"{root}/tagmanifest-sha256.txt"))
    except ObjectMissing as error:
        return "missing", [Finding(error.code, parameters=dict(error.parameters))]
    except StorageError as error:
        return "unreadable", [Finding(error.code, parameters=dict(error.parameters))]
    found = hashlib.sha256(manifest).hexdigest()
    if found != package.digest:
        values: dict[str, str | int] = {"path": "tagmanifest-sha256.txt", "expected": package.digest, "found": found}
        return "altered", [Finding("PKG-0024", parameters=values)]
    return "intact", []
