"""The pages of retention: what is due, why this date, the draft list."""

from __future__ import annotations

import io
import uuid

from flask import Blueprint, render_template, request, send_file
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from archive.audit.events import AuditRecord
from archive.clock import vietnam_date
from archive.database.connection import Database
from archive.database.errors import NotFound
from archive.database.unit_of_work import UnitOfWork
from archive.description.models import Dossier
from archive.description.paging import in_order_after
from archive.organizations.services import term_on
from archive.web.messages import face_of_code
from archive.web.parts import part
from archive.web.session import face, permission_required, scope
from retention.disposal.inventory import InventoryLine, draft_inventory
from retention.due.models import RetentionPlan
from retention.schedules.models import RetentionSchedule

blueprint = Blueprint("retention", __name__, template_folder="templates")
_PAGE = 100
FILTERS: dict[str, str] = {
    "due": "Đang xem xét hủy",
    "coming": "Sẽ đến hạn",
    "permanent": "Vĩnh viễn",
    "unknown": "Chưa có ngày",
}


@blueprint.get("/thoi-han")
@permission_required("retention.view")
def index() -> str:
    """Show the dossiers by what their retention wants."""
    chosen = request.args.get("loc", "due")
    after = request.args.get("after", "")
    with part(Database).read(scope()) as work:
        statement = select(Dossier, RetentionPlan).join(RetentionPlan, RetentionPlan.dossier_id == Dossier.id)
        conditions = {
            "due": Dossier.state == "disposal_review",
            "coming": (Dossier.state == "kept") & RetentionPlan.due_on.is_not(None),
            "permanent": RetentionPlan.due_on.is_(None) & (RetentionPlan.period == "Vĩnh viễn"),
            "unknown": RetentionPlan.due_on.is_(None) & (RetentionPlan.period != "Vĩnh viễn"),
        }
        counts = {
            name: work.session.scalar(
                select(func.count())
                .select_from(Dossier)
                .join(RetentionPlan, RetentionPlan.dossier_id == Dossier.id)
                .where(condition)
            )
            for name, condition in conditions.items()
        }
        statement = statement.where(conditions.get(chosen, conditions["due"]))
        rows = work.session.execute(in_order_after(work, statement.limit(_PAGE + 1), after)).all()
        schedules = work.session.scalars(select(RetentionSchedule).order_by(RetentionSchedule.valid_from)).all()
    with part(Database).write(scope()) as work:
        shown = {"list": chosen, "shown": min(len(rows), _PAGE)}
        work.record(AuditRecord("retention.listed", face().organization_id, payload=shown))
    return render_template(
        "retention/index.html",
        rows=rows[:_PAGE],
        more=rows[_PAGE - 1][0].id if len(rows) > _PAGE else "",
        chosen=chosen if chosen in FILTERS else "due",
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
    reasons = [face_of_code(code, values) for code, values in plan.reasons]
    return render_template("retention/explain.html", dossier=dossier, plan=plan, reasons=reasons)


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
            reason="Hết thời hạn lưu trữ",
            remark=_carrier(dossier),
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


def _carrier(dossier: Dossier) -> str:
    """Return what the remark must say: that paper exists, and where (TT 05/2025 Điều 48 khoản 5)."""
    paper = dossier.values.get("paper_code") or (f"hộp {dossier.box}" if dossier.box else "")
    return f"Có bản giấy: {paper}" if paper else ""
