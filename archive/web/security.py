"""Headers that hold for every answer."""

from __future__ import annotations

from flask import Flask, Response, abort, request

_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


# A form is small and comes at once; whoever sends slower than this holds a thread that others want.
_FORM_SILENCE_SECONDS = 5
_FORM_BYTES = 2_000_000


def patience(seconds: float) -> None:
    """Let this connection be silent for so long before it counts as gone."""
    connection = request.environ.get("gunicorn.socket")
    if connection is not None:
        connection.settimeout(seconds)


def secure(app: Flask) -> None:
    """Send the content security policy and its companions with every answer."""
    app.config["MAX_CONTENT_LENGTH"] = _FORM_BYTES

    @app.before_request
    def hurry() -> None:
        patience(_FORM_SILENCE_SECONDS)

    @app.before_request
    def refuse_nul() -> None:
        # No word has such a sign in it, and not every database can hold it.
        typed = request.form.values() if request.mimetype == "application/x-www-form-urlencoded" else ()
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
