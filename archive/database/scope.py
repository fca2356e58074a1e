"""Scopes: which rows a piece of work may see, held by the session and put into every query."""

from __future__ import annotations

import functools
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Alias, Column, ColumnClause, Table, TableClause, TextClause, event
from sqlalchemy.orm import FromStatement, ORMExecuteState, Session, UOWTransaction, with_loader_criteria
from sqlalchemy.sql import visitors

from archive.database.base import Base, Owned

SYSTEM_ACTOR = uuid.UUID(int=0)


class UnscopedQuery(RuntimeError):  # noqa: N818 - the design's word for it
    """A table whose rows belong to organizations was touched without a scope. A fault of ours."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What one actor may see.

    Attributes:
        actor: the account.
        organizations: the bodies whose rows are visible.
        units: units whose rows are visible; None = every unit of these bodies.
        sensitivity: highest level of content visible; 0 sees no dossiers, documents or files at all.
        permissions: the acts that the actor's roles allow, e.g. ``transfer.accept``.
        own_unit_only: those of them that the roles allow on rows of the actor's own unit alone.
        own_unit: that unit.
    """

    actor: uuid.UUID
    organizations: frozenset[uuid.UUID]
    units: frozenset[uuid.UUID] | None = None
    sensitivity: int = 0
    permissions: frozenset[str] = frozenset()
    own_unit_only: frozenset[str] = frozenset()
    own_unit: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class SystemScope:
    """Sees everything, for a reason that is audited and counted: the doorkeepers of queues and chains."""

    reason: str
    actor: uuid.UUID = SYSTEM_ACTOR


AnyScope = Scope | SystemScope


@dataclass(slots=True)
class SystemScopeUse:
    """How often this process opened a system scope, by reason."""

    counts: Counter[str] = field(default_factory=Counter)
    reported: set[str] = field(default_factory=set)


def worker_scope(organization_id: uuid.UUID) -> Scope:
    """Return the scope of background work on one organization's rows: all of them, and no others."""
    return Scope(actor=SYSTEM_ACTOR, organizations=frozenset({organization_id}), sensitivity=99)


class ScopedSession(Session):
    """A session that refuses unscoped queries; its scope stands in ``session.info["scope"]``."""


def _touched(statement: Any) -> set[type[Any]]:  # noqa: ANN401 - any SQL statement
    """Return the owned classes that a statement asks for; refuse tables asked for past their classes."""
    owned = _owned_classes(len(Base.metadata.tables))
    by_class: set[str] = set()
    bare: set[str] = set()
    for element in visitors.iterate(statement):
        _refuse_unreadable(element)
        if isinstance(element, Table):
            name = element.name
        elif isinstance(element, Column) and isinstance(element.table, Table):
            name = element.table.name
        else:
            continue
        if name not in owned:
            continue
        # SQLAlchemy marks what was asked for through a mapped class; a condition reaches only that.
        if "parentmapper" in element._annotations:  # noqa: SLF001 - no public way
            by_class.add(name)
        elif isinstance(element, Column):
            raise UnscopedQuery(f"{name}.{element.name} is asked for past its class")
        else:
            bare.add(name)
    if bare - by_class:
        raise UnscopedQuery(f"{', '.join(sorted(bare - by_class))} asked for past its class")
    return {owned[name] for name in by_class}


def _refuse_unreadable(element: Any) -> None:  # noqa: ANN401 - any part of a SQL statement
    """Refuse the parts of a statement that no condition can be put on."""
    literal = isinstance(element, ColumnClause) and element.is_literal and element.name not in {"*", "1"}
    if literal or isinstance(element, TextClause) or type(element) is TableClause:
        raise UnscopedQuery("literal SQL cannot be scoped")
    if isinstance(element, FromStatement):
        raise UnscopedQuery("rows of a statement given as it is cannot be scoped")
    # The conditions name the class, and an alias of it would pass them by.
    if isinstance(element, Alias) and isinstance(element.element, Table):
        raise UnscopedQuery(f"an alias of {element.element.name} cannot be scoped")


@functools.cache
def _owned_classes(tables: int) -> dict[str, type[Any]]:
    """Return the owned classes by table name; `tables` counts the tables, so that a later one is not missed."""
    del tables
    return {
        mapper.local_table.name: mapper.class_
        for mapper in Base.registry.mappers
        if issubclass(mapper.class_, Owned) and isinstance(mapper.local_table, Table)
    }


@event.listens_for(ScopedSession, "do_orm_execute")
def _scope_every_statement(state: ORMExecuteState) -> None:
    scope = state.session.info.get("scope")
    if isinstance(scope, SystemScope):
        return
    touched = _touched(state.statement)
    if not touched:
        return
    if scope is None:
        raise UnscopedQuery(", ".join(sorted(c.__name__ for c in touched)))
    if state.is_insert:
        raise UnscopedQuery("rows are added through the session, which checks their owner")
    for owned_class in touched:
        state.statement = state.statement.options(with_loader_criteria(owned_class, criteria(owned_class, scope)))


def criteria(owned_class: type[Any], scope: Scope) -> Any:  # noqa: ANN401 - an SQL expression
    """Return the condition that holds for the rows of this class that the scope may see."""
    condition = owned_class.organization_id.in_(scope.organizations)
    if scope.units is not None and owned_class.__of_units__ and hasattr(owned_class, "unit_id"):
        condition &= owned_class.unit_id.in_(scope.units)
    if hasattr(owned_class, "sensitivity"):
        condition &= owned_class.sensitivity <= scope.sensitivity
    return condition


@event.listens_for(ScopedSession, "before_flush")
def _check_owner_of_written_rows(session: Session, context: UOWTransaction, instances: object) -> None:
    del context, instances
    scope = session.info.get("scope")
    if isinstance(scope, SystemScope):
        return
    for row in [*session.new, *session.dirty, *session.deleted]:
        if isinstance(row, Owned) and (scope is None or row.organization_id not in scope.organizations):
            raise UnscopedQuery(f"{type(row).__name__} of an organization outside the scope")
