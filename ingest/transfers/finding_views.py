"""The pages of findings: all places of one code, corrections at one place or at all alike, checking again."""

from __future__ import annotations

import uuid
from functools import partial

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.exceptions import NotFound as PageNotFound
from werkzeug.wrappers import Response

from archive.audit.events import AuditRecord
from archive.database.connection import Database
from archive.database.unit_of_work import UnitOfWork
from archive.messages.catalogue import catalogue
from archive.messages.rules import Finding, Level
from archive.web.messages import face_of_code
from archive.web.parts import part
from archive.web.session import permission_required, scope
from ingest.review import services as review
from ingest.transfers import services
from ingest.transfers.models import TransferFile, TransferFinding
from ingest.transfers.report import ReportEntry, can_be_corrected, drawable
from ingest.transfers.views import act_on

blueprint = Blueprint("findings", __name__, template_folder="templates")
_PAGE = 50


def _known(code: str) -> bool:
    return any(message.code == code for message in catalogue())


@blueprint.get("/giao-nop/<uuid:transfer_id>/phat-hien/<code>")
@permission_required("transfer.view")
def places(transfer_id: uuid.UUID, code: str) -> str:
    """Show the places of one code, so many a page, from the position after the one that the address names."""
    if not _known(code):
        raise PageNotFound
    after = request.args.get("after", 0, type=int)
    with part(Database).read(scope()) as work:
        transfer = services.get(work, transfer_id)
        # A code is said by the reader or by a check, never by both, so that positions do not meet.
        rows = work.session.scalars(
            select(TransferFinding)
            .where(
                TransferFinding.transfer_id == transfer_id,
                TransferFinding.code == code,
                ((TransferFinding.stage == "read") & (TransferFinding.attempt == transfer.read_attempt))
                | ((TransferFinding.stage == "check") & (TransferFinding.attempt == transfer.check_attempt)),
            )
            .order_by(TransferFinding.position)
        ).all()
        files = work.session.scalars(select(TransferFile).where(TransferFile.transfer_id == transfer_id)).all()
        pictures = drawable(files, transfer.state)
    with part(Database).write(scope()) as work:
        seen = {"code": code, "after": after}
        work.record(AuditRecord("transfer.viewed", transfer.organization_id, "transfer", transfer.id, payload=seen))
    shown = [row for row in rows if row.position > after][:_PAGE]
    return render_template(
        "transfers/places.html",
        transfer=transfer,
        pictures=pictures,
        code=code,
        entry=ReportEntry(
            code,
            Level(rows[0].level) if rows else catalogue().get(code).level,
            [Finding.from_plain(row.body) for row in rows],
        ),
        places=[Finding.from_plain(row.body) for row in shown],
        first=sum(1 for row in rows if row.position <= after) + 1,
        following=shown[-1].position if shown and shown[-1] is not rows[-1] else None,
        message_of=face_of_code,
        can_be_corrected=can_be_corrected,
    )


def _back(transfer_id: uuid.UUID) -> partial[Response]:
    """Return what acts and goes back to the page on which the reader corrected."""
    code = request.form.get("page", "")
    if _known(code):
        return partial(act_on, transfer_id, to="findings.places", code=code)
    return partial(act_on, transfer_id)


@blueprint.post("/giao-nop/<uuid:transfer_id>/sua")
@permission_required("transfer.correct")
def correct(transfer_id: uuid.UUID) -> Response:
    """Put a value in place of another."""
    form = request.form
    return _back(transfer_id)(
        act=lambda work: review.correct(
            work,
            transfer_id,
            dossier_key=form.get("dossier", ""),
            document=form.get("document", 0, type=int),
            field=form.get("field", "").rpartition(".")[2],
            value=form.get("value", ""),
        ),
        done=_("Đã sửa và kiểm tra lại."),
    )


@blueprint.post("/giao-nop/<uuid:transfer_id>/sua-tat-ca")
@permission_required("transfer.correct")
def correct_alike(transfer_id: uuid.UUID) -> Response:
    """Put a value in place of another wherever the same was found."""
    form = request.form

    def all_alike(work: UnitOfWork) -> str:
        done, left = review.correct_alike(
            work,
            transfer_id,
            code=form.get("code", ""),
            field=form.get("field", "").rpartition(".")[2],
            documents=form.get("document", 0, type=int) > 0,
            # A browser sends every line's end as two signs.
            found=form.get("found", "").replace("\r\n", "\n"),
            value=form.get("value", ""),
        )
        said = [_("Đã sửa %(count)s chỗ và kiểm tra lại.", count=done)]
        said += [_("Còn %(count)s chỗ giống vậy, bấm lần nữa.", count=left)] if left else []
        return " ".join(said)

    return _back(transfer_id)(act=all_alike, done="")


@blueprint.post("/giao-nop/<uuid:transfer_id>/kiem-tra-lai")
@permission_required("transfer.recheck")
def check_again(transfer_id: uuid.UUID) -> Response:
    """Run the checks of the present version again."""
    return act_on(
        transfer_id,
        lambda work: review.check_again(work, transfer_id),
        _("Đang chạy lại kiểm tra; bạn có thể rời trang này."),
    )
