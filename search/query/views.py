"""The search page: one box, facets with counts, snippets; its state in the address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response

from archive.database.connection import Database
from archive.description.states import DOSSIER_STATES
from archive.web.desk import Bar, Picture
from archive.web.exports import export_rows
from archive.web.formats import number_text
from archive.web.listing import Column
from archive.web.parts import part
from archive.web.session import permission_required, scope
from archive.web.translation import language, said
from search.index.ports import FACETS, SearchIndex
from search.query.services import Answer, Found, ask

blueprint = Blueprint("search", __name__, template_folder="templates")
_PAGE = 20
_FACET_NAMES = {
    "year": ("Năm", "Year"),
    "type": ("Loại văn bản", "Type of document"),
    "state": ("Trạng thái hồ sơ", "State of the file"),
}
_MOST_VALUES = 12
_FEWEST_YEARS, _MOST_YEARS = 2, 24
_EXPORTED = 2000


def _number(found: Found) -> str:
    return "/".join(filter(None, (found.document.number, found.document.notation))) if found.document else ""


FOUND: tuple[Column[Found], ...] = (
    Column("kind", lazy_gettext("Loại"), lambda f: _("văn bản") if f.document else _("hồ sơ")),
    Column("dossier", lazy_gettext("Mã hồ sơ"), lambda f: f.dossier.code),
    Column("number", lazy_gettext("Số, ký hiệu"), _number),
    Column("type", lazy_gettext("Tên loại"), lambda f: f.document.type_name if f.document else ""),
    Column("date", lazy_gettext("Ngày văn bản"), lambda f: f.document.issued_date if f.document else ""),
    Column("issuer", lazy_gettext("Cơ quan ban hành"), lambda f: f.document.issuer if f.document else ""),
    Column(
        "title", lazy_gettext("Trích yếu, tiêu đề"), lambda f: f.document.subject if f.document else f.dossier.title
    ),
    Column("period", lazy_gettext("Thời hạn"), lambda f: f.dossier.period),
)


@blueprint.get("/tra-cuu")
@permission_required("search.use")
def page() -> str | Response:
    """Answer a question, or give what was found as a file; the page works without JavaScript."""
    query = request.args.get("q", "")
    chosen = {name: request.args.get(name, "") for name in FACETS}
    offset = max(0, request.args.get("tu", 0, type=int))
    answer = ask(
        part(Database),
        part(SearchIndex),  # type: ignore[type-abstract] # a port
        scope(),
        query,
        filters=chosen,
        offset=0 if "xuat" in request.args else offset,
        limit=_EXPORTED if "xuat" in request.args else _PAGE,
    )
    if "xuat" in request.args:
        filters = {"q": query, **{name: value for name, value in chosen.items() if value}}
        title = _("Kết quả tra cứu")
        if answer.total > _EXPORTED:
            title += " " + _("(%(count)s kết quả đầu)", count=number_text(_EXPORTED, language()))
        return export_rows("search", title, FOUND, answer.found, filters, request.args["xuat"])
    states = {key: said(texts) for key, texts in DOSSIER_STATES.items()}
    facets = [
        (
            name,
            said(_FACET_NAMES[name]),
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
        "search/page.html",
        answer=answer,
        q=query,
        chosen=chosen,
        facets=facets,
        offset=offset,
        page=_PAGE,
        chips=[
            (name, label, words)
            for name, label, values in facets
            for value, words, _n in values
            if value == chosen[name]
        ],
        years=_years(answer, query, chosen),
    )


def _years(answer: Answer, query: str, chosen: Mapping[str, str]) -> Picture | None:
    """Return how many results each year has; None when there is nothing to compare."""
    counts = {year: count for year, count in answer.facets.get("year", {}).items() if year.isdigit()}
    if len(counts) < _FEWEST_YEARS:
        return None
    others: dict[str, Any] = {name: value for name, value in chosen.items() if value and name != "year"}
    bars = [
        Bar(year, year, counts[year], url_for("search.page", q=query, **{**others, "year": year}), strong=True)
        for year in sorted(counts)[-_MOST_YEARS:]
    ]
    away = url_for("search.page", q=query, **others)
    return Picture(_("Theo năm"), _("Bấm vào một năm để chỉ xem năm đó."), bars, away, _("Mọi năm"))
