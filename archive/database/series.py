"""Numbers that run on within one organization, whoever asks for the next one."""

from __future__ import annotations

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Mapped, mapped_column

from archive.database.base import Base, Owned
from archive.database.rows import insert_missing
from archive.database.unit_of_work import UnitOfWork


class NumberSeries(Base, Owned):
    """The last number given out in a series of an organization, e.g. ``GN-2026``."""

    __tablename__ = "number_series"
    organization_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]


def next_number(work: UnitOfWork, organization_id: uuid.UUID, name: str) -> int:
    """Return the next number of a series, counted from 1; given out only if the transaction commits."""
    statement = (
        select(NumberSeries)
        .where(NumberSeries.organization_id == organization_id, NumberSeries.name == name)
        .with_for_update()
    )
    series = work.session.scalar(statement)
    if series is None:
        insert_missing(work.session, NumberSeries, {"organization_id": organization_id, "name": name, "last": 0})
        series = work.session.scalars(statement).one()
    series.last += 1
    work.session.flush()
    return series.last
