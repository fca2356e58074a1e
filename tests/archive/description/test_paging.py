"""Lists of dossiers page by page: each dossier once, in Vietnamese order, the same on every database."""

from __future__ import annotations

import random

from sqlalchemy import select

from archive.database.connection import Database
from archive.database.scope import SystemScope
from archive.description.models import Dossier
from archive.description.paging import in_order_after
from archive.text.folding import fold, sort_key
from tests.archive.dossiers import add_dossier
from tests.province import Province

TITLES = (
    *("Dự án", "Đê điều", "Ấp Bắc", "Ăn ở", "An ninh", "Ân xá"),
    *("ấp bắc", "Quyết định", "QUYẾT ĐỊNH", "Ô tô", "Ơn", "ỦY BAN"),
)


def filled(database: Database, province: Province) -> list[str]:
    """Add dossiers with these titles, in no order; return their ids in the order that people expect of the titles."""
    titles = list(TITLES)
    random.Random(7).shuffle(titles)  # noqa: S311 - an order, no secret
    with database.write(SystemScope("test")) as work:
        made = {str(add_dossier(work, province, str(n), title=title).id): title for n, title in enumerate(titles)}
    return sorted(made, key=lambda key: (sort_key(made[key]), key))


def test_text_is_sorted_as_vietnamese_is_on_every_database(database: Database, province: Province) -> None:
    """D before Đ, A before Ă before Â, marks and capitals last: the database sorts as Python does."""
    expected = filled(database, province)
    with database.read(SystemScope("test")) as work:
        found = work.session.scalars(select(Dossier.id).order_by(Dossier.title_sort, Dossier.id)).all()
    assert [str(dossier) for dossier in found] == expected


def test_text_is_found_without_marks_on_every_database(database: Database, province: Province) -> None:
    """A word typed in any case and with any marks finds all its spellings."""
    filled(database, province)
    for typed, count in (("quyet dinh", 2), ("ẤP BẮC", 2), ("de dieu", 1), ("100%", 0), ("_", 0)):
        with database.read(SystemScope("test")) as work:
            condition = Dossier.title_folded.contains(fold(typed), autoescape=True)
            assert len(work.session.scalars(select(Dossier.id).where(condition)).all()) == count, typed


def test_every_dossier_stands_on_exactly_one_page(database: Database, province: Province) -> None:
    """Page by page, also where dossiers of several bodies bear one code, none is skipped and none comes twice."""
    with database.write(SystemScope("test")) as work:
        for number in range(7):
            for of in ("", "xa"):
                add_dossier(work, province, f"{number // 2}.{number}", of=of)
    with database.read(SystemScope("test")) as work:
        everything = work.session.scalars(select(Dossier.id).order_by(Dossier.code_sort, Dossier.id)).all()
        seen: list[object] = []
        last = ""
        while page := work.session.scalars(in_order_after(work, select(Dossier).limit(3), last)).all():
            seen += [dossier.id for dossier in page]
            last = str(page[-1].id)
    assert seen == everything
    assert len(seen) == 14


def test_what_is_no_place_begins_at_the_beginning(database: Database, province: Province) -> None:
    """An address with a broken or unknown place shows the first page, not a fault."""
    filled(database, province)
    with database.read(SystemScope("test")) as work:
        first = work.session.scalars(in_order_after(work, select(Dossier).limit(2), "")).all()
        for strange in ("x", "00000000-0000-0000-0000-000000000007"):
            assert work.session.scalars(in_order_after(work, select(Dossier).limit(2), strange)).all() == first
