"""What file plans put on the desk: the steps of a beginning, and a plan that waits for its approval."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select

from archive.accounts.permissions import allows
from archive.accounts.roles import NAMES
from archive.database.unit_of_work import UnitOfWork
from archive.description.models import FilePlan, FilePlanEntry
from archive.web.desk import BeginningStep, WorkItem
from archive.web.translation import said


def beginning(work: UnitOfWork) -> Iterator[BeginningStep]:
    """Yield the steps, for those who see file plans."""
    if not allows(work.scope, "file_plan.view"):
        return
    yield BeginningStep(
        40,
        _("Nhập danh mục hồ sơ năm"),
        _("Tải mẫu Excel, điền rồi nhập; hoặc thêm từng dòng. Danh mục cho biết hồ sơ nào giữ bao lâu."),
        work.session.scalar(select(FilePlanEntry.id).limit(1)) is not None,
        url_for("plans.index"),
        _("%(one)s hoặc %(other)s", one=said(NAMES["clerk"]), other=said(NAMES["archivist"])),
        allows(work.scope, "file_plan.manage"),
    )
    yield BeginningStep(
        50,
        _("Phê duyệt danh mục"),
        _("Người đứng đầu phê duyệt, kèm số và ngày quyết định."),
        work.session.scalar(select(FilePlan.id).where(FilePlan.approved_on.is_not(None)).limit(1)) is not None,
        url_for("plans.index"),
        said(NAMES["head"]),
        allows(work.scope, "file_plan.approve"),
    )


def waiting(work: UnitOfWork) -> Iterator[WorkItem]:
    """Yield the plans that wait for the head's approval."""
    if not allows(work.scope, "file_plan.approve"):
        return
    filled = select(FilePlanEntry.plan_id).distinct()
    statement = select(FilePlan).where(FilePlan.approved_on.is_(None), FilePlan.id.in_(filled)).order_by(FilePlan.year)
    for plan in work.session.scalars(statement):
        yield WorkItem(
            icon="hourglass-split",
            title=_("Danh mục hồ sơ năm %(year)s", year=plan.year),
            reason=_("Chờ bạn phê duyệt"),
            href=url_for("plans.show", plan_id=plan.id),
            act=_("Xem và phê duyệt"),
            look="warn",
        )
