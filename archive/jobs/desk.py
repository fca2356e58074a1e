"""What background work puts on the desk: what stands and needs a person."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import func, select

from archive.accounts.permissions import allows
from archive.database.connection import Database
from archive.database.scope import SystemScope
from archive.database.unit_of_work import UnitOfWork
from archive.jobs.models import Job
from archive.web.desk import WorkItem
from archive.web.formats import number_text
from archive.web.parts import part
from archive.web.translation import language


def waiting(work: UnitOfWork) -> Iterator[WorkItem]:
    """Yield the work that a person must decide about."""
    if not allows(work.scope, "job.view"):
        return
    # Jobs of every body, as on their page: states alone, no content.
    with part(Database).read(SystemScope("jobs that need a person", actor=work.scope.actor)) as wide:
        statement = select(func.count()).select_from(Job).where(Job.state == "needs_person")
        count = wide.session.scalar(statement) or 0
    if count:
        yield WorkItem(
            icon="exclamation-triangle",
            title=_("%(count)s việc chạy nền đang dừng", count=number_text(count, language())),
            reason=_("Đã thử nhiều lần không xong; lý do ghi ở từng việc."),
            href=url_for("jobs.index", state="needs_person"),
            act=_("Xem việc"),
            look="bad",
            rank=0,
        )
