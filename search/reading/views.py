"""The pages of what is kept: list of dossiers, one dossier, its documents' files."""

from __future__ import annotations

import mimetypes
import re
import uuid
from collections.abc import Mapping
from urllib.parse import quote

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import or_, select
from werkzeug.wrappers import Response

from archive.accounts.roles import NAMES, roles_reaching
from archive.accounts.words import SENSITIVITIES
from archive.audit.events import AuditRecord
from archive.clock import month_of, vietnam_date
from archive.database.connection import Database
from archive.database.errors import NotFound
from archive.database.unit_of_work import UnitOfWork
from archive.description.models import ContentFile, Document, Dossier, Fonds
from archive.description.states import DOSSIER_CLASSES, DOSSIER_STATES
from archive.description.storage import move_dossier, places
from archive.organizations.services import names_on
from archive.text.folding import fold, sort_key
from archive.web.addresses import inside, known_uuid
from archive.web.exports import export
from archive.web.listing import Column, Listing
from archive.web.parts import part
from archive.web.session import face, may, permission_required, scope
from archive.web.translation import said
from preservation.packages.models import PackageVersion, PreservationEvent, StoredContent
from preservation.packages.services import read_content
from preservation.storage.ports import ObjectStore

blueprint = Blueprint("dossiers", __name__, template_folder="templates")
_LOOKS = {"kept": ("archive", "ok"), "disposal_review": ("hourglass-split", "warn")}


@blueprint.get("/ho-so")
@permission_required("dossier.view")
def index() -> str | Response:
    """Show the dossiers in scope as a list, or give it as a file."""
    words, state, year, unit = (request.args.get(name, "") for name in ("q", "state", "year", "unit"))
    statement = select(Dossier)
    for word in fold(words).split():
        statement = statement.where(
            or_(
                Dossier.title_folded.contains(word, autoescape=True),
                Dossier.code_folded.contains(word, autoescape=True),
            )
        )
    if state in DOSSIER_STATES:
        statement = statement.where(Dossier.state == state)
    if year.isdigit():
        statement = statement.where(Dossier.closing_year == int(year[:4]))
    if (unit_id := known_uuid(unit)) is not None:
        statement = statement.where(Dossier.unit_id == unit_id)
    if request.args.get("lock"):
        locks = select(PackageVersion.dossier_id).where(PackageVersion.state == request.args["lock"])
        statement = statement.where(Dossier.id.in_(locks))
    if request.args.get("malware"):
        files = select(Document.dossier_id).join(ContentFile, ContentFile.document_id == Document.id)
        statement = statement.where(Dossier.id.in_(files.where(ContentFile.malware_state == request.args["malware"])))
    if match := re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", request.args.get("sealed", "")):
        begin, end = month_of(int(match[1]), int(match[2]))
        statement = statement.where(Dossier.sealed_at >= begin, Dossier.sealed_at < end)
    with part(Database).read(scope()) as work:
        names = names_on(work.session, vietnam_date(work.now))
        if "xuat" in request.args:
            listing = dossiers_listing(names)
            return export(listing, _("Kho hồ sơ"), statement, request.args, request.args["xuat"])
        listed = dossiers_listing(names).open(work, statement, request.args)
        units = work.session.scalars(select(Dossier.unit_id).distinct()).all()
        paper = places(work) if may("storage.manage") else []
    with part(Database).write(scope()) as work:
        work.record(
            AuditRecord(
                "dossier.listed",
                face().organization_id,
                payload={"q": words, "state": state, "shown": len(listed.rows)},
            )
        )
    return render_template(
        "dossiers/index.html",
        listed=listed,
        paper=paper,
        units=sorted(((unit_id, names.get(unit_id, "")) for unit_id in units), key=lambda pair: sort_key(pair[1])),
        states=DOSSIER_STATES,
        looks=_LOOKS,
        names=names,
    )


def dossiers_listing(names: Mapping[uuid.UUID, str]) -> Listing[Dossier]:
    """Return the list of dossiers; `names` of the units."""
    return Listing(
        "dossiers",
        Dossier.id,
        (
            Column("code", lazy_gettext("Mã hồ sơ"), lambda d: d.code, order=Dossier.code_sort),
            Column("title", lazy_gettext("Tiêu đề"), lambda d: d.title, order=Dossier.title_sort),
            Column("unit", lazy_gettext("Đơn vị"), lambda d: names.get(d.unit_id, "")),
            Column(
                "time",
                lazy_gettext("Thời gian"),
                lambda d: " – ".join(dict.fromkeys(filter(None, (d.start_date, d.end_date)))),
            ),
            Column(
                "documents",
                lazy_gettext("Văn bản"),
                lambda d: d.document_total,
                order=Dossier.document_total,
                numeric=True,
            ),
            Column("pages", lazy_gettext("Trang"), lambda d: d.page_total, chosen=False, numeric=True),
            Column("period", lazy_gettext("Thời hạn"), lambda d: d.period),
            Column("state", lazy_gettext("Trạng thái"), lambda d: said(DOSSIER_STATES[d.state])),
            Column("sealed", lazy_gettext("Niêm phong lúc"), lambda d: d.sealed_at, chosen=False),
            Column("box", lazy_gettext("Hộp"), lambda d: d.box, chosen=False),
        ),
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
        paper = places(work)
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
        paper=paper,
        sensitivity=SENSITIVITIES[min(dossier.sensitivity, len(SENSITIVITIES) - 1)],
        unit_roles=[NAMES[role] for role in roles_reaching(dossier.sensitivity, own_unit=True)],
        body_roles=[NAMES[role] for role in roles_reaching(dossier.sensitivity, own_unit=False)],
        names=names,
        states=DOSSIER_STATES,
        classes=DOSSIER_CLASSES,
        looks=_LOOKS,
        kinds=EVENT_KINDS,
        outcomes=OUTCOMES,
    )


@blueprint.post("/ho-so/noi-de")
@permission_required("storage.manage")
def place_chosen() -> Response:
    """Note one place for all dossiers that were chosen in the list."""
    chosen = [found for text in request.form.getlist("chon") if (found := known_uuid(text)) is not None]
    with part(Database).write(scope()) as work:
        for dossier_id in chosen:
            move_dossier(work, dossier_id, known_uuid(request.form.get("place", "")))
    flash(_("Đã ghi nơi để bản giấy của %(count)s hồ sơ.", count=len(chosen)), "ok")
    return redirect(inside(request.form.get("next", "")))


@blueprint.post("/ho-so/<uuid:dossier_id>/noi-de")
@permission_required("storage.manage")
def place(dossier_id: uuid.UUID) -> Response:
    """Note where the paper lies."""
    with part(Database).write(scope()) as work:
        move_dossier(work, dossier_id, known_uuid(request.form.get("place", "")))
    flash(_("Đã ghi nơi để bản giấy."), "ok")
    return redirect(url_for("dossiers.show", dossier_id=dossier_id))


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


EVENT_KINDS: dict[str, tuple[str, str]] = {
    "ingestion": ("Tiếp nhận", "Ingestion"),
    "message digest calculation": ("Tính mã băm", "Digest calculated"),
    "format identification": ("Nhận dạng định dạng", "Format identified"),
    "virus check": ("Quét mã độc", "Scanned for malware"),
    "fixity check": ("Kiểm tra toàn vẹn", "Fixity checked"),
    "replication": ("Sao chép", "Replicated"),
}
# Words, icon and look of each outcome.
OUTCOMES: dict[str, tuple[str, str, str, str]] = {
    "success": ("Xong", "Done", "check-circle", "ok"),
    "failure": ("Không đạt", "Failed", "x-octagon", "bad"),
    "not performed": ("Chưa thực hiện", "Not performed", "question-circle", "unknown"),
}
