"""The search page: one box, facets with counts, excerpts; its state in the address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response

from archive.database.connection import Database
from archive.description.states import DOSSIER_STATES
from archive.web.chosen_columns import chosen_columns
from archive.web.desk import Bar, Picture
from archive.web.exports import export_rows
from archive.web.formats import number_text
from archive.web.listing import Column
from archive.web.parts import part
from archive.web.session import permission_required, scope
from archive.web.translation import language, said
from search.index.analysis import parse_words
from search.index.ports import BEST, COUNTED, FACETS, ORDERS, SearchIndex
from search.query.services import Answer, Found, ask
from search.query.snippets import marked

blueprint = Blueprint("search", __name__, template_folder="templates")
_PAGE = 20
_FACET_NAMES = {
    "year": ("Năm", "Year"),
    "type": ("Loại văn bản", "Type of document"),
    "issuer": ("Cơ quan ban hành", "Issuing body"),
    "period": ("Thời hạn", "Period"),
    "state": ("Trạng thái hồ sơ", "State of the file"),
}
_KINDS = {"document": ("Văn bản", "Documents"), "dossier": ("Hồ sơ", "Files")}
_ORDER_NAMES = {
    BEST: ("Khớp nhất", "Best match"),
    "newest": ("Mới nhất", "Newest"),
    "oldest": ("Cũ nhất", "Oldest"),
    "code": ("Mã hồ sơ", "Code"),
}
_MOST_VALUES = 50
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
# On the page what belongs together stands in one cell; a file has each of its own.
_SHOWN: tuple[Column[Found], ...] = (
    Column("number", lazy_gettext("Số, ngày, cơ quan"), _number),
    Column("title", lazy_gettext("Trích yếu, đoạn khớp"), _number),
    Column("dossier", lazy_gettext("Hồ sơ"), _number),
    Column("period", lazy_gettext("Thời hạn"), _number, chosen=False),
    Column("kind", lazy_gettext("Loại"), _number, chosen=False),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for.

    Attributes:
        q: the words.
        chosen: value of each filter that is set.
        order: ``best`` or one of `ORDERS`.
        columns: keys of the columns that were chosen; empty for the usual ones.
        offset: how many results lie before the page.
    """

    q: str
    chosen: Mapping[str, str]
    order: str
    columns: Sequence[str]
    offset: int

    @property
    def something(self) -> bool:
        """Return whether anything is asked for."""
        return bool(self.q.strip() or self.chosen)

    def arguments(self, **changes: str | int) -> dict[str, str]:
        """Return the arguments of the address with changes; a change begins at the first page."""
        now = {
            "q": self.q,
            **self.chosen,
            "xep": self.order if self.order != BEST else "",
            "cot": ",".join(self.columns),
        }
        return {name: str(value) for name, value in {**now, **changes}.items() if value}

    def address(self, **changes: str | int) -> str:
        """Return the address with changes."""
        return url_for("search.page", **self.arguments(**changes))  # type: ignore[arg-type] # arguments of the address

    def kept(self, *without: str) -> list[tuple[str, str]]:
        """Return the arguments that a form carries on."""
        return [(name, value) for name, value in self.arguments().items() if name not in without]

    @property
    def every_column(self) -> Sequence[Column[Found]]:
        """Return the columns to choose from."""
        return _SHOWN

    @property
    def shown(self) -> Sequence[Column[Found]]:
        """Return the columns that are shown."""
        return [c for c in _SHOWN if c.key in self.columns] or [c for c in _SHOWN if c.chosen]


def _asked(arguments: Mapping[str, str]) -> Asked:
    order = arguments.get("xep", BEST)
    offset = arguments.get("tu", "0")
    known = [column.key for column in _SHOWN]
    return Asked(
        q=arguments.get("q", ""),
        chosen={name: arguments[name] for name in COUNTED if arguments.get(name)},
        order=order if order in ORDERS else BEST,
        columns=[key for key in chosen_columns("search", arguments) if key in known],
        offset=int(offset) if offset.isdecimal() else 0,
    )


@blueprint.get("/tra-cuu")
@permission_required("search.use")
def page() -> str | Response:
    """Answer a question, or give what was found as a file; the page works without JavaScript."""
    asked = _asked(request.args)
    exported = "xuat" in request.args
    answer = ask(
        part(Database),
        part(SearchIndex),  # type: ignore[type-abstract] # a port
        scope(),
        asked.q,
        filters=asked.chosen,
        offset=0 if exported else asked.offset,
        limit=_EXPORTED if exported else _PAGE,
        order=asked.order,
    )
    if exported:
        title = _("Kết quả tra cứu")
        if answer.total > _EXPORTED:
            title += " " + _("(%(count)s kết quả đầu)", count=number_text(_EXPORTED, language()))
        filters = {name: value for name, value in asked.arguments().items() if name != "cot"}
        return export_rows("search", title, FOUND, answer.found, filters, request.args["xuat"])
    facets = list(_facets(answer))
    words = parse_words(asked.q)
    return render_template(
        "search/page.html",
        asked=asked,
        answer=answer,
        facets=facets,
        page=_PAGE,
        exported=_EXPORTED,
        kinds=_KINDS,
        orders=_ORDER_NAMES,
        states=DOSSIER_STATES,
        chips=[
            (name, said(_FACET_NAMES[name]), _value(name, asked.chosen[name]))
            for name in FACETS
            if name in asked.chosen
        ],
        years=_years(answer, asked),
        marked=lambda text: marked(text, words),
    )


def _value(name: str, value: str) -> str:
    """Return a value of a facet in words."""
    return said(DOSSIER_STATES[value]) if name == "state" and value in DOSSIER_STATES else value


def _facets(answer: Answer) -> Iterator[tuple[str, str, list[tuple[str, str, int]]]]:
    """Yield each facet's name, its words, and its values with words and count: years by time, others by count."""
    for name in FACETS:
        counts = answer.facets.get(name, {})
        ordered = sorted(counts.items(), key=lambda item: item[0] if name == "year" else item[1], reverse=True)
        values = [(value, _value(name, value), count) for value, count in ordered[:_MOST_VALUES]]
        if values:
            yield name, said(_FACET_NAMES[name]), values


def _years(answer: Answer, asked: Asked) -> Picture | None:
    """Return how many results each year has; None when there is nothing to compare."""
    counts = {year: count for year, count in answer.facets.get("year", {}).items() if year.isdigit()}
    if len(counts) < _FEWEST_YEARS:
        return None
    shown = sorted(counts)[-_MOST_YEARS:]
    bars = [Bar(year, year, counts[year], asked.address(year=year), strong=True) for year in shown]
    return Picture(_("Theo năm"), _("Bấm vào một năm để chỉ xem năm đó."), bars, asked.address(year=""), _("Mọi năm"))
