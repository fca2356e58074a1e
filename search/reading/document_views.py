"""The reading page: one page of a document as a picture, its text beside it with the hits marked."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, Response, abort, render_template, request
from flask_babel import gettext as _
from sqlalchemy import select

from archive.database.connection import Database
from archive.database.unit_of_work import UnitOfWork
from archive.description.models import ContentFile, Document
from archive.fence.pool import Fence, Outcome
from archive.web.messages import face_of_code
from archive.web.parts import part
from archive.web.session import permission_required, scope
from preservation.content.pictures import WIDTHS, count_pages, draw_page
from search.index.analysis import parse_words
from search.query.snippets import PAGE_END, Piece, count_places, marked
from search.reading.hits import hits_from
from search.reading.stored import StoredFile, is_open, local_copy, record_opening, stored_file
from search.text.extract import NO_EXTRACTOR, NO_TEXT_LAYER
from search.text.models import ContentText

blueprint = Blueprint("reading", __name__, template_folder="templates")
_DRAWING_SECONDS = 30.0


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
    query = request.args.get("q", "")
    number = max(1, request.args.get("trang", 1, type=int))
    with part(Database).read(scope()) as work:
        opened = stored_file(work, dossier_id, file_id)
        taken = work.session.scalar(select(ContentText).where(ContentText.content_file_id == file_id))
        neighbours = _neighbours(work, opened)
        continued = is_open(work, file_id)
    if "trang" not in request.args or not continued:
        record_opening(opened)
    with local_copy(opened) as path:
        counted = part(Fence).run(count_pages, str(path), wall_seconds=_DRAWING_SECONDS)
    done = counted.outcome is Outcome.DONE and counted.value is not None
    pages = int(counted.value["pages"]) if done and counted.value else 0
    texts = taken.text.split(PAGE_END) if taken is not None and taken.text else []
    words = parse_words(query)
    counts = [count_places(text, words) for text in texts] if query else []
    if "trang" not in request.args:
        number = next((at for at, count in enumerate(counts, start=1) if count), number)
    # What cannot be shown as pictures has its text on one page.
    number = min(number, max(pages, len(texts), 1))
    text = texts[number - 1] if number <= len(texts) else ""
    pieces: tuple[Piece, ...] = marked(text, words) if query else (Piece(text, marked=False),) if text else ()
    return render_template(
        "reading/page.html",
        opened=opened,
        pieces=pieces,
        pages=pages,
        number=number,
        last=max(pages, len(texts), 1),
        hits=hits_from(counts, number, request.args.get("cho", 1, type=int)),
        failure=None if done else face_of_code("DOC-0001", {"path": opened.file.original_path}),
        silence=_why_no_text(taken, number, len(texts)),
        neighbours=neighbours,
        q=query,
        zoom=request.args.get("rong", "900"),
        widths=WIDTHS,
    )


@blueprint.get("/ho-so/<uuid:dossier_id>/doc/<uuid:file_id>/trang/<int:number>.png")
@permission_required("document.open")
def picture(dossier_id: uuid.UUID, file_id: uuid.UUID, number: int) -> Response:
    """Give the picture of a page; a part of the opening that the reading page has recorded, else an opening itself."""
    asked = request.args.get("rong", WIDTHS[1], type=int)
    width = min(WIDTHS, key=lambda known: abs(known - asked))
    with part(Database).read(scope()) as work:
        opened = stored_file(work, dossier_id, file_id)
        continued = is_open(work, file_id)
    if not continued:
        record_opening(opened)
    with local_copy(opened) as path:
        drawn = part(Fence).run(draw_page, str(path), number, width, wall_seconds=_DRAWING_SECONDS)
    if drawn.outcome is Outcome.DONE and not drawn.value:
        abort(404)
    if drawn.outcome is Outcome.DONE:
        response = Response(drawn.value, mimetype="image/png")
    else:
        # In the place of a picture only a picture is seen.
        said = face_of_code("DOC-0001", {"path": opened.file.original_path})
        response = Response(render_template("reading/undrawn.svg", said=said), mimetype="image/svg+xml")
        response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    response.headers["Cache-Control"] = "private, no-store"
    return response
