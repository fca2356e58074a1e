"""What a subject writes to the store, so that the database can be rebuilt from there, and how it is read back."""

from __future__ import annotations

import enum
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Select

from archive.database.base import Base
from archive.database.restoring import Plain, to_plain


class Part(enum.StrEnum):
    """Whose segments hold a row: they lie, and can be destroyed, together.

    ``body``: what may stay for ever. ``transfer`` and ``dossier``: what names one of these.
    """

    BODY = "body"
    TRANSFER = "transfer"
    DOSSIER = "dossier"


class Ledger(Protocol):
    """One table's rows in one part of the ledger."""

    @property
    def table(self) -> type[Base]:
        """Return the class of the rows."""
        ...

    @property
    def part(self) -> Part:
        """Return the part that holds them."""
        ...

    @property
    def last(self) -> bool:
        """Return whether the rows may point to rows of other bodies, and are restored after those."""
        ...

    def rows(self, owner: uuid.UUID) -> Select[Any]:
        """Return the statement for the rows of one body, transfer or dossier."""
        ...

    def written(self, row: Any) -> Plain:  # noqa: ANN401 - a row of `table`
        """Return a row as it is written: JSON types, nothing secret."""
        ...

    def restored(self, plain: Plain) -> Plain:
        """Return what was written with everything that a row of the table needs."""
        ...


def _as_written(plain: Plain) -> Plain:
    return plain


@dataclass(frozen=True, slots=True)
class TableLedger:
    """Rows of a table as they are.

    Attributes:
        table: their class.
        part: the part of the ledger that holds them.
        select: gives the statement for one owner's rows.
        without: columns that are never written: secrets, leases.
        completed: gives back what was left out, or what must not come back as it was.
        last: restored after the rows of all other bodies.
    """

    table: type[Base]
    part: Part
    select: Callable[[uuid.UUID], Select[Any]]
    without: frozenset[str] = frozenset()
    completed: Callable[[Plain], Plain] = _as_written
    last: bool = False

    def rows(self, owner: uuid.UUID) -> Select[Any]:
        """Return the statement for the rows of one body, transfer or dossier."""
        return self.select(owner)

    def written(self, row: Any) -> Plain:  # noqa: ANN401 - a row of any class
        """Return a row as it is written."""
        return to_plain(row, self.without)

    def restored(self, plain: Plain) -> Plain:
        """Return the whole row."""
        return self.completed(plain)
