"""Commands of a beginning: fonds, file plans, places of paper; as their pages do it."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import click

from config.command_line.days import Day
from config.command_line.output import account_option, answer, coded_errors, json_option


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
@click.option("--day", type=Day(), required=True, help="Ngày quyết định.")
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


@file_plan.command("list")
@click.argument("year", type=int, required=False)
@account_option
@json_option
@coded_errors
def file_plan_list(year: int | None, acting: str, *, as_json: bool) -> None:
    """Liệt kê danh mục các năm; cho năm thì liệt kê các dòng của năm đó."""
    from sqlalchemy import func, select

    from archive.accounts.permissions import require
    from archive.description.models import FilePlan, FilePlanEntry
    from config.command_line.acting import acting_account, house, note_reading

    with house() as opened:
        face = acting_account(opened, acting)
        scope = face.scope()
        require(scope, "file_plan.view")
        rows: list[dict[str, Any]]
        with opened.database.read(scope) as work:
            if year is None:
                counted = select(FilePlanEntry.plan_id, func.count()).group_by(FilePlanEntry.plan_id)
                lines = {row[0]: row[1] for row in work.session.execute(counted)}
                rows = [
                    {"year": p.year, "lines": lines.get(p.id, 0), "decision": p.decision, "approved_on": p.approved_on}
                    for p in work.session.scalars(select(FilePlan).order_by(FilePlan.year.desc()))
                ]
            else:
                statement = select(FilePlanEntry).join(FilePlan, FilePlan.id == FilePlanEntry.plan_id)
                found = work.session.scalars(statement.where(FilePlan.year == year).order_by(FilePlanEntry.ordinal))
                rows = [{"code": e.notation, "title": e.title, "period": e.period, "maker": e.maker} for e in found]
        note_reading(opened, face, "file_plan.listed", plan=str(year or ""), shown=len(rows))
    answer(rows, as_json=as_json, empty="Chưa có danh mục nào.")


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
    from archive.description.storage import STORAGE_KINDS, dossiers_by_place, places
    from config.command_line.acting import acting_account, house

    with house() as opened:
        scope = acting_account(opened, acting).scope()
        require(scope, "storage.manage")
        with opened.database.read(scope) as work:
            held = dossiers_by_place(work)
            rows = [
                {"path": p.path, "kind": STORAGE_KINDS[p.kind][0], "dossiers": held.get(p.id, 0)} for p in places(work)
            ]
    answer(rows, as_json=as_json)
