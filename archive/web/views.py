"""The desk and the shared static files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, session
from werkzeug.wrappers import Response

from archive.database.connection import Database
from archive.database.unit_of_work import UnitOfWork
from archive.web.addresses import inside
from archive.web.parts import part
from archive.web.session import permission_required, scope

blueprint = Blueprint(
    "web", __name__, template_folder="templates", static_folder="static", static_url_path="/static/web"
)


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One thing that waits for the reader: what, why, and the act that deals with it."""

    icon: str
    title: str
    reason: str
    href: str
    act: str
    due: str = ""
    look: str = "idle"


class DeskSources(tuple[Callable[[UnitOfWork], Sequence[WorkItem]], ...]):
    """Where the desk gets its work items from; floors above add theirs."""

    __slots__ = ()


@blueprint.get("/")
@permission_required()
def desk() -> str:
    """Show what waits for the reader."""
    with part(Database).read(scope()) as work:
        items = [item for source in part(DeskSources) for item in source(work)]
    return render_template("web/desk.html", items=items)


@blueprint.post("/ngon-ngu/<any(vi, en):language>")
def choose_language(language: str) -> Response:
    """Show the pages in this language from now on, in this browser; back to where the reader was."""
    session["language"] = language
    return redirect(inside(request.form.get("next", "")))
