"""A demonstration province: two agencies, an account for each role, and real documents sent the whole way.

Everything here is sample data and is marked as such; it goes through the same services as any other work.
"""

from __future__ import annotations

import datetime
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from archive.accounts.models import Account
from archive.accounts.services import AccountFace, create_account, face_of, generate_password, hash_password
from archive.database.scope import SystemScope
from archive.database.unit_of_work import UnitOfWork
from archive.description.models import FilePlan, FilePlanEntry, Fonds
from archive.jobs.worker import Worker
from archive.organizations.models import OrganizationTerm
from archive.organizations.services import create_organization
from config.beginning import initialise
from config.house import House, open_house
from config.settings import Settings
from config.steps import make_indexer, make_worker, periodic
from ingest.handover.services import confirm
from ingest.review import services as review
from ingest.transfers import files, services
from ingest.transfers.errors import TransferError
from ingest.transfers.models import Transfer
from ingest.transfers.states import STATES

Say = Callable[[str], object]
_DEPARTMENT, _COMMUNE = "H99.01", "H99.02.15"
_START = datetime.date(2020, 1, 1)
TITLE = "Hồ sơ nộp lưu của Văn phòng (dữ liệu mẫu)"


@dataclass(frozen=True, slots=True)
class _Person:
    username: str
    name: str
    roles: tuple[str, ...]
    position: str


# No real persons: people are called after what they do.
_DEPARTMENT_PEOPLE = (
    _Person("nguoilap", "Người lập hồ sơ mẫu", ("submitter",), "Chuyên viên"),
    _Person("lanhdao", "Lãnh đạo đơn vị mẫu", ("approver",), "Chánh Văn phòng"),
    _Person("vanthu", "Văn thư mẫu", ("clerk",), "Văn thư"),
    _Person("luutru", "Lưu trữ viên mẫu", ("archivist",), "Lưu trữ viên"),
    _Person("thoihan", "Phụ trách thời hạn mẫu", ("retention_officer",), "Chuyên viên"),
    _Person("thutruong", "Người đứng đầu mẫu", ("head",), "Giám đốc"),
    _Person("tracuu", "Người khai thác mẫu", ("searcher",), "Chuyên viên"),
    _Person("qtdonvi", "Quản trị đơn vị mẫu", ("unit_administrator",), "Công nghệ thông tin"),
    _Person("kiemtra", "Người kiểm tra nhật ký mẫu", ("auditor",), "Thanh tra"),
    _Person("giamsat", "Giám sát mẫu", ("oversight",), "Sở Nội vụ"),
)
# In a commune two people play all the parts.
_COMMUNE_PEOPLE = (
    _Person(
        "xa.vanphong",
        "Văn phòng xã mẫu",
        ("submitter", "clerk", "archivist", "retention_officer", "searcher", "unit_administrator"),
        "Công chức văn phòng",
    ),
    _Person("xa.chutich", "Chủ tịch xã mẫu", ("approver", "head", "searcher", "auditor"), "Chủ tịch"),
)
_FILE_PLAN = (
    ("01.TH", "I. Tổng hợp", "Hồ sơ xây dựng chương trình, kế hoạch công tác năm", "Vĩnh viễn"),
    ("02.TH", "I. Tổng hợp", "Tập văn bản của các sở gửi đến trong năm", "10 năm"),
    ("03.KSTTHC", "II. Kiểm soát thủ tục hành chính", "Hồ sơ công bố, rà soát thủ tục hành chính", "20 năm"),
    ("04.CNTT", "III. Công nghệ thông tin", "Tập văn bản chỉ đạo về chuyển đổi số", "20 năm"),
)


def demonstrate(settings: Settings, samples: Path, say: Say) -> None:
    """Make the province if it is not there, and bring the sample transfer as far as it is not yet."""
    passwords = make_province(settings)
    if passwords:
        say("Tài khoản mẫu (mật khẩu chỉ hiện một lần, ghi lại ngay):")
        for username, secret in passwords.items():
            say(f"  {username:12} {secret}")
    house = open_house(settings)
    try:
        _send_samples(house, samples, say)
    finally:
        house.close()


def make_province(settings: Settings) -> dict[str, str]:
    """Make archive and province if they are not there; return the passwords of what was made, by user name."""
    password = initialise(settings)
    house = open_house(settings)
    try:
        made = _make_province(house)
    finally:
        house.close()
    return made if password is None else {"quantri": password, **made}


def _make_province(house: House) -> dict[str, str]:
    with house.database.read(SystemScope("demonstration")) as work:
        if work.session.scalar(select(OrganizationTerm.id).where(OrganizationTerm.code == _DEPARTMENT)):
            return {}
    people = [*_DEPARTMENT_PEOPLE, *_COMMUNE_PEOPLE]
    passwords = {person.username: generate_password() for person in people}
    hashes = {name: hash_password(secret) for name, secret in passwords.items()}
    with house.database.write(SystemScope("demonstration")) as work:
        province = create_organization(
            work, kind="province", name="Tỉnh mẫu (dữ liệu mẫu)", code="H99", valid_from=_START
        )
        department = create_organization(
            work,
            kind="department",
            name="Văn phòng UBND tỉnh (dữ liệu mẫu)",
            parent=province,
            code=_DEPARTMENT,
            abbreviation="VP",
            transfer_source=True,
            valid_from=_START,
        )
        commune = create_organization(
            work,
            kind="commune",
            name="UBND xã Mẫu (dữ liệu mẫu)",
            parent=province,
            code=_COMMUNE,
            abbreviation="XM",
            valid_from=_START,
        )
        offices = {
            department: create_organization(
                work, kind="unit", name="Phòng Hành chính - Tổ chức", body=department, valid_from=_START
            ),
            commune: create_organization(work, kind="unit", name="Văn phòng xã", body=commune, valid_from=_START),
        }
        for body, fonds, name, staff in (
            (department, "P01", "Phông Văn phòng UBND tỉnh (dữ liệu mẫu)", _DEPARTMENT_PEOPLE),
            (commune, "P02", "Phông UBND xã Mẫu (dữ liệu mẫu)", _COMMUNE_PEOPLE),
        ):
            work.add(Fonds(id=work.ids.new(), organization_id=body, code=fonds, name=name))
            _make_file_plan(work, body)
            for person in staff:
                create_account(
                    work,
                    organization_id=body,
                    username=person.username,
                    name=person.name,
                    roles=person.roles,
                    position=person.position,
                    password_hash=hashes[person.username],
                    unit_id=offices[body],
                    # The passwords are random and shown once; nobody should have to invent twelve more.
                    must_change_password=False,
                )
    return passwords


def _make_file_plan(work: UnitOfWork, body: uuid.UUID) -> None:
    plan = FilePlan(id=work.ids.new(), organization_id=body, year=2025, approved_on=datetime.date(2025, 1, 10))
    work.add(plan)
    work.session.flush()
    for notation, heading, title, period in _FILE_PLAN:
        work.add(
            FilePlanEntry(
                id=work.ids.new(),
                organization_id=body,
                plan_id=plan.id,
                notation=notation,
                heading=heading,
                title=title,
                period=period,
            )
        )


def _send_samples(house: House, samples: Path, say: Say) -> None:
    """Let each person do his part, from wherever the transfer stands."""
    worker, indexer = make_worker(house), make_indexer(house)
    submitter, leader, archivist = (_person(house, name) for name in ("nguoilap", "lanhdao", "luutru"))
    transfer_id = _open_transfer(house, submitter)
    while (state := _state(house, submitter, transfer_id)) not in {"sealed", "returned", "withdrawn", "stopped"}:
        if state == "receiving":
            say("Gửi tệp mẫu…")
            _upload(house, submitter, transfer_id, samples)
            with house.database.write(submitter.scope()) as work:
                services.submit(work, transfer_id, complete=True, nothing_secret=True)
        elif state == "awaiting_approval":
            with house.database.write(leader.scope()) as work:
                review.approve(work, transfer_id)
        elif state == "awaiting_review":
            with house.database.write(archivist.scope()) as work:
                review.accept(work, transfer_id, unchecked_seen=True)
        elif state == "awaiting_handover":
            for person, side in ((submitter, "give"), (archivist, "receive")):
                try:
                    with house.database.write(person.scope()) as work:
                        confirm(work, transfer_id, side)
                except TransferError as error:
                    if error.code != "TRF-0011":
                        raise
        else:
            say({"reading": "Đọc danh mục…", "checking": "Kiểm tra…", "sealing": "Niêm phong…"}[state])
            if not worker.run_all():
                # Claimed by a process that is gone: its lease runs out by itself.
                time.sleep(0.2)
    _work_off(house, worker)
    indexer.run_all()
    periodic(house)
    indexer.run_all()
    say(f"Đợt nộp mẫu: {STATES[_state(house, submitter, transfer_id)][0]}.")


def _work_off(house: House, worker: Worker) -> None:
    # What a process that is gone has claimed is free after its lease; longer waits only what waits for a server.
    until = time.monotonic() + 2 * house.settings.lease_seconds
    while True:
        # Asked before the work, so that nothing comes free unseen in between.
        held = worker.waiting(held=True)
        if not worker.run_all() and (not held or time.monotonic() > until):
            return
        time.sleep(0.1)


def _person(house: House, username: str) -> AccountFace:
    with house.database.read(SystemScope("demonstration")) as work:
        return face_of(work, work.session.scalars(select(Account).where(Account.username == username)).one())


def _open_transfer(house: House, submitter: AccountFace) -> uuid.UUID:
    with house.database.write(submitter.scope()) as work:
        present = work.session.scalar(select(Transfer).where(Transfer.title == TITLE).limit(1))
        if present is not None:
            return present.id
        fonds = work.session.scalars(select(Fonds)).one()
        unit = submitter.unit_id or submitter.organization_id
        return services.create(work, title=TITLE, fonds_id=fonds.id, unit_id=unit).id


def _state(house: House, face: AccountFace, transfer_id: uuid.UUID) -> str:
    with house.database.read(face.scope()) as work:
        return services.get(work, transfer_id).state


def _upload(house: House, face: AccountFace, transfer_id: uuid.UUID, samples: Path) -> None:
    for path in sorted(p for p in samples.rglob("*") if p.is_file()):
        with house.database.write(face.scope()) as work:
            file = files.announce(work, transfer_id, path.relative_to(samples).as_posix(), path.stat().st_size)
            ordinal, received = file.ordinal, file.received_at
        if received is None:
            files.receive(house.database, face.scope(), house.staging, transfer_id, ordinal, _chunks(path))


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            yield chunk
