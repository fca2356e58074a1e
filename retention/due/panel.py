"""«Vì sao đến ngày này?» as a part of a dossier's page."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from flask import render_template
from markupsafe import Markup
from sqlalchemy import select

from archive.clock import vietnam_date
from archive.database.unit_of_work import UnitOfWork
from archive.description.models import Dossier
from archive.metadata.dates import read_date
from archive.web.messages import face_of_code
from retention.due.models import RetentionPlan


@dataclass(frozen=True, slots=True)
class Line:
    """The line of time of a dossier; places in per cent of its width.

    Attributes:
        begun, closed: first and last year of the documents.
        kept: last year in which it is kept.
        closing_at, due_at, today_at: where these lie; `today_at` None outside the line.
    """

    begun: int
    closed: int
    kept: int
    closing_at: float
    due_at: float
    today_at: float | None


def line_of(begun: int | None, closed: int | None, due_on: datetime.date | None, today: datetime.date) -> Line | None:
    """Return the line of a dossier whose day is known; None where there is no day."""
    if closed is None or due_on is None:
        return None
    first = datetime.date(min(begun or closed, closed), 1, 1)
    # A tenth of the time behind the day, so that the day stands on the line and not at its end.
    span = (due_on - first).days * 1.1

    def at(day: datetime.date) -> float:
        return round((day - first).days / span * 100, 2)

    today_at = at(today)
    return Line(
        begun=first.year,
        closed=closed,
        kept=due_on.year - 1,
        closing_at=at(datetime.date(closed + 1, 1, 1)),
        due_at=at(due_on),
        today_at=today_at if 0 <= today_at <= 100 else None,  # noqa: PLR2004 - per cent
    )


class WhyThisDay:
    """The panel (`search.reading.panels.DossierPanel`)."""

    anchor = "vi-sao"
    title = ("Vì sao đến ngày này?", "Why this date?")
    permission = "dossier.view"

    def draw(self, work: UnitOfWork, dossier: Dossier) -> Markup:
        """Return sum, line of time and reasons; empty for a dossier without a plan."""
        plan = work.session.scalar(select(RetentionPlan).where(RetentionPlan.dossier_id == dossier.id))
        return draw_reckoning(plan, dossier, vietnam_date(work.now)) if plan is not None else Markup()


def draw_reckoning(plan: RetentionPlan, dossier: Dossier, today: datetime.date) -> Markup:
    """Return how the day of a plan was reckoned, as HTML."""
    start = read_date(dossier.start_date).date
    drawn = render_template(
        "retention/reckoning.html",
        plan=plan,
        line=line_of(start.year if start else None, plan.closing_year, plan.due_on, today),
        reasons=[face_of_code(code, values) for code, values in plan.reasons],
    )
    # Its values were escaped by the template.
    return Markup(drawn)  # noqa: S704
