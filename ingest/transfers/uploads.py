"""Upload: one request per file, raw body, straight into staging; resumable at any byte.

POST   /giao-nop/<transfer>/tep             {"path", "length", "mark"} -> {"ordinal", "offset"}
HEAD   /giao-nop/<transfer>/tep/<ordinal>   Upload-Offset: bytes held
PUT    /giao-nop/<transfer>/tep/<ordinal>   raw bytes from Upload-Offset on; X-Content-SHA256 at will
DELETE /giao-nop/<transfer>/tep/<ordinal>   takes the file out of the transfer
POST   /giao-nop/<transfer>/tep/<ordinal>/bo   the same, for the button on the page
"""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Iterator
from itertools import takewhile
from typing import IO

from flask import Blueprint, Response, flash, jsonify, make_response, redirect, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError, validate_csrf
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.sansio.multipart import NEED_DATA, Data, Epilogue, Event, Field, File, MultipartDecoder
from wtforms import ValidationError

from archive.database.connection import Database
from archive.errors import KhoLuuTruError
from archive.staging.errors import StagingError
from archive.staging.ports import Staging
from archive.web.messages import face_of_error
from archive.web.parts import part
from archive.web.security import patience
from archive.web.session import permission_required, scope
from ingest.transfers import files
from ingest.transfers.errors import TransferError
from ingest.transfers.file_names import LONGEST_FILE

blueprint = Blueprint("uploads", __name__)
_CHUNK = 1 << 18
_SILENCE_SECONDS = 20
# Uploads may take long; the other threads of the server stay free for pages.
_PLACES = threading.BoundedSemaphore(16)


@blueprint.errorhandler(KhoLuuTruError)
def _coded(error: KhoLuuTruError) -> Response:
    message = face_of_error(error)
    if request.endpoint in {"uploads.plain_form", "uploads.leave_out"}:
        flash(f"{message.title}. {message.text} {message.action} ({message.code})", "bad")
        return make_response(redirect(url_for("transfers.show", transfer_id=(request.view_args or {})["transfer_id"])))
    status = 409 if isinstance(error, StagingError) else 404 if error.code == "GEN-0001" else 400
    return make_response(
        jsonify({"code": message.code, "title": message.title, "text": message.text, "action": message.action}), status
    )


@blueprint.post("/giao-nop/<uuid:transfer_id>/tep")
@permission_required("transfer.create")
def announce(transfer_id: uuid.UUID) -> Response:
    """Say that a file will come."""
    sent = request.get_json(silent=True)
    # Anything but an object names no path, and is refused as such.
    body = sent if isinstance(sent, dict) else {}
    path, length, mark = str(body.get("path", "")), body.get("length", -1), str(body.get("mark", ""))
    with part(Database).write(scope()) as work:
        file = files.announce(work, transfer_id, path, length if isinstance(length, int) else -1, mark=mark)
        key, ordinal = files.staging_key(file), file.ordinal
    return jsonify({"ordinal": ordinal, "offset": part(Staging).size(key)})  # type: ignore[type-abstract] # a port


@blueprint.route("/giao-nop/<uuid:transfer_id>/tep/<int:ordinal>", methods=["HEAD"])
@permission_required("transfer.create")
def offset(transfer_id: uuid.UUID, ordinal: int) -> Response:
    """Say how many bytes of a file are held."""
    with part(Database).read(scope()) as work:
        key = files.staging_key(files.find(work, transfer_id, ordinal))
    return _held(part(Staging).size(key), complete=False)  # type: ignore[type-abstract] # a port


@blueprint.put("/giao-nop/<uuid:transfer_id>/tep/<int:ordinal>")
@permission_required("transfer.create")
def receive(transfer_id: uuid.UUID, ordinal: int) -> Response:
    """Take bytes of a file; what came before a cut stays."""
    _check_token(request.headers.get("X-CSRFToken", ""))
    if not _PLACES.acquire(blocking=False):
        raise StagingError("STG-0006")
    try:
        return _receive(transfer_id, ordinal)
    finally:
        _PLACES.release()


def _receive(transfer_id: uuid.UUID, ordinal: int) -> Response:
    held, complete = files.receive(
        part(Database),
        scope(),
        part(Staging),  # type: ignore[type-abstract] # a port
        transfer_id,
        ordinal,
        _body(),
        offset=_offset(),
        expected_sha256=request.headers.get("X-Content-SHA256", ""),
    )
    return _held(held, complete=complete)


@blueprint.delete("/giao-nop/<uuid:transfer_id>/tep/<int:ordinal>")
@permission_required("transfer.create")
def remove(transfer_id: uuid.UUID, ordinal: int) -> Response:
    """Take a file out of the transfer."""
    with part(Database).write(scope()) as work:
        files.remove(work, transfer_id, ordinal)
    return make_response("", 204)


@blueprint.post("/giao-nop/<uuid:transfer_id>/tep/<int:ordinal>/bo")
@permission_required("transfer.create")
def leave_out(transfer_id: uuid.UUID, ordinal: int) -> Response:
    """Take a file out of the transfer, by the button on its page."""
    with part(Database).write(scope()) as work:
        files.remove(work, transfer_id, ordinal)
    flash(_("Đã bỏ tệp."), "ok")
    return make_response(redirect(url_for("transfers.show", transfer_id=transfer_id)))


@blueprint.post("/giao-nop/<uuid:transfer_id>/goi")
@permission_required("transfer.create")
def plain_form(transfer_id: uuid.UUID) -> Response:
    """Take one `.zip` from a form without JavaScript: the parts of the body go into staging as they come.

    The token stands before the file in the form and is checked before the first byte is kept.
    """
    request.max_content_length = LONGEST_FILE
    patience(_SILENCE_SECONDS)
    events = multipart_events(request.mimetype_params.get("boundary", "").encode(), request.stream)
    token, name, field = "", None, ""
    for event in events:
        if isinstance(event, Field):
            field = event.name or ""
        elif isinstance(event, File):
            name = event.filename
            break
        elif isinstance(event, Data) and field == "csrf_token":
            token += event.data.decode("ascii", "replace")
    _check_token(token)
    if not name:
        raise TransferError("TRF-0004")
    parts = takewhile(lambda event: isinstance(event, Data), events)
    chunks = (event.data for event in parts if isinstance(event, Data) and event.data)
    staging = part(Staging)  # type: ignore[type-abstract] # a port
    files.receive_whole(part(Database), scope(), staging, transfer_id, name, chunks)
    return make_response(redirect(url_for("transfers.show", transfer_id=transfer_id)))


def multipart_events(boundary: bytes, stream: IO[bytes]) -> Iterator[Event]:
    """Yield the events of a multipart body as it comes, never more of it in memory than one chunk."""
    if not boundary:
        raise TransferError("TRF-0019")
    decoder = MultipartDecoder(boundary)
    while True:
        event = _next_event(decoder)
        while event is not NEED_DATA:
            if isinstance(event, Epilogue):
                return
            yield event
            event = _next_event(decoder)
        chunk = stream.read(_CHUNK)
        decoder.receive_data(chunk or None)


def _next_event(decoder: MultipartDecoder) -> Event:
    try:
        return decoder.next_event()
    except (ValueError, RequestEntityTooLarge) as error:
        raise TransferError("TRF-0019") from error


def _check_token(token: str) -> None:
    """Refuse a request that no page of ours has made; for the views that read their body themselves."""
    try:
        validate_csrf(token)
    except ValidationError as error:
        raise CSRFError(str(error)) from error


def _offset() -> int:
    text = request.headers.get("Upload-Offset", "0")
    if not re.fullmatch(r"[0-9]{1,15}", text):
        raise StagingError("STG-0001", held=0, offset=text[:20])
    return int(text)


def _body() -> Iterator[bytes]:
    """Yield the body as it comes; a client that goes away ends it, and what came is kept."""
    # Ahead of every other view, uploads may be long; a peer that is silent for too long is gone.
    request.max_content_length = LONGEST_FILE
    patience(_SILENCE_SECONDS)
    while True:
        try:
            chunk = request.stream.read(_CHUNK)
        except (ClientDisconnected, OSError):
            return
        if not chunk:
            return
        yield chunk


def _held(held: int, *, complete: bool) -> Response:
    response = make_response("", 204)
    response.headers["Upload-Offset"] = str(held)
    response.headers["Upload-Complete"] = "?1" if complete else "?0"
    return response
