"""What transfers put on the desk of whom."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select

from archive.accounts.permissions import allows
from archive.clock import vietnam_date
from archive.database.unit_of_work import UnitOfWork
from archive.web.formats import date_text
from archive.web.views import WorkItem
from ingest.review.services import approves
from ingest.transfers.models import Transfer

# TT 05/2025 Điều 19 khoản 3: the archive answers within 60 days from submission.
ANSWER_DAYS = 60
_WAITING: tuple[tuple[str, str, str, str], ...] = (
    ("awaiting_approval", "transfer.approve", "Chờ bạn duyệt", "Xem và duyệt"),
    ("awaiting_approval", "transfer.approve_as_head", "Chờ bạn duyệt", "Xem và duyệt"),
    ("awaiting_review", "transfer.review", "Chờ bạn xem xét", "Xem xét"),
    ("awaiting_handover", "handover.receive", "Chờ xác nhận bàn giao", "Mở biên bản"),
    ("awaiting_handover", "handover.give", "Chờ xác nhận bàn giao", "Mở biên bản"),
    ("returned", "transfer.submit", "Bị trả lại, cần bổ sung", "Xem lý do"),
    ("receiving", "transfer.submit", "Chưa nộp", "Nộp tiếp"),
    ("stopped", "transfer.submit", "Đang dừng", "Xem lý do"),
)


def waiting(work: UnitOfWork) -> Sequence[WorkItem]:
    """Return the transfers that wait for the reader, the oldest first."""
    wanted: dict[str, tuple[str, str]] = {}
    for state, permission, reason, act in _WAITING:
        if allows(work.scope, permission):
            wanted.setdefault(state, (reason, act))
    if not wanted:
        return []
    today = vietnam_date(work.now)
    items = []
    for transfer in work.session.scalars(
        select(Transfer).where(Transfer.state.in_(wanted)).order_by(Transfer.changed_at).limit(100)
    ):
        if transfer.state == "awaiting_approval" and not approves(work.scope, transfer):
            continue
        reason, act = wanted[transfer.state]
        due = answer_due(transfer)
        late = due is not None and due < today
        endpoint = "transfers.handover" if transfer.state == "awaiting_handover" else "transfers.show"
        items.append(
            WorkItem(
                icon="alarm" if late else "hourglass-split",
                title=f"{transfer.number} · {transfer.title}",
                reason=_(reason),
                href=url_for(endpoint, transfer_id=transfer.id),
                act=_(act),
                due=f"{_('Hạn')} {date_text(due)}" if due else "",
                look="bad" if late else "warn",
            )
        )
    return items


def answer_due(transfer: Transfer) -> datetime.date | None:
    """Return the last day for the archive's answer; None when it has answered or nothing was submitted."""
    if transfer.submitted_at is None or transfer.state not in {"awaiting_approval", "awaiting_review"}:
        return None
    return vietnam_date(transfer.submitted_at) + datetime.timedelta(days=ANSWER_DAYS)
