"""The step that takes a content file's text out, behind the fence."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from sqlalchemy import select

from archive.database.connection import Database
from archive.database.scope import worker_scope
from archive.database.unit_of_work import UnitOfWork
from archive.description.models import ContentFile, Dossier
from archive.fence.pool import Fence, Outcome
from archive.jobs.claims import Claim
from archive.jobs.steps import Step
from preservation.packages.models import PackageVersion, StoredContent
from preservation.packages.services import read_content
from preservation.storage.ports import ObjectStore
from search.text.extract import EXTRACTOR, extract_text
from search.text.models import ContentText


class TextHouse(Protocol):
    """What this step needs of the house."""

    @property
    def database(self) -> Database:
        """The database."""
        ...

    @property
    def store(self) -> ObjectStore:
        """Where packages are kept."""
        ...

    @property
    def fence(self) -> Fence:
        """Where foreign bytes are parsed."""
        ...

    @property
    def scratch(self) -> Path:
        """A private folder of this process."""
        ...


def extract(house: TextHouse, claim: Claim) -> None:
    """Take the text out and have the dossier indexed again; what has no text is done too."""
    scope = worker_scope(claim.organization_id)
    with house.database.read(scope) as work:
        file, stored, key = work.session.execute(
            select(ContentFile, StoredContent, PackageVersion.object_key)
            .join(ContentText, ContentText.content_file_id == ContentFile.id)
            .join(StoredContent, StoredContent.content_file_id == ContentFile.id)
            .join(PackageVersion, PackageVersion.id == StoredContent.package_version_id)
            .where(ContentText.id == claim.row_id)
        ).one()
    house.scratch.mkdir(parents=True, exist_ok=True, mode=0o700)
    local = house.scratch / f"text-{claim.row_id}-{claim.attempt}"
    try:
        with local.open("wb") as target:
            for chunk in read_content(house.store, key, stored, file):
                target.write(chunk)
        result = house.fence.run(extract_text, str(local), file.original_path)
    finally:
        local.unlink(missing_ok=True)
    value = result.value if result.outcome is Outcome.DONE and result.value else None
    with house.database.write(scope) as work:
        row = claim.hold(work)
        row.text = value["text"].replace("\x00", " ") if value else ""
        row.characters = len(row.text)
        row.detail = value["detail"] if value else f"{result.outcome} {result.detail}".strip()
        row.extractor = EXTRACTOR
        _reindex_after_last(work, row)
        claim.finish(work, row, "done" if row.text.strip() else "none")


def _reindex_after_last(work: UnitOfWork, row: ContentText) -> None:
    """Have the dossier indexed with its last text: doing it for every file would cost its square."""
    # Locked first, so that of two last files one sees the other.
    dossier = work.session.scalars(select(Dossier).where(Dossier.id == row.dossier_id).with_for_update()).one()
    others = work.session.scalar(
        select(ContentText.id)
        .where(ContentText.dossier_id == row.dossier_id, ContentText.state == "pending", ContentText.id != row.id)
        .limit(1)
    )
    if others is None:
        dossier.revision += 1
        work.reindex("dossier", dossier.id, dossier.organization_id)
    else:
        work.ring("text.extract", others)


def _leave(work: UnitOfWork, row: ContentText, code: str, parameters: dict[str, str | int]) -> None:
    """Leave a file without text; it is found by its metadata still."""
    del parameters
    _reindex_after_last(work, row)
    row.state, row.detail = "none", code


EXTRACT = Step("text.extract", ContentText, "pending", extract, _leave)
