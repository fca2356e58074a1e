"""The pages of retention: what is due, why this date, the draft list."""

from __future__ import annotations

import datetime
import io
import uuid

from flask import Blueprint, render_template, request, send_file
from flask_babel import lazy_gettext
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from archive.audit.events import AuditRecord
from archive.clock import vietnam_date
from archive.database.connection import Database
from archive.database.errors import NotFound
from archive.database.unit_of_work import UnitOfWork
from archive.description.models import Dossier
from archive.metadata.periods import PERMANENT
from archive.organizations.services import term_on
from archive.web.addresses import known_year
from archive.web.exports import export
from archive.web.listing import Column, Listing
from archive.web.parts import part
from archive.web.session import face, permission_required, scope
from archive.web.translation import said
from retention.disposal.inventory import EXPIRED, InventoryLine, carrier, draft_inventory
from retention.due.counts import counts_of, standings
from retention.due.models import RetentionPlan
from retention.due.panel import draw_reckoning
from retention.schedules.models import RetentionSchedule

blueprint = Blueprint("retention", __name__, template_folder="templates")
FILTERS: dict[str, tuple[str, str]] = {
    "due": ("Đang xem xét hủy", "Under disposal review"),
    "coming": ("Sẽ đến hạn", "Falling due"),
    "year": ("Đến hạn trong năm", "Due in a year"),
    "permanent": ("Vĩnh viễn", "Permanent"),
    "unknown": ("Chưa có ngày", "Without a date"),
}


_DATED = frozenset({"due", "coming", "year"})
"""Filters that let dossiers with a day of review through alone."""


def due_listing(chosen: str) -> Listing[Dossier]:
    """Return the list of what a filter lets through; where nothing has a day, none is sorted by."""
    return Listing(
        "retention",
        Dossier.id,
        (
            Column("code", lazy_gettext("Mã hồ sơ"), lambda d: d.code, order=Dossier.code_sort),
            Column("title", lazy_gettext("Tiêu đề"), lambda d: d.title, order=Dossier.title_sort),
            Column("period", lazy_gettext("Thời hạn"), lambda d: d.kept_for, order=Dossier.kept_for),
            Column(
                "closing",
                lazy_gettext("Năm kết thúc"),
                lambda d: d.closing_year,
                order=func.coalesce(Dossier.closing_year, 0),
                numeric=True,
            ),
            Column(
                "due",
                lazy_gettext("Ngày xem xét"),
                lambda d: d.due_on,
                order=Dossier.due_on if chosen in _DATED else None,
            ),
            Column("why", lazy_gettext("Vì sao"), lambda _d: ""),
        ),
    )


@blueprint.get("/thoi-han")
@permission_required("retention.view")
def index() -> str | Response:
    """Show the dossiers by what their retention wants."""
    chosen = request.args.get("loc", "")
    year = known_year(request.args.get("nam", "")) or vietnam_date(part(Database).clock.now()).year
    with part(Database).read(scope()) as work:
        conditions = {
            "due": (Dossier.state == "disposal_review") & Dossier.due_on.is_not(None),
            "coming": (Dossier.state == "kept") & Dossier.due_on.is_not(None),
            "year": Dossier.due_on.between(datetime.date(year, 1, 1), datetime.date(year, 12, 31)),
            "permanent": Dossier.due_on.is_(None) & (Dossier.kept_for == PERMANENT.render()),
            "unknown": Dossier.due_on.is_(None) & (Dossier.kept_for != PERMANENT.render()),
        }
        counts = counts_of(standings(work), year)
        if chosen not in FILTERS:
            # Opens where there is something to see.
            chosen = next((name for name in FILTERS if counts[name]), "due")
        statement = select(Dossier).where(conditions[chosen])
        listing = due_listing(chosen)
        if "xuat" in request.args:
            return export(listing, said(FILTERS[chosen]), statement, request.args, request.args["xuat"])
        listed = listing.open(work, statement, request.args, total=counts[chosen])
        schedules = work.session.scalars(select(RetentionSchedule).order_by(RetentionSchedule.valid_from)).all()
    with part(Database).write(scope()) as work:
        shown = {"list": chosen, "shown": len(listed.rows)}
        work.record(AuditRecord("retention.listed", face().organization_id, payload=shown))
    return render_template(
        "retention/index.html",
        listed=listed,
        chosen=chosen,
        year=year,
        filters=FILTERS,
        counts=counts,
        schedules=schedules,
    )


@blueprint.get("/thoi-han/<uuid:dossier_id>")
@permission_required("retention.view", "dossier.view")
def explain(dossier_id: uuid.UUID) -> str:
    """Show why a dossier's date is this one."""
    with part(Database).read(scope()) as work:
        dossier, plan = _plan(work, dossier_id)
        today = vietnam_date(work.now)
    return render_template("retention/explain.html", dossier=dossier, reckoning=draw_reckoning(plan, dossier, today))


def _plan(work: UnitOfWork, dossier_id: uuid.UUID) -> tuple[Dossier, RetentionPlan]:
    row = work.session.execute(
        select(Dossier, RetentionPlan)
        .join(RetentionPlan, RetentionPlan.dossier_id == Dossier.id)
        .where(Dossier.id == dossier_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1]


@blueprint.post("/thoi-han/danh-muc-het-gia-tri")
@permission_required("retention.list")
def inventory() -> Response:
    """Give the draft of the list of what is under disposal review."""
    with part(Database).read(scope()) as work:
        rows = work.session.execute(
            select(Dossier, RetentionPlan)
            .join(RetentionPlan, RetentionPlan.dossier_id == Dossier.id)
            .where(Dossier.state == "disposal_review")
            .order_by(Dossier.code_sort)
        ).all()
        day = vietnam_date(work.now)
        organization = term_on(work.session, face().organization_id, day).name
    lines = [
        InventoryLine(
            code=dossier.code,
            title=dossier.title,
            period=plan.period,
            documents=dossier.document_total,
            pages=dossier.page_total,
            reason=EXPIRED,
            remark=carrier(dossier),
        )
        for dossier, plan in rows
    ]
    content = draft_inventory(organization, day, lines)
    with part(Database).write(scope()) as work:
        work.record(AuditRecord("retention.list_drafted", face().organization_id, payload={"dossiers": len(lines)}))
    return send_file(
        io.BytesIO(content),
        mimetype="application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        as_attachment=True,
        download_name=f"du-thao-danh-muc-het-gia-tri-{day.isoformat()}.docx",
    )
