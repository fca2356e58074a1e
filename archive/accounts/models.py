"""Accounts, their roles, and the table that slows guessing down."""

from __future__ import annotations

import datetime
import uuid

from sqlalchemy import ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from archive.database.base import Base, Owned, folded_column


class Account(Base, Owned):
    """One person's account in one body; `session_mark` changes when open sessions must end.

    `password_reset_at` and `password_reset_by` (a name, as it was that day) stand from an administrator's reset until
    the owner has chosen a password of his own: so he learns that somebody else had one.
    """

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("organization_id", "id"),)
    __folded__ = ("name",)
    # A person is known to the whole body; where he works decides what he sees, not who sees him.
    __of_units__ = False
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_folded: Mapped[str] = folded_column()
    name_sort: Mapped[str] = folded_column(index=True)
    unit_id: Mapped[uuid.UUID | None]
    position: Mapped[str] = mapped_column(default="")
    password_hash: Mapped[str]
    must_change_password: Mapped[bool] = mapped_column(default=True)
    password_reset_at: Mapped[datetime.datetime | None]
    password_reset_by: Mapped[str] = mapped_column(server_default="", default="")
    locked_at: Mapped[datetime.datetime | None]
    session_mark: Mapped[uuid.UUID]
    created_at: Mapped[datetime.datetime]


class AccountRole(Base, Owned):
    """A role that an account holds; one person may hold several."""

    __tablename__ = "account_role"
    __table_args__ = (
        ForeignKeyConstraint(["organization_id", "account_id"], ["account.organization_id", "account.id"]),
    )
    account_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)


class LoginThrottle(Base):
    """Failed log-ins of one user name, whether it exists or not."""

    __tablename__ = "login_throttle"
    username: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int]
    last_failure_at: Mapped[datetime.datetime]
