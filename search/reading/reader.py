"""Reading a file page by page: a picture of the page, its text beside it with the hits marked; wherever it lies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from flask import Response, abort, render_template, request

from archive.fence.pool import Fence, Outcome
from archive.web.messages import face_of_code
from archive.web.parts import part
from preservation.content.pictures import WIDTHS, count_pages, draw_page
from search.index.analysis import parse_words
from search.query.snippets import Piece, count_places, marked
from search.reading.hits import hits_from

_DRAWING_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read, and where the ways from its page lead.

    Attributes:
        name: of the document, as the heading says it.
        facts: beside the heading.
        subject: what the document is about.
        crumbs: label and address of the pages above.
        path: of the file, as it came in.
        address: gives the page's own address from arguments (``trang``, ``q``, ``rong``, ``cho``, ``_anchor``).
        picture: gives the address of a page's picture from ``number`` and ``rong``.
        original: address of the file as it came in; empty where it is not given.
        before, after: addresses of the files beside it; empty at the ends.
        notes: what the reader should know of the file, each with a look and an icon.
    """

    name: str
    facts: tuple[str, ...]
    subject: str
    crumbs: tuple[tuple[str, str], ...]
    path: str
    address: Callable[..., str]
    picture: Callable[..., str]
    original: str = ""
    before: str = ""
    after: str = ""
    notes: tuple[tuple[str, str, str], ...] = ()


def draw_reading(reading: Reading, local: Path, texts: Sequence[str], silence: Callable[[int], str]) -> str:
    """Return the page that the address asks for.

    Args:
        reading: what is read.
        local: a private copy of the file.
        texts: text of each page, as far as it is known.
        silence: says why a page, by its number from 1, has no text.
    """
    query = request.args.get("q", "")
    number = max(1, request.args.get("trang", 1, type=int))
    counted = part(Fence).run(count_pages, str(local), wall_seconds=_DRAWING_SECONDS)
    done = counted.outcome is Outcome.DONE and counted.value is not None
    pages = int(counted.value["pages"]) if done and counted.value else 0
    words = parse_words(query)
    counts = [count_places(text, words) for text in texts] if query else []
    if "trang" not in request.args:
        number = next((at for at, count in enumerate(counts, start=1) if count), number)
    # What cannot be shown as pictures has its text on one page.
    last = max(pages, len(texts), 1)
    number = min(number, last)
    text = texts[number - 1] if number <= len(texts) else ""
    pieces: tuple[Piece, ...] = marked(text, words) if query else (Piece(text, marked=False),) if text else ()
    return render_template(
        "reading/page.html",
        reading=reading,
        pieces=pieces,
        pages=pages,
        number=number,
        last=last,
        hits=hits_from(counts, number, request.args.get("cho", 1, type=int)),
        failure=None if done else face_of_code("DOC-0001", {"path": reading.path}),
        silence=silence(number),
        q=query,
        zoom=request.args.get("rong", "900"),
        widths=WIDTHS,
    )


def draw_picture(local: Path, path: str, number: int) -> Response:
    """Return the picture of a page of a private copy; in the place of one that cannot be drawn, a picture says so."""
    asked = request.args.get("rong", WIDTHS[1], type=int)
    width = min(WIDTHS, key=lambda known: abs(known - asked))
    drawn = part(Fence).run(draw_page, str(local), number, width, wall_seconds=_DRAWING_SECONDS)
    if drawn.outcome is Outcome.DONE and not drawn.value:
        abort(404)
    if drawn.outcome is Outcome.DONE:
        response = Response(drawn.value, mimetype="image/png")
    else:
        # In the place of a picture only a picture is seen.
        said = face_of_code("DOC-0001", {"path": path})
        response = Response(render_template("reading/undrawn.svg", said=said), mimetype="image/svg+xml")
        response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    response.headers["Cache-Control"] = "private, no-store"
    return response
