"""The access table: who may do what, where; written by hand in `tests/access_table.csv`, and walked here."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from archive.accounts.roles import ROLES
from archive.fence.pool import Fence
from config.application import create_application
from config.house import open_house
from config.settings import Settings
from tests.archive.access.walk import ACTORS, Walk
from tests.conftest import Archive
from tests.province import Province

TABLE = Path(__file__).parents[2] / "access_table.csv"
# Open to everybody: the way in, and what it needs to look right.
OPEN = {"accounts.login", "web.choose_language", "web.static"}
# For everybody who is logged in, about nobody but themselves.
OWN = {
    *("web.desk", "web.beginning", "accounts.logout", "accounts.password"),
    *("help.index", "help.page", "help.picture", "help.codes", "help.code"),
}
# Which of two rights an act wants stands in the row: who holds the other one is refused only where the row is seen.
TWINS = {"transfer.approve": "transfer.approve_as_head", "transfer.approve_as_head": "transfer.approve"}
# Rights that roles hold already and that no act asks for yet.
WITHOUT_ACT = {"report.view"}


def table() -> dict[tuple[str, str, str], str]:
    """Return the table by act, place and role."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {
            (line["act"], line["place"], role): line[role]
            for line in csv.DictReader(file)
            for role in line
            if role not in {"act", "place"}
        }


ACTS = sorted({act for act, _, _ in table()})


@pytest.fixture(scope="module")
def walk(fence: Fence, initialised: tuple[Path, Province], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """Everything tried once in one house."""
    source, province = initialised
    folder = tmp_path_factory.mktemp("walk")
    shutil.copytree(source, folder / "DATA")
    settings = replace(Settings(), data=folder / "DATA")
    house = open_house(settings)
    house.fence = fence
    walked = Walk(Archive(house, province, settings))
    walked.run(folder)
    yield walked
    house.fence = Fence(folder / "none")
    house.close()


@pytest.mark.parametrize("act", ACTS)
def test_the_house_answers_as_the_table_says(act: str, walk: Walk) -> None:
    """Each role is allowed, refused or sees nothing, exactly as written."""
    expected = {key: value for key, value in table().items() if key[0] == act}
    assert {key: value for key, value in walk.outcomes.items() if key[0] == act} == expected


def test_nothing_was_tried_that_the_table_does_not_tell(walk: Walk) -> None:
    """The walk and the table have the same acts, places and roles."""
    assert set(walk.outcomes) == set(table())


def test_the_table_tells_of_every_role_and_every_right() -> None:
    """A new role or a new right of a role needs its lines in the table."""
    assert {role for _, _, role in table()} == set(ROLES) == set(ACTORS)
    held = frozenset().union(*ROLES.values())
    assert set(ACTS) == held - WITHOUT_ACT
    assert held >= WITHOUT_ACT


def test_the_table_agrees_with_the_roles() -> None:
    """A role is refused in the table exactly where it does not hold the right; for twins see `TWINS`."""
    for (act, place, role), outcome in table().items():
        assert outcome in {"allowed", "refused", "invisible"}, (act, place, role)
        if act not in ROLES[role] and TWINS.get(act) in ROLES[role]:
            assert outcome != "allowed", (act, place, role)
        else:
            assert (outcome == "refused") == (act not in ROLES[role]), (act, place, role)


def test_every_route_says_who_may_use_it(archive: Archive) -> None:
    """Each route of the application names rights that stand in the table, or is known to be for everybody."""
    app = create_application(archive.house)
    open_routes, own_routes = set(), set()
    for rule in app.url_map.iter_rules():
        rights = getattr(app.view_functions[rule.endpoint], "route_permissions", None)
        if rights is None:
            open_routes.add(rule.endpoint)
        elif not rights:
            own_routes.add(rule.endpoint)
        else:
            assert set(rights) <= set(ACTS), rule.endpoint
    assert open_routes == OPEN
    assert own_routes == OWN


def test_whoever_is_not_logged_in_is_sent_to_the_log_in(archive: Archive) -> None:
    """Without an account no page answers: reading leads to the log-in, everything else is refused."""
    app = create_application(archive.house)
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    nobody: dict[str, object] = {
        "transfer_id": archive.province.fonds,
        "dossier_id": archive.province.fonds,
        "ordinal": 1,
    }
    ids = ("organization_id", "account_id", "file_id", "fonds_id", "place_id", "plan_id", "line_id", "row_id")
    nobody |= dict.fromkeys(ids, archive.province.fonds)
    nobody |= {"code": "CHK-0801", "number": 1, "language": "vi", "name": "bat-dau", "kind": "pdf"}
    for rule in app.url_map.iter_rules():
        if rule.endpoint in OPEN:
            continue
        address = app.url_map.bind("localhost").build(
            rule.endpoint, {name: nobody[name] for name in rule.arguments}, method=min(rule.methods or {"GET"})
        )
        for method in (rule.methods or set()) - {"OPTIONS", "HEAD"}:
            answer = client.open(address, method=method)
            if method == "GET":
                assert answer.status_code == 302, rule.endpoint
                assert answer.location.startswith("/dang-nhap?next="), rule.endpoint
            else:
                assert answer.status_code == 401, rule.endpoint
