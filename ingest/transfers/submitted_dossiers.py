"""A dossier as it was handed in, and beside one of the archive: what the list says of it, and its documents."""

from __future__ import annotations

import uuid
from collections import Counter

from flask import redirect, render_template, request, url_for
from flask_babel import lazy_gettext
from sqlalchemy import select
from werkzeug.wrappers import Response

from archive.accounts.permissions import require
from archive.audit.events import AuditRecord
from archive.clock import vietnam_date
from archive.database.connection import Database
from archive.database.errors import NotFound
from archive.database.unit_of_work import UnitOfWork
from archive.description.models import ContentFile, Document, Dossier
from archive.organizations.services import names_on
from archive.web.exports import export
from archive.web.listing import Column, Listing
from archive.web.parts import part
from archive.web.session import permission_required, scope
from ingest.readers.fields import list_fields
from ingest.transfers import services
from ingest.transfers.content import current_findings, document_rows, dossier_rows
from ingest.transfers.models import Transfer, TransferDocument, TransferDossier, TransferFile
from ingest.transfers.states import STATES
from ingest.transfers.submitted_files import name_of


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


def _format(file: TransferFile | None) -> str:
    return str(file.facts.get("format", "")) if file is not None else ""


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
