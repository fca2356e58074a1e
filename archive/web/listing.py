"""Lists of many things: columns to choose, one order at a time, pages by key, export of what is seen.

A page declares its list once and opens it with a statement that its own filters have narrowed:

    DOSSIERS = Listing("dossiers", Dossier.id, (Column("code", …, lambda d: d.code, order=Dossier.code_sort), …))
    shown = DOSSIERS.open(work, select(Dossier).where(…), request.args)

The state of a list stands in the address: `xep` the column in whose order it is (``-code`` backwards), `cot` the
columns shown (without it, those that the person chose last), `sau` / `truoc` the row behind or before which the page
lies, and the page's own filters. Pages go by key: however many rows lie before, a page costs the same, and a row that
comes in meanwhile shifts nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeAlias, TypeVar

from sqlalchemy import Select, func, select, tuple_

from archive.database.unit_of_work import UnitOfWork
from archive.web.chosen_columns import chosen_columns

R = TypeVar("R")
# Of whatever a page lists: rows of one class, or of several side by side.
Statement: TypeAlias = Select[*tuple[Any, ...]]
COUNTED = 10_000
"""More rows than these are not counted: the list says "more than"."""
PAGE = 100
_OWN = ("xep", "cot", "sau", "truoc")


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """A column of a list.

    Attributes:
        key: in addresses, e.g. ``code``.
        label: its head, translated when shown.
        value: what an export writes for a row; the page draws its cells itself.
        order: what is sorted by, of a column that is never NULL; None = not sorted by.
        chosen: shown unless the reader chooses otherwise.
        numeric: stands right.
    """

    key: str
    label: Any
    value: Callable[[R], object]
    order: Any = None
    chosen: bool = True
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Listed(Generic[R]):
    """A page of a list, as its template wants it.

    Attributes:
        rows: at most a page.
        total: rows in all; at most `COUNTED` + 1, unless the page knew it.
        before, after: ids for the pages before and behind; empty when there is none.
        arguments: the address's arguments without empty ones.
    """

    name: str
    rows: Sequence[R]
    total: int
    columns: Sequence[Column[R]]
    every_column: Sequence[Column[R]]
    order: str
    backwards: bool
    before: str
    after: str
    identity: Callable[[R], uuid.UUID]
    arguments: Mapping[str, str] = field(default_factory=dict)

    @property
    def more_than_counted(self) -> bool:
        """Return whether there are more rows than are counted."""
        return self.total > COUNTED

    @property
    def filters(self) -> dict[str, str]:
        """Return the page's own filters as they stand in the address."""
        return {name: value for name, value in self.arguments.items() if name not in _OWN}

    @property
    def filtered(self) -> bool:
        """Return whether a filter of the page's own narrows the list."""
        return bool(self.filters)

    def address(self, **changes: str) -> dict[str, str]:
        """Return the arguments of this list's address with changes; a new order or filter begins at the beginning."""
        kept = {name: value for name, value in self.arguments.items() if name not in ("sau", "truoc")}
        return {name: value for name, value in {**kept, **changes}.items() if value}

    def ordered_by(self, column: Column[R]) -> dict[str, str]:
        """Return the arguments that put the list in the order of a column, backwards if it is so already."""
        turned = column.key == self.order and not self.backwards
        return self.address(xep=f"-{column.key}" if turned else column.key)

    def kept(self, *without: str) -> list[tuple[str, str]]:
        """Return the arguments that a form beside the list must carry on."""
        dropped = {*without, "sau", "truoc"}
        return [(name, value) for name, value in self.arguments.items() if name not in dropped]


class Listing(Generic[R]):
    """A list: its columns, and what identifies a row.

    Args:
        name: for events and file names, e.g. ``dossiers``.
        key: the mapped id, e.g. ``Dossier.id``; the second sort key, so that every row has exactly one place.
        columns: in the order in which they stand; the first one that can be sorted by decides at first.
        identity: returns a row's id; for statements that give more than one thing a row.
        backwards: begin with the last.
    """

    def __init__(
        self,
        name: str,
        key: Any,  # noqa: ANN401 - a mapped column
        columns: Sequence[Column[R]],
        *,
        identity: Callable[[R], uuid.UUID] | None = None,
        backwards: bool = False,
        page: int = PAGE,
    ) -> None:
        self.name, self.key, self.columns, self.page = name, key, tuple(columns), page
        self.identity = identity or (lambda row: row.id)  # type: ignore[attr-defined] # every table's key
        self._sortable = {column.key: column for column in self.columns if column.order is not None}
        self._first = next(iter(self._sortable))
        self._backwards = backwards

    def open(
        self, work: UnitOfWork, statement: Statement, arguments: Mapping[str, str], *, total: int | None = None
    ) -> Listed[R]:
        """Return the page that the arguments ask for; what makes no sense in them is passed over.

        `total` is how many rows the statement gives, where the page has counted them anyway.
        """
        given = {name: value for name, value in arguments.items() if value}
        columns = self.shown_columns(arguments)
        if "cot" in given:
            given["cot"] = ",".join(column.key for column in columns)
        order, backwards = self._order(given)
        before, after = given.get("truoc", ""), given.get("sau", "")
        anchor = self._anchor(work, statement, order, before or after)
        upward = bool(before) and anchor is not None
        rows = self._rows(work, self._placed(statement, order, anchor, downwards=backwards ^ upward))
        more = len(rows) > self.page
        rows = rows[: self.page]
        if upward:
            rows = rows[::-1]
        # Coming from a page means that there is one on that side.
        earlier, later = (more, anchor is not None) if upward else (anchor is not None, more)
        if total is None:
            # A first page that is the whole list needs no second walk through it.
            total = self._count(work, statement) if earlier or later else len(rows)
        return Listed(
            name=self.name,
            rows=rows,
            total=total,
            columns=columns,
            every_column=self.columns,
            order=order.key,
            backwards=backwards,
            before=str(self.identity(rows[0])) if earlier and rows else "",
            after=str(self.identity(rows[-1])) if later and rows else "",
            identity=self.identity,
            arguments=given,
        )

    def all_rows(self, work: UnitOfWork, statement: Statement, arguments: Mapping[str, str]) -> Iterator[R]:
        """Yield every row in the order asked for, a thousand at a time."""
        order, backwards = self._order(arguments)
        last: Any = None
        while True:
            placed = self._placed(statement, order, last, downwards=backwards)
            rows = self._rows(work, placed, 1000)
            yield from rows
            if len(rows) < 1000:  # noqa: PLR2004 - the rows of one time
                return
            last = self._anchor(work, statement, order, str(self.identity(rows[-1])))

    def shown_columns(self, arguments: Mapping[str, str]) -> list[Column[R]]:
        """Return the columns that the arguments choose."""
        wanted = chosen_columns(self.name, arguments)
        return [c for c in self.columns if c.key in wanted] or [c for c in self.columns if c.chosen]

    def _order(self, arguments: Mapping[str, str]) -> tuple[Column[R], bool]:
        asked = arguments.get("xep", "")
        column = self._sortable.get(asked.removeprefix("-"))
        if column is None:
            return self._sortable[self._first], self._backwards
        return column, asked.startswith("-")

    def _anchor(self, work: UnitOfWork, statement: Statement, order: Column[R], row: str) -> Any:  # noqa: ANN401 - the order's value and the id
        """Return where a row stands; None for one that is not in the list (any more)."""
        try:
            row_id = uuid.UUID(row)
        except ValueError:
            return None
        only = statement.with_only_columns(order.order, self.key, maintain_column_froms=True).order_by(None)
        return work.session.execute(only.where(self.key == row_id)).one_or_none()

    def _placed(
        self,
        statement: Statement,
        order: Column[R],
        anchor: Any,  # noqa: ANN401 - the order's value and the id
        *,
        downwards: bool,
    ) -> Statement:
        place = tuple_(order.order, self.key)
        if anchor is not None:
            value = tuple_(anchor[0], anchor[1])
            statement = statement.where(place < value if downwards else place > value)
        if downwards:
            return statement.order_by(order.order.desc(), self.key.desc())
        return statement.order_by(order.order, self.key)

    def _rows(self, work: UnitOfWork, statement: Statement, most: int | None = None) -> list[R]:
        result = work.session.execute(statement.limit(most or self.page + 1))
        alone = len(statement.column_descriptions) == 1
        return list(result.scalars() if alone else result)

    def _count(self, work: UnitOfWork, statement: Statement) -> int:
        return bounded_count(work, statement.with_only_columns(self.key, maintain_column_froms=True).order_by(None))


def bounded_count(work: UnitOfWork, statement: Statement, most: int = COUNTED) -> int:
    """Return how many rows a statement gives, `most` + 1 for all that are more."""
    some = statement.limit(most + 1)
    return work.session.scalar(select(func.count()).select_from(some.subquery())) or 0
