"""The reading page of a sealed document."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from archive.database.connection import Database
from archive.database.unit_of_work import UnitOfWork
from archive.description.models import ContentFile, Document
from archive.web.parts import part
from archive.web.session import permission_required, scope
from search.query.snippets import PAGE_END
from search.reading.reader import Reading, draw_picture, draw_reading
from search.reading.stored import StoredFile, is_open, local_copy, record_opening, stored_file
from search.text.extract import NO_EXTRACTOR, NO_TEXT_LAYER
from search.text.models import ContentText

blueprint = Blueprint("reading", __name__, template_folder="templates")


@dataclass(frozen=True, slots=True)
class _Neighbours:
    """The files before and behind in the dossier, by their documents' order."""

    before: ContentFile | None
    after: ContentFile | None


def _neighbours(work: UnitOfWork, opened: StoredFile) -> _Neighbours:
    files = work.session.scalars(
        select(ContentFile)
        .join(Document, Document.id == ContentFile.document_id)
        .where(Document.dossier_id == opened.dossier.id)
        .order_by(Document.ordinal, ContentFile.original_path)
    ).all()
    at = next(index for index, file in enumerate(files) if file.id == opened.file.id)
    return _Neighbours(files[at - 1] if at else None, files[at + 1] if at + 1 < len(files) else None)


def _why_no_text(taken: ContentText | None, number: int, known: int) -> str:
    """Return what to say where a page shows no text: that there is none is said only where it was looked for."""
    if taken is None or taken.state == "pending":
        return str(_("Đang lấy phần chữ; mở lại sau ít phút."))
    if taken.detail == NO_EXTRACTOR:
        return str(_("Chưa lấy được phần chữ của loại tệp này."))
    if taken.detail in ("", NO_TEXT_LAYER) or (taken.state == "done" and number <= known):
        return str(_("Trang này không có phần chữ: có thể là bản quét."))
    if taken.state == "done":
        return str(_("Phần chữ chỉ lấy đến trang %(page)s; tìm kiếm không thấy phần sau.", page=known))
    return str(_("Không lấy được phần chữ của tệp này; chưa biết trong tệp có chữ hay không."))


@blueprint.get("/ho-so/<uuid:dossier_id>/doc/<uuid:file_id>")
@permission_required("document.open")
def page(dossier_id: uuid.UUID, file_id: uuid.UUID) -> str:
    """Show one page of a document; opening it is an event, going from page to page in it is not another."""
    with part(Database).read(scope()) as work:
        opened = stored_file(work, dossier_id, file_id)
        taken = work.session.scalar(select(ContentText).where(ContentText.content_file_id == file_id))
        neighbours = _neighbours(work, opened)
        continued = is_open(work, file_id)
    if "trang" not in request.args or not continued:
        record_opening(opened)
    texts = taken.text.split(PAGE_END) if taken is not None and taken.text else []
    with local_copy(opened) as path:
        return draw_reading(
            _reading(opened, neighbours), path, texts, lambda number: _why_no_text(taken, number, len(texts))
        )


def _reading(opened: StoredFile, neighbours: _Neighbours) -> Reading:
    document, dossier, file = opened.document, opened.dossier, opened.file
    own: dict[str, Any] = {"dossier_id": dossier.id, "file_id": file.id}

    def beside(other: ContentFile | None) -> str:
        asked = request.args.get("q") or None
        return url_for("reading.page", dossier_id=dossier.id, file_id=other.id, q=asked) if other else ""

    return Reading(
        name="/".join(filter(None, (document.number, document.notation))) or document.subject or file.original_path,
        facts=(document.type_name, document.issued_date, document.issuer),
        subject=document.subject,
        crumbs=(
            (_("Kho hồ sơ"), url_for("dossiers.index")),
            (dossier.code, url_for("dossiers.show", dossier_id=dossier.id)),
        ),
        path=file.original_path,
        address=partial(url_for, "reading.page", **own),
        picture=partial(url_for, "reading.picture", **own),
        original=url_for("dossiers.content", **own),
        before=beside(neighbours.before),
        after=beside(neighbours.after),
    )


@blueprint.get("/ho-so/<uuid:dossier_id>/doc/<uuid:file_id>/trang/<int:number>.png")
@permission_required("document.open")
def picture(dossier_id: uuid.UUID, file_id: uuid.UUID, number: int) -> Response:
    """Give the picture of a page; a part of the opening that the reading page has recorded, else an opening itself."""
    with part(Database).read(scope()) as work:
        opened = stored_file(work, dossier_id, file_id)
        continued = is_open(work, file_id)
    if not continued:
        record_opening(opened)
    with local_copy(opened) as path:
        return draw_picture(path, opened.file.original_path, number)
