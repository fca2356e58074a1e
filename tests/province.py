"""A small province for tests: two agencies with people of every role, made by the product's own services."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from functools import cache

from sqlalchemy import select

from archive.accounts.models import Account
from archive.accounts.roles import NAMES as WORDS
from archive.accounts.services import AccountFace, create_account, face_of, hash_password
from archive.database.scope import SystemScope
from archive.description.models import FilePlan, FilePlanEntry, Fonds
from archive.organizations.services import create_organization
from config.beginning import initialise
from config.house import open_house
from config.settings import Settings

PASSWORD = "Mau-12345"
START = datetime.date(2020, 1, 1)
ROLES = {
    "submitter": ("submitter",),
    "approver": ("approver",),
    "clerk": ("clerk",),
    "archivist": ("archivist",),
    "officer": ("retention_officer",),
    "head": ("head",),
    "searcher": ("searcher",),
    "unitadmin": ("unit_administrator",),
    "auditor": ("auditor",),
    "oversight": ("oversight",),
}


_PLACES = {"": "Ông", "other.": "Bà", "xa.": "Anh"}


@cache
def password_hash() -> str:
    """Return one hash for all test accounts: hashing is slow on purpose."""
    return hash_password(PASSWORD)


@dataclass(frozen=True)
class Province:
    """Ids of what was made; people of the second agency and the second unit carry a prefix."""

    department: uuid.UUID
    commune: uuid.UUID
    unit: uuid.UUID
    other_unit: uuid.UUID
    commune_unit: uuid.UUID
    fonds: uuid.UUID
    commune_fonds: uuid.UUID
    people: dict[str, AccountFace]


def make_province(settings: Settings) -> Province:
    """Make the province: `submitter`, … in the department, `other.*` in its second unit, `xa.*` in the commune."""
    initialise(settings)
    house = open_house(settings)
    try:
        with house.database.write(SystemScope("test")) as work:
            province = create_organization(work, kind="province", name="Tỉnh thử", code="H98", valid_from=START)
            department = create_organization(
                work, kind="department", name="Sở Thử", parent=province, code="H98.01", valid_from=START
            )
            commune = create_organization(
                work, kind="commune", name="Xã Thử", parent=province, code="H98.02", valid_from=START
            )
            unit = create_organization(work, kind="unit", name="Phòng Một", body=department, valid_from=START)
            other = create_organization(work, kind="unit", name="Phòng Hai", body=department, valid_from=START)
            office = create_organization(work, kind="unit", name="Văn phòng xã", body=commune, valid_from=START)
            fonds, commune_fonds = work.ids.new(), work.ids.new()
            work.add(Fonds(id=fonds, organization_id=department, code="F1", name="Phông Sở Thử"))
            work.add(Fonds(id=commune_fonds, organization_id=commune, code="F2", name="Phông Xã Thử"))
            plan = FilePlan(id=work.ids.new(), organization_id=department, year=2024, approved_on=START)
            work.add(plan)
            work.session.flush()
            work.add(
                FilePlanEntry(
                    id=work.ids.new(),
                    organization_id=department,
                    plan_id=plan.id,
                    notation="09.KH",
                    title="Hồ sơ kế hoạch năm",
                    period="5 năm",
                )
            )
            for prefix, body, place in (
                ("", department, unit),
                ("other.", department, other),
                ("xa.", commune, office),
            ):
                for name, roles in ROLES.items():
                    create_account(
                        work,
                        organization_id=body,
                        username=prefix + name,
                        name=f"{_PLACES[prefix]} {WORDS[roles[0]][0].lower()} thử".strip(),
                        roles=roles,
                        password_hash=password_hash(),
                        unit_id=place,
                        position="Chuyên viên",
                        must_change_password=False,
                    )
        with house.database.read(SystemScope("test")) as work:
            people = {a.username: face_of(work, a) for a in work.session.scalars(select(Account))}
        return Province(department, commune, unit, other, office, fonds, commune_fonds, people)
    finally:
        house.close()
