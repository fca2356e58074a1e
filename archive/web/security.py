"""Headers that hold for every answer."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, Response, abort, request, session

_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


# A form is small and comes at once; whoever sends slower than this holds a thread that others want.
_FORM_SILENCE_SECONDS = 5
_FORM_BYTES = 2_000_000
# Whoever is not logged in has few places to send a form from, and each for a short time; a form that comes at once
# needs its place for an instant.
_STRANGERS = threading.BoundedSemaphore(8)


def patience(seconds: float) -> None:
    """Let this connection be silent for so long before it counts as gone."""
    connection = request.environ.get("gunicorn.socket")
    if connection is not None:
        connection.settimeout(seconds)


@contextmanager
def _place_of_a_stranger() -> Iterator[None]:
    """Hold one of the few places in which a form of somebody unknown is read, and not for long."""
    if not _STRANGERS.acquire(timeout=0.2):
        abort(503)
    limit = threading.Timer(_FORM_SILENCE_SECONDS, _hang_up, (request.environ.get("gunicorn.socket"),))
    limit.daemon = True
    limit.start()
    try:
        yield
    finally:
        limit.cancel()
        _STRANGERS.release()


def _hang_up(connection: socket.socket | None) -> None:
    if connection is not None:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RD)


def secure(app: Flask) -> None:
    """Send the content security policy and its companions with every answer."""
    app.config["MAX_CONTENT_LENGTH"] = _FORM_BYTES

    @app.before_request
    def hurry() -> None:
        patience(_FORM_SILENCE_SECONDS)

    @app.before_request
    def take_form_of_a_stranger() -> None:
        small = (request.content_length or 0) <= _FORM_BYTES
        if request.method == "POST" and small and "_user_id" not in session:
            with _place_of_a_stranger():
                request.form  # noqa: B018 - read here, kept for all who ask later

    @app.before_request
    def refuse_nul() -> None:
        # No word has such a sign in it, and not every database can hold it. Only a POST brings a form: the body of
        # a PUT is a file's, whatever a client says of its type.
        is_form = request.method == "POST" and request.mimetype == "application/x-www-form-urlencoded"
        typed = request.form.values() if is_form else ()
        if any("\0" in text for text in (request.path, *request.args.values(), *typed)):
            abort(400)

    @app.after_request
    def headers(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", _CSP)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        if response.mimetype == "text/html":
            response.headers["Cache-Control"] = "no-store"
        return response
