"""What transfers put on the desk of whom."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import func, select

from archive.accounts.permissions import allows
from archive.accounts.roles import NAMES
from archive.clock import vietnam_date
from archive.database.unit_of_work import UnitOfWork
from archive.web.desk import BeginningStep, FlowStep, WorkItem
from archive.web.formats import date_text
from archive.web.translation import language, said
from ingest.review.services import approves, left
from ingest.transfers.models import Transfer
from ingest.transfers.states import STEPS

# TT 05/2025 Điều 19 khoản 3: the archive answers within 60 days from submission.
ANSWER_DAYS = 60
# (state, permission that it waits for, why it is here, what to press)
_WAITING: tuple[tuple[str, str, Any, Any], ...] = (
    ("awaiting_approval", "transfer.approve", lazy_gettext("Chờ bạn duyệt"), lazy_gettext("Xem và duyệt")),
    ("awaiting_approval", "transfer.approve_as_head", lazy_gettext("Chờ bạn duyệt"), lazy_gettext("Xem và duyệt")),
    ("awaiting_review", "transfer.review", lazy_gettext("Chờ bạn xem xét"), lazy_gettext("Xem xét")),
    ("awaiting_handover", "handover.receive", lazy_gettext("Chờ xác nhận bàn giao"), lazy_gettext("Mở biên bản")),
    ("awaiting_handover", "handover.give", lazy_gettext("Chờ xác nhận bàn giao"), lazy_gettext("Mở biên bản")),
    ("returned", "transfer.submit", lazy_gettext("Bị trả lại, cần bổ sung"), lazy_gettext("Xem lý do")),
    ("receiving", "transfer.submit", lazy_gettext("Chưa nộp"), lazy_gettext("Nộp tiếp")),
    ("stopped", "transfer.submit", lazy_gettext("Đang dừng"), lazy_gettext("Xem lý do")),
)


def waiting(work: UnitOfWork) -> Sequence[WorkItem]:
    """Return the transfers that wait for the reader, the oldest first."""
    wanted: dict[str, tuple[Any, Any]] = {}
    for state, permission, reason, act in _WAITING:
        if allows(work.scope, permission):
            wanted.setdefault(state, (reason, act))
    mends = allows(work.scope, "transfer.submit")
    if mends:
        # With errors the archive cannot accept it: whoever sent it is told at once, not when it comes back.
        wanted.setdefault("awaiting_approval", (lazy_gettext("Đang chờ duyệt"), lazy_gettext("Xem và sửa")))
        wanted.setdefault("awaiting_review", (lazy_gettext("Đang chờ xem xét"), lazy_gettext("Xem và sửa")))
    if not wanted:
        return []
    today = vietnam_date(work.now)
    items = []
    for transfer in work.session.scalars(
        select(Transfer).where(Transfer.state.in_(wanted)).order_by(Transfer.changed_at).limit(100)
    ):
        errors = left(work, transfer, "error") if transfer.state in {"awaiting_approval", "awaiting_review"} else 0
        decides = {
            "awaiting_approval": approves(work.scope, transfer),
            "awaiting_review": allows(work.scope, "transfer.review"),
        }
        if not decides.get(transfer.state, True) and not (mends and errors):
            continue
        reason, act = wanted[transfer.state]
        if errors:
            reason = _("%(reason)s; %(count)s lỗi phải sửa", reason=reason, count=errors)
        due = answer_due(transfer)
        late = due is not None and due < today
        endpoint = "transfers.handover" if transfer.state == "awaiting_handover" else "transfers.show"
        items.append(
            WorkItem(
                icon="alarm" if late else "hourglass-split",
                title=f"{transfer.number} · {transfer.title}",
                reason=str(reason),
                href=url_for(endpoint, transfer_id=transfer.id),
                act=str(act),
                due=_("Hạn %(day)s", day=date_text(due, language())) if due else "",
                look="bad" if late or transfer.state == "stopped" else "warn",
                rank=0 if late or transfer.state == "stopped" else 1,
            )
        )
    return items


def answer_due(transfer: Transfer) -> datetime.date | None:
    """Return the last day for the archive's answer; None when it has answered or nothing was submitted."""
    if transfer.submitted_at is None or transfer.state not in {"awaiting_approval", "awaiting_review"}:
        return None
    return vietnam_date(transfer.submitted_at) + datetime.timedelta(days=ANSWER_DAYS)


def flow(work: UnitOfWork) -> Iterator[FlowStep]:
    """Yield how many transfers stand at each step."""
    if not allows(work.scope, "transfer.view"):
        return
    counted = select(Transfer.state, func.count()).group_by(Transfer.state)
    counts = {row[0]: row[1] for row in work.session.execute(counted)}
    if not counts:
        return
    mine = {state for state, permission, _reason, _act in _WAITING if allows(work.scope, permission)}
    for name, (words, states) in STEPS.items():
        count = sum(counts.get(state, 0) for state in states)
        yield FlowStep(
            count,
            said(words),
            "" if count else _("không có"),
            url_for("transfers.index", step=name),
            mine=bool(states & mine),
        )


def beginning(work: UnitOfWork) -> Iterator[BeginningStep]:
    """Yield the last step of a beginning: the first transfer."""
    if not allows(work.scope, "transfer.view"):
        return
    yield BeginningStep(
        90,
        _("Nộp đợt hồ sơ đầu tiên"),
        _("Kéo thả một thư mục gồm danh mục Excel và các tệp; hệ thống kiểm tra và nói cần sửa gì."),
        work.session.scalar(select(Transfer.id).where(Transfer.submitted_at.is_not(None)).limit(1)) is not None,
        url_for("transfers.new") if allows(work.scope, "transfer.create") else url_for("transfers.index"),
        said(NAMES["submitter"]),
        allows(work.scope, "transfer.create"),
    )
