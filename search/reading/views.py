"""The addresses of what is kept: the list, one dossier, its documents' files."""

from __future__ import annotations

from flask import Blueprint

from search.reading.content_views import content
from search.reading.dossier_views import contents, place, show
from search.reading.holdings_views import index, place_chosen

blueprint = Blueprint("dossiers", __name__, template_folder="templates")
blueprint.get("/ho-so")(index)
blueprint.post("/ho-so/noi-de")(place_chosen)
blueprint.get("/ho-so/<uuid:dossier_id>")(show)
blueprint.get("/ho-so/<uuid:dossier_id>/muc-luc")(contents)
blueprint.post("/ho-so/<uuid:dossier_id>/noi-de")(place)
blueprint.get("/ho-so/<uuid:dossier_id>/tep/<uuid:file_id>")(content)
