"""The user guide inside the product."""

from __future__ import annotations

from importlib import resources

from flask import Blueprint, Response, abort, render_template, request

from archive.help.contents import guide
from archive.messages.catalogue import Message, catalogue
from archive.messages.examples import example_values
from archive.messages.subjects import LEVELS, SUBJECTS
from archive.text.folding import fold
from archive.web.messages import face_of_code
from archive.web.session import permission_required
from archive.web.translation import language

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


@blueprint.get("/tro-giup/ma")
@permission_required()
def codes() -> str:
    """Show what every code means, those alone whose code or title holds the words asked for."""
    asked = fold(request.args.get("q", ""))
    values = example_values(language())
    found: dict[str, list[tuple[Message, str]]] = {}
    for message in catalogue():
        if all(word in fold(f"{message.code} {' '.join(message.title.values())}") for word in asked.split()):
            title = catalogue().text(message.code, language(), values, "title")
            found.setdefault(message.subject, []).append((message, title))
    ordered = {subject: found[subject] for subject in SUBJECTS if subject in found}
    return render_template("help/codes.html", found=ordered, subjects=SUBJECTS, levels=LEVELS)


@blueprint.get("/tro-giup/ma/<code>")
@permission_required()
def code(code: str) -> str:
    """Show what a code means, its article, an example, and how to mend it."""
    message = next((message for message in catalogue() if message.code == code), None)
    if message is None:
        abort(404)
    return render_template(
        "help/code.html",
        message=message,
        example=face_of_code(code, example_values(language())),
        subject=SUBJECTS[message.subject],
        level=LEVELS[message.level],
    )
