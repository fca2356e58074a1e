"""How heavily rules weigh in a body: raised, lowered or switched by its administrator, with reason, from a day on.

No change reaches back: what was judged keeps the number of the rules that judged it.
"""

from __future__ import annotations

import datetime
import uuid

from sqlalchemy import func, select

from archive.accounts.models import Account
from archive.accounts.permissions import require
from archive.audit.events import AuditRecord
from archive.clock import vietnam_date
from archive.database.errors import NotFound
from archive.database.scope import SystemScope
from archive.database.unit_of_work import UnitOfWork
from archive.messages.catalogue import Message, catalogue
from ingest.rulebook.errors import RuleError
from ingest.rulebook.models import RuleChange
from ingest.rulebook.weights import WEIGHTS, Rules, usual_weight


def adjustable() -> list[Message]:
    """Return the rules that a body may change, in the order of their codes."""
    return [message for message in catalogue() if message.adjustable]


def rules_on(work: UnitOfWork, organization_id: uuid.UUID, day: datetime.date) -> Rules:
    """Return the rules of a body that are in force on a day."""
    in_force = work.session.scalars(
        select(RuleChange)
        .where(RuleChange.organization_id == organization_id, RuleChange.valid_from <= day)
        .order_by(RuleChange.valid_from, RuleChange.number)
    ).all()
    return Rules(max((row.number for row in in_force), default=0), {row.code: row.level for row in in_force})


def changes_of(work: UnitOfWork, code: str) -> list[RuleChange]:
    """Return the changes of one rule in scope, the newest first."""
    found = select(RuleChange).where(RuleChange.code == code).order_by(RuleChange.number.desc())
    return list(work.session.scalars(found))


def change_rule(
    work: UnitOfWork, organization_id: uuid.UUID, code: str, *, level: str, reason: str, valid_from: datetime.date
) -> RuleChange:
    """Let a rule weigh otherwise in a body from a day on.

    Raises:
        RuleError: RUL-0001 not a rule that may be changed, RUL-0002 no reason, RUL-0003 the day is past.
        Forbidden: the actor may not change rules.
        NotFound: the body is not in scope.
    """
    require(work.scope, "rule.manage")
    if not isinstance(work.scope, SystemScope) and organization_id not in work.scope.organizations:
        raise NotFound
    if code not in {message.code for message in adjustable()} or level not in WEIGHTS:
        raise RuleError("RUL-0001", finding=code)
    if not reason.strip():
        raise RuleError("RUL-0002")
    today = vietnam_date(work.now)
    if valid_from < today:
        raise RuleError("RUL-0003", day=f"{today:%d/%m/%Y}")
    before = rules_on(work, organization_id, valid_from).weights.get(code, usual_weight(catalogue().get(code)))
    counted = select(func.max(RuleChange.number)).where(RuleChange.organization_id == organization_id)
    made = RuleChange(
        id=work.ids.new(),
        organization_id=organization_id,
        number=(work.session.scalar(counted) or 0) + 1,
        code=code,
        level=level,
        reason=reason.strip(),
        valid_from=valid_from,
        account_id=work.scope.actor,
        person=work.session.scalar(select(Account.name).where(Account.id == work.scope.actor)) or "",
        at=work.now,
    )
    work.add(made)
    payload = {"code": code, "level": [before, level], "from": valid_from.isoformat(), "reason": made.reason}
    work.record(AuditRecord("rule.changed", organization_id, "rule_change", made.id, payload=payload))
    return made
