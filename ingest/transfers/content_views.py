"""The addresses of what was handed in, to be seen before anybody decides."""

from __future__ import annotations

from flask import Blueprint

from ingest.transfers.submitted_dossiers import compare, dossier
from ingest.transfers.submitted_files import original, page, picture

blueprint = Blueprint("content", __name__, template_folder="templates")
blueprint.get("/giao-nop/<uuid:transfer_id>/ho-so/<uuid:row_id>")(dossier)
blueprint.get("/giao-nop/<uuid:transfer_id>/doi-chieu/<uuid:dossier_id>")(compare)
blueprint.get("/giao-nop/<uuid:transfer_id>/doc/<int:ordinal>")(page)
blueprint.get("/giao-nop/<uuid:transfer_id>/doc/<int:ordinal>/trang/<int:number>.png")(picture)
blueprint.get("/giao-nop/<uuid:transfer_id>/doc/<int:ordinal>/goc")(original)
