"""Check 10: dossiers are those of the year's approved file plan (NĐ 30/2020 Điều 28, 29), and kept as long."""

from __future__ import annotations

from collections.abc import Iterator

from archive.messages.rules import Finding
from archive.metadata.periods import parse_period
from archive.text.folding import fold
from ingest.checks.context import CheckContext, cell, dossier_place, known_date
from ingest.readers.submission import SubmittedDossier


def check_plans(context: CheckContext) -> Iterator[Finding]:
    """Yield what differs from the plan; a backlog with inventory numbers was made without one."""
    without: set[int] = set()
    for dossier in context.submission.dossiers:
        start, notation = known_date(dossier.values, "start_date"), dossier.values.get("notation", "")
        if "inventory" in dossier.values or not notation or start is None or context.plans is None:
            continue
        lines = context.plans.get(start.year)
        if lines is None:
            without.add(start.year)
            continue
        line = lines.get(fold(notation))
        where = dossier_place(dossier, "notation")
        if line is None:
            yield Finding("CHK-1001", where, {**cell(where), "code": notation, "year": start.year}, found=notation)
        else:
            yield from _differences(dossier, line.title, line.period)
    for year in sorted(without):
        yield Finding("CHK-1004", parameters={"year": year})


def _differences(dossier: SubmittedDossier, title: str, period: str) -> Iterator[Finding]:
    written, planned = (parse_period(text) for text in (dossier.values.get("retention", ""), period))
    if written is not None and planned is not None and written != planned:
        where = dossier_place(dossier, "retention")
        values = {**cell(where), "planned": planned.render()}
        yield Finding("CHK-1002", where, values, found=dossier.values["retention"], proposed=planned.render())
    if fold(dossier.values.get("title", "")) != fold(title):
        where = dossier_place(dossier, "title")
        yield Finding("CHK-1003", where, {**cell(where), "planned": title}, found=dossier.values.get("title", ""))
