"""The user guide inside the product."""

from __future__ import annotations

from importlib import resources

from flask import Blueprint, Response, abort, render_template

from archive.help.contents import guide
from archive.web.session import permission_required

blueprint = Blueprint("help", __name__, template_folder="templates")


@blueprint.get("/tro-giup")
@permission_required()
def index() -> str:
    """Show the guide's pages."""
    return render_template("help/index.html", pages=guide().values())


@blueprint.get("/tro-giup/<name>")
@permission_required()
def page(name: str) -> str:
    """Show a page of the guide."""
    found = guide().get(name)
    if found is None:
        abort(404)
    return render_template("help/page.html", shown=found, pages=guide().values())


@blueprint.get("/tro-giup/hinh/<name>.png")
@permission_required()
def picture(name: str) -> Response:
    """Give a picture of the guide."""
    found = resources.files("archive.help") / "guide" / "hinh" / f"{name}.png"
    if not found.is_file():
        abort(404)
    return Response(found.read_bytes(), mimetype="image/png")
