"""Search tells nobody of what they may not see: not by a hit, a count, a facet, a snippet, an order, an answer.

Four dossiers go the whole way: one of the asker's own unit, one of another unit, one of another organization,
one that is restricted; each with a word of its own in title, file name and text. Then everybody asks for everything.
"""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote, quote_plus

import docx
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from archive.database.scope import SystemScope
from archive.description.models import Dossier
from archive.fence.pool import Fence
from archive.text.folding import fold
from archive.web.session import SessionUser
from config.application import create_application
from config.house import open_house
from config.settings import Settings
from search.query.services import Answer, ask
from tests.conftest import Archive
from tests.province import Province
from tests.transfers import list_file, row, whole_way

# Word of the dossier: whose it is, the access regime, the year, who sees it.
DOSSIERS: dict[str, tuple[str, str, int]] = {
    "Tràmxa": ("", "Công khai", 2001),
    "Đướcxa": ("other.", "Công khai", 2002),
    "Súxa": ("xa.", "Công khai", 2003),
    "Vẹtxa": ("", "Hạn chế sử dụng", 2004),
}
SEEN: dict[str, set[str]] = {
    "submitter": {"Tràmxa"},
    "approver": {"Tràmxa", "Vẹtxa"},
    "clerk": {"Tràmxa", "Đướcxa"},
    "searcher": {"Tràmxa", "Đướcxa"},
    "archivist": {"Tràmxa", "Đướcxa", "Vẹtxa"},
    "other.submitter": {"Đướcxa"},
    "other.approver": {"Đướcxa"},
    "xa.archivist": {"Súxa"},
    "xa.searcher": {"Súxa"},
}
NOBODYS = "Bầnxa"


@dataclass
class Forest:
    """The house, and the dossiers by their word."""

    archive: Archive
    app: Flask
    dossiers: dict[str, Dossier]

    def ask(self, who: str, query: str, **options: object) -> Answer:
        """Search as somebody."""
        scope = self.archive.person(who).scope()
        return ask(self.archive.house.database, self.archive.house.index, scope, query, **options)  # type: ignore[arg-type] # as named

    def browser(self, who: str) -> FlaskClient:
        """Return a browser in which somebody is logged in."""
        client = self.app.test_client()
        with client.session_transaction() as session:
            session["_user_id"] = SessionUser(self.archive.person(who)).get_id()
        return client


def text_file(word: str) -> bytes:
    """Return a document whose text has the word among words that all have."""
    document = docx.Document()
    document.add_paragraph(f"Báo cáo về rừng ngập mặn: cây {word} được trồng ở ven biển.")
    output = io.BytesIO()
    document.save(output)
    return output.getvalue()


@pytest.fixture(scope="module")
def forest(
    fence: Fence, initialised: tuple[Path, Province], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Forest]:
    """A house in which the four dossiers were sealed and indexed."""
    source, province = initialised
    data = tmp_path_factory.mktemp("forest") / "DATA"
    shutil.copytree(source, data)
    settings = replace(Settings(), data=data)
    house = open_house(settings)
    house.fence = fence
    archive = Archive(house, province, settings)
    for number, (word, (prefix, access, year)) in enumerate(DOSSIERS.items(), start=1):
        path = f"HS/cay-{word}.docx"
        values: dict[str, str | int] = {
            "dossier__title": f"Hồ sơ trồng cây {word}",
            "dossier__access": access,
            "document__subject": f"Về việc trồng cây {word} ven biển",
            "document__type_name": f"Báo cáo {word}",
            **{f"{date}__year": year for date in ("dossier__start_date", "dossier__end_date", "document__issued_date")},
        }
        if prefix == "xa.":
            values["dossier__fonds"] = "F2"
        content = {
            "danh-muc.xlsx": list_file([row(f"{number:02d}.{fold(word).upper()}", path, **values)]),
            path: text_file(word),
        }
        whole_way(archive, content, prefix=prefix)
    with house.database.read(SystemScope("test")) as work:
        rows = {d.title.rpartition(" ")[2]: d for d in work.session.scalars(select(Dossier))}
    assert set(rows) == set(DOSSIERS)
    yield Forest(archive, create_application(house), rows)
    house.fence = Fence(data / "none")
    house.close()


def words_of(answer: Answer) -> set[str]:
    """Return the words of the dossiers that an answer shows."""
    return {item.dossier.title.rpartition(" ")[2] for item in answer.found}


@pytest.mark.parametrize("who", SEEN)
@pytest.mark.parametrize("query", ["trong cay", "rừng ngập mặn", '"ven biển"', "docx", "2001 2002", ""])
def test_everybody_finds_their_own_and_nothing_else(who: str, query: str, forest: Forest) -> None:
    """Hits, totals and all facet counts are those of the dossiers that the asker may see."""
    filters = {} if query else {"state": "kept"}
    answer = forest.ask(who, query, filters=filters, limit=100)
    if query != "2001 2002":
        assert words_of(answer) == SEEN[who]
    assert answer.total == len(answer.found)
    years = {str(DOSSIERS[word][2]) for word in SEEN[who]}
    types = {f"Báo cáo {word}" for word in SEEN[who]}
    assert set(answer.facets.get("year", {})) <= years
    assert set(answer.facets.get("type", {})) <= types
    for name in ("year", "state"):
        assert sum(answer.facets.get(name, {}).values()) == answer.total


@pytest.mark.parametrize("who", SEEN)
def test_a_hidden_word_answers_like_a_word_that_nobody_has(who: str, forest: Forest) -> None:
    """Asked for another's word, code, number, file name or text, the answer is the one for nonsense."""
    nothing = forest.ask(who, NOBODYS)
    assert (nothing.total, nothing.found) == (0, ())
    for word in set(DOSSIERS) - SEEN[who]:
        dossier = forest.dossiers[word]
        for query in (word, f"cay {word}", f'"cây {word}"', dossier.code, f"cay-{word}.docx", dossier.notation):
            answer = forest.ask(who, query)
            assert replace(answer, query=NOBODYS) == nothing, query
        for filters in ({"year": str(DOSSIERS[word][2])}, {"type": f"Báo cáo {word}"}):
            answer = forest.ask(who, "", filters=filters)
            assert (answer.total, answer.found, answer.facets) == (0, (), nothing.facets)


@pytest.mark.parametrize("who", SEEN)
def test_the_page_for_a_hidden_word_is_the_page_for_nonsense(who: str, forest: Forest) -> None:
    """Byte for byte the same page comes back, but for the word that was typed and the marks of the form."""
    browser = forest.browser(who)

    def page(query: str) -> str:
        answer = browser.get("/tra-cuu", query_string={"q": query})
        assert answer.status_code == 200
        bare = re.sub(r'(name="csrf_token" value|name="csrf-token" content)="[^"]*"', "", answer.text)
        for form in (query, quote(query), quote_plus(query)):
            bare = bare.replace(form, "?")
        return bare

    nonsense = page(NOBODYS)
    for word in set(DOSSIERS) - SEEN[who]:
        assert page(word) == nonsense


@pytest.mark.parametrize("who", SEEN)
def test_no_page_of_the_search_names_what_is_hidden(who: str, forest: Forest) -> None:
    """Neither the words nor the codes nor the ids of hidden dossiers stand anywhere in an answer."""
    browser = forest.browser(who)
    for query in ("trong cay ven bien", "rừng ngập mặn", "báo cáo"):
        # Marks stand within the words that are looked for.
        text = re.sub("</?mark>", "", browser.get("/tra-cuu", query_string={"q": query}).text)
        for word, dossier in forest.dossiers.items():
            seen = word in SEEN[who]
            for mark in (f"cây {word}", dossier.code, str(dossier.id)):
                assert (mark in text) == seen, (query, mark)


def test_the_order_does_not_depend_on_what_is_hidden(forest: Forest) -> None:
    """What one sees stands in the same order as it does for those who see more."""
    more = [item.dossier.code for item in forest.ask("archivist", "trồng cây ven biển", limit=100).found]
    for who in ("clerk", "approver"):
        less = [item.dossier.code for item in forest.ask(who, "trồng cây ven biển", limit=100).found]
        assert less == [code for code in more if code in set(less)]


@pytest.mark.parametrize("who", ["unitadmin", "auditor", "oversight", "quantri", "xa.unitadmin"])
def test_who_has_no_right_to_content_gets_no_answer(who: str, forest: Forest) -> None:
    """Technical roles are refused, whatever they ask."""
    from archive.accounts.errors import Forbidden

    with pytest.raises(Forbidden):
        forest.ask(who, "trong cay")


def test_a_dossier_that_becomes_restricted_is_gone_for_the_others(archive: Archive) -> None:
    """When the level of a dossier rises, search and page follow with its row, before the index does."""
    from sqlalchemy import update

    from archive.description.models import Document
    from tests.transfers import index, small

    whole_way(archive, small(1, 1))
    house, scope = archive.house, archive.person("searcher").scope()
    assert ask(house.database, house.index, scope, "ho so thu").total == 1
    with house.database.write(SystemScope("test")) as work:
        dossier = work.session.scalars(select(Dossier)).one()
        dossier.sensitivity, dossier.revision = 3, dossier.revision + 1
        work.session.execute(update(Document).values(sensitivity=3))
        work.reindex("dossier", dossier.id, dossier.organization_id)
    assert ask(house.database, house.index, scope, "ho so thu").found == ()
    index(archive)
    assert ask(house.database, house.index, scope, "ho so thu").total == 0
    assert ask(house.database, house.index, archive.person("archivist").scope(), "ho so thu").total == 1
