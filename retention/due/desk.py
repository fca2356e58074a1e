"""What retention puts on the desk: what is due, what has no date, what falls due in the coming years."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from flask import url_for
from flask_babel import gettext as _

from archive.accounts.permissions import allows
from archive.clock import vietnam_date
from archive.database.unit_of_work import UnitOfWork
from archive.web.desk import Bar, Picture, WorkItem
from archive.web.formats import number_text
from archive.web.translation import language
from retention.due.counts import counts_of, standings

_YEARS = 10


def waiting(work: UnitOfWork) -> Iterator[WorkItem]:
    """Yield what the retention officer must look at."""
    if not allows(work.scope, "retention.list"):
        return
    counts = counts_of(standings(work), vietnam_date(work.now).year)
    due, unknown = counts["due"], counts["unknown"]
    if due:
        yield WorkItem(
            icon="hourglass-split",
            title=_("%(count)s hồ sơ đang xem xét hủy", count=number_text(due, language())),
            reason=_("Đã đến ngày xem xét. Chưa có gì bị hủy cho đến khi có quyết định."),
            href=url_for("retention.index", loc="due"),
            act=_("Xem danh sách"),
            look="warn",
        )
    if unknown:
        yield WorkItem(
            icon="question-circle",
            title=_("%(count)s hồ sơ chưa có ngày xem xét", count=number_text(unknown, language())),
            reason=_("Hồ sơ không có thời hạn thì không đến hạn, cũng không được hủy."),
            href=url_for("retention.index", loc="unknown"),
            act=_("Xem danh sách"),
        )


def due_by_year(work: UnitOfWork) -> Iterator[Picture]:
    """Yield how many dossiers fall due in each of the coming years."""
    if not allows(work.scope, "retention.view"):
        return
    this_year = vietnam_date(work.now).year
    counts: Counter[int] = Counter()
    for standing in standings(work):
        if standing.due_on is not None:
            counts[standing.due_on.year] += standing.count
    early = sum(count for found, count in counts.items() if found <= this_year)
    years = [this_year, *sorted(found for found in counts if found > this_year)][:_YEARS]
    bars = [
        Bar(
            str(found),
            str(found),
            early if found == this_year else counts.get(found, 0),
            url_for("retention.index", loc="year", nam=found),
            strong=found == this_year,
        )
        for found in years
    ]
    yield Picture(
        _("Đến hạn xem xét theo năm"),
        _("Đến hết năm %(year)s: %(count)s hồ sơ.", year=this_year, count=number_text(early, language())),
        bars,
        url_for("retention.index"),
        _("Mở danh sách"),
    )
