"""Commands of a beginning: bodies and units, fonds, file plans, places of paper; as their pages do it."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import click

from archive.organizations.kinds import KINDS
from config.command_line.output import account_option, answer, coded_errors, json_option

_BODIES = sorted(set(KINDS) - {"operator", "unit"})


class _Day(click.ParamType[datetime.date]):
    """A date as people write it here."""

    name = "ngày"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime.date:  # noqa: ANN401 - click's
        """Read it."""
        from archive.metadata.dates import read_date

        date = value if isinstance(value, datetime.date) else read_date(str(value)).date
        if date is None or isinstance(date, datetime.date):
            return date or self.fail("ghi ngày, tháng, năm, ví dụ 05/09/2025", param, ctx)
        return date.earliest


@click.group()
def organization() -> None:
    """Cơ quan và đơn vị."""


@organization.command("add")
@click.argument("name")
@click.option("--kind", required=True, type=click.Choice(_BODIES), help="Loại cơ quan.")
@click.option("--code", required=True, help="Mã định danh của cơ quan.")
@click.option("--parent", default="", help="Mã của cơ quan cấp trên.")
@click.option("--from", "first", type=_Day(), required=True, help="Từ ngày.")
@click.option("--source", is_flag=True, help="Là nguồn nộp lưu vào lưu trữ lịch sử.")
@account_option
@coded_errors
def organization_add(
    name: str, kind: str, code: str, parent: str, first: datetime.date, acting: str, *, source: bool
) -> None:
    """Lập cơ quan."""
    from archive.organizations.services import create_organization
    from config.beginning import organization_by_code
    from config.command_line.acting import acting_account, house

    with house() as opened:
        scope = acting_account(opened, acting).scope()
        above = organization_by_code(opened.database, parent, scope)[0] if parent else None
        with opened.database.write(scope) as work:
            create_organization(
                work, kind=kind, name=name, code=code, parent=above, transfer_source=source, valid_from=first
            )
    click.echo(f"{code}: {name}")


@organization.command("unit")
@click.argument("name")
@click.option("--organization", "code", default="", help="Mã cơ quan; mặc định là cơ quan của tài khoản thực hiện.")
@click.option("--from", "first", type=_Day(), required=True, help="Từ ngày.")
@account_option
@coded_errors
def organization_unit(name: str, code: str, first: datetime.date, acting: str) -> None:
    """Lập đơn vị thuộc cơ quan."""
    from archive.accounts.permissions import require
    from archive.organizations.services import create_organization
    from config.beginning import organization_by_code
    from config.command_line.acting import acting_account, house

    with house() as opened:
        actor = acting_account(opened, acting)
        body, scope = actor.organization_id, actor.scope()
        if code:
            require(scope, "organization.manage")
            body, scope = organization_by_code(opened.database, code, scope)
        with opened.database.write(scope) as work:
            create_organization(work, kind="unit", name=name, body=body, valid_from=first)
    click.echo(name)


@organization.command("list")
@account_option
@json_option
@coded_errors
def organization_list(acting: str, *, as_json: bool) -> None:
    """Liệt kê cơ quan và đơn vị."""
    from archive.accounts.permissions import require
    from archive.clock import vietnam_date
    from archive.organizations.services import tree_on
    from config.command_line.acting import acting_account, house

    with house() as opened:
        scope = acting_account(opened, acting).scope()
        require(scope, "unit.manage")
        with opened.database.read(scope) as work:
            tree = tree_on(work.session, vietnam_date(work.now))
    rows = [
        {"name": "  " * b.depth * (not as_json) + b.term.name, "code": b.term.code, "kind": KINDS[b.kind][0]}
        for b in tree
    ]
    answer(rows, as_json=as_json)


@click.group()
def fonds() -> None:
    """Phông lưu trữ."""


@fonds.command("add")
@click.argument("code")
@click.argument("name")
@account_option
@coded_errors
def fonds_add(code: str, name: str, acting: str) -> None:
    """Lập phông trong cơ quan của tài khoản thực hiện."""
    from archive.description.fonds import create_fonds
    from config.command_line.acting import acting_account, house

    with house() as opened:
        face = acting_account(opened, acting)
        with opened.database.write(face.scope()) as work:
            create_fonds(work, face.organization_id, code=code, name=name)
    click.echo(f"{code}: {name}")


@fonds.command("list")
@account_option
@json_option
@coded_errors
def fonds_list(acting: str, *, as_json: bool) -> None:
    """Liệt kê phông trong phạm vi."""
    from sqlalchemy import select

    from archive.accounts.permissions import require
    from archive.description.models import Fonds
    from config.command_line.acting import acting_account, house

    with house() as opened:
        scope = acting_account(opened, acting).scope()
        require(scope, "fonds.manage")
        with opened.database.read(scope) as work:
            rows = [
                {"code": f.code, "name": f.name} for f in work.session.scalars(select(Fonds).order_by(Fonds.name_sort))
            ]
    answer(rows, as_json=as_json)


@click.group("file-plan")
def file_plan() -> None:
    """Danh mục hồ sơ năm."""


@file_plan.command("import")
@click.argument("path", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--year", type=click.IntRange(1945, 2100), required=True, help="Năm của danh mục.")
@click.option("--replace", is_flag=True, help="Thay tất cả các dòng đang có.")
@account_option
@coded_errors
def file_plan_import(path: Path, year: int, acting: str, *, replace: bool) -> None:
    """Nhập các dòng từ bảng tính .xlsx theo mẫu; danh mục chưa có thì lập mới."""
    from sqlalchemy import select

    from archive.description.models import FilePlan
    from config.command_line.acting import acting_account, house
    from ingest.plans.reading import lines_of
    from ingest.plans.services import add_lines, create_plan

    with house() as opened:
        face = acting_account(opened, acting)
        lines = lines_of(opened.fence, path)
        with opened.database.write(face.scope()) as work:
            found = work.session.scalar(select(FilePlan.id).where(FilePlan.year == year))
            count = add_lines(work, found or create_plan(work, face.organization_id, year), lines, replace=replace)
    click.echo(f"{year}: {count} dòng")


@file_plan.command("approve")
@click.argument("year", type=int)
@click.option("--decision", required=True, help="Số quyết định.")
@click.option("--day", type=_Day(), required=True, help="Ngày quyết định.")
@account_option
@coded_errors
def file_plan_approve(year: int, decision: str, day: datetime.date, acting: str) -> None:
    """Phê duyệt danh mục của một năm."""
    from sqlalchemy import select

    from archive.database.errors import NotFound
    from archive.description.models import FilePlan
    from config.command_line.acting import acting_account, house
    from ingest.plans.services import approve_plan

    with house() as opened, opened.database.write(acting_account(opened, acting).scope()) as work:
        found = work.session.scalar(select(FilePlan.id).where(FilePlan.year == year))
        if found is None:
            raise NotFound
        approve_plan(work, found, decision=decision, day=day)
    click.echo(f"{year}: {decision}")


@click.group()
def storage() -> None:
    """Nơi để bản giấy."""


@storage.command("add")
@click.argument("label")
@click.option("--kind", required=True, type=click.Choice(["repository", "shelf", "box"]), help="Kho, giá kệ, hộp cặp.")
@click.option("--inside", default="", help="Nằm trong, ghi cả đường: «Kho 1 / Giá 3».")
@account_option
@coded_errors
def storage_add(label: str, kind: str, inside: str, acting: str) -> None:
    """Thêm nơi để."""
    from archive.database.errors import NotFound
    from archive.description.storage import create_place, places
    from config.command_line.acting import acting_account, house

    with house() as opened:
        face = acting_account(opened, acting)
        with opened.database.write(face.scope()) as work:
            parent = next((place.id for place in places(work) if place.path == inside), None)
            if inside and parent is None:
                raise NotFound
            create_place(work, face.organization_id, kind=kind, label=label, parent_id=parent)
    click.echo(f"{inside} / {label}" if inside else label)


@storage.command("list")
@account_option
@json_option
@coded_errors
def storage_list(acting: str, *, as_json: bool) -> None:
    """Liệt kê nơi để."""
    from archive.accounts.permissions import require
    from archive.description.storage import STORAGE_KINDS, places
    from config.command_line.acting import acting_account, house

    with house() as opened:
        scope = acting_account(opened, acting).scope()
        require(scope, "storage.manage")
        with opened.database.read(scope) as work:
            rows = [{"path": p.path, "kind": STORAGE_KINDS[p.kind][0], "dossiers": p.dossiers} for p in places(work)]
    answer(rows, as_json=as_json)
