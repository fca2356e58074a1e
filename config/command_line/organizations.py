"""`kholuutru organization`: bodies and their units, as their pages do it."""

from __future__ import annotations

import datetime

import click

from archive.organizations.kinds import KINDS
from config.command_line.days import Day
from config.command_line.output import account_option, answer, coded_errors, json_option

_BODIES = sorted(set(KINDS) - {"operator", "unit"})
body_option = click.option(
    "--organization", "code", default="", help="Mã cơ quan; mặc định là cơ quan của tài khoản thực hiện."
)


@click.group()
def organization() -> None:
    """Cơ quan và đơn vị."""


@organization.command("add")
@click.argument("name")
@click.option("--kind", required=True, type=click.Choice(_BODIES), help="Loại cơ quan.")
@click.option("--code", required=True, help="Mã định danh của cơ quan.")
@click.option("--parent", default="", help="Mã của cơ quan cấp trên.")
@click.option("--from", "first", type=Day(), required=True, help="Từ ngày.")
@click.option("--abbreviation", default="", help="Tên viết tắt.")
@click.option("--source", is_flag=True, help="Là nguồn nộp lưu vào lưu trữ lịch sử.")
@account_option
@coded_errors
def organization_add(
    name: str, kind: str, code: str, parent: str, first: datetime.date, abbreviation: str, acting: str, *, source: bool
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
                work,
                kind=kind,
                name=name,
                code=code,
                abbreviation=abbreviation,
                parent=above,
                transfer_source=source,
                valid_from=first,
            )
    click.echo(f"{code}: {name}")


@organization.command("unit")
@click.argument("name")
@body_option
@click.option("--from", "first", type=Day(), required=True, help="Từ ngày.")
@account_option
@coded_errors
def organization_unit(name: str, code: str, first: datetime.date, acting: str) -> None:
    """Lập đơn vị thuộc cơ quan."""
    from archive.organizations.services import create_organization
    from config.command_line.acting import house, managing

    with house() as opened:
        body, scope = managing(opened, acting, code, "unit.manage")
        with opened.database.write(scope) as work:
            create_organization(work, kind="unit", name=name, body=body, valid_from=first)
    click.echo(name)


@organization.command("close")
@body_option
@click.option("--unit", default="", help="Tên đơn vị cần đóng; để trống thì đóng cả cơ quan.")
@click.option("--from", "day", type=Day(), required=True, help="Đóng từ ngày.")
@account_option
@coded_errors
def organization_close(code: str, unit: str, day: datetime.date, acting: str) -> None:
    """Đóng cơ quan hoặc một đơn vị của cơ quan; phông, hồ sơ và nhật ký vẫn giữ nguyên."""
    from archive.organizations.services import close_organization
    from config.beginning import unit_by_name
    from config.command_line.acting import house, managing

    with house() as opened:
        body, scope = managing(opened, acting, code, "unit.manage")
        with opened.database.write(scope) as work:
            close_organization(work, unit_by_name(work.session, body, unit) if unit else body, day)
    click.echo(f"{unit or code}: đã đóng từ {day:%d/%m/%Y}")


@organization.command("list")
@account_option
@json_option
@coded_errors
def organization_list(acting: str, *, as_json: bool) -> None:
    """Liệt kê cơ quan và đơn vị."""
    from archive.accounts.permissions import allows, require
    from archive.clock import vietnam_date
    from archive.organizations.services import tree_on
    from config.command_line.acting import acting_account, house

    with house() as opened:
        face = acting_account(opened, acting)
        scope = face.scope()
        require(scope, "unit.manage")
        with opened.database.read(scope) as work:
            own = None if allows(scope, "organization.manage") else face.organization_id
            tree = tree_on(work.session, vietnam_date(work.now), own)
    rows = [
        {
            "name": "  " * b.depth * (not as_json) + b.term.name,
            "code": b.term.code,
            "kind": b.kind if as_json else KINDS[b.kind][0],
            "closed_on": b.closed_on,
        }
        for b in tree
    ]
    answer(rows, as_json=as_json)
