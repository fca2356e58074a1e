"""A document's file as it came in."""

from __future__ import annotations

import mimetypes
import uuid
from urllib.parse import quote

from werkzeug.wrappers import Response

from archive.database.connection import Database
from archive.web.parts import part
from archive.web.session import permission_required, scope
from search.reading.stored import content_chunks, record_opening, stored_file


@permission_required("document.open")
def content(dossier_id: uuid.UUID, file_id: uuid.UUID) -> Response:
    """Send a document's file as it came in; an event before the first byte."""
    with part(Database).read(scope()) as work:
        opened = stored_file(work, dossier_id, file_id)
    record_opening(opened)
    path = opened.file.original_path
    response = Response(content_chunks(opened), mimetype=mimetypes.guess_type(path)[0] or "application/octet-stream")
    response.content_length = opened.file.length
    name = quote(path.rpartition("/")[2], safe="")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    response.headers["Cache-Control"] = "private, no-store"
    return response
