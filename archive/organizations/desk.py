"""The first steps of a beginning: bodies with their units, and people with roles."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select

from archive.accounts.models import AccountRole
from archive.accounts.permissions import allows
from archive.accounts.roles import NAMES
from archive.database.connection import Database
from archive.database.scope import SystemScope
from archive.database.unit_of_work import UnitOfWork
from archive.organizations.models import Organization
from archive.web.desk import BeginningStep
from archive.web.parts import part
from archive.web.translation import said

# Without these nothing can be handed in, approved and accepted.
_NEEDED = ({"archivist"}, {"submitter", "clerk"}, {"approver", "head"})


def beginning(work: UnitOfWork) -> Iterator[BeginningStep]:
    """Yield the steps, for everybody: until they are done nobody can begin."""
    statement = select(Organization.id).where(Organization.kind == "unit").limit(1)
    manages = allows(work.scope, "organization.manage")
    yield BeginningStep(
        10,
        _("Lập cơ quan và đơn vị"),
        _("Cả tỉnh với các sở, xã, hoặc chỉ một cơ quan; mỗi cơ quan có các đơn vị của mình."),
        work.session.scalar(statement) is not None,
        url_for("organizations.index"),
        said(NAMES["system_administrator"]),
        manages,
    )
    yield BeginningStep(
        20,
        _("Tạo tài khoản, giao vai trò"),
        _(
            "Ít nhất một người lập hồ sơ, một lãnh đạo đơn vị, một lưu trữ viên. Ở xã hai người đủ: một người vừa lập "
            "vừa nhận hồ sơ, một người duyệt. Nên có thêm người kiểm tra nhật ký. "
            "Sau đó lưu trữ viên đăng nhập, làm tiếp."
        ),
        any(all(held & wanted for wanted in _NEEDED) for held in _roles_held(work)),
        url_for("people.index"),
        said(NAMES["unit_administrator"]),
        allows(work.scope, "account.manage"),
    )


def _roles_held(work: UnitOfWork) -> list[set[str]]:
    """Return the roles that somebody holds, body by body: the reader's, and for who manages bodies each."""
    statement = select(AccountRole.organization_id, AccountRole.role).distinct()
    if isinstance(work.scope, SystemScope) or not allows(work.scope, "organization.manage"):
        return _by_body(work.session.execute(statement).all())
    # The names of roles alone, of which a system administrator gives each: nothing of a person.
    with part(Database).read(SystemScope("roles held in any body")) as wide:
        return _by_body(wide.session.execute(statement).all())


def _by_body(rows: Iterable[Any]) -> list[set[str]]:
    held: dict[uuid.UUID, set[str]] = {}
    for body, role in rows:
        held.setdefault(body, set()).add(role)
    return list(held.values())
