"""Every act tried by every role on things of its own unit, of another unit, of another organization."""

from __future__ import annotations

import datetime
import io
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import docx
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from archive.accounts.errors import Forbidden
from archive.accounts.services import AccountFace, create_account, find_face
from archive.database.errors import NotFound
from archive.database.scope import SystemScope
from archive.database.unit_of_work import UnitOfWork
from archive.description.fonds import change_fonds
from archive.description.models import ContentFile, Document, Dossier, FilePlan
from archive.description.storage import create_place, rename_place
from archive.organizations.services import TermValues, change_term
from archive.web.session import SessionUser
from config.application import create_application
from config.command_line import main
from config.steps import periodic
from ingest.handover.services import confirm
from ingest.plans.services import add_lines, approve_plan
from ingest.review import services as review
from ingest.rulebook.services import change_rule
from ingest.transfers import files, services
from ingest.transfers.content import dossier_rows
from ingest.transfers.discussion import write_message
from ingest.transfers.models import Transfer
from tests.conftest import Archive
from tests.province import password_hash
from tests.transfers import index, list_file, open_transfer, pdf, row, submit, upload, work_off

# Prefix of the people who do the work at each place, as the test province names them.
PLACES = {"own_unit": "", "other_unit": "other.", "other_organization": "xa."}
ACTORS = {
    "submitter": "submitter",
    "approver": "approver",
    "clerk": "clerk",
    "archivist": "archivist",
    "retention_officer": "officer",
    "head": "head",
    "searcher": "searcher",
    "unit_administrator": "unitadmin",
    "system_administrator": "sysadmin",
    "auditor": "auditor",
    "oversight": "oversight",
}


_LINE = {"row": 4, "notation": "01.X", "heading": "", "title": "Thử", "period": "5 năm", "maker": "", "remark": ""}


class _Undone(Exception):  # noqa: N818 - it takes back an act that went well
    """Raised after an act, so that the next role finds everything as it was."""


def _confirm(side: str, work: UnitOfWork, transfer_id: uuid.UUID) -> object:
    return confirm(work, transfer_id, side)


def _client(app: Flask, face: AccountFace) -> FlaskClient:
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = SessionUser(face).get_id()
    return client


@dataclass
class Walk:
    """The house in which all is tried, and what came of it by act, place and role."""

    archive: Archive
    outcomes: dict[tuple[str, str, str], str] = field(default_factory=dict)
    transfers: dict[str, uuid.UUID] = field(default_factory=dict)
    dossiers: dict[str, Dossier] = field(default_factory=dict)
    file_ids: dict[str, uuid.UUID] = field(default_factory=dict)

    def run(self, folder: Path) -> None:
        """Bring one transfer of each place the whole way, and try each act where its state allows it."""
        self._hire()
        self._receiving()
        for place, prefix in PLACES.items():
            submit(self.archive, self.transfers[place], f"{prefix}submitter")
        work_off(self.archive)
        self._answers()
        work_off(self.archive)
        periodic(self.archive.house)
        index(self.archive)
        self._find()
        self._pages()
        self._bodies()
        self._commands(folder)

    def _hire(self) -> None:
        """Give the department a system administrator of its own."""
        province, database = self.archive.province, self.archive.house.database
        with database.write(SystemScope("test")) as work:
            create_account(
                work,
                organization_id=province.department,
                username="sysadmin",
                name="Quản trị hệ thống thử",
                roles=("system_administrator",),
                password_hash=password_hash(),
                unit_id=province.unit,
                must_change_password=False,
            )
        app = create_application(self.archive.house)
        app.config["WTF_CSRF_ENABLED"] = False
        self.clients = {role: _client(app, self.actor(role)) for role in ACTORS}

    def actor(self, role: str) -> AccountFace:
        """Return the person of the first unit who has this role alone."""
        face = find_face(self.archive.house.database, username=ACTORS[role])
        assert face is not None
        assert face.roles == (role,)
        return face

    # -- services, each taken back ------------------------------------------------------------------------------

    def _try(self, act: str, do: Callable[[UnitOfWork, uuid.UUID], object], post: str, **form: str) -> None:
        """Try an act on the transfer of each place; what a role is refused, its page refuses too."""
        for role in ACTORS:
            scope = self.actor(role).scope()
            for place, transfer_id in self.transfers.items():
                outcome = "allowed"
                try:
                    with self.archive.house.database.write(scope) as work:
                        do(work, transfer_id)
                        raise _Undone
                except _Undone:
                    pass
                except Forbidden:
                    outcome = "refused"
                except NotFound:
                    outcome = "invisible"
                if outcome == "refused" and not self._page_refuses(role, f"/giao-nop/{transfer_id}/{post}", form):
                    outcome = "refused by the service and not by its page"
                self.outcomes[act, place, role] = outcome

    def _page_refuses(self, role: str, address: str, form: dict[str, str]) -> bool:
        """Return whether the page refuses at its door, or says that it was refused behind it."""
        answer = self.clients[role].post(address, data=form)
        with self.clients[role].session_transaction() as session:
            said = session.pop("_flashes", [])
        return answer.status_code == 403 or (len(said) == 1 and "GEN-0003" in said[0][1])

    def _receiving(self) -> None:
        for place, prefix in PLACES.items():
            notation = f"01.{place.upper()}"
            transfer_id = open_transfer(self.archive, f"{prefix}submitter", f"Đợt của {place}")
            values: dict[str, str | int] = {"dossier__retention": "5 năm", "dossier__title": f"Hồ sơ thử {place}"}
            values |= {f"{date}__year": 2001 for date in ("dossier__start_date", "dossier__end_date")}
            values |= {"document__issued_date__year": 2001}
            if prefix == "xa.":
                values["dossier__fonds"] = "F2"
            content = {
                "danh-muc.xlsx": list_file([row(notation, "HS/vb.pdf", **values)]),
                "HS/vb.pdf": pdf(place),
            }
            upload(self.archive, transfer_id, content, f"{prefix}submitter")
            self.transfers[place] = transfer_id
        self._try("transfer.create", lambda work, t: files.announce(work, t, "HS/more.pdf", 3), "tep")
        self._try(
            "transfer.submit", lambda work, t: services.submit(work, t, complete=True, nothing_secret=True), "nop"
        )
        for role in ACTORS:
            for place, transfer_id in self.transfers.items():
                self._page("transfer.view", place, role, f"/giao-nop/{transfer_id}")

    def _answers(self) -> None:
        database, person = self.archive.house.database, self.archive.person
        self._try("transfer.recheck", review.check_again, "kiem-tra-lai")
        self._try("transfer.discuss", partial(write_message, text="Lời nhắn"), "loi-nhan", text="Lời nhắn")
        self._try("transfer.approve", review.approve, "duyet")
        self._approver("head")
        self._try("transfer.approve_as_head", review.approve, "duyet")
        self._approver("leader")
        for place, prefix in PLACES.items():
            with database.write(person(f"{prefix}approver").scope()) as work:
                review.approve(work, self.transfers[place])
        self._try("transfer.review", partial(review.accept, unchecked_seen=True), "dong-y", unchecked_seen="1")
        keys = {}
        for place, prefix in PLACES.items():
            with database.read(person(f"{prefix}archivist").scope()) as work:
                keys[self.transfers[place]] = dossier_rows(work, services.get(work, self.transfers[place]))[0].key
        self._try(
            "transfer.correct",
            lambda work, t: review.correct(work, t, dossier_key=keys[t], document=0, field="title", value="Tên khác"),
            "sua",
        )
        for place, prefix in PLACES.items():
            with database.write(person(f"{prefix}archivist").scope()) as work:
                review.accept(work, self.transfers[place], unchecked_seen=True)
        for side in ("give", "receive"):
            self._try(f"handover.{side}", partial(_confirm, side), "ban-giao", side=side)
        for place, prefix in PLACES.items():
            for who, side in (("submitter", "give"), ("archivist", "receive")):
                with database.write(person(f"{prefix}{who}").scope()) as work:
                    confirm(work, self.transfers[place], side)

    def _approver(self, who: str) -> None:
        with self.archive.house.database.write(SystemScope("test")) as work:
            work.session.execute(update(Transfer).values(approver=who))

    # -- pages --------------------------------------------------------------------------------------------------

    def _find(self) -> None:
        with self.archive.house.database.read(SystemScope("test")) as work:
            for place in PLACES:
                dossier = work.session.scalars(select(Dossier).where(Dossier.title == f"Hồ sơ thử {place}")).one()
                self.dossiers[place] = dossier
                self.file_ids[place] = work.session.scalars(
                    select(ContentFile.id)
                    .join(Document, Document.id == ContentFile.document_id)
                    .where(Document.dossier_id == dossier.id)
                ).one()

    def _page(self, act: str, place: str, role: str, address: str, mark: str = "") -> None:
        """Open a page: not found, or found without the mark of the place, is *invisible*."""
        answer = self.clients[role].get(address)
        outcome = {200: "allowed", 403: "refused", 404: "invisible"}.get(answer.status_code, str(answer.status_code))
        if outcome == "allowed" and mark not in answer.text:
            outcome = "invisible"
        self.outcomes[act, place, role] = outcome

    def _pages(self) -> None:
        for role in ACTORS:
            self._page("job.view", "everywhere", role, "/viec-chay-nen")
            self._page("settings.view", "everywhere", role, "/cai-dat")
            for place, dossier in self.dossiers.items():
                own = f"/ho-so/{dossier.id}"
                self._page("dossier.view", place, role, own, dossier.code)
                self._page("document.open", place, role, f"{own}/tep/{self.file_ids[place]}")
                self._page("search.use", place, role, f"/tra-cuu?q=thu+{place}", own)
                self._page("retention.view", place, role, "/thoi-han?loc=due", dossier.code)
                self._page("audit.read", place, role, "/nhat-ky?act=transfer.created", f"Đợt của {place}")
                self._list(place, role, dossier.code)

    def _list(self, place: str, role: str, code: str) -> None:
        answer = self.clients[role].post("/thoi-han/danh-muc-het-gia-tri")
        outcome = {403: "refused"}.get(answer.status_code, str(answer.status_code))
        if answer.status_code == 200:
            table = docx.Document(io.BytesIO(answer.data)).tables[1]
            outcome = "allowed" if code in {line.cells[1].text for line in table.rows} else "invisible"
        self.outcomes["retention.list", place, role] = outcome

    # -- what belongs to a body as a whole ---------------------------------------------------------------------------

    def _bodies(self) -> None:
        province, database = self.archive.province, self.archive.house.database
        fonds = {"own_organization": province.fonds, "other_organization": province.commune_fonds}
        boxes, plans = {}, {}
        with database.write(SystemScope("test")) as work:
            for place, body in (
                ("own_organization", province.department),
                ("other_organization", province.commune),
            ):
                boxes[place] = create_place(work, body, kind="box", label="Hộp thử")
                plan = FilePlan(id=uuid.uuid4(), organization_id=body, year=1999, approved_on=None)
                plans[place] = plan.id
                work.add(plan)
                work.session.flush()
                add_lines(work, plan.id, [_LINE], replace=False)
        bodies = {"own_organization": province.department, "other_organization": province.commune}
        units = {"own_organization": province.other_unit, "other_organization": province.commune_unit}
        acts: dict[str, Callable[[UnitOfWork, str], object]] = {
            "unit.manage": lambda work, place: change_term(work, units[place], TermValues(name="Phòng khác")),
            "fonds.manage": lambda work, place: change_fonds(work, fonds[place], name="Khác", kind="fonds"),
            "storage.manage": lambda work, place: rename_place(work, boxes[place], "Hộp khác"),
            "file_plan.manage": lambda work, place: add_lines(
                work, plans[place], [{**_LINE, "notation": "02.X"}], replace=False
            ),
            "rule.manage": lambda work, place: change_rule(
                work, bodies[place], "CHK-1101", level="warning", reason="Thử", valid_from=datetime.date(2999, 1, 1)
            ),
            "file_plan.approve": lambda work, place: approve_plan(
                work, plans[place], decision="1/QĐ", day=datetime.date(1999, 1, 4)
            ),
        }
        for role in ACTORS:
            scope = self.actor(role).scope()
            for place, plan_id in plans.items():
                self._page("file_plan.view", place, role, f"/danh-muc-ho-so/{plan_id}")
                for act, do in acts.items():
                    try:
                        with database.write(scope) as work:
                            do(work, place)
                            raise _Undone
                    except _Undone:
                        self.outcomes[act, place, role] = "allowed"
                    except Forbidden:
                        self.outcomes[act, place, role] = "refused"
                    except NotFound:
                        self.outcomes[act, place, role] = "invisible"

    # -- commands -----------------------------------------------------------------------------------------------

    def _command(self, act: str, place: str, role: str, *words: str) -> None:
        environment = {"KHOLUUTRU_DATA": str(self.archive.settings.data)}
        answer = CliRunner().invoke(main, [*words, "--as", ACTORS[role]], env=environment)
        said = {"GEN-0003": "refused", "GEN-0001": "invisible", "ACC-0007": "invisible"}
        outcome = "allowed" if answer.exit_code == 0 else said.get(answer.stderr[:8], answer.output)
        self.outcomes[act, place, role] = outcome

    def _commands(self, folder: Path) -> None:
        for role in ACTORS:
            self._command("index.rebuild", "everywhere", role, "index", "rebuild")
            for place, code in (("own_organization", "H98.01"), ("other_organization", "H98.02")):
                words = ("user", "add", f"moi.{place[:3]}.{role}"[:60], "--name", "Mới", "--role", "searcher")
                self._command("organization.manage", place, role, *words, "--organization", code)
            for place, prefix in PLACES.items():
                code = self.dossiers[place].code
                target = str(folder / f"{role}-{place}.zip")
                for act, *words in (
                    ("package.view", "package", "show", code),
                    ("package.export", "package", "export", code, target),
                    ("package.verify", "package", "verify", code),
                    ("account.manage", "user", "lock", f"{prefix}oversight", "--unlock"),
                ):
                    # Refused once is refused before anything is looked up; each start of the command takes time.
                    known = self.outcomes.get((act, "own_unit", role))
                    if known == "refused":
                        self.outcomes[act, place, role] = known
                    else:
                        self._command(act, place, role, *words)
