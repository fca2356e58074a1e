"""The declarative base, and the mixins that give rows an owner and text its folded twins."""

from __future__ import annotations

import datetime
import uuid
from typing import Any, ClassVar

from sqlalchemy import MetaData, Uuid, event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import DeclarativeBase, Mapped, Mapper, mapped_column

from archive.database.columns import Json, OrderedText, UtcDateTime, whole_number
from archive.text.folding import fold, sort_key


class Base(DeclarativeBase):
    """Base of every table.

    A class whose text is filtered or sorted names it in `__folded__`; for each name it has the columns
    ``<name>_folded`` and ``<name>_sort``, which are filled here whenever a row is written.
    """

    __folded__: ClassVar[tuple[str, ...]] = ()
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime.datetime: UtcDateTime(),
        uuid.UUID: Uuid(),
        int: whole_number(),
        dict[str, Any]: Json(),
        list[Any]: Json(),
    }


class Owned:
    """A row that belongs to one organization; no query sees it without a scope (design §5).

    Where it has a `unit_id` and `__of_units__`, who sees single units alone sees those units' rows.
    """

    __of_units__: ClassVar[bool] = True

    organization_id: Mapped[uuid.UUID] = mapped_column(index=True)


def folded_column(*, index: bool = False) -> Mapped[str]:
    """Return a column for a folded twin or a sort key."""
    return mapped_column(OrderedText(), index=index, default="")


@event.listens_for(Base, "before_insert", propagate=True)
@event.listens_for(Base, "before_update", propagate=True)
def _write_folded_twins(mapper: Mapper[Any], connection: Connection, row: Base) -> None:
    del mapper, connection
    for name in row.__folded__:
        text = getattr(row, name) or ""
        setattr(row, f"{name}_folded", fold(text))
        setattr(row, f"{name}_sort", sort_key(text))
