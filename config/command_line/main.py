"""`kholuutru`: the product's one command."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import Any

import click

from config.command_line.backups import backup
from config.command_line.bags import bag
from config.command_line.beginning import file_plan, fonds, storage
from config.command_line.moving import move_to
from config.command_line.organizations import organization
from config.command_line.output import account_option, answer, coded_errors, json_option
from config.command_line.packages import identify, package
from config.command_line.prechecking import precheck
from config.command_line.transfers import transfer
from config.command_line.vietnamese import speak_vietnamese

speak_vietnamese()
role_option = click.option(
    "--role", "roles", multiple=True, required=True, help="Vai trò; lặp lại để giao nhiều vai trò."
)
organization_option = click.option(
    "--organization", default="", help="Mã cơ quan của tài khoản; mặc định là cơ quan của người thực hiện."
)

# Heavy parts are imported inside the commands, so that each starts fast and local commands need no server.


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Kho nằm ở KHOLUUTRU_DATA (mặc định: DATA trong thư mục đang đứng); mọi thiết lập ở docs/reference.md.",
)
@click.version_option(package_name="kholuutru")
def main() -> None:
    """Kho Lưu Trữ: hệ thống lưu trữ điện tử dùng chung."""


@main.command()
@coded_errors
def init() -> None:
    """Tạo kho mới: cơ sở dữ liệu, bảng thời hạn, tài khoản quản trị hệ thống đầu tiên."""
    from config.beginning import initialise
    from config.settings import load

    settings = load()
    password = initialise(settings)
    if password is None:
        click.echo("Kho đã có; cơ sở dữ liệu đã ở phiên bản mới nhất.")
    else:
        click.echo(f"Đã tạo kho ở {settings.data.absolute()}.")
        click.echo(f"Tài khoản quản trị hệ thống: quantri, mật khẩu (chỉ hiện một lần): {password}")
        click.echo(f"Bước tiếp theo: «{sys.argv[0]} run», mở http://{settings.host}:{settings.port} và đăng nhập.")


@main.command()
@click.option("--samples", type=click.Path(path_type=Path, exists=True), default=Path("tests/samples/transfer"))
@coded_errors
def demo(samples: Path) -> None:
    """Tạo tỉnh mẫu với hai cơ quan và nộp hồ sơ mẫu qua toàn bộ quy trình; chạy lại thì làm tiếp."""
    from config.demonstration import demonstrate
    from config.settings import load

    demonstrate(load(), samples, click.echo)


@main.command()
@coded_errors
def run() -> None:
    """Chạy máy chủ web, tiến trình nền, bộ chỉ mục và đồng hồ."""
    from sqlalchemy.exc import DBAPIError

    from config.listening import listening_socket
    from config.processes import Supervisor, data_lock
    from config.settings import load
    from preservation.ledger.rebuilding import refuse_unfinished
    from preservation.packages.presence import mark_store
    from preservation.storage.errors import StorageError

    settings = load()
    from config.house import open_house

    opened = open_house(settings)
    try:
        # A database or a store that does not answer says nothing; the processes wait for it.
        with contextlib.suppress(DBAPIError):
            refuse_unfinished(opened.database)
            mark_store(opened.database, opened.store)
    except StorageError as error:
        if not error.passing:
            raise
    finally:
        opened.close()
    with data_lock(settings.data), listening_socket(settings) as listener:
        click.echo(f"Kho Lưu Trữ: http://{settings.host}:{settings.port}")
        first = "bấm Tra cứu và gõ: quyet dinh 2858" if settings.demonstration else "làm theo khung «Bắt đầu»"
        click.echo(f"Đăng nhập bằng tài khoản đã in, rồi {first}. Dữ liệu: {settings.data.absolute()}. Dừng: Ctrl+C.")
        Supervisor(settings, listener).run()


@main.command()
@click.option("--from-store", is_flag=True, required=True, help="Dựng từ các gói và sổ cái trong kho.")
@coded_errors
def rebuild(*, from_store: bool) -> None:
    """Dựng lại cơ sở dữ liệu trống từ kho (gói và sổ cái); bị dừng giữa chừng thì chạy lại để làm tiếp."""
    from config.buckets import lock_was_tried, try_lock
    from config.house import make_data_folder, open_house
    from config.processes import data_lock
    from config.rebuild import rebuild as rebuild_database
    from config.settings import load

    assert from_store  # noqa: S101 - the only way there is
    settings = load()
    make_data_folder(settings)
    with data_lock(settings.data):
        if settings.store and not lock_was_tried(settings):
            try_lock(settings)
        opened = open_house(settings, existing=False)
        try:
            done = rebuild_database(opened, click.echo)
        finally:
            opened.close()
    click.echo(f"Đã dựng lại {done.dossiers} hồ sơ theo sổ cái, {done.recovered} hồ sơ từ gói (cần người xem).")
    click.echo(
        f"{done.accounts} tài khoản chưa có mật khẩu nên chưa đăng nhập được. Đặt mật khẩu mới cho từng tài khoản: "
        "kholuutru user password TÊN --organization MÃ --as quantri (trước hết cho chính quantri)."
    )
    click.echo("Chạy «kholuutru run»: chỉ mục và văn bản trong tệp được lập lại.")
    if done.problems:
        click.echo("Cần người xem: " + ", ".join(f"{code}: {count}" for code, count in sorted(done.problems.items())))
        sys.exit(1)


@main.command()
@json_option
@coded_errors
def doctor(*, as_json: bool) -> None:
    """Kiểm tra máy và cấu hình; mỗi dòng nói điều gì, ra sao, làm gì.

    Trả về 1 nếu có điều xấu (bad), 2 nếu không có điều xấu nhưng có điều không kiểm tra được (unknown), còn lại 0.
    """
    from config.doctor import examine
    from config.settings import load

    results = examine(load())
    answer([r.to_plain() for r in results], as_json=as_json)
    states = {r.state for r in results}
    if "bad" in states:
        sys.exit(1)
    if "unknown" in states:
        sys.exit(2)


@main.group()
def user() -> None:
    """Tài khoản."""


@user.command("add")
@click.argument("username")
@click.option("--name", required=True, help="Họ và tên.")
@role_option
@click.option("--position", default="", help="Chức vụ.")
@organization_option
@click.option("--unit", default="", help="Tên đơn vị thuộc cơ quan.")
@account_option
@coded_errors
def user_add(
    username: str, name: str, roles: tuple[str, ...], position: str, organization: str, unit: str, acting: str
) -> None:
    """Tạo tài khoản và in mật khẩu một lần."""
    from archive.accounts.services import create_account, generate_password, hash_password
    from config.beginning import unit_by_name
    from config.command_line.acting import house, managing

    with house() as opened:
        body, scope = managing(opened, acting, organization)
        password = generate_password()
        hashed = hash_password(password)
        with opened.database.write(scope) as work:
            create_account(
                work,
                organization_id=body,
                username=username,
                name=name,
                roles=roles,
                position=position,
                password_hash=hashed,
                unit_id=unit_by_name(work.session, body, unit) if unit else None,
            )
    click.echo(f"{username}: {password}")


@user.command("roles")
@click.argument("target")
@role_option
@organization_option
@account_option
@coded_errors
def user_roles(target: str, roles: tuple[str, ...], organization: str, acting: str) -> None:
    """Thay các vai trò của một tài khoản; không ai đổi vai trò của chính mình."""
    from archive.accounts.services import set_roles
    from config.command_line.acting import house, managing

    with house() as opened:
        _, scope = managing(opened, acting, organization)
        with opened.database.write(scope) as work:
            set_roles(work, target, roles)
    click.echo(f"{target}: {', '.join(sorted(set(roles)))}")


@user.command("list")
@account_option
@json_option
@coded_errors
def user_list(acting: str, *, as_json: bool) -> None:
    """Liệt kê tài khoản trong phạm vi."""
    from sqlalchemy import select

    from archive.accounts.models import Account
    from archive.accounts.permissions import require
    from archive.accounts.services import face_of
    from config.command_line.acting import acting_account, house, note_reading

    with house() as opened:
        face = acting_account(opened, acting)
        scope = face.scope()
        require(scope, "account.manage")
        with opened.database.read(scope) as work:
            rows = [
                {"username": f.username, "name": f.name, "roles": ", ".join(f.roles), "locked": f.locked}
                for f in (face_of(work, a) for a in work.session.scalars(select(Account).order_by(Account.name_sort)))
            ]
        note_reading(opened, face, "account.listed", shown=len(rows))
    answer(rows, as_json=as_json)


@user.command("password")
@click.argument("target")
@organization_option
@account_option
@coded_errors
def user_password(target: str, organization: str, acting: str) -> None:
    """Đặt lại mật khẩu và in một lần; các phiên đang mở kết thúc, chủ tài khoản được báo khi đăng nhập."""
    from archive.accounts.services import generate_password, hash_password, reset_password
    from config.command_line.acting import house, managing

    with house() as opened:
        _, scope = managing(opened, acting, organization)
        password = generate_password()
        hashed = hash_password(password)
        with opened.database.write(scope) as work:
            reset_password(work, target, hashed)
    click.echo(f"{target}: {password}")


@user.command("lock")
@click.argument("target")
@click.option("--unlock", is_flag=True, help="Mở khóa.")
@organization_option
@account_option
@coded_errors
def user_lock(target: str, organization: str, acting: str, *, unlock: bool) -> None:
    """Khóa hoặc mở khóa tài khoản."""
    from archive.accounts.services import set_lock
    from config.command_line.acting import house, managing

    with house() as opened:
        _, scope = managing(opened, acting, organization)
        with opened.database.write(scope) as work:
            set_lock(work, target, locked=not unlock)
    click.echo(f"{target}: {'đã mở khóa' if unlock else 'đã khóa'}")


@main.command("search")
@click.argument("query")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@account_option
@json_option
@coded_errors
def search_(query: str, limit: int, acting: str, *, as_json: bool) -> None:
    """Tìm hồ sơ, văn bản trong phạm vi của tài khoản."""
    from config.command_line.acting import acting_account, house
    from search.query.services import ask

    with house() as opened:
        scope = acting_account(opened, acting).scope()
        found = ask(opened.database, opened.index, scope, query, limit=limit)
    rows = [
        {
            "dossier": f.dossier.code,
            "document": f"{f.document.type_name} {f.document.number}/{f.document.notation}" if f.document else "",
            "title": f.document.subject if f.document else f.dossier.title,
        }
        for f in found.found
    ]
    answer(rows, as_json=as_json, empty="Không tìm thấy.")


@main.group("index")
def index_group() -> None:
    """Chỉ mục tìm kiếm."""


@index_group.command("rebuild")
@account_option
@coded_errors
def index_rebuild(acting: str) -> None:
    """Ghi yêu cầu lập lại chỉ mục; bộ chỉ mục đang chạy sẽ làm."""
    from archive.accounts.permissions import require
    from config.command_line.acting import acting_account, house
    from search.index.services import request_rebuild

    with house() as opened:
        face = acting_account(opened, acting)
        require(face.scope(), "index.rebuild")
        with opened.database.write(face.scope()) as work:
            request_rebuild(work, face.organization_id)
    click.echo("Đã ghi yêu cầu. Tra cứu vẫn dùng chỉ mục cũ cho đến khi lập xong.")


@index_group.command("verify")
@json_option
@coded_errors
def index_verify(*, as_json: bool) -> None:
    """So sánh chỉ mục với cơ sở dữ liệu."""
    from config.command_line.acting import house
    from search.index.services import compare

    with house() as opened:
        state = compare(opened.database, opened.index)
    row = {
        "agrees": state.agrees,
        "waiting": state.waiting,
        "missing": len(state.missing),
        "stale": len(state.stale),
        "extra": len(state.extra),
    }
    answer([row], as_json=as_json)
    if not state.agrees:
        sys.exit(1)


@main.group()
def retention() -> None:
    """Thời hạn lưu trữ."""


@retention.command("due")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="Ngày xét; mặc định hôm nay.")
@account_option
@json_option
@coded_errors
def retention_due(day: Any, acting: str, *, as_json: bool) -> None:  # noqa: ANN401 - click's datetime or None
    """Liệt kê hồ sơ đến hạn vào một ngày; không đổi trạng thái."""
    from sqlalchemy import select

    from archive.accounts.permissions import require
    from archive.clock import vietnam_date
    from archive.description.models import Dossier
    from config.command_line.acting import acting_account, house, note_reading
    from retention.due.models import RetentionPlan

    with house() as opened:
        face = acting_account(opened, acting)
        scope = face.scope()
        require(scope, "retention.view")
        on = day.date() if day else vietnam_date(opened.database.clock.now())
        with opened.database.read(scope) as work:
            rows = [
                {"code": d.code, "title": d.title, "period": p.period, "due_on": p.due_on, "state": d.state}
                for d, p in work.session.execute(
                    select(Dossier, RetentionPlan)
                    .join(RetentionPlan, RetentionPlan.dossier_id == Dossier.id)
                    .where(RetentionPlan.due_on <= on)
                    .order_by(RetentionPlan.due_on, Dossier.code_sort)
                )
            ]
        note_reading(opened, face, "retention.listed", list="due", on=on.isoformat(), shown=len(rows))
    answer(rows, as_json=as_json, empty="Không có hồ sơ nào đến hạn.")


@main.group()
def audit() -> None:
    """Nhật ký."""


@audit.command("verify")
@json_option
@coded_errors
def audit_verify(*, as_json: bool) -> None:
    """Kiểm tra mọi chuỗi nhật ký, đối chiếu với đầu chuỗi trong kho; nêu dòng sai đầu tiên."""
    from config.command_line.acting import house
    from preservation.evidence.services import verify_all

    with house() as opened:
        results = verify_all(opened.database, opened.store)
    rows = [
        {
            "chain": str(chain),
            "rows": count,
            "state": "intact" if fault is None else str(fault.fault),
            "first_fault": fault.seq if fault else None,
        }
        for chain, (count, fault) in results.items()
    ]
    answer(rows, as_json=as_json, empty="Chưa có chuỗi nào.")
    if any(fault is not None for _, fault in results.values()):
        sys.exit(1)


for command in (transfer, package, bag, identify, precheck, backup, move_to, organization, fonds, file_plan, storage):
    main.add_command(command)
