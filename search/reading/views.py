"""The pages of what is kept: list of dossiers, one dossier, its documents' files."""

from __future__ import annotations

import mimetypes
import uuid
from urllib.parse import quote

from flask import Blueprint, Response, render_template, request
from sqlalchemy import or_, select

from archive.audit.events import AuditRecord
from archive.clock import vietnam_date
from archive.database.connection import Database
from archive.database.errors import NotFound
from archive.database.unit_of_work import UnitOfWork
from archive.description.models import ContentFile, Document, Dossier, Fonds
from archive.description.paging import in_order_after
from archive.description.states import DOSSIER_CLASSES, DOSSIER_STATES
from archive.organizations.services import names_on
from archive.text.folding import fold
from archive.web.parts import part
from archive.web.session import face, permission_required, scope
from preservation.packages.models import PackageVersion, PreservationEvent, StoredContent
from preservation.packages.services import read_content
from preservation.storage.ports import ObjectStore

blueprint = Blueprint("dossiers", __name__, template_folder="templates")
_PAGE = 50
_LOOKS = {"kept": ("archive", "ok"), "disposal_review": ("hourglass-split", "warn")}


@blueprint.get("/ho-so")
@permission_required("dossier.view")
def index() -> str:
    """Show the dossiers in scope, by code, with a filter by words of code or title."""
    words, state, after = (request.args.get(name, "") for name in ("q", "state", "after"))
    with part(Database).read(scope()) as work:
        statement = select(Dossier).limit(_PAGE + 1)
        for word in fold(words).split():
            statement = statement.where(
                or_(
                    Dossier.title_folded.contains(word, autoescape=True),
                    Dossier.code_folded.contains(word, autoescape=True),
                )
            )
        if state in DOSSIER_STATES:
            statement = statement.where(Dossier.state == state)
        rows = work.session.scalars(in_order_after(work, statement, after)).all()
        names = names_on(work.session, vietnam_date(work.now))
    with part(Database).write(scope()) as work:
        work.record(
            AuditRecord(
                "dossier.listed",
                face().organization_id,
                payload={"q": words, "state": state, "shown": min(len(rows), _PAGE)},
            )
        )
    return render_template(
        "dossiers/index.html",
        rows=rows[:_PAGE],
        more=rows[_PAGE - 1].id if len(rows) > _PAGE else "",
        q=words,
        state=state,
        states=DOSSIER_STATES,
        looks=_LOOKS,
        names=names,
    )


def _dossier(work: UnitOfWork, dossier_id: uuid.UUID) -> Dossier:
    dossier = work.session.scalar(select(Dossier).where(Dossier.id == dossier_id))
    if dossier is None:
        raise NotFound
    return dossier


@blueprint.get("/ho-so/<uuid:dossier_id>")
@permission_required("dossier.view")
def show(dossier_id: uuid.UUID) -> str:
    """Show one dossier: what it is, its documents, its packages, what happened to it."""
    with part(Database).read(scope()) as work:
        dossier = _dossier(work, dossier_id)
        rows = work.session.execute(
            select(Document, ContentFile)
            .outerjoin(ContentFile, ContentFile.document_id == Document.id)
            .where(Document.dossier_id == dossier_id)
            .order_by(Document.ordinal)
        ).all()
        packages = work.session.scalars(
            select(PackageVersion)
            .where(PackageVersion.dossier_id == dossier_id)
            .order_by(PackageVersion.version.desc())
        ).all()
        events = work.session.scalars(
            select(PreservationEvent)
            .where(PreservationEvent.dossier_id == dossier_id)
            .order_by(PreservationEvent.at.desc(), PreservationEvent.kind)
            .limit(200)
        ).all()
        fonds = work.session.scalar(select(Fonds).where(Fonds.id == dossier.fonds_id))
        names = names_on(work.session, vietnam_date(work.now))
    with part(Database).write(scope()) as work:
        work.record(
            AuditRecord("dossier.opened", dossier.organization_id, "dossier", dossier.id, dossier_id=dossier.id)
        )
    return render_template(
        "dossiers/show.html",
        dossier=dossier,
        rows=rows,
        packages=packages,
        events=events,
        fonds=fonds,
        names=names,
        states=DOSSIER_STATES,
        classes=DOSSIER_CLASSES,
        looks=_LOOKS,
        kinds=EVENT_KINDS,
        outcomes=OUTCOMES,
    )


@blueprint.get("/ho-so/<uuid:dossier_id>/tep/<uuid:file_id>")
@permission_required("document.open")
def content(dossier_id: uuid.UUID, file_id: uuid.UUID) -> Response:
    """Send a document's file as it came in, read by its range of the package; an event before the first byte."""
    with part(Database).read(scope()) as work:
        row = work.session.execute(
            select(ContentFile, StoredContent, PackageVersion.object_key)
            .join(Document, Document.id == ContentFile.document_id)
            .join(StoredContent, StoredContent.content_file_id == ContentFile.id)
            .join(PackageVersion, PackageVersion.id == StoredContent.package_version_id)
            .where(ContentFile.id == file_id, Document.dossier_id == dossier_id)
        ).one_or_none()
        if row is None:
            raise NotFound
        file, stored, key = row
    with part(Database).write(scope()) as work:
        work.record(
            AuditRecord(
                "document.opened",
                file.organization_id,
                "content_file",
                file.id,
                payload={"path": file.original_path},
                dossier_id=dossier_id,
            )
        )
    chunks = read_content(part(ObjectStore), key, stored, file)  # type: ignore[type-abstract] # a port
    response = Response(chunks, mimetype=mimetypes.guess_type(file.original_path)[0] or "application/octet-stream")
    response.content_length = file.length
    name = quote(file.original_path.rpartition("/")[2], safe="")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    response.headers["Cache-Control"] = "private, no-store"
    return response


EVENT_KINDS: dict[str, str] = {
    "ingestion": "Tiếp nhận",
    "message digest calculation": "Tính mã băm",
    "format identification": "Nhận dạng định dạng",
    "virus check": "Quét mã độc",
    "fixity check": "Kiểm tra toàn vẹn",
}
OUTCOMES: dict[str, tuple[str, str, str]] = {
    "success": ("Xong", "check-circle", "ok"),
    "failure": ("Không đạt", "x-octagon", "bad"),
    "not performed": ("Chưa thực hiện", "question-circle", "unknown"),
}
