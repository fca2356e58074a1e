"""Do bytes, rows, store, chains, index and staging tell the same story? Said as a list of differences."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

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
    sent = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".xlsx"
    }
    with house.database.read(SystemScope("test")) as work:
        found = [*_rows(work.session, sent, dossiers)]
    found += _store(house, sent)
    found += [f"chain {c}: {fault}" for c, (_, fault) in verify_all(house.database, house.store).items() if fault]
    state = compare(house.database, house.index)
    left = [path for path in (house.settings.data / "staging").rglob("*") if path.is_file()]
    return [*found, *([] if state.agrees else [f"index: {state}"]), *([f"staging: {len(left)} files"] if left else [])]


def _rows(session: Session, sent: dict[str, str], dossiers: int) -> Iterator[str]:
    kept = session.scalars(select(Dossier)).all()
    files = session.scalars(select(ContentFile)).all()
    packages = session.scalars(select(PackageVersion)).all()
    claims = {
        "transfers": Counter(session.scalars(select(Transfer.state))) == {"sealed": 1},
        "dossiers": len(kept) == len({d.code for d in kept}) == dossiers,
        "content files": {f.original_path: f.sha256 for f in files} == sent and len(files) == len(sent),
        "documents": len(session.scalars(select(Document.id)).all()) == len(sent),
        "packages": {p.dossier_id for p in packages} == {d.id for d in kept} and len(packages) == len(kept),
        "locks": {p.state for p in packages} == {"locked"},
        "retention plans": len(session.scalars(select(RetentionPlan.dossier_id)).all()) == len(kept),
        "outbox": not session.scalars(select(OutboxRow.id)).all(),
        "texts": {t.state for t in session.scalars(select(ContentText))} <= {"done", "none"},
    }
    yield from (name for name, holds in claims.items() if not holds)


def _store(house: House, sent: dict[str, str]) -> Iterator[str]:
    with house.database.read(SystemScope("test")) as work:
        known = set(work.session.scalars(select(PackageVersion.object_key)))
        places = work.session.execute(
            select(ContentFile, StoredContent, PackageVersion.object_key)
            .join(StoredContent, StoredContent.content_file_id == ContentFile.id)
            .join(PackageVersion, PackageVersion.id == StoredContent.package_version_id)
        ).all()
    if differing := known ^ set(house.store.keys("aip/")):
        yield f"store: {sorted(differing)}"
    for key in known:
        yield from (f"{key}: {finding.code}" for finding in validate_stored(house.store, key))
    for file, stored, key in places:
        body = b"".join(read_content(house.store, key, stored, file))
        if hashlib.sha256(body).hexdigest() != sent.get(file.original_path):
            yield f"bytes of {file.original_path}"
