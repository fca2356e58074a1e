"""The list of what is kept, and one act on many of it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from flask import flash, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import or_, select
from werkzeug.wrappers import Response

from archive.audit.events import AuditRecord
from archive.clock import month_of, vietnam_date
from archive.database.connection import Database
from archive.description.models import ContentFile, Document, Dossier
from archive.description.states import DOSSIER_STATES
from archive.description.storage import move_dossier, places
from archive.organizations.services import names_on
from archive.text.folding import fold, sort_key
from archive.web.addresses import inside, known_uuid, known_year
from archive.web.exports import export
from archive.web.listing import Column, Listing
from archive.web.parts import part
from archive.web.session import face, may, permission_required, scope
from archive.web.translation import said
from preservation.packages.models import PackageVersion
from search.reading.words import LOOKS

_MONTHS = frozenset(f"{month:02}" for month in range(1, 13))


@permission_required("dossier.view")
def index() -> str | Response:
    """Show the dossiers in scope as a list, or give it as a file."""
    words, state, year, unit = (request.args.get(name, "") for name in ("q", "state", "year", "unit"))
    statement = select(Dossier)
    for word in fold(words).split():
        statement = statement.where(
            or_(
                Dossier.title_folded.contains(word, autoescape=True),
                Dossier.code_folded.contains(word, autoescape=True),
            )
        )
    if state in DOSSIER_STATES:
        statement = statement.where(Dossier.state == state)
    if (closing_year := known_year(year)) is not None:
        statement = statement.where(Dossier.closing_year == closing_year)
    if (unit_id := known_uuid(unit)) is not None:
        statement = statement.where(Dossier.unit_id == unit_id)
    if request.args.get("lock"):
        locks = select(PackageVersion.dossier_id).where(PackageVersion.state == request.args["lock"])
        statement = statement.where(Dossier.id.in_(locks))
    if request.args.get("malware"):
        files = select(Document.dossier_id).join(ContentFile, ContentFile.document_id == Document.id)
        statement = statement.where(Dossier.id.in_(files.where(ContentFile.malware_state == request.args["malware"])))
    sealed_year, _stroke, month = request.args.get("sealed", "").partition("-")
    if (year_of_sealing := known_year(sealed_year)) is not None and month in _MONTHS:
        begin, end = month_of(year_of_sealing, int(month))
        statement = statement.where(Dossier.sealed_at >= begin, Dossier.sealed_at < end)
    with part(Database).read(scope()) as work:
        names = names_on(work.session, vietnam_date(work.now))
        if "xuat" in request.args:
            listing = dossiers_listing(names)
            return export(listing, _("Kho hồ sơ"), statement, request.args, request.args["xuat"])
        listed = dossiers_listing(names).open(work, statement, request.args)
        units = work.session.scalars(select(Dossier.unit_id).distinct()).all()
        paper = places(work) if may("storage.manage") else []
    with part(Database).write(scope()) as work:
        work.record(
            AuditRecord(
                "dossier.listed",
                face().organization_id,
                payload={"q": words, "state": state, "shown": len(listed.rows)},
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
    """Note one place for all dossiers that were chosen in the list."""
    chosen = [found for text in request.form.getlist("chon") if (found := known_uuid(text)) is not None]
    with part(Database).write(scope()) as work:
        for dossier_id in chosen:
            move_dossier(work, dossier_id, known_uuid(request.form.get("place", "")))
    if chosen:
        flash(_("Đã ghi nơi để bản giấy của %(count)s hồ sơ.", count=len(chosen)), "ok")
    else:
        flash(_("Chưa chọn hồ sơ nào. Đánh dấu các hồ sơ trong danh sách trước."), "warn")
    return redirect(inside(request.form.get("next", "")))
