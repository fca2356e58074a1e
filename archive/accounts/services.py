"""What can be done with accounts."""

from __future__ import annotations

import datetime
import functools
import re
import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

import argon2
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from archive.accounts.errors import AccountError
from archive.accounts.models import Account, AccountRole, LoginThrottle
from archive.accounts.permissions import require
from archive.accounts.roles import CONTENT_ROLES, NAMES, ROLES, scope_of
from archive.accounts.rules import clash
from archive.audit.events import AuditRecord
from archive.database.connection import Database
from archive.database.rows import insert_missing
from archive.database.scope import Scope, SystemScope
from archive.database.unit_of_work import UnitOfWork
from archive.organizations.models import Organization

_HASHER = argon2.PasswordHasher()
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")
# QCVN 12:2026/BCA 3.6.2.1.9: at most 5 wrong passwords, no automatic unlocking before 12 hours.
MAX_FAILURES = 5
BLOCK = datetime.timedelta(hours=12)
MIN_LENGTH = 8


@dataclass(frozen=True, slots=True)
class AccountFace:
    """An account as the session and the pages know it."""

    id: uuid.UUID
    organization_id: uuid.UUID
    unit_id: uuid.UUID | None
    username: str
    name: str
    position: str
    roles: tuple[str, ...]
    locked: bool
    must_change_password: bool
    session_mark: uuid.UUID
    password_reset_at: datetime.datetime | None
    password_reset_by: str

    def scope(self) -> Scope:
        """Return what this account may see and do."""
        return scope_of(self.id, self.organization_id, self.unit_id, self.roles)


def hash_password(password: str) -> str:
    """Return the argon2id hash; takes about 0.15 s, so never call it inside a write transaction."""
    return _HASHER.hash(password)


def check_strength(password: str) -> None:
    """Accept 8 characters and more with upper, lower, digit and another sign (QCVN 12:2026 3.7.2.6).

    Raises:
        AccountError: the password is too weak.
    """
    kinds = (str.isupper, str.islower, str.isdigit, lambda c: not c.isalnum())
    if len(password) < MIN_LENGTH or not all(any(kind(c) for c in password) for kind in kinds):
        raise AccountError("ACC-0003")


def generate_password() -> str:
    """Return a random password that `check_strength` accepts, without letters that look alike."""
    letters = "abcdefghjkmnpqrstuvwxyz"
    parts = ["".join(secrets.choice(letters) for _ in range(4)) for _ in range(3)]
    return f"{parts[0].capitalize()}-{parts[1]}-{parts[2]}-{secrets.randbelow(90) + 10}"


def create_account(
    work: UnitOfWork,
    *,
    organization_id: uuid.UUID,
    username: str,
    name: str,
    roles: tuple[str, ...],
    password_hash: str,
    unit_id: uuid.UUID | None = None,
    position: str = "",
    must_change_password: bool = True,
) -> uuid.UUID:
    """Create an account and return its id.

    Raises:
        AccountError: the user name is taken or has signs that names may not have; ACC-0006 a role is unknown,
            ACC-0010 two roles must not be one person's, ACC-0012 the unit is not one of the body's.
        Forbidden: the role is one that the actor may not give.
    """
    if not _USERNAME.fullmatch(username):
        raise AccountError("ACC-0005", username=username)
    _refuse_roles(work, roles)
    _refuse_foreign(work, organization_id, unit_id)
    account_id = work.ids.new()
    work.add(
        Account(
            id=account_id,
            organization_id=organization_id,
            username=username,
            name=name,
            unit_id=unit_id,
            position=position,
            password_hash=password_hash,
            must_change_password=must_change_password,
            session_mark=work.ids.new(),
            created_at=work.now,
        )
    )
    try:
        work.session.flush()
    except IntegrityError:
        # Names are unique among all bodies; those of the others are outside the actor's scope.
        raise AccountError("ACC-0004", username=username) from None
    for role in sorted(set(roles)):
        work.add(AccountRole(account_id=account_id, organization_id=organization_id, role=role))
    work.record(
        AuditRecord(
            "account.created",
            organization_id,
            "account",
            account_id,
            payload={"username": username, "roles": sorted(set(roles))},
        )
    )
    return account_id


def _refuse_roles(work: UnitOfWork, roles: Iterable[str]) -> None:
    held = set(roles)
    if unknown := sorted(held - set(ROLES)):
        raise AccountError("ACC-0006", role=unknown[0])
    if (pair := clash(held, CONTENT_ROLES)) is not None:
        raise AccountError("ACC-0010", technical=NAMES[pair[0]][0], content=NAMES[pair[1]][0])
    _refuse_below(work, held)


def _refuse_below(work: UnitOfWork, roles: Iterable[str]) -> None:
    if "system_administrator" in roles:
        # This role reaches every body: who may not do so himself can neither give it nor touch its accounts.
        require(work.scope, "organization.manage")


def _managed(work: UnitOfWork, username: str) -> tuple[Account, list[str]]:
    """Return an account that the actor may change, and its roles.

    Raises:
        AccountError: ACC-0007 no account of this name is in scope.
        Forbidden: it is a system administrator's, and the actor is none.
    """
    account = work.session.scalar(select(Account).where(Account.username == username).with_for_update())
    if account is None:
        raise AccountError("ACC-0007", username=username)
    roles = list(
        work.session.scalars(
            select(AccountRole.role).where(AccountRole.account_id == account.id).order_by(AccountRole.role)
        )
    )
    _refuse_below(work, roles)
    return account, roles


def set_roles(work: UnitOfWork, username: str, roles: tuple[str, ...]) -> None:
    """Give an account exactly these roles; what it may see and do changes with its next request.

    Raises:
        AccountError: ACC-0007 no account of this name is in scope, ACC-0011 it is the actor's own, ACC-0006 a role is
            unknown, ACC-0010 two roles must not be one person's.
        Forbidden: a role, or the account, is one that the actor may not touch.
    """
    account, old = _managed(work, username)
    if account.id == work.scope.actor:
        raise AccountError("ACC-0011")
    _refuse_roles(work, roles)
    wanted = sorted(set(roles))
    for row in work.session.scalars(select(AccountRole).where(AccountRole.account_id == account.id)):
        if row.role not in wanted:
            work.session.delete(row)
    for role in wanted:
        if role not in old:
            work.add(AccountRole(account_id=account.id, organization_id=account.organization_id, role=role))
    work.record(
        AuditRecord(
            "account.roles_changed",
            account.organization_id,
            "account",
            account.id,
            payload={"username": username, "old": old, "new": wanted},
        )
    )


def _refuse_foreign(work: UnitOfWork, organization_id: uuid.UUID, unit_id: uuid.UUID | None) -> None:
    """Refuse a unit that is another body's, or closed: a person's scope follows from it."""
    if unit_id is None:
        return
    unit = work.session.get(Organization, unit_id)
    if unit is None or (unit.body_id, unit.kind) != (organization_id, "unit") or unit.closed_on is not None:
        raise AccountError("ACC-0012")


def change_account(work: UnitOfWork, username: str, *, name: str, position: str, unit_id: uuid.UUID | None) -> None:
    """Change what a person is called, what he does and where; sessions stay, the scope follows with the next request.

    Raises:
        AccountError: ACC-0007 no account of this name is in scope, ACC-0012 the unit is not one of its body's.
        Forbidden: it is a system administrator's, and the actor is none.
    """
    account, _ = _managed(work, username)
    if unit_id != account.unit_id:
        _refuse_foreign(work, account.organization_id, unit_id)
    wanted = {"name": name, "position": position, "unit_id": unit_id}
    changed = {
        field: [str(getattr(account, field) or ""), str(value or "")]
        for field, value in wanted.items()
        if getattr(account, field) != value
    }
    if not changed:
        return
    account.name, account.position, account.unit_id = name, position, unit_id
    payload = {"username": username, **changed}
    work.record(AuditRecord("account.changed", account.organization_id, "account", account.id, payload=payload))


def set_lock(work: UnitOfWork, username: str, *, locked: bool) -> None:
    """Lock or unlock an account; locking ends its open sessions.

    Raises:
        AccountError: ACC-0007 no account of this name is in scope.
        Forbidden: it is a system administrator's, and the actor is none.
    """
    account, _ = _managed(work, username)
    account.locked_at = work.now if locked else None
    account.session_mark = work.ids.new()
    throttle = work.session.get(LoginThrottle, username)
    if throttle is not None and not locked:
        work.session.delete(throttle)
    act = "account.locked" if locked else "account.unlocked"
    work.record(AuditRecord(act, account.organization_id, "account", account.id))


def reset_password(work: UnitOfWork, username: str, password_hash: str) -> None:
    """Give an account a new password, to be changed at the next log-in; its open sessions end, its owner is told.

    Raises:
        AccountError: ACC-0007 no account of this name is in scope.
        Forbidden: it is a system administrator's, and the actor is none.
    """
    account, _ = _managed(work, username)
    by = work.session.scalar(select(Account.name).where(Account.id == work.scope.actor))
    account.password_hash, account.must_change_password = password_hash, True
    account.password_reset_at, account.password_reset_by = work.now, by or "Hệ thống"
    account.session_mark = work.ids.new()
    work.record(AuditRecord("account.password_reset", account.organization_id, "account", account.id))


def change_password(database: Database, face: AccountFace, old: str, new: str) -> None:
    """Change one's own password.

    Raises:
        AccountError: the old one is wrong, the new one too weak or the same.
    """
    scope = face.scope()
    with database.read(scope) as work:
        stored = work.session.scalars(select(Account.password_hash).where(Account.id == face.id)).one()
    if not _matches(stored, old):
        raise AccountError("ACC-0008")
    if old == new:
        raise AccountError("ACC-0009")
    check_strength(new)
    hashed = hash_password(new)
    with database.write(scope) as work:
        account = work.session.scalars(select(Account).where(Account.id == face.id)).one()
        account.password_hash, account.must_change_password = hashed, False
        account.password_reset_at, account.password_reset_by = None, ""
        # Whoever knew the old one is logged out everywhere.
        account.session_mark = work.ids.new()
        work.record(AuditRecord("account.password_changed", account.organization_id, "account", account.id))


def face_of(work: UnitOfWork, account: Account) -> AccountFace:
    """Return an account with its roles."""
    roles = work.session.scalars(
        select(AccountRole.role).where(AccountRole.account_id == account.id).order_by(AccountRole.role)
    ).all()
    return AccountFace(
        id=account.id,
        organization_id=account.organization_id,
        unit_id=account.unit_id,
        username=account.username,
        name=account.name,
        position=account.position,
        roles=tuple(roles),
        locked=account.locked_at is not None,
        must_change_password=account.must_change_password,
        session_mark=account.session_mark,
        password_reset_at=account.password_reset_at,
        password_reset_by=account.password_reset_by,
    )


def find_face(
    database: Database,
    *,
    username: str | None = None,
    id: uuid.UUID | None = None,  # noqa: A002 - its name
) -> AccountFace | None:
    """Return an account by user name or id; the doorkeeper's look-up before there is a scope."""
    with database.read(SystemScope("account lookup")) as work:
        condition = Account.id == id if id is not None else Account.username == username
        account = work.session.scalar(select(Account).where(condition))
        return face_of(work, account) if account is not None else None


@functools.cache
def _nobody() -> str:
    """Return what is verified where no account has the name: the answer takes as long as for a wrong password."""
    return _HASHER.hash(secrets.token_hex(16))


def authenticate(database: Database, username: str, password: str) -> AccountFace:
    """Return the account if the password is right; every try is an event, failed ones are counted.

    Raises:
        AccountError: ACC-0001 wrong name or password (the same for both), ACC-0002 too many failures.
    """
    username = username.strip().lower()[:64]
    scope = SystemScope("log-in")
    # Made, the first time, whether it is wanted or not: a name that nobody has must not be known by its time.
    nobody = _nobody()
    # Counted as failed before it is tried: however many guess at once, the sixth finds the door shut.
    blocked = not _count_try(database, username)
    with database.read(scope) as work:
        account = work.session.scalar(select(Account).where(Account.username == username))
        stored = account.password_hash if account is not None else nobody
    right = _matches(stored, password) and account is not None and not blocked
    if right and account is not None and account.locked_at is None:
        with database.write(SystemScope("log-in", actor=account.id)) as work:
            if (row := work.session.get(LoginThrottle, username)) is not None:
                work.session.delete(row)
            work.record(AuditRecord("account.logged_in", account.organization_id, "account", account.id))
            return face_of(work, account)
    if account is not None:
        with database.write(scope) as work:
            work.record(
                AuditRecord("account.login_failed", account.organization_id, "account", account.id, outcome="refused")
            )
    raise AccountError("ACC-0002" if blocked else "ACC-0001")


def _count_try(database: Database, username: str) -> bool:
    """Count a try of this user name, and return whether it may be made."""
    with database.write(SystemScope("log-in")) as work:
        insert_missing(work.session, LoginThrottle, {"username": username, "failures": 0, "last_failure_at": work.now})
        row = work.session.scalars(
            select(LoginThrottle).where(LoginThrottle.username == username).with_for_update()
        ).one()
        if work.now >= row.last_failure_at + BLOCK:
            row.failures = 0
        elif row.failures >= MAX_FAILURES:
            return False
        row.failures, row.last_failure_at = row.failures + 1, work.now
        return True


def _matches(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except argon2.exceptions.VerificationError:
        return False


def end_sessions(work: UnitOfWork) -> None:
    """End every open session of every account."""
    for account in work.session.scalars(select(Account)):
        account.session_mark = work.ids.new()
