"""What was handed in, to be seen before anybody decides: a dossier's documents, and each file page by page."""

from __future__ import annotations

import datetime
import hashlib
import mimetypes
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import select
from werkzeug.exceptions import NotFound as PageNotFound
from werkzeug.wrappers import Response

from archive.accounts.permissions import require
from archive.audit.events import AuditRecord
from archive.audit.models import AuditEvent
from archive.clock import vietnam_date
from archive.database.connection import Database
from archive.database.errors import NotFound
from archive.database.unit_of_work import UnitOfWork
from archive.description.models import ContentFile, Document, Dossier
from archive.fence.pool import Fence, Outcome
from archive.organizations.services import names_on
from archive.staging.errors import StagingError
from archive.staging.ports import Staging
from archive.web.exports import export
from archive.web.listing import Column, Listing
from archive.web.parts import part
from archive.web.session import permission_required, scope
from ingest.readers.fields import list_fields
from ingest.transfers import services
from ingest.transfers.content import current_findings, document_rows, dossier_rows
from ingest.transfers.files import staging_key
from ingest.transfers.models import Transfer, TransferDocument, TransferDossier, TransferFile
from ingest.transfers.secrecy import may_read
from ingest.transfers.states import STATES
from search.reading.reader import Reading, draw_picture, draw_reading
from search.text.extract import NO_EXTRACTOR, extract_text

blueprint = Blueprint("content", __name__, template_folder="templates")
# Pages turned within this time of an opening belong to it.
_ONE_OPENING = datetime.timedelta(hours=1)
_EXTRACTING_SECONDS = 20.0


def documents_listing(files: dict[int, TransferFile], found: Counter[int]) -> Listing[TransferDocument]:
    """Return the list of a dossier's documents; `files` by ordinal, `found` counts findings by the document's."""
    return Listing(
        "transfer_documents",
        TransferDocument.id,
        (
            Column("ordinal", lazy_gettext("TT"), lambda d: d.ordinal, order=TransferDocument.ordinal, numeric=True),
            Column("number", lazy_gettext("Số, ký hiệu"), name_of),
            Column("date", lazy_gettext("Ngày"), lambda d: d.values.get("issued_date", "")),
            Column("type", lazy_gettext("Tên loại"), lambda d: d.values.get("type_name", "")),
            Column("subject", lazy_gettext("Trích yếu"), lambda d: d.values.get("subject", "")),
            Column("issuer", lazy_gettext("Tác giả"), lambda d: d.values.get("organ_name", ""), chosen=False),
            Column("pages", lazy_gettext("Trang"), lambda d: d.values.get("page_total", ""), numeric=True),
            Column("file", lazy_gettext("Tệp"), lambda d: d.path),
            Column("format", lazy_gettext("Định dạng"), lambda d: _format(files.get(d.file_ordinal or 0))),
            Column("found", lazy_gettext("Phát hiện"), lambda d: found[d.ordinal], numeric=True),
        ),
    )


def name_of(document: TransferDocument) -> str:
    """Return number and notation as the list writes them; empty if it has neither."""
    return "/".join(filter(None, (str(document.values.get(part, "")) for part in ("number", "notation"))))


def _format(file: TransferFile | None) -> str:
    return str(file.facts.get("format", "")) if file is not None else ""


@blueprint.get("/giao-nop/<uuid:transfer_id>/ho-so/<uuid:row_id>")
@permission_required("transfer.view")
def dossier(transfer_id: uuid.UUID, row_id: uuid.UUID) -> str | Response:
    """Show a dossier as it was handed in: what the list says, and its documents; a sealed one has its own page."""
    with part(Database).read(scope()) as work:
        transfer = services.get(work, transfer_id)
        row = _dossier(work, transfer, row_id)
        if row.dossier_id is not None:
            return redirect(url_for("dossiers.show", dossier_id=row.dossier_id))
        files = {file.ordinal: file for file in services.current_files(work, transfer)}
        findings = [finding for finding in current_findings(work, transfer) if finding.where.dossier == row.key]
        found = Counter(finding.where.document for finding in findings)
        statement = select(TransferDocument).where(
            TransferDocument.transfer_dossier_id == row.id, TransferDocument.attempt == transfer.read_attempt
        )
        listing = documents_listing(files, found)
        if "xuat" in request.args:
            title = str(row.values.get("title") or row.key)
            return export(listing, title, statement, request.args, request.args["xuat"])
        listed = listing.open(work, statement, request.args)
        named = work.session.scalars(
            select(TransferDocument.file_ordinal).where(
                TransferDocument.transfer_id == transfer_id,
                TransferDocument.attempt == transfer.read_attempt,
                TransferDocument.file_ordinal.is_not(None),
            )
        ).all()
        names = names_on(work.session, vietnam_date(work.now))
    with part(Database).write(scope()) as work:
        seen = {"dossier": row.key}
        work.record(AuditRecord("transfer.viewed", transfer.organization_id, "transfer", transfer.id, payload=seen))
    fields = {field.name: field for field in list_fields() if field.level == "dossier"}
    return render_template(
        "transfers/dossier.html",
        transfer=transfer,
        row=row,
        listed=listed,
        files=files,
        found=found,
        whole=found[0],
        fields=[(fields[name], value) for name, value in row.values.items() if name in fields and value],
        unnamed=[
            file
            for ordinal, file in files.items()
            if ordinal not in set(named) and file.path != transfer.mapping.get("list")
        ],
        name_of=name_of,
        names=names,
        states=STATES,
    )


@blueprint.get("/giao-nop/<uuid:transfer_id>/doi-chieu/<uuid:dossier_id>")
@permission_required("transfer.view")
def compare(transfer_id: uuid.UUID, dossier_id: uuid.UUID) -> str:
    """Show a dossier that was handed in beside one of the archive, document by document (TT 05/2025 Điều 24)."""
    with part(Database).read(scope()) as work:
        require(work.scope, "dossier.view")
        transfer = services.get(work, transfer_id)
        chosen = request.args.get("key")
        rows = dossier_rows(work, transfer)
        row = next((one for one in rows if chosen in (None, one.key)), None)
        held = work.session.scalar(select(Dossier).where(Dossier.id == dossier_id))
        if row is None or held is None:
            raise NotFound
        digests = {file.ordinal: file.sha256 for file in services.current_files(work, transfer)}
        mine = [
            (document, digests.get(document.file_ordinal or 0, ""))
            for document in document_rows(work, transfer).get(row.id, [])
        ]
        theirs = work.session.execute(
            select(Document, ContentFile.sha256)
            .join(ContentFile, ContentFile.document_id == Document.id)
            .where(Document.dossier_id == dossier_id)
            .order_by(Document.ordinal)
        ).all()
    with part(Database).write(scope()) as work:
        seen = {"dossier": row.key, "code": held.code}
        work.record(AuditRecord("transfer.viewed", transfer.organization_id, "transfer", transfer.id, payload=seen))
        work.record(AuditRecord("dossier.opened", held.organization_id, "dossier", held.id, dossier_id=held.id))
    return render_template(
        "transfers/compare.html",
        transfer=transfer,
        row=row,
        held=held,
        mine=mine,
        theirs=theirs,
        same={digest for _document, digest in mine} & {digest for _document, digest in theirs},
        name_of=name_of,
    )


def _dossier(work: UnitOfWork, transfer: Transfer, row_id: uuid.UUID) -> TransferDossier:
    row = work.session.scalar(
        select(TransferDossier).where(
            TransferDossier.id == row_id,
            TransferDossier.transfer_id == transfer.id,
            TransferDossier.attempt == transfer.read_attempt,
        )
    )
    if row is None:
        raise NotFound
    return row


@blueprint.get("/giao-nop/<uuid:transfer_id>/doc/<int:ordinal>")
@permission_required("transfer.view")
def page(transfer_id: uuid.UUID, ordinal: int) -> str | Response:
    """Show a page of a file that was handed in; opening it is an event, going from page to page is not another."""
    with part(Database).read(scope()) as work:
        transfer, file = _file(work, transfer_id, ordinal)
        document = work.session.scalar(
            select(TransferDocument)
            .where(
                TransferDocument.transfer_id == transfer_id,
                TransferDocument.attempt == transfer.read_attempt,
                TransferDocument.file_ordinal == ordinal,
            )
            .limit(1)
        )
        reading = _reading(work, transfer, file, document)
        continued = _is_open(work, file)
    if "trang" not in request.args or not continued:
        _record_opening(transfer, file)
    if _infected(file):
        return render_template("transfers/infected.html", reading=reading, transfer=transfer, file=file)
    with _local_copy(file) as local:
        taken = part(Fence).run(extract_text, str(local), file.path, wall_seconds=_EXTRACTING_SECONDS)
        done = taken.outcome is Outcome.DONE and taken.value is not None
        found: dict[str, Any] = taken.value if done and taken.value else {"text": "", "detail": ""}
        texts = found["text"].replace("\x00", " ").split("\f") if found["text"] else []

        def silence(_number: int) -> str:
            if not done:
                return str(_("Không lấy được phần chữ của tệp này; chưa biết trong tệp có chữ hay không."))
            if found["detail"] == NO_EXTRACTOR:
                return str(_("Chưa lấy được phần chữ của loại tệp này."))
            return str(_("Trang này không có phần chữ: có thể là bản quét."))

        return draw_reading(reading, local, texts, silence)


@blueprint.get("/giao-nop/<uuid:transfer_id>/doc/<int:ordinal>/trang/<int:number>.png")
@permission_required("transfer.view")
def picture(transfer_id: uuid.UUID, ordinal: int, number: int) -> Response:
    """Give the picture of a page; a part of the opening that the page has recorded, else an opening itself."""
    with part(Database).read(scope()) as work:
        transfer, file = _file(work, transfer_id, ordinal)
        continued = _is_open(work, file)
    if _infected(file):
        raise PageNotFound
    if not continued:
        _record_opening(transfer, file)
    with _local_copy(file) as local:
        return draw_picture(local, file.path, number)


@blueprint.get("/giao-nop/<uuid:transfer_id>/doc/<int:ordinal>/goc")
@permission_required("transfer.view")
def original(transfer_id: uuid.UUID, ordinal: int) -> Response:
    """Send a file as it came in, always as an attachment; an event before the first byte. Malware is not sent."""
    with part(Database).read(scope()) as work:
        transfer, file = _file(work, transfer_id, ordinal)
    if _infected(file):
        raise PageNotFound
    staging: Staging = part(Staging)  # type: ignore[type-abstract] # a port
    if staging.size(staging_key(file)) != file.length:
        raise PageNotFound
    _record_opening(transfer, file)
    kind = mimetypes.guess_type(file.path)[0] or "application/octet-stream"
    answer = Response(_unaltered(staging.read(staging_key(file)), file), mimetype=kind)
    answer.content_length = file.length
    name = quote(file.path.rpartition("/")[2], safe="")
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _unaltered(chunks: Iterator[bytes], file: TransferFile) -> Iterator[bytes]:
    """Yield the bytes that came in; what differs from its digest is broken off before its end."""
    digest, held = hashlib.sha256(), b""
    for chunk in chunks:
        digest.update(chunk)
        if held:
            yield held
        held = chunk
    if digest.hexdigest() != file.sha256:
        raise StagingError("STG-0002")
    yield held


def _file(work: UnitOfWork, transfer_id: uuid.UUID, ordinal: int) -> tuple[Transfer, TransferFile]:
    """Return a file of the present version that has come in whole.

    Raises:
        NotFound: there is none, or not for this reader.
    """
    transfer = services.get(work, transfer_id)
    file = work.session.scalar(
        select(TransferFile).where(
            TransferFile.transfer_id == transfer_id,
            TransferFile.ordinal == ordinal,
            TransferFile.last_version.is_(None),
            TransferFile.received_at.is_not(None),
        )
    )
    if file is None or not may_read(work, transfer, file):
        raise NotFound
    return transfer, file


def _reading(work: UnitOfWork, transfer: Transfer, file: TransferFile, document: TransferDocument | None) -> Reading:
    own: dict[str, Any] = {"transfer_id": transfer.id, "ordinal": file.ordinal}
    crumbs = [
        (_("Giao nộp"), url_for("transfers.index")),
        (transfer.number, url_for("transfers.show", transfer_id=transfer.id)),
    ]
    values: dict[str, Any] = document.values if document is not None else {}
    before = after = ""
    if document is not None:
        row = work.session.scalars(
            select(TransferDossier).where(TransferDossier.id == document.transfer_dossier_id)
        ).one()
        crumbs.append(
            (
                str(row.values.get("notation") or row.key),
                url_for("content.dossier", transfer_id=transfer.id, row_id=row.id),
            )
        )
        before, after = _beside(work, document)
    scanned = file.facts.get("malware")
    unscanned = (("unknown", "question-circle", _("Chưa quét mã độc")),) if scanned != "clean" else ()
    return Reading(
        name=(name_of(document) if document is not None else "") or file.path,
        facts=tuple(str(values.get(part, "")) for part in ("type_name", "issued_date", "organ_name")),
        subject=str(values.get("subject", "")),
        crumbs=tuple(crumbs),
        path=file.path,
        address=partial(url_for, "content.page", **own),
        picture=partial(url_for, "content.picture", **own),
        original="" if _infected(file) else url_for("content.original", **own),
        before=before,
        after=after,
        notes=unscanned,
    )


def _beside(work: UnitOfWork, document: TransferDocument) -> tuple[str, str]:
    """Return the addresses of the documents before and behind that have a file."""
    siblings = work.session.execute(
        select(TransferDocument.ordinal, TransferDocument.file_ordinal)
        .where(
            TransferDocument.transfer_dossier_id == document.transfer_dossier_id,
            TransferDocument.attempt == document.attempt,
            TransferDocument.file_ordinal.is_not(None),
        )
        .order_by(TransferDocument.ordinal)
    ).all()
    earlier = [file for ordinal, file in siblings if ordinal < document.ordinal]
    later = [file for ordinal, file in siblings if ordinal > document.ordinal]
    asked = request.args.get("q") or None

    def address(file: int | None) -> str:
        return url_for("content.page", transfer_id=document.transfer_id, ordinal=file, q=asked)

    return address(earlier[-1]) if earlier else "", address(later[0]) if later else ""


def _infected(file: TransferFile) -> bool:
    return file.facts.get("malware") == "infected"


def _is_open(work: UnitOfWork, file: TransferFile) -> bool:
    found = select(AuditEvent.seq).where(
        AuditEvent.object_id == file.id,
        AuditEvent.actor_id == work.scope.actor,
        AuditEvent.act == "transfer.file_opened",
        AuditEvent.at > work.now - _ONE_OPENING,
    )
    return work.session.scalar(found.limit(1)) is not None


def _record_opening(transfer: Transfer, file: TransferFile) -> None:
    with part(Database).write(scope()) as work:
        opened = {"number": transfer.number, "path": file.path}
        work.record(
            AuditRecord("transfer.file_opened", transfer.organization_id, "transfer_file", file.id, payload=opened)
        )


@contextmanager
def _local_copy(file: TransferFile) -> Iterator[Path]:
    """Yield a private copy for the fence; what was sealed or withdrawn is no longer staged."""
    with part(Fence).folder() as folder:
        local = folder / "content"
        try:
            part(Staging).fetch(staging_key(file), local)  # type: ignore[type-abstract] # a port
        except StagingError as error:
            raise PageNotFound from error
        yield local
