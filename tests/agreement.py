"""Do bytes, rows, store, chains, index and staging tell the same story? Said as a list of differences."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

from sqlalchemy import select

from archive.database.scope import SystemScope
from archive.description.models import ContentFile, Document, Dossier
from archive.outbox.models import OutboxRow
from config.house import House
from ingest.transfers.models import Transfer
from preservation.evidence.services import verify_all
from preservation.packages.models import PackageVersion, StoredContent
from preservation.packages.services import read_content
from preservation.packages.validation import validate_stored
from retention.due.models import RetentionPlan
from search.index.services import compare
from search.text.models import ContentText


def differences(house: House, folder: Path, *, dossiers: int) -> list[str]:
    """Return what does not agree after everything that waits was done; empty is what the product promises.

    Args:
        house: the house.
        folder: what was sent, list included.
        dossiers: how many dossiers the list names.
    """
    found: list[str] = []
    sent = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".xlsx"
    }
    with house.database.read(SystemScope("test")) as work:
        session = work.session
        states = Counter(session.scalars(select(Transfer.state)))
        if states != {"sealed": 1}:
            found.append(f"transfers: {dict(states)}")
        kept = session.scalars(select(Dossier)).all()
        if len(kept) != dossiers or len({d.code for d in kept}) != dossiers:
            found.append(f"dossiers: {sorted(d.code for d in kept)}")
        files = session.scalars(select(ContentFile)).all()
        if {f.original_path: f.sha256 for f in files} != sent or len(files) != len(sent):
            found.append("content files differ from what was sent")
        if len(session.scalars(select(Document.id)).all()) != len(sent):
            found.append("documents")
        packages = session.scalars(select(PackageVersion)).all()
        if {p.dossier_id for p in packages} != {d.id for d in kept} or len(packages) != len(kept):
            found.append("packages and dossiers")
        found += [f"package {p.object_key} is {p.state}" for p in packages if p.state != "locked"]
        if len(session.scalars(select(RetentionPlan.dossier_id)).all()) != len(kept):
            found.append("retention plans")
        if session.scalars(select(OutboxRow.id)).all():
            found.append("outbox not empty")
        if {t.state for t in session.scalars(select(ContentText))} - {"done", "none"}:
            found.append("texts pending")
        places = session.execute(
            select(ContentFile, StoredContent, PackageVersion.object_key)
            .join(StoredContent, StoredContent.content_file_id == ContentFile.id)
            .join(PackageVersion, PackageVersion.id == StoredContent.package_version_id)
        ).all()
    keys = set(house.store.keys("aip/"))
    if keys != {p.object_key for p in packages}:
        found.append(f"store: {sorted(keys ^ {p.object_key for p in packages})}")
    for package in packages:
        found += [
            f"{package.object_key}: {finding.code}" for finding in validate_stored(house.store, package.object_key)
        ]
    for file, stored, key in places:
        body = b"".join(read_content(house.store, key, stored, file))
        if hashlib.sha256(body).hexdigest() != sent.get(file.original_path):
            found.append(f"bytes of {file.original_path}")
    for chain, (_, fault) in verify_all(house.database, house.store).items():
        if fault is not None:
            found.append(f"chain {chain}: {fault}")
    if not compare(house.database, house.index).agrees:
        found.append(f"index: {compare(house.database, house.index)}")
    left = [path for path in (house.settings.data / "staging").rglob("*") if path.is_file()]
    if left:
        found.append(f"staging: {len(left)} files")
    return found
