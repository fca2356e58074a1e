"""The pages of file plans: what each unit must hand in, line by line; import, amend, approve."""

from __future__ import annotations

import io
import uuid
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import func, or_, select
from werkzeug.wrappers import Response

from archive.audit.events import AuditRecord
from archive.clock import vietnam_date
from archive.database.connection import Database
from archive.database.errors import NotFound
from archive.database.unit_of_work import UnitOfWork
from archive.description.models import Dossier, FilePlan, FilePlanEntry
from archive.description.states import DOSSIER_STATES
from archive.fence.pool import Fence
from archive.messages.rules import Finding
from archive.organizations.services import term_on
from archive.text.folding import fold
from archive.web.exports import export
from archive.web.forms import Day, Form, Text, WholeNumber
from archive.web.listing import Column, Listing
from archive.web.messages import face_of_code
from archive.web.parts import part
from archive.web.session import face, permission_required, scope
from ingest.plans.errors import PlanError
from ingest.plans.reading import lines_of
from ingest.plans.services import (
    LINE_FIELDS,
    add_lines,
    approve_plan,
    change_line,
    create_plan,
    judge_lines,
    notations,
    plan_in_scope,
    remove_line,
    reopen_plan,
)
from ingest.plans.sheet import write_form

blueprint = Blueprint("plans", __name__, template_folder="templates")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FINDINGS_SHOWN = 100

LINES: Listing[FilePlanEntry] = Listing(
    "file-plan",
    FilePlanEntry.id,
    (
        Column("order", lazy_gettext("Thứ tự"), lambda e: e.ordinal + 1, order=FilePlanEntry.ordinal, numeric=True),
        Column("notation", lazy_gettext("Số và ký hiệu"), lambda e: e.notation, order=FilePlanEntry.notation),
        Column("title", lazy_gettext("Tiêu đề hồ sơ"), lambda e: e.title, order=FilePlanEntry.title_sort),
        Column("heading", lazy_gettext("Đề mục"), lambda e: e.heading, order=FilePlanEntry.heading),
        Column("period", lazy_gettext("Thời hạn bảo quản"), lambda e: e.period, order=FilePlanEntry.period),
        Column("maker", lazy_gettext("Người lập"), lambda e: e.maker, order=FilePlanEntry.maker),
        Column("state", lazy_gettext("Đã vào kho"), lambda _e: ""),
        Column("remark", lazy_gettext("Ghi chú"), lambda e: e.remark, chosen=False),
    ),
)


class NewPlanForm(Form):
    """The year of a new plan."""

    year = WholeNumber(lazy_gettext("Năm"), least=1945, most=2100, help=lazy_gettext("Mỗi năm một danh mục."))


class LineForm(Form):
    """A line of a plan."""

    notation = Text(lazy_gettext("Số và ký hiệu"), most=30, help=lazy_gettext("Ví dụ: 01.TH."))
    title = Text(lazy_gettext("Tiêu đề hồ sơ"), most=1000)
    heading = Text(lazy_gettext("Đề mục"), most=300, needed=False, help=lazy_gettext("Ví dụ: I. Tổng hợp."))
    period = Text(lazy_gettext("Thời hạn bảo quản"), most=100, help=lazy_gettext("Vĩnh viễn, hoặc số năm: 20 năm."))
    maker = Text(lazy_gettext("Người lập"), most=200, needed=False)
    remark = Text(lazy_gettext("Ghi chú"), most=500, needed=False)


class ApprovalForm(Form):
    """What approves a plan."""

    decision = Text(lazy_gettext("Số quyết định"), most=100, help=lazy_gettext("Ví dụ: 05/QĐ-SNV."))
    day = Day(lazy_gettext("Ngày quyết định"), help=lazy_gettext("Ví dụ: 15/01/2026."))


@blueprint.get("/danh-muc-ho-so")
@permission_required("file_plan.view")
def index() -> str:
    """Show the plans of the reader's body by year."""
    with part(Database).read(scope()) as work:
        plans = work.session.scalars(select(FilePlan).order_by(FilePlan.year.desc())).all()
        counted = select(FilePlanEntry.plan_id, func.count()).group_by(FilePlanEntry.plan_id)
        lines = {row[0]: row[1] for row in work.session.execute(counted)}
        kept = select(Dossier.year, func.count()).where(Dossier.naming == "year").group_by(Dossier.year)
        held = {row[0]: row[1] for row in work.session.execute(kept)}
    _note("", len(plans))
    return render_template("plans/index.html", plans=plans, lines=lines, held=held, form=NewPlanForm())


def _note(plan: str, shown: int) -> None:
    with part(Database).write(scope()) as work:
        payload = {"plan": plan, "shown": shown}
        work.record(AuditRecord("file_plan.listed", face().organization_id, payload=payload))


@blueprint.post("/danh-muc-ho-so")
@permission_required("file_plan.manage")
def new() -> Response:
    """Make the plan of a year."""
    form = NewPlanForm(request.form)
    if not form.validate():
        flash(form.problems[0][1].text, "bad")
        return redirect(url_for("plans.index"))
    with part(Database).write(scope()) as work:
        plan_id = create_plan(work, face().organization_id, form.year.data)
    return redirect(url_for("plans.show", plan_id=plan_id))


@blueprint.get("/danh-muc-ho-so/<uuid:plan_id>")
@permission_required("file_plan.view")
def show(plan_id: uuid.UUID) -> str | Response:
    """Show a plan: its lines, what of them lies in the archive already, what it waits for."""
    return _page(plan_id, ApprovalForm())


def _page(plan_id: uuid.UUID, approval: ApprovalForm) -> str | Response:
    words = request.args.get("q", "")
    statement = select(FilePlanEntry).where(FilePlanEntry.plan_id == plan_id)
    for word in fold(words).split():
        statement = statement.where(
            or_(
                FilePlanEntry.title_folded.contains(word, autoescape=True),
                FilePlanEntry.notation.contains(word.upper(), autoescape=True),
            )
        )
    with part(Database).read(scope()) as work:
        plan = plan_in_scope(work, plan_id)
        if "xuat" in request.args:
            title = _("Danh mục hồ sơ năm %(year)s", year=plan.year)
            return export(LINES, title, statement, request.args, request.args["xuat"])
        listed = LINES.open(work, statement, request.args)
        wanted = [line.notation for line in listed.rows]
        rows = work.session.scalars(select(Dossier).where(Dossier.year == plan.year, Dossier.notation.in_(wanted)))
        kept = {dossier.notation: dossier for dossier in rows}
        totals = _totals(work, plan_id)
    _note(str(plan.year), len(listed.rows))
    return render_template(
        "plans/show.html",
        plan=plan,
        listed=listed,
        kept=kept,
        totals=totals,
        states=DOSSIER_STATES,
        approval=approval,
        years=_neighbours(plan),
    )


def _totals(work: UnitOfWork, plan_id: uuid.UUID) -> dict[str, int]:
    """Return the counts that stand below the form (NĐ 30/2020 Phụ lục V): all, permanent, with a term."""
    periods = work.session.scalars(select(FilePlanEntry.period).where(FilePlanEntry.plan_id == plan_id)).all()
    permanent = sum(fold(period) == "vinh vien" for period in periods)
    return {"all": len(periods), "permanent": permanent, "term": len(periods) - permanent}


def _neighbours(plan: FilePlan) -> list[FilePlan]:
    """Return the other plans of the body, from which lines can be taken over."""
    with part(Database).read(scope()) as work:
        return list(work.session.scalars(select(FilePlan).where(FilePlan.id != plan.id).order_by(FilePlan.year.desc())))


@blueprint.route("/danh-muc-ho-so/<uuid:plan_id>/dong-moi", methods=["GET", "POST"])
@permission_required("file_plan.manage")
def new_line(plan_id: uuid.UUID) -> Response | str | tuple[str, int]:
    """Put one line at the end."""
    with part(Database).read(scope()) as work:
        plan = plan_in_scope(work, plan_id)
    form = LineForm(request.form)
    if request.method == "GET":
        return render_template("plans/line.html", form=form, plan=plan, line=None)
    if form.validate():
        with part(Database).read(scope()) as work:
            findings = judge_lines([form.data], notations(work, plan_id))
        if not findings:
            with part(Database).write(scope()) as work:
                add_lines(work, plan_id, [form.data], replace=False)
            flash(_("Đã thêm dòng %(notation)s.", notation=form.notation.data), "ok")
            return redirect(url_for("plans.show", plan_id=plan_id))
        _refuse(form, findings)
    return render_template("plans/line.html", form=form, plan=plan, line=None), 400


def _refuse(form: LineForm, findings: list[Finding]) -> None:
    fields = {"PLN-0013": "period", "PLN-0014": "notation"}
    for finding in findings:
        form.refuse(PlanError(finding.code, **dict(finding.parameters)), fields.get(finding.code, ""))


@blueprint.route("/danh-muc-ho-so/dong/<uuid:line_id>", methods=["GET", "POST"])
@permission_required("file_plan.manage")
def edit_line(line_id: uuid.UUID) -> Response | str | tuple[str, int]:
    """Change a line."""
    with part(Database).read(scope()) as work:
        line = work.session.scalar(select(FilePlanEntry).where(FilePlanEntry.id == line_id))
        if line is None:
            raise NotFound
        plan = plan_in_scope(work, line.plan_id)
        others = notations(work, plan.id) - {line.notation}
    form = LineForm(request.form, data={name: getattr(line, name) for name in LINE_FIELDS})
    if request.method == "GET":
        return render_template("plans/line.html", form=form, plan=plan, line=line)
    if form.validate():
        findings = judge_lines([form.data], others)
        if not findings:
            with part(Database).write(scope()) as work:
                change_line(work, line_id, form.data)
            flash(_("Đã ghi."), "ok")
            return redirect(url_for("plans.show", plan_id=plan.id))
        _refuse(form, findings)
    return render_template("plans/line.html", form=form, plan=plan, line=line), 400


@blueprint.post("/danh-muc-ho-so/dong/<uuid:line_id>/bo")
@permission_required("file_plan.manage")
def drop_line(line_id: uuid.UUID) -> Response:
    """Take a line out."""
    with part(Database).write(scope()) as work:
        line = work.session.scalar(select(FilePlanEntry).where(FilePlanEntry.id == line_id))
        if line is None:
            raise NotFound
        remove_line(work, line_id)
    flash(_("Đã bỏ dòng %(notation)s.", notation=line.notation), "ok")
    return redirect(url_for("plans.show", plan_id=line.plan_id))


@blueprint.route("/danh-muc-ho-so/<uuid:plan_id>/nhap", methods=["GET", "POST"])
@permission_required("file_plan.manage")
def fill(plan_id: uuid.UUID) -> Response | str | tuple[str, int]:
    """Take lines from a spreadsheet, all of them or none."""
    with part(Database).read(scope()) as work:
        plan = plan_in_scope(work, plan_id)
        known = notations(work, plan_id)
    if request.method == "GET":
        return render_template("plans/fill.html", plan=plan, error=None, findings=(), more=0)
    replace = request.form.get("replace") == "1"
    try:
        lines = _sent_lines()
        findings = judge_lines(lines, frozenset() if replace else known)
        if not findings:
            with part(Database).write(scope()) as work:
                count = add_lines(work, plan_id, lines, replace=replace)
            flash(_("Đã nhập %(count)s dòng.", count=count), "ok")
            return redirect(url_for("plans.show", plan_id=plan_id))
        error = face_of_code("PLN-0005", {"count": len(findings)})
    except PlanError as caught:
        error, findings = face_of_code(caught.code, caught.parameters), []
    told = [face_of_code(finding.code, finding.parameters) for finding in findings[:_FINDINGS_SHOWN]]
    more = max(0, len(findings) - _FINDINGS_SHOWN)
    return render_template("plans/fill.html", plan=plan, error=error, findings=told, more=more), 400


def _sent_lines() -> list[Mapping[str, Any]]:
    """Return the lines of the file that was sent, read behind the fence.

    Raises:
        PlanError: PLN-0009 nothing was sent; as `lines_of`.
    """
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise PlanError("PLN-0009")
    with part(Fence).folder() as folder:
        local = folder / "plan.xlsx"
        sent.save(local)
        return lines_of(part(Fence), local)


@blueprint.post("/danh-muc-ho-so/<uuid:plan_id>/tu-nam")
@permission_required("file_plan.manage")
def take_over(plan_id: uuid.UUID) -> Response:
    """Take the lines of another year's plan over."""
    year = request.form.get("year", type=int)
    with part(Database).read(scope()) as work:
        source = work.session.scalar(select(FilePlan).where(FilePlan.year == year))
        if source is None:
            raise NotFound
        statement = select(FilePlanEntry).where(FilePlanEntry.plan_id == source.id).order_by(FilePlanEntry.ordinal)
        known = notations(work, plan_id)
        rows = [
            {name: getattr(line, name) for name in LINE_FIELDS}
            for line in work.session.scalars(statement)
            if line.notation not in known
        ]
    with part(Database).write(scope()) as work:
        count = add_lines(work, plan_id, rows, replace=False)
    flash(_("Đã lấy %(count)s dòng của năm %(year)s.", count=count, year=source.year), "ok")
    return redirect(url_for("plans.show", plan_id=plan_id))


@blueprint.get("/danh-muc-ho-so/<uuid:plan_id>/mau")
@permission_required("file_plan.view")
def form_file(plan_id: uuid.UUID) -> Response:
    """Give the plan in the decree's form, to be filled in or put to the decision."""
    with part(Database).read(scope()) as work:
        plan = plan_in_scope(work, plan_id)
        statement = select(FilePlanEntry).where(FilePlanEntry.plan_id == plan_id).order_by(FilePlanEntry.ordinal)
        lines = [{name: getattr(line, name) for name in LINE_FIELDS} for line in work.session.scalars(statement)]
        body = term_on(work.session, plan.organization_id, vietnam_date(work.now)).name
    _note(str(plan.year), len(lines))
    return send_file(
        io.BytesIO(write_form(plan.year, body, lines)),
        mimetype=_XLSX,
        as_attachment=True,
        download_name=f"danh-muc-ho-so-{plan.year}.xlsx",
    )


@blueprint.post("/danh-muc-ho-so/<uuid:plan_id>/duyet")
@permission_required("file_plan.approve")
def approve(plan_id: uuid.UUID) -> Response | tuple[str | Response, int]:
    """Approve the plan."""
    form = ApprovalForm(request.form)
    if form.validate():
        try:
            with part(Database).write(scope()) as work:
                approve_plan(work, plan_id, decision=form.decision.data, day=form.day.data)
            flash(_("Đã phê duyệt danh mục hồ sơ."), "ok")
        except PlanError as error:
            flash(str(face_of_code(error.code, error.parameters).text), "bad")
    else:
        return _page(plan_id, form), 400
    return redirect(url_for("plans.show", plan_id=plan_id))


@blueprint.post("/danh-muc-ho-so/<uuid:plan_id>/mo-lai")
@permission_required("file_plan.manage")
def reopen(plan_id: uuid.UUID) -> Response:
    """Open an approved plan again."""
    with part(Database).write(scope()) as work:
        reopen_plan(work, plan_id)
    flash(_("Đã mở lại. Sửa xong, trình người đứng đầu phê duyệt lại."), "ok")
    return redirect(url_for("plans.show", plan_id=plan_id))
