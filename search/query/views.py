"""The search page: one box, facets with counts, snippets; its state in the address."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from archive.database.connection import Database
from archive.description.states import DOSSIER_STATES
from archive.web.parts import part
from archive.web.session import permission_required, scope
from archive.web.translation import language
from search.index.ports import FACETS, SearchIndex
from search.query.services import ask

blueprint = Blueprint("search", __name__, template_folder="templates")
_PAGE = 20
_FACET_NAMES = {"year": "Năm", "type": "Loại văn bản", "state": "Trạng thái hồ sơ"}
_MOST_VALUES = 12


@blueprint.get("/tra-cuu")
@permission_required("search.use")
def page() -> str:
    """Answer a question; the page works without JavaScript."""
    query = request.args.get("q", "")
    chosen = {name: request.args.get(name, "") for name in FACETS}
    offset = max(0, request.args.get("tu", 0, type=int))
    answer = ask(
        part(Database),
        part(SearchIndex),  # type: ignore[type-abstract] # a port
        scope(),
        query,
        filters=chosen,
        offset=offset,
        limit=_PAGE,
    )
    states = {key: texts[language() == "en"] for key, texts in DOSSIER_STATES.items()}
    facets = [
        (
            name,
            _FACET_NAMES[name],
            [
                (value, states.get(value, value) if name == "state" else value, count)
                for value, count in sorted(
                    answer.facets.get(name, {}).items(),
                    key=(lambda item: item[0]) if name == "year" else (lambda item: -item[1]),
                    reverse=name == "year",
                )[:_MOST_VALUES]
            ],
        )
        for name in FACETS
    ]
    return render_template(
        "search/page.html", answer=answer, q=query, chosen=chosen, facets=facets, offset=offset, page=_PAGE
    )
