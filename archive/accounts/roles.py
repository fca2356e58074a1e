"""Roles as sets of permissions. Technical administrators have no right to content."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from archive.database.scope import Scope

# Sensitivity (QCVN 12:2026, 4 levels of business sensitivity): 1 công khai, 2 nội bộ, 3 hạn chế; 0 = no content.
NO_CONTENT, OPEN, INTERNAL, RESTRICTED = 0, 1, 2, 3

_READ = frozenset({"dossier.view", "document.open", "search.use"})

ROLES: dict[str, frozenset[str]] = {
    "submitter": _READ
    | {
        "transfer.view",
        "transfer.create",
        "transfer.submit",
        "transfer.recheck",
        "transfer.discuss",
        "handover.give",
        "file_plan.view",
    },
    "approver": _READ | {"transfer.view", "transfer.approve", "transfer.discuss", "handover.give", "file_plan.view"},
    "clerk": _READ
    | {
        "transfer.view",
        "transfer.create",
        "transfer.submit",
        "transfer.recheck",
        "transfer.discuss",
        "handover.give",
        "file_plan.view",
        "file_plan.manage",
    },
    "archivist": _READ
    | {
        "transfer.view",
        "transfer.review",
        "transfer.correct",
        "transfer.recheck",
        "transfer.discuss",
        "handover.receive",
        "package.view",
        "package.export",
        "package.verify",
        "file_plan.view",
        "file_plan.manage",
        "fonds.manage",
        "storage.manage",
        "retention.view",
    },
    "retention_officer": _READ | {"retention.view", "retention.list", "file_plan.view"},
    "head": _READ
    | {
        "transfer.view",
        "transfer.approve_as_head",
        "file_plan.view",
        "file_plan.approve",
        "retention.view",
        "report.view",
    },
    "searcher": _READ,
    "unit_administrator": frozenset({"account.manage", "unit.manage", "rule.manage"}),
    "system_administrator": frozenset(
        {"account.manage", "unit.manage", "organization.manage", "settings.view", "job.view", "index.rebuild"}
    ),
    "auditor": frozenset({"audit.read"}),
    "oversight": frozenset({"report.view"}),
}

NAMES: dict[str, tuple[str, str]] = {
    "submitter": ("Người lập hồ sơ", "Submitter"),
    "approver": ("Lãnh đạo đơn vị", "Unit's leader"),
    "clerk": ("Văn thư", "Clerk"),
    "archivist": ("Lưu trữ viên", "Archivist"),
    "retention_officer": ("Phụ trách thời hạn, xét hủy", "Retention officer"),
    "head": ("Người đứng đầu", "Head of the body"),
    "searcher": ("Người khai thác", "Searcher"),
    "unit_administrator": ("Quản trị đơn vị", "Unit administrator"),
    "system_administrator": ("Quản trị hệ thống", "System administrator"),
    "auditor": ("Người kiểm tra nhật ký", "Auditor"),
    "oversight": ("Cơ quan quản lý, giám sát", "Oversight"),
}

_SENSITIVITY = {
    "submitter": INTERNAL,
    "approver": RESTRICTED,
    "clerk": INTERNAL,
    "archivist": RESTRICTED,
    "retention_officer": RESTRICTED,
    "head": RESTRICTED,
    "searcher": INTERNAL,
}
CONTENT_ROLES = frozenset(_SENSITIVITY)
_OWN_UNIT_ONLY = {"submitter", "approver"}


def scope_of(account_id: uuid.UUID, body_id: uuid.UUID, unit_id: uuid.UUID | None, roles: Iterable[str]) -> Scope:
    """Return what an account may see and do: the union of its roles, inside its own body.

    Makers of files and their leaders see the rows of their own unit; every other role that sees content sees
    the whole body's. What somebody may do as a maker or leader alone he may do in his own unit alone, whatever
    another role of his lets him see.
    """
    held = [role for role in roles if role in ROLES]
    content = [role for role in held if role in _SENSITIVITY]
    whole_body = not content or any(role not in _OWN_UNIT_ONLY for role in content)
    # Who has no unit works for the body itself; that is a unit of its own, never all of them.
    own = unit_id or body_id
    return Scope(
        actor=account_id,
        organizations=frozenset({body_id}),
        units=None if whole_body else frozenset({own}),
        sensitivity=max((_SENSITIVITY[role] for role in content), default=NO_CONTENT),
        permissions=frozenset().union(*(ROLES[role] for role in held)),
        own_unit_only=_of(held, _OWN_UNIT_ONLY) - _of(held, set(ROLES) - _OWN_UNIT_ONLY),
        own_unit=own,
    )


def roles_reaching(sensitivity: int, *, own_unit: bool) -> list[str]:
    """Return the roles that see content of this level: makers and leaders in their own unit, the others everywhere."""
    return [role for role, most in _SENSITIVITY.items() if most >= sensitivity and (role in _OWN_UNIT_ONLY) is own_unit]


def _of(held: Iterable[str], roles: Iterable[str]) -> frozenset[str]:
    """Return what those of the roles allow that are held."""
    return frozenset().union(*(ROLES[role] for role in held if role in roles))
