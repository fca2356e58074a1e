"""File plans (danh mục hồ sơ): made for a year, filled with lines, approved by the head, opened again to be amended.

NĐ 30/2020/NĐ-CP Điều 28: issued at the beginning of the year, approved by the head of the body.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, select

from archive.accounts.permissions import require
from archive.audit.events import AuditRecord
from archive.clock import vietnam_date
from archive.database.errors import NotFound
from archive.database.unit_of_work import UnitOfWork
from archive.description.models import FilePlan, FilePlanEntry
from archive.messages.rules import Finding, Where
from archive.metadata.periods import parse_period
from ingest.plans.errors import PlanError

LINE_FIELDS = ("notation", "heading", "title", "period", "maker", "remark")


def plan_in_scope(work: UnitOfWork, plan_id: uuid.UUID) -> FilePlan:
    """Return a plan.

    Raises:
        NotFound: no such plan in scope.
    """
    plan = work.session.scalar(select(FilePlan).where(FilePlan.id == plan_id))
    if plan is None:
        raise NotFound
    return plan


def create_plan(work: UnitOfWork, organization_id: uuid.UUID, year: int) -> uuid.UUID:
    """Make an empty plan for a year, and return its id.

    Raises:
        PlanError: PLN-0001 there is one for this year already.
        Forbidden: the actor may not manage file plans.
    """
    require(work.scope, "file_plan.manage")
    there = select(FilePlan.id).where(FilePlan.organization_id == organization_id, FilePlan.year == year)
    if work.session.scalar(there):
        raise PlanError("PLN-0001", year=year)
    plan = FilePlan(id=work.ids.new(), organization_id=organization_id, year=year, approved_on=None)
    work.add(plan)
    work.record(AuditRecord("file_plan.created", organization_id, "file_plan", plan.id, payload={"year": year}))
    return plan.id


def judge_lines(lines: Sequence[Mapping[str, Any]], known: frozenset[str] = frozenset()) -> list[Finding]:
    """Return what is wrong with lines that want to come in: `known` are the notations that are there already."""
    findings: list[Finding] = []
    seen: dict[str, int] = {}
    for line in lines:
        row = int(line.get("row", 0))
        where = Where(row=row)
        for field, code in (("notation", "PLN-0011"), ("title", "PLN-0012")):
            if not line[field]:
                findings.append(Finding(code, where, {"row": row}))
        if parse_period(line["period"]) is None:
            findings.append(Finding("PLN-0013", where, {"row": row, "period": line["period"]}, found=line["period"]))
        notation = line["notation"]
        if notation and (notation in known or notation in seen):
            parameters: dict[str, str | int] = {"row": row, "notation": notation}
            findings.append(Finding("PLN-0014", where, parameters, found=notation))
        seen.setdefault(notation, row)
    return findings


def notations(work: UnitOfWork, plan_id: uuid.UUID) -> frozenset[str]:
    """Return the notations of a plan's lines."""
    return frozenset(work.session.scalars(select(FilePlanEntry.notation).where(FilePlanEntry.plan_id == plan_id)).all())


def add_lines(work: UnitOfWork, plan_id: uuid.UUID, lines: Sequence[Mapping[str, Any]], *, replace: bool) -> int:
    """Put lines at the end of a plan, or in place of all that it has; return how many.

    Raises:
        PlanError: PLN-0002 the plan is approved; PLN-0005 a line is not fit, or a notation stands twice.
        NotFound: no such plan in scope.
        Forbidden: the actor may not manage file plans.
    """
    require(work.scope, "file_plan.manage")
    plan = _draft(work, plan_id)
    if replace:
        work.session.execute(delete(FilePlanEntry).where(FilePlanEntry.plan_id == plan_id))
    if findings := judge_lines(lines, notations(work, plan_id)):
        raise PlanError("PLN-0005", count=len(findings))
    last = work.session.scalar(select(func.max(FilePlanEntry.ordinal)).where(FilePlanEntry.plan_id == plan_id))
    for ordinal, line in enumerate(lines, start=0 if last is None else last + 1):
        values = {name: str(line.get(name, "")) for name in LINE_FIELDS}
        work.add(
            FilePlanEntry(
                id=work.ids.new(), organization_id=plan.organization_id, plan_id=plan_id, ordinal=ordinal, **values
            )
        )
    payload = {"year": plan.year, "lines": len(lines), "replaced": replace}
    work.record(AuditRecord("file_plan.filled", plan.organization_id, "file_plan", plan.id, payload=payload))
    return len(lines)


def change_line(work: UnitOfWork, line_id: uuid.UUID, values: Mapping[str, str]) -> None:
    """Change a line; raises as `add_lines`."""
    require(work.scope, "file_plan.manage")
    line = _line(work, line_id)
    plan = _draft(work, line.plan_id)
    others = notations(work, plan.id) - {line.notation}
    if findings := judge_lines([values], others):
        raise PlanError(findings[0].code, **dict(findings[0].parameters))
    changed = {name: [getattr(line, name), values[name]] for name in LINE_FIELDS if getattr(line, name) != values[name]}
    for name, (_old, new) in changed.items():
        setattr(line, name, new)
    if changed:
        payload = {"year": plan.year, "notation": line.notation, **changed}
        work.record(AuditRecord("file_plan.line_changed", plan.organization_id, "file_plan", plan.id, payload=payload))


def remove_line(work: UnitOfWork, line_id: uuid.UUID) -> None:
    """Take a line out; raises as `add_lines`."""
    require(work.scope, "file_plan.manage")
    line = _line(work, line_id)
    plan = _draft(work, line.plan_id)
    payload = {"year": plan.year, "notation": line.notation, "title": line.title}
    work.session.delete(line)
    work.record(AuditRecord("file_plan.line_removed", plan.organization_id, "file_plan", plan.id, payload=payload))


def approve_plan(work: UnitOfWork, plan_id: uuid.UUID, *, decision: str, day: datetime.date) -> None:
    """Approve a plan by a decision of this number and date.

    Raises:
        PlanError: PLN-0002 it is approved already; PLN-0006 it has no line; PLN-0007 the date lies ahead.
        NotFound: no such plan in scope.
        Forbidden: the actor may not approve file plans.
    """
    require(work.scope, "file_plan.approve")
    plan = _draft(work, plan_id)
    if not notations(work, plan_id):
        raise PlanError("PLN-0006", year=plan.year)
    if day > vietnam_date(work.now):
        raise PlanError("PLN-0007")
    plan.approved_on, plan.decision = day, decision
    payload = {"year": plan.year, "decision": decision, "on": day.isoformat()}
    work.record(AuditRecord("file_plan.approved", plan.organization_id, "file_plan", plan.id, payload=payload))


def reopen_plan(work: UnitOfWork, plan_id: uuid.UUID) -> None:
    """Open an approved plan again to amend it; it wants a new approval then.

    Raises:
        NotFound: no such plan in scope.
        Forbidden: the actor may not manage file plans.
    """
    require(work.scope, "file_plan.manage")
    plan = plan_in_scope(work, plan_id)
    if plan.approved_on is None:
        return
    payload = {"year": plan.year, "decision": plan.decision, "on": plan.approved_on.isoformat()}
    plan.approved_on, plan.decision = None, ""
    work.record(AuditRecord("file_plan.reopened", plan.organization_id, "file_plan", plan.id, payload=payload))


def _draft(work: UnitOfWork, plan_id: uuid.UUID) -> FilePlan:
    plan = plan_in_scope(work, plan_id)
    if plan.approved_on is not None:
        raise PlanError("PLN-0002", year=plan.year)
    return plan


def _line(work: UnitOfWork, line_id: uuid.UUID) -> FilePlanEntry:
    line = work.session.scalar(select(FilePlanEntry).where(FilePlanEntry.id == line_id))
    if line is None:
        raise NotFound
    return line
