"""The pages of transfers: list, new, one transfer with its report and decision, hand-over."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import or_, select
from werkzeug.wrappers import Response

from archive.accounts.models import Account
from archive.accounts.permissions import allows, allows_on, require
from archive.audit.events import AuditRecord
from archive.clock import vietnam_date
from archive.database.connection import Database
from archive.database.unit_of_work import UnitOfWork
from archive.description.models import Fonds
from archive.description.states import DOSSIER_CLASSES, DOSSIER_STATES
from archive.errors import KhoLuuTruError
from archive.jobs.claims import anybody_works, new_job
from archive.jobs.models import Job
from archive.jobs.rules import Standing, standing
from archive.organizations.services import names_on
from archive.text.folding import fold
from archive.web.exports import export
from archive.web.forms import Choice, Form, Text, offered
from archive.web.listing import Column, Listing
from archive.web.messages import face_of_code, face_of_error
from archive.web.parts import part
from archive.web.session import face, permission_required, scope
from archive.web.translation import said
from ingest.handover.papers import NAMES as PAPERS
from ingest.handover.services import confirm, minutes, sides_open_to
from ingest.readers.fields import list_fields
from ingest.readers.mappings import correct_mapping, mapping_of
from ingest.readers.template import write_template
from ingest.review import services as review
from ingest.transfers import services
from ingest.transfers.content import current_findings, document_total, dossier_rows
from ingest.transfers.corrections import acts_of
from ingest.transfers.desk import answer_due
from ingest.transfers.discussion import LONGEST, messages_of, write_message
from ingest.transfers.errors import TransferError
from ingest.transfers.models import Correction, Transfer, TransferFile, TransferStep
from ingest.transfers.report import can_be_corrected, drawable, report
from ingest.transfers.states import ACT_NAMES, NEEDS, SOURCES, STATES, STEPS, dossier_state

blueprint = Blueprint("transfers", __name__, template_folder="templates")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_JOB_OF = {"reading": "transfer.read", "checking": "transfer.check", "sealing": "transfer.seal"}
PLACES_SHOWN = 20


def transfers_listing(names: Mapping[uuid.UUID, str]) -> Listing[Transfer]:
    """Return the list of transfers, the newest first; `names` of the units."""
    return Listing(
        "transfers",
        Transfer.id,
        (
            Column("number", lazy_gettext("Số đợt nộp"), lambda t: t.number, order=Transfer.number),
            Column("title", lazy_gettext("Tên đợt nộp"), lambda t: t.title, order=Transfer.title_sort),
            Column("unit", lazy_gettext("Đơn vị nộp"), lambda t: names.get(t.unit_id, "")),
            Column("state", lazy_gettext("Trạng thái"), lambda t: said(STATES[t.state])),
            Column("version", lazy_gettext("Lần nộp"), lambda t: t.version, chosen=False, numeric=True),
            Column("changed", lazy_gettext("Thay đổi lúc"), lambda t: t.changed_at, order=Transfer.changed_at),
            Column("due", lazy_gettext("Hạn trả lời"), answer_due),
            Column("source", lazy_gettext("Ai gửi"), lambda t: said(SOURCES[t.source]), chosen=False),
        ),
        backwards=True,
    )


@blueprint.get("/giao-nop")
@permission_required("transfer.view")
def index() -> str | Response:
    """Show the transfers in scope as a list, or give it as a file."""
    state, words, step = (request.args.get(name, "") for name in ("state", "q", "step"))
    statement = select(Transfer)
    if state in STATES:
        statement = statement.where(Transfer.state == state)
    if step in STEPS:
        statement = statement.where(Transfer.state.in_(STEPS[step][1]))
    if words.strip():
        wanted = fold(words)
        statement = statement.where(
            or_(Transfer.title_folded.contains(wanted, autoescape=True), Transfer.number.contains(words.strip()))
        )
    with part(Database).read(scope()) as work:
        names = names_on(work.session, vietnam_date(work.now))
        if "xuat" in request.args:
            return export(transfers_listing(names), _("Giao nộp"), statement, request.args, request.args["xuat"])
        listed = transfers_listing(names).open(work, statement, request.args)
    with part(Database).write(scope()) as work:
        shown = {"q": words, "state": state or step, "shown": len(listed.rows)}
        work.record(AuditRecord("transfer.listed", face().organization_id, payload=shown))
    return render_template(
        "transfers/index.html", listed=listed, names=names, states=STATES, steps=STEPS, sources=SOURCES, due=answer_due
    )


class NewTransferForm(Form):
    """What is to be said before files are sent."""

    title = Text(
        lazy_gettext("Tên đợt nộp"), most=300, help=lazy_gettext("Ví dụ: Hồ sơ năm 2024 của Phòng Hành chính.")
    )
    fonds = Choice(lazy_gettext("Phông"))
    dossier_class = Choice(lazy_gettext("Loại hồ sơ"))
    source = Choice(lazy_gettext("Ai gửi"), help=lazy_gettext("Quyết định ai duyệt trước khi lưu trữ xem xét."))


@blueprint.route("/giao-nop/moi", methods=["GET", "POST"])
@permission_required("transfer.create")
def new() -> Response | str | tuple[str, int]:
    """Open a new transfer."""
    with part(Database).read(scope()) as work:
        fonds = work.session.scalars(select(Fonds).order_by(Fonds.name_sort)).all()
    form = NewTransferForm(request.form)
    form.fonds.choices = offered((str(f.id), f"{f.name} ({f.code})") for f in fonds)
    form.dossier_class.choices = offered((key, said(names)) for key, names in DOSSIER_CLASSES.items())
    form.source.choices = offered((key, said(names)) for key, names in SOURCES.items())
    if request.method == "GET":
        return render_template("transfers/new.html", form=form)
    # Without a fonds the page has no form, only what to do; nothing that is sent can open a transfer.
    if form.validate():
        try:
            with part(Database).write(scope()) as work:
                transfer = services.create(
                    work,
                    title=form.title.data,
                    fonds_id=uuid.UUID(form.fonds.data),
                    unit_id=face().unit_id or face().organization_id,
                    source=form.source.data,
                    dossier_class=form.dossier_class.data,
                )
            return redirect(url_for("transfers.show", transfer_id=transfer.id))
        except KhoLuuTruError as error:
            form.refuse(error)
    return render_template("transfers/new.html", form=form), 400


@blueprint.get("/giao-nop/mau-danh-muc")
@permission_required("transfer.create")
def list_template() -> Response:
    """Give the empty list to fill in; it is the same for everybody and tells of nothing."""
    return send_file(
        io.BytesIO(write_template()), mimetype=_XLSX, as_attachment=True, download_name="mau-danh-muc-nop-luu.xlsx"
    )


def _summary(work: UnitOfWork, transfer: Transfer) -> dict[str, Any]:
    kind = _JOB_OF.get(transfer.stopped_from or transfer.state)
    job = work.session.scalar(select(Job).where(Job.kind == kind, Job.subject_id == transfer.id)) if kind else None
    reached = next((i for i, (_words, states) in enumerate(STEPS.values()) if transfer.state in states), None)
    if transfer.state == "sealed":
        reached = len(STEPS)
    since = max(transfer.changed_at, job.updated_at) if job else transfer.changed_at
    return {
        "transfer": transfer,
        "job": job,
        "since": since,
        "stands": standing(transfer.claimed_by, transfer.lease_until, since, work.now),
        "stopped": face_of_code(job.error_code, job.error_parameters) if job and job.error_code else None,
        "steps": [words for words, _states in STEPS.values()],
        "reached": reached,
        "states": STATES,
        "working": transfer.state in _JOB_OF,
    }


@blueprint.get("/giao-nop/<uuid:transfer_id>")
@permission_required("transfer.view")
def show(transfer_id: uuid.UUID) -> str:
    """Show one transfer: where it is, what must be done, and the reader's decision."""
    with part(Database).read(scope()) as work:
        transfer = services.get(work, transfer_id)
        files = services.current_files(work, transfer)
        corrections = work.session.scalars(
            select(Correction).where(Correction.transfer_id == transfer_id).order_by(Correction.at)
        ).all()
        context = {
            **_summary(work, transfer),
            "files": files,
            "groups": report(
                current_findings(work, transfer), transfer.state, judges=allows(work.scope, "transfer.review")
            ),
            "errors_left": review.left(work, transfer, "error"),
            "unchecked": review.left(work, transfer, "unknown"),
            "dossiers": dossier_rows(work, transfer),
            "documents_total": document_total(work, transfer),
            "history": work.session.scalars(
                select(TransferStep).where(TransferStep.transfer_id == transfer_id).order_by(TransferStep.at)
            ).all(),
            "corrections": acts_of(corrections),
            "people": {
                account.id: account.name
                for account in work.session.scalars(
                    select(Account).where(Account.id.in_({correction.account_id for correction in corrections}))
                )
            },
            "changed_files": _changed_files(work, transfer),
            "messages": messages_of(work, transfer),
            "names": names_on(work.session, vietnam_date(work.now)),
        }
    with part(Database).write(scope()) as work:
        work.record(
            AuditRecord(
                "transfer.viewed",
                transfer.organization_id,
                "transfer",
                transfer.id,
                payload={"number": transfer.number},
            )
        )
    return render_template(
        "transfers/show.html",
        act_names=ACT_NAMES,
        message_of=face_of_code,
        fields={f.key: f.headings[0][1][0] for f in list_fields()},
        places_shown=PLACES_SHOWN,
        can_be_corrected=can_be_corrected,
        longest_message=LONGEST,
        discusses=transfer.state in NEEDS["discuss"] and allows_on(scope(), "transfer.discuss", transfer.unit_id),
        checks_again=review.may_check_again(scope(), transfer),
        workers_busy=anybody_works(part(Database)) if context["stands"] == Standing.QUEUED else False,
        due=answer_due(transfer),
        approves=review.approves(scope(), transfer),
        sources=SOURCES,
        classes=DOSSIER_CLASSES,
        dossier_state=DOSSIER_STATES[dossier_state(transfer.state)],
        pictures=drawable(context["files"], transfer.state),
        pledged=request.args.get("kept", "").split(","),
        **context,
    )


def _changed_files(work: UnitOfWork, transfer: Transfer) -> dict[str, list[str]]:
    """Return what the present version has added, replaced and left out against the one before."""
    if transfer.version == 1:
        return {}
    every = work.session.scalars(select(TransferFile).where(TransferFile.transfer_id == transfer.id)).all()
    last = transfer.version - 1
    before = {f.path for f in every if f.first_version <= last and (f.last_version is None or f.last_version >= last)}
    added = {f.path for f in every if f.first_version == transfer.version and f.last_version is None}
    gone = {f.path for f in every if f.last_version == last}
    return {
        "added": sorted(added - before),
        "replaced": sorted(added & gone),
        "removed": sorted(gone - added),
    }


@blueprint.get("/giao-nop/<uuid:transfer_id>/tien-do")
@permission_required("transfer.view")
def progress(transfer_id: uuid.UUID) -> str | Response:
    """Show the state alone, for htmx; when the step is over, the whole page is loaded anew."""
    with part(Database).read(scope()) as work:
        context = _summary(work, services.get(work, transfer_id))
    busy = anybody_works(part(Database)) if context["stands"] == Standing.QUEUED else False
    page = render_template("transfers/_progress.html", workers_busy=busy, **context)
    if not context["working"]:
        response = Response(page)
        response.headers["HX-Refresh"] = "true"
        return response
    return page


def act_on(
    transfer_id: uuid.UUID,
    act: Callable[[UnitOfWork], object],
    done: str,
    *,
    to: str = "transfers.show",
    code: str | None = None,
    kept: str | None = None,
) -> Response:
    """Do one act, say so, and go back to a page; what cannot be done is said there.

    An act may return the sentence to say instead of `done`. What a form had, `kept`, goes back to it on a refusal.
    """
    try:
        with part(Database).write(scope()) as work:
            said = act(work)
    except KhoLuuTruError as error:
        message = face_of_error(error)
        flash(f"{message.title}. {message.text} {message.action} ({message.code})", "bad")
        return redirect(url_for(to, transfer_id=transfer_id, code=code, kept=kept))
    flash(said if isinstance(said, str) else done, "ok")
    return redirect(url_for(to, transfer_id=transfer_id, code=code))


@blueprint.post("/giao-nop/<uuid:transfer_id>/nop")
@permission_required("transfer.submit")
def submit(transfer_id: uuid.UUID) -> Response:
    """Declare and hand in."""
    declared = {name: request.form.get(name) == "1" for name in ("complete", "nothing_secret")}
    return act_on(
        transfer_id,
        lambda work: services.submit(work, transfer_id, **declared),
        _("Đã nộp. Hệ thống đang kiểm tra; bạn có thể rời trang này."),
        kept=",".join(name for name, said in declared.items() if said) or None,
    )


@blueprint.post("/giao-nop/<uuid:transfer_id>/rut")
@permission_required("transfer.submit")
def withdraw(transfer_id: uuid.UUID) -> Response:
    """Take the transfer back."""
    return act_on(transfer_id, lambda work: services.withdraw(work, transfer_id), _("Đã rút đợt nộp."))


@blueprint.post("/giao-nop/<uuid:transfer_id>/mo-lai")
@permission_required("transfer.submit")
def reopen(transfer_id: uuid.UUID) -> Response:
    """Open a returned transfer for its next version."""
    return act_on(
        transfer_id,
        lambda work: services.reopen(work, transfer_id),
        _("Đã mở lại. Thay hoặc bổ sung tệp rồi nộp; tệp không đổi không phải gửi lại."),
    )


@blueprint.post("/giao-nop/<uuid:transfer_id>/chay-tiep")
@permission_required("transfer.submit", "transfer.review")
def resume(transfer_id: uuid.UUID) -> Response:
    """Let a stopped transfer go on."""
    return act_on(transfer_id, lambda work: services.resume(work, transfer_id), _("Đã cho chạy tiếp."))


@blueprint.post("/giao-nop/<uuid:transfer_id>/xem-xet-lai")
@permission_required("transfer.review")
def take_back(transfer_id: uuid.UUID) -> Response:
    """Put a transfer that stopped in sealing back to review."""
    return act_on(
        transfer_id,
        lambda work: review.take_back(work, transfer_id),
        _("Đã đưa về xem xét. Hai bên xác nhận bàn giao lại sau khi sửa."),
    )


@blueprint.post("/giao-nop/<uuid:transfer_id>/dung")
@permission_required("transfer.submit", "transfer.review")
def cancel(transfer_id: uuid.UUID) -> Response:
    """Ask the step that runs to stop."""

    def ask(work: UnitOfWork) -> None:
        transfer = services.get(work, transfer_id)
        if transfer.state == "sealing":
            # Both sides have confirmed: only the archive may stop what seals.
            require(work.scope, "transfer.review")
        kind = _JOB_OF.get(transfer.state)
        if kind is None:
            raise TransferError("TRF-0002", number=transfer.number, state=STATES[transfer.state][0])
        job = work.session.scalar(select(Job).where(Job.kind == kind, Job.subject_id == transfer_id))
        if job is None:
            # No worker has begun: it finds the wish at its first step.
            job = new_job(work, kind, transfer.id, transfer.organization_id)
        job.cancel_wanted = True
        work.record(
            AuditRecord(
                "transfer.stop_asked",
                transfer.organization_id,
                "transfer",
                transfer.id,
                payload={"number": transfer.number},
            )
        )

    return act_on(transfer_id, ask, _("Đã yêu cầu dừng. Việc dừng ở tệp tiếp theo."))


@blueprint.post("/giao-nop/<uuid:transfer_id>/duyet")
@permission_required("transfer.approve", "transfer.approve_as_head")
def approve(transfer_id: uuid.UUID) -> Response:
    """The leader approves."""
    return act_on(transfer_id, lambda work: review.approve(work, transfer_id), _("Đã duyệt, chuyển lưu trữ xem xét."))


@blueprint.post("/giao-nop/<uuid:transfer_id>/tra-lai")
@permission_required("transfer.approve", "transfer.approve_as_head", "transfer.review")
def return_(transfer_id: uuid.UUID) -> Response:
    """Send the transfer back with the reason."""
    reason = request.form.get("reason", "")
    return act_on(transfer_id, lambda work: review.return_(work, transfer_id, reason), _("Đã trả lại đợt nộp."))


@blueprint.post("/giao-nop/<uuid:transfer_id>/dong-y")
@permission_required("transfer.review")
def accept(transfer_id: uuid.UUID) -> Response:
    """The archive agrees."""
    return act_on(
        transfer_id,
        lambda work: review.accept(work, transfer_id, unchecked_seen=request.form.get("unchecked_seen") == "1"),
        _("Đã đồng ý tiếp nhận. Hai bên xác nhận biên bản giao nhận."),
        to="transfers.handover",
    )


@blueprint.post("/giao-nop/<uuid:transfer_id>/loi-nhan")
@permission_required("transfer.discuss")
def discuss(transfer_id: uuid.UUID) -> Response:
    """Write to the other side."""
    text = request.form.get("text", "")
    return act_on(transfer_id, lambda work: write_message(work, transfer_id, text), _("Đã gửi lời nhắn."))


@blueprint.route("/giao-nop/<uuid:transfer_id>/cot", methods=["GET", "POST"])
@permission_required("transfer.submit", "transfer.correct")
def columns(transfer_id: uuid.UUID) -> Response | str:
    """Show how the list's columns were understood; corrected, the list is read again."""
    if request.method == "POST":
        targets = {name.removeprefix("c-"): value for name, value in request.form.items() if name.startswith("c-")}
        return act_on(
            transfer_id,
            lambda work: correct_mapping(work, transfer_id, targets),
            _("Đã lưu cho đơn vị này. Hệ thống đang đọc lại danh mục."),
        )
    with part(Database).read(scope()) as work:
        transfer = services.get(work, transfer_id)
    choices = [(target, names[0], field.level) for field in list_fields() for target, names in field.headings]
    return render_template(
        "transfers/columns.html", transfer=transfer, mapping=mapping_of(transfer), choices=choices, sure=CONFIDENCE
    )


CONFIDENCE: dict[str, tuple[str, str, str, str]] = {
    "person": ("Đã sửa tay", "Set by hand", "person-check", "ok"),
    "certain": ("Khớp", "Matches", "check-circle", "ok"),
    "order": ("Theo thứ tự", "By order", "check-circle", "ok"),
    "similar": ("Gần giống, cần xem", "Similar, look at it", "exclamation-triangle", "warn"),
    "none": ("Không dùng", "Not used", "question-circle", "unknown"),
}


@blueprint.get("/giao-nop/<uuid:transfer_id>/ban-giao")
@permission_required("transfer.view")
def handover(transfer_id: uuid.UUID) -> str:
    """Show the content of the hand-over minutes and inventory, and who has confirmed."""
    with part(Database).read(scope()) as work:
        transfer = services.get(work, transfer_id)
        present = minutes(work, transfer)
        sides = sides_open_to(work, transfer, present) if transfer.state == "awaiting_handover" else []
        names = names_on(work.session, vietnam_date(work.now))
    return render_template(
        "transfers/handover.html",
        transfer=transfer,
        minutes=present,
        sides=sides,
        names=names,
        states=STATES,
        papers=PAPERS,
    )


@blueprint.post("/giao-nop/<uuid:transfer_id>/ban-giao")
@permission_required("handover.give", "handover.receive")
def confirm_handover(transfer_id: uuid.UUID) -> Response:
    """One side confirms."""
    side = "receive" if request.form.get("side") == "receive" else "give"
    return act_on(
        transfer_id, lambda work: confirm(work, transfer_id, side), _("Đã xác nhận."), to="transfers.handover"
    )
