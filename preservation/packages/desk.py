"""What the packages put on the desk: what came in by month, and how well what is held is kept, in words."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import func, select

from archive.accounts.permissions import allows
from archive.clock import month_of, vietnam_date
from archive.database.unit_of_work import UnitOfWork
from archive.description.models import ContentFile, Dossier
from archive.web.desk import Bar, Picture, StateLine
from archive.web.formats import number_text
from archive.web.listing import COUNTED, bounded_count
from archive.web.translation import language
from preservation.packages.models import PackageVersion

_MONTHS = 12


def sealed_by_month(work: UnitOfWork) -> Iterator[Picture]:
    """Yield the dossiers sealed in each of the last twelve months."""
    if not allows(work.scope, "dossier.view"):
        return
    months = _last_months(vietnam_date(work.now))
    spans = [month_of(year, month) for year, month in months]
    # Twelve short ways along the index, which tread on no row twice.
    sums = [
        select(func.count(Dossier.sealed_at)).where(Dossier.sealed_at >= begin, Dossier.sealed_at < end)
        for begin, end in spans
    ]
    counts = work.session.execute(select(*(one.scalar_subquery() for one in sums))).one()
    bars = [
        Bar(
            str(month),
            f"{month:02d}/{year}",
            count,
            url_for("dossiers.index", sealed=f"{year}-{month:02d}"),
            strong=(year, month) == months[-1],
        )
        for (year, month), count in zip(months, counts, strict=True)
    ]
    yield Picture(
        _("Hồ sơ vào kho theo tháng"),
        _(
            "Tháng này %(now)s hồ sơ, mười hai tháng qua %(all)s hồ sơ.",
            now=number_text(counts[-1], language()),
            all=number_text(sum(counts), language()),
        ),
        bars,
        url_for("dossiers.index"),
        _("Mở kho hồ sơ"),
    )


def _last_months(today: datetime.date) -> list[tuple[int, int]]:
    """Return year and month of the last twelve months, this one last."""
    counted = [divmod(today.year * 12 + today.month - 1 - back, 12) for back in reversed(range(_MONTHS))]
    return [(year, month + 1) for year, month in counted]


def keeping(work: UnitOfWork) -> Iterator[StateLine]:
    """Yield what is true of the packages: how many, not locked, content not scanned, copies."""
    if not allows(work.scope, "package.view"):
        return
    by_state = select(PackageVersion.state, func.count()).group_by(PackageVersion.state)
    counts = {row[0]: row[1] for row in work.session.execute(by_state)}
    if not counts:
        return
    shown = number_text(sum(counts.values()), language())
    failed, pending = counts.get("lock_failed", 0), counts.get("lock_pending", 0)
    if failed:
        text = _("%(count)s gói không đặt được khóa, cần người xử lý.", count=number_text(failed, language()))
        yield StateLine("bad", _("Khóa gói"), text, url_for("dossiers.index", lock="lock_failed"))
    elif pending:
        text = _("%(count)s gói đang chờ đặt khóa.", count=number_text(pending, language()))
        yield StateLine("run", _("Khóa gói"), text, url_for("dossiers.index", lock="lock_pending"))
    else:
        yield StateLine("ok", _("Khóa gói"), _("%(count)s gói đã niêm phong và khóa.", count=shown))
    unscanned = bounded_count(work, select(ContentFile.id).where(ContentFile.malware_state == "not_scanned"))
    if unscanned > COUNTED:
        text = _("Hơn %(count)s tệp trong kho chưa quét.", count=number_text(COUNTED, language()))
        yield StateLine("unknown", _("Mã độc"), text, url_for("dossiers.index", malware="not_scanned"))
    elif unscanned:
        text = _("%(count)s tệp trong kho chưa quét.", count=number_text(unscanned, language()))
        yield StateLine("unknown", _("Mã độc"), text, url_for("dossiers.index", malware="not_scanned"))
    else:
        yield StateLine("ok", _("Mã độc"), _("Mọi tệp trong kho đã được quét khi nhận."))
    yield StateLine("unknown", _("Bản sao"), _("Chưa có kho thứ hai; kho này là bản duy nhất ngoài các bản sao lưu."))
