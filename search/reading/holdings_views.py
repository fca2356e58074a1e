"""The list of what is kept, and one act on many of it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from flask import flash, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response

from archive.audit.events import AuditRecord
from archive.clock import vietnam_date
from archive.database.connection import Database
from archive.description.models import Dossier
from archive.description.states import DOSSIER_STATES
from archive.description.storage import move_dossiers, places
from archive.organizations.services import names_on
from archive.text.folding import sort_key
from archive.web.addresses import inside, known_uuid
from archive.web.exports import export
from archive.web.formats import number_text
from archive.web.listing import COUNTED, Column, Listing
from archive.web.parts import part
from archive.web.session import face, may, permission_required, scope
from archive.web.translation import language, said
from search.reading.holdings import filtered_dossiers, units_with_dossiers
from search.reading.words import LOOKS

# Of a choice of many, as many as one transaction takes.
_AT_ONCE = 100


@permission_required("dossier.view")
def index() -> str | Response:
    """Show the dossiers in scope as a list, or give it as a file."""
    with part(Database).read(scope()) as work:
        names = names_on(work.session, vietnam_date(work.now))
        statement = filtered_dossiers(work, request.args)
        if "xuat" in request.args:
            listing = dossiers_listing(names)
            return export(listing, _("Kho hồ sơ"), statement, request.args, request.args["xuat"])
        listed = dossiers_listing(names).open(work, statement, request.args)
        units = units_with_dossiers(work)
        paper = places(work) if may("storage.manage") else []
    with part(Database).write(scope()) as work:
        work.record(
            AuditRecord(
                "dossier.listed",
                face().organization_id,
                payload={
                    "q": request.args.get("q", ""),
                    "state": request.args.get("state", ""),
                    "shown": len(listed.rows),
                },
            )
        )
    return render_template(
        "dossiers/index.html",
        listed=listed,
        paper=paper,
        units=sorted(((unit_id, names.get(unit_id, "")) for unit_id in units), key=lambda pair: sort_key(pair[1])),
        states=DOSSIER_STATES,
        looks=LOOKS,
        names=names,
    )


def dossiers_listing(names: Mapping[uuid.UUID, str]) -> Listing[Dossier]:
    """Return the list of dossiers; `names` of the units."""
    return Listing(
        "dossiers",
        Dossier.id,
        (
            Column("code", lazy_gettext("Mã hồ sơ"), lambda d: d.code, order=Dossier.code_sort),
            Column("title", lazy_gettext("Tiêu đề"), lambda d: d.title, order=Dossier.title_sort),
            Column("unit", lazy_gettext("Đơn vị"), lambda d: names.get(d.unit_id, "")),
            Column(
                "time",
                lazy_gettext("Thời gian"),
                lambda d: " – ".join(dict.fromkeys(filter(None, (d.start_date, d.end_date)))),
            ),
            Column(
                "documents",
                lazy_gettext("Văn bản"),
                lambda d: d.document_total,
                order=Dossier.document_total,
                numeric=True,
            ),
            Column("pages", lazy_gettext("Trang"), lambda d: d.page_total, chosen=False, numeric=True),
            Column("period", lazy_gettext("Thời hạn"), lambda d: d.period),
            Column("state", lazy_gettext("Trạng thái"), lambda d: said(DOSSIER_STATES[d.state])),
            Column("sealed", lazy_gettext("Niêm phong lúc"), lambda d: d.sealed_at, chosen=False),
            Column("box", lazy_gettext("Hộp"), lambda d: d.box, chosen=False),
        ),
    )


@permission_required("storage.manage")
def place_chosen() -> Response:
    """Note one place for the dossiers that were chosen in the list, or for all that match its filters."""
    back = redirect(inside(request.form.get("next", "")))
    place_id = known_uuid(request.form.get("place", ""))
    seen = request.form.get("tat-ca", "")
    if not seen:
        if chosen := request.form.getlist("chon"):
            moved = _place_in_turns(chosen, {}, place_id)
            flash(_("Đã ghi nơi để bản giấy của %(count)s hồ sơ.", count=moved), "ok")
        else:
            flash(_("Chưa chọn hồ sơ nào. Đánh dấu các hồ sơ trong danh sách trước."), "warn")
        return back
    filters = {name: value for name, value in request.args.items() if value}
    with part(Database).read(scope()) as work:
        matching = filtered_dossiers(work, filters).with_only_columns(Dossier.id).limit(COUNTED + 1)
        chosen = [str(dossier_id) for dossier_id in work.session.scalars(matching)]
    # Nobody acts on more than the number that stood before their eyes.
    if len(chosen) > min(COUNTED, int(seen) if seen.isdecimal() else 0):
        flash(_("Danh sách nay có nhiều hồ sơ hơn lúc bạn chọn. Chưa ghi gì; hãy xem lại rồi chọn."), "bad")
        return back
    with part(Database).write(scope()) as work:
        payload = {"list": "dossiers", "filters": filters, "rows": len(chosen)}
        work.record(AuditRecord("list.all_chosen", face().organization_id, payload=payload))
    moved = _place_in_turns(chosen, filters, place_id)
    flash(_("Đã ghi nơi để bản giấy của %(count)s hồ sơ.", count=number_text(moved, language())), "ok")
    return back


def _place_in_turns(chosen: Sequence[str], filters: Mapping[str, str], place_id: uuid.UUID | None) -> int:
    """Place dossiers some at a time, each time those of them that the filters still let through; return how many.

    Other writers have their turn in between. Cut off, what is done is done; the same act again does the rest.
    """
    ids = [found for text in chosen if (found := known_uuid(text)) is not None]
    moved = 0
    for begin in range(0, len(ids), _AT_ONCE):
        with part(Database).write(scope()) as work:
            some = filtered_dossiers(work, filters).where(Dossier.id.in_(ids[begin : begin + _AT_ONCE]))
            moved += move_dossiers(work, work.session.scalars(some), place_id)
    return moved
