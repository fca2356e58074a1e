"""The beginning of an archive: database, operator, schedules, the first administrator."""

from __future__ import annotations

import uuid
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.accounts.services import create_account, generate_password, hash_password
from archive.clock import vietnam_date
from archive.database.connection import Database
from archive.database.errors import NotFound
from archive.database.leading import wait_for_turn
from archive.database.migrate import upgrade
from archive.database.scope import Scope, SystemScope
from archive.database.unit_of_work import UnitOfWork
from archive.organizations.models import Organization, OrganizationTerm
from archive.organizations.services import create_organization, system_organization
from archive.text.folding import fold
from config.buckets import lock_was_tried, make_buckets, try_lock
from config.house import open_house
from config.session_key import session_key
from config.settings import Settings
from config.tables import SUBJECTS
from preservation.ledger.rebuilding import refuse_to_begin
from preservation.packages.presence import mark_store, refuse_other_store
from preservation.storage.errors import StorageError
from retention.schedules.services import load_schedules
from search.index.services import request_first_build

assert SUBJECTS  # noqa: S101 - imported for the tables


def initialise(settings: Settings) -> str | None:
    """Make what is missing; return the first administrator's password, or None when there was one already.

    Raises:
        LedgerError: LDG-0015 the database is empty but the store tells of an archive, LDG-0013 it was being rebuilt.
        StorageError: STO-0018 the store is away, STO-0019 it is another archive's.
    """
    make_buckets(settings)
    house = open_house(settings, existing=False)
    try:
        if settings.store and not lock_was_tried(settings):
            try_lock(settings)
        upgrade(house.database)
        refuse_to_begin(house.database, house.store)
        refuse_other_store(house.database, house.store)
        session_key(settings.data)
        password = generate_password()
        hashed = hash_password(password)
        with house.database.write(SystemScope("init")) as work:
            wait_for_turn(work.session, "init")
            operator = system_organization(work.session)
            begun = operator is not None
            if operator is not None:
                load_schedules(work, operator)
            else:
                _begin(work, settings, hashed)
        try:
            mark_store(house.database, house.store)
        except StorageError as error:
            # The password is shown once, so it must come out; `run` writes the mark as well.
            if begun or not error.passing:
                raise
        return None if begun else password
    finally:
        house.close()


def _begin(work: UnitOfWork, settings: Settings, hashed: str) -> None:
    """Make the operator, and what it needs."""
    operator = create_organization(
        work,
        kind="operator",
        name="Đơn vị vận hành hệ thống",
        valid_from=vietnam_date(work.now),
        code="",
    )
    load_schedules(work, operator)
    if settings.index:
        request_first_build(work)
    create_account(
        work,
        organization_id=operator,
        username="quantri",
        name="Quản trị hệ thống",
        roles=("system_administrator", "auditor"),
        password_hash=hashed,
    )


def organization_by_code(database: Database, code: str, scope: Scope) -> tuple[uuid.UUID, Scope]:
    """Return the body that bears an agency code, and the scope widened to it; only for who manages organizations.

    A code may have been another body's before: the one that bore it last is meant.

    Raises:
        NotFound: no body bears the code.
    """
    with database.read(scope) as work:
        found = work.session.scalar(
            select(OrganizationTerm.subject_id)
            .where(OrganizationTerm.code == code)
            .order_by(OrganizationTerm.valid_from.desc())
            .limit(1)
        )
    if found is None:
        raise NotFound
    widened = replace(scope, organizations=scope.organizations | {found}, units=None)
    return found, widened


def unit_by_name(session: Session, body_id: uuid.UUID, name: str) -> uuid.UUID:
    """Return an office unit of a body by its present name, marks and capitals apart.

    Raises:
        NotFound: the body has no unit of this name, or has closed it.
    """
    found = session.scalar(
        select(Organization.id)
        .join(OrganizationTerm, OrganizationTerm.subject_id == Organization.id)
        .where(Organization.body_id == body_id, Organization.kind == "unit", OrganizationTerm.name_folded == fold(name))
        .where(OrganizationTerm.valid_to.is_(None))
    )
    if found is None:
        raise NotFound
    return found
