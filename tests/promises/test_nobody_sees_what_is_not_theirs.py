"""Nobody sees what is not theirs: what is outside answers exactly like what does not exist.

Everything that has an address is opened by people of another organization, of another unit, and by technical
administrators; every answer is compared with the answer for an id that nobody ever gave out.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from archive.audit.models import AuditEvent, AuditPayload
from archive.database.base import Base, Owned
from archive.database.scope import SystemScope
from archive.description.models import ContentFile, Dossier, FilePlanEntry
from archive.description.storage import create_place
from archive.fence.pool import Fence
from archive.web.session import SessionUser
from config.application import create_application
from config.command_line import main
from config.house import open_house
from config.settings import Settings
from ingest.transfers.models import Transfer, TransferDossier
from tests.conftest import Archive
from tests.province import Province
from tests.transfers import open_transfer, small, upload, whole_way

# People who must see nothing of the department's first unit, with the roles of those who would.
STRANGERS = ("xa.submitter", "xa.approver", "xa.archivist", "xa.officer", "other.submitter", "other.approver")
# Pages about bodies and people: an administrator's own work, and nothing of content.
_PEOPLE = {"organizations", "people"}
TECHNICAL = ("unitadmin", "auditor", "oversight", "xa.unitadmin")


@dataclass
class Things:
    """The house, and the ids of things of the department's first unit."""

    archive: Archive
    app: Flask
    ids: dict[str, uuid.UUID]
    secrets: tuple[str, ...]

    browsers: dict[str, tuple[FlaskClient, str]] = field(default_factory=dict)

    def browser(self, who: str) -> tuple[FlaskClient, str]:
        """Return a browser in which somebody is logged in, and the token of its forms."""
        if who not in self.browsers:
            client = self.app.test_client()
            with client.session_transaction() as session:
                session["_user_id"] = SessionUser(self.archive.person(who)).get_id()
            token = re.findall(r'name="csrf-token" content="([^"]*)"', client.get("/").text)[0]
            self.browsers[who] = client, token
        return self.browsers[who]

    def open(self, who: str, method: str, endpoint: str, ids: dict[str, uuid.UUID]) -> TestResponse:
        """Use an address as somebody."""
        client, token = self.browser(who)
        rule = next(r for r in self.app.url_map.iter_rules(endpoint) if method in (r.methods or ()))
        values: dict[str, uuid.UUID | int] = {name: ids.get(name, 1) for name in rule.arguments}
        address = self.app.url_map.bind("localhost").build(endpoint, values, method=method)
        if method in {"GET", "HEAD"}:
            return client.open(address, method=method)
        form: dict[str, object] = {"csrf_token": token, "side": "give", "reason": "x", "field": "dossier.title"}
        form |= {"complete": "1", "nothing_secret": "1"}
        if endpoint == "uploads.plain_form":
            form["file"] = (io.BytesIO(b"PK"), "goi.zip")
        answer = client.open(address, method=method, data=form, headers={"X-CSRFToken": token})
        if answer.status_code == 302:
            with client.session_transaction() as session:
                answer.headers["X-Said"] = str(session.pop("_flashes", []))
        return answer


@pytest.fixture(scope="module")
def things(
    fence: Fence, initialised: tuple[Path, Province], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Things]:
    """A sealed transfer and an open one of the first unit."""
    source, province = initialised
    data = tmp_path_factory.mktemp("things") / "DATA"
    shutil.copytree(source, data)
    settings = replace(Settings(), data=data)
    house = open_house(settings)
    house.fence = fence
    archive = Archive(house, province, settings)
    whole_way(archive, small(1, 1))
    opened = open_transfer(archive, title="Đợt kín tiếng")
    upload(archive, opened, {"kin-tieng.pdf": b"%PDF-1.4"})
    with house.database.read(SystemScope("test")) as work:
        dossier = work.session.scalars(select(Dossier)).one()
        file = work.session.scalars(select(ContentFile)).one()
        sealed = work.session.scalars(select(Transfer).where(Transfer.id != opened)).one()
        row_id = work.session.scalars(select(TransferDossier.id)).one()
    app = create_application(house)
    ids = {"transfer_id": opened, "sealed": sealed.id, "dossier_id": dossier.id, "file_id": file.id, "row_id": row_id}
    # The number of a transfer tells nothing: every organization counts its own from one.
    secrets = ("Đợt kín tiếng", "kin-tieng.pdf", dossier.code, dossier.title, *map(str, ids.values()))
    # What belongs to the whole body: invisible to other bodies, and no secret inside it.
    with house.database.write(SystemScope("test")) as work:
        ids["place_id"] = create_place(work, province.department, kind="box", label="Hộp kín")
    with house.database.read(SystemScope("test")) as work:
        line = work.session.scalars(select(FilePlanEntry)).first()
        assert line is not None
    ids |= {"fonds_id": province.fonds, "plan_id": line.plan_id, "line_id": line.id}
    ids |= {"organization_id": province.commune, "account_id": archive.person("archivist").id}
    yield Things(archive, app, ids, secrets)
    house.fence = Fence(data / "none")
    house.close()


def addresses(app: Flask) -> list[tuple[str, str]]:
    """Return method and endpoint of every address that names a thing."""
    return sorted(
        (method, rule.endpoint)
        for rule in app.url_map.iter_rules()
        if any(name.endswith("_id") for name in rule.arguments)
        for method in (rule.methods or set()) - {"OPTIONS"}
        if method != "HEAD" or "GET" not in (rule.methods or set())
    )


def bare(answer: TestResponse, ids: dict[str, uuid.UUID]) -> tuple[int, str, str, str]:
    """Return an answer without the ids that were asked for and without the form's token."""
    text = re.sub(r'(name="csrf_token" value|name="csrf-token" content)="[^"]*"', "", answer.text)
    where, said = answer.headers.get("Location", ""), answer.headers.get("X-Said", "")
    for value in ids.values():
        text, where, said = (part.replace(str(value), "…") for part in (text, where, said))
    return answer.status_code, where, said, text


@pytest.mark.parametrize("who", STRANGERS)
def test_what_is_anothers_answers_like_what_is_not_there(who: str, things: Things) -> None:
    """For every address: the same status, the same words, the same place to go to."""
    nowhere = {name: uuid.uuid4() for name in things.ids}
    tried = addresses(things.app)
    assert len(tried) > 20
    for method, endpoint in tried:
        if who.startswith("other.") and endpoint.startswith("plans."):
            # A file plan is the whole body's.
            continue
        theirs = bare(things.open(who, method, endpoint, things.ids), things.ids)
        assert theirs == bare(things.open(who, method, endpoint, nowhere), nowhere), (method, endpoint)
        assert theirs[0] in {302, 403, 404}, (method, endpoint, theirs)


@pytest.mark.parametrize("who", TECHNICAL)
def test_technical_roles_are_refused_before_anything_is_looked_up(who: str, things: Things) -> None:
    """Administrators and auditors are refused at each address of content, whether the thing is there or not."""
    for method, endpoint in addresses(things.app):
        if endpoint.partition(".")[0] not in _PEOPLE:
            assert things.open(who, method, endpoint, things.ids).status_code == 403, (method, endpoint)


@pytest.mark.parametrize("who", STRANGERS)
def test_no_list_names_what_is_anothers(who: str, things: Things) -> None:
    """Desk, lists, filters, search and log show nothing of it."""
    client, _ = things.browser(who)
    lists = [
        rule.rule for rule in things.app.url_map.iter_rules() if not rule.arguments and "GET" in (rule.methods or ())
    ]
    # The empty list to fill in is packed bytes, made without asking who asks.
    lists.remove("/giao-nop/mau-danh-muc")
    assert len(lists) > 6
    for address in lists:
        for query in ({}, {"q": "kin tieng"}, {"q": "ho so thu"}, {"loc": "coming"}, {"act": "transfer.created"}):
            text = client.get(address, query_string=query).text
            assert not [secret for secret in things.secrets if secret in text], (address, query)


@pytest.mark.parametrize("who", ["xa.archivist", "xa.unitadmin", "other.submitter"])
def test_commands_answer_like_pages(who: str, things: Things) -> None:
    """Each command says of another's things what it says of things that are not there."""
    environment = {"KHOLUUTRU_DATA": str(things.archive.settings.data)}

    def say(*words: str) -> tuple[int, str]:
        run = CliRunner().invoke(main, [*words, "--as", who], env=environment)
        return run.exit_code, run.output

    with things.archive.house.database.read(SystemScope("test")) as work:
        code = work.session.scalars(select(Dossier.code)).one()
        number = work.session.scalars(select(Transfer.number).where(Transfer.title == "Đợt kín tiếng")).one()
    for words in (("package", "show"), ("package", "verify"), ("transfer", "show"), ("transfer", "accept")):
        target, nothing = (code, "H98.01.2024.99") if words[0] == "package" else (number, "GN-2026-9999")
        theirs, nowhere = say(*words, target), say(*words, nothing)
        assert (theirs[0], theirs[1].replace(target, "…")) == (nowhere[0], nowhere[1].replace(nothing, "…")), words
        assert theirs[0] == 1
    for words in (("package", "list"), ("transfer", "list"), ("user", "list"), ("search", "ho so thu")):
        output = say(*words)[1]
        assert not [secret for secret in things.secrets if secret in output], words
    if who == "xa.unitadmin":
        listed = json.loads(say("user", "list", "--json")[1])
        assert {person["username"].partition(".")[0] for person in listed} == {"xa"}


def test_a_refusal_is_written_down(things: Things) -> None:
    """Whoever is refused at a door stands in the log of their own organization, with what they wanted to do."""
    things.open("xa.unitadmin", "GET", "dossiers.show", things.ids)
    with things.archive.house.database.read(SystemScope("test")) as work:
        event, payload = work.session.execute(
            select(AuditEvent, AuditPayload)
            .join(AuditPayload, (AuditPayload.chain_id == AuditEvent.chain_id) & (AuditPayload.seq == AuditEvent.seq))
            .where(AuditEvent.act == "permission.refused")
            .order_by(AuditEvent.at.desc())
            .limit(1)
        ).one()
    assert event.chain_id == things.archive.province.commune
    assert event.actor_id == things.archive.person("xa.unitadmin").id
    assert payload.content() == {"permission": "dossier.view"}


def test_every_table_with_an_owner_is_scoped(things: Things) -> None:
    """In whatever table a row belongs to an organization, people of another one see none of them."""
    owned = [mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, Owned)]
    assert len(owned) > 20
    full = set()
    for table in owned:
        with things.archive.house.database.read(SystemScope("test")) as work:
            there = len(
                work.session.scalars(
                    select(table).where(table.organization_id == things.archive.province.department)
                ).all()
            )
        with things.archive.house.database.read(things.archive.person("xa.archivist").scope()) as work:
            seen = {row.organization_id for row in work.session.scalars(select(table))}
        assert seen <= {things.archive.province.commune}, table
        full |= {table.__tablename__} if there else set()
    assert full >= {
        "dossier",
        "document",
        "content_file",
        "package_version",
        "stored_content",
        "transfer",
        "audit_event",
    }


def test_every_table_is_owned_or_known_to_be_everybodys() -> None:
    """A new table belongs to organizations, or stands here with its reason."""
    everybodys = {
        "organization": "names of bodies are public",
        "organization_term": "names of bodies are public",
        "retention_schedule": "law",
        "retention_rule": "law",
        "login_throttle": "names that may not exist",
        "period_run": "the clock's own",
        "index_rebuild": "the indexer's own",
    }
    from config.tables import SUBJECTS

    assert SUBJECTS
    free = {m.class_.__tablename__ for m in Base.registry.mappers if not issubclass(m.class_, Owned)}
    assert free == set(everybodys)


@pytest.mark.parametrize("who", ["submitter", "archivist", "searcher"])
def test_an_owner_sees_what_is_theirs(who: str, things: Things) -> None:
    """The comparison above means something: those who may do see the same things."""
    answer = things.open(who, "GET", "dossiers.show", things.ids)
    assert answer.status_code == 200
    with things.archive.house.database.read(SystemScope("test")) as work:
        assert work.session.scalars(select(Dossier.code)).one() in answer.text
