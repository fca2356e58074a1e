"""Pages of lists of dossiers, by key: in the order of their codes, each dossier on exactly one page."""

from __future__ import annotations

import uuid
from typing import TypeVarTuple

from sqlalchemy import Select, select, tuple_

from archive.database.unit_of_work import UnitOfWork
from archive.description.models import Dossier

S = TypeVarTuple("S")


def in_order_after(work: UnitOfWork, statement: Select[*S], last: str) -> Select[*S]:
    """Return a statement over dossiers in the order of their codes, from behind the dossier shown last.

    Two fonds may hold dossiers of one code, so the code alone tells no place. What is no id, or not in scope,
    begins at the beginning.
    """
    statement = statement.order_by(Dossier.code_sort, Dossier.id)
    try:
        shown = work.session.scalar(select(Dossier).where(Dossier.id == uuid.UUID(last))) if last else None
    except ValueError:
        shown = None
    if shown is None:
        return statement
    return statement.where(tuple_(Dossier.code_sort, Dossier.id) > tuple_(shown.code_sort, shown.id))
