"""Check 3: dates that exist, in an order that can be."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping

from archive.messages.rules import Finding, Where
from archive.metadata.dates import DateProblem, read_date
from ingest.checks.context import CheckContext, cell, document_place, dossier_place, known_date

_CODES = {
    DateProblem.IMPOSSIBLE: "CHK-0301",
    DateProblem.UNREADABLE: "CHK-0302",
    DateProblem.INCOMPLETE: "CHK-0302",
    DateProblem.TWO_DIGIT_YEAR: "CHK-0303",
}


def check_dates(context: CheckContext) -> Iterator[Finding]:
    """Yield findings about single dates, then about a dossier's dates among themselves."""
    for dossier in context.submission.dossiers:
        for name in ("start_date", "end_date"):
            yield from _date(dossier.values, name, dossier_place(dossier, name), context.today)
        start, end = known_date(dossier.values, "start_date"), known_date(dossier.values, "end_date")
        if start and end and end.certainly_before(start):
            where = dossier_place(dossier, "end_date")
            yield Finding("CHK-0304", where, {**cell(where), "start": str(start), "end": str(end)}, found=str(end))
            start = end = None  # nothing can be judged by them
        for document in dossier.documents:
            where = document_place(dossier, document, "issued_date")
            yield from _date(document.values, "issued_date", where, context.today)
            issued = known_date(document.values, "issued_date")
            outside = issued and ((start and issued.certainly_before(start)) or (end and end.certainly_before(issued)))
            if outside:
                period = {"start": str(start or "…"), "end": str(end or "…")}
                yield Finding("CHK-0305", where, {**cell(where), **period}, found=str(issued))


def _date(values: Mapping[str, str], name: str, where: Where, today: datetime.date) -> Iterator[Finding]:
    text = values.get(name)
    if not text:
        return
    reading = read_date(text, not_after=today.year)
    if reading.problem:
        proposed = str(reading.proposed) if reading.proposed else None
        yield Finding(_CODES[reading.problem], where, cell(where), found=text, proposed=proposed)
    elif reading.date and reading.date.earliest > today:
        yield Finding("CHK-0306", where, cell(where), found=text)
