"""What the index puts on the desk: how far it is behind."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import func, select

from archive.accounts.permissions import allows
from archive.database.unit_of_work import UnitOfWork
from archive.outbox.models import OutboxRow
from archive.web.desk import StateLine
from archive.web.formats import number_text
from archive.web.translation import language


def freshness(work: UnitOfWork) -> Iterator[StateLine]:
    """Yield whether what was sealed can be found already."""
    if not allows(work.scope, "search.use"):
        return
    waiting = work.session.scalar(select(func.count()).select_from(OutboxRow)) or 0
    if waiting:
        text = _("%(count)s hồ sơ chưa kịp đưa vào chỉ mục.", count=number_text(waiting, language()))
        yield StateLine("run", _("Tra cứu"), text, url_for("search.page"))
    else:
        yield StateLine("ok", _("Tra cứu"), _("Mọi hồ sơ trong kho đều tìm được."), url_for("search.page"))
