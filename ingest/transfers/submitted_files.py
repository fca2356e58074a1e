"""A file that was handed in, read page by page before anybody decides; each opening is an event."""

from __future__ import annotations

import datetime
import hashlib
import mimetypes
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.exceptions import NotFound as PageNotFound
from werkzeug.wrappers import Response

from archive.audit.events import AuditRecord
from archive.audit.models import AuditEvent
from archive.database.connection import Database
from archive.database.errors import NotFound
from archive.database.unit_of_work import UnitOfWork
from archive.fence.pool import Fence, Outcome
from archive.staging.errors import StagingError
from archive.staging.ports import Staging
from archive.web.parts import part
from archive.web.session import permission_required, scope
from ingest.transfers import services
from ingest.transfers.files import staging_key
from ingest.transfers.models import Transfer, TransferDocument, TransferDossier, TransferFile
from ingest.transfers.secrecy import may_read
from search.reading.reader import Reading, draw_picture, draw_reading
from search.text.extract import NO_EXTRACTOR, extract_text

# Pages turned within this time of an opening belong to it.
_ONE_OPENING = datetime.timedelta(hours=1)
_EXTRACTING_SECONDS = 20.0


def name_of(document: TransferDocument) -> str:
    """Return number and notation as the list writes them; empty if it has neither."""
    return "/".join(filter(None, (str(document.values.get(part, "")) for part in ("number", "notation"))))


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
