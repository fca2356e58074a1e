"""The desk and the shared static files."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, session
from werkzeug.wrappers import Response

from archive.database.connection import Database
from archive.web.addresses import inside
from archive.web.desk import Desk, laid_out
from archive.web.parts import part
from archive.web.session import permission_required, scope

blueprint = Blueprint(
    "web", __name__, template_folder="templates", static_folder="static", static_url_path="/static/web"
)


@blueprint.get("/")
@permission_required()
def desk() -> str:
    """Show what waits for the reader, and how things stand."""
    with part(Database).read(scope()) as work:
        now = laid_out(part(Desk), work)
    return render_template("web/desk.html", desk=now)


@blueprint.get("/bat-dau")
@permission_required()
def beginning() -> str:
    """Show the way from an empty archive to a first transfer, and what of it is done."""
    with part(Database).read(scope()) as work:
        steps = sorted((s for source in part(Desk).beginning for s in source(work)), key=lambda step: step.rank)
    return render_template("web/beginning.html", steps=steps)


@blueprint.post("/ngon-ngu/<any(vi, en):language>")
def choose_language(language: str) -> Response:
    """Show the pages in this language from now on, in this browser; back to where the reader was."""
    session["language"] = language
    return redirect(inside(request.form.get("next", "")))
