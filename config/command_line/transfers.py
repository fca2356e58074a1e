"""`kholuutru transfer`: hand in, list, show, answer."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from config.command_line.output import account_option, answer, coded_errors, json_option

if TYPE_CHECKING:
    from archive.database.unit_of_work import UnitOfWork


@click.group()
def transfer() -> None:
    """Đợt nộp."""


@transfer.command()
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@click.option("--title", default="", help="Tên đợt nộp mới.")
@click.option("--resume", "resumed", default="", help="Số (hoặc mã) của đợt nộp đang mở để gửi tiếp phần còn thiếu.")
@click.option("--fonds", default="", help="Mã phông; mặc định là phông duy nhất của cơ quan.")
@click.option("--source", type=click.Choice(["unit", "contractor", "system"]), default="unit", help="Ai gửi.")
@click.option(
    "--class", "dossier_class", type=click.Choice(["office", "procedure"]), default="office", help="Loại hồ sơ."
)
@click.option("--declare", is_flag=True, help="Cam kết hồ sơ đầy đủ và không có tài liệu mật; bắt buộc để nộp.")
@account_option
@json_option
@coded_errors
def submit(
    path: Path,
    title: str,
    resumed: str,
    fonds: str,
    source: str,
    dossier_class: str,
    acting: str,
    *,
    declare: bool,
    as_json: bool,
) -> None:
    """Nộp một thư mục (danh mục .xlsx và tệp) hoặc một tệp .zip; in số đợt nộp."""
    from config.command_line.acting import acting_account, house
    from config.command_line.sending import fonds_by_code, may_hand_in, open_one, send
    from ingest.precheck.outgoing import outgoing
    from ingest.transfers import services
    from ingest.transfers.errors import TransferError

    if not title.strip() and not resumed:
        raise TransferError("TRF-0024")
    if not declare:
        raise TransferError("TRF-0003")
    found = outgoing(path)
    with house() as opened:
        face = acting_account(opened, acting)
        unit = may_hand_in(face)
        with opened.database.write(face.scope()) as work:
            made = (
                open_one(work, resumed)
                if resumed
                else services.create(
                    work,
                    title=title,
                    fonds_id=fonds_by_code(work, fonds),
                    unit_id=unit,
                    source=source,
                    dossier_class=dossier_class,
                )
            )
        try:
            sent = send(opened, face, made.id, found)
            with opened.database.write(face.scope()) as work:
                state = services.submit(work, made.id, complete=declare, nothing_secret=declare).state
        except BaseException:
            # Whatever broke it off, what has come is kept; the sender must know how to go on.
            click.echo(f"Đợt nộp {made.number} còn mở. Gửi tiếp bằng cùng lệnh với --resume {made.number}", err=True)
            raise
    if as_json:
        answer([{"number": made.number, "id": made.id, "state": state, "sent": sent}], as_json=True)
    else:
        click.echo(made.number)


@transfer.command("list")
@account_option
@json_option
@coded_errors
def list_(acting: str, *, as_json: bool) -> None:
    """Liệt kê đợt nộp trong phạm vi."""
    from sqlalchemy import select

    from archive.accounts.permissions import require
    from config.command_line.acting import acting_account, house, note_reading
    from ingest.transfers.models import Transfer
    from ingest.transfers.states import STATES

    with house() as opened:
        face = acting_account(opened, acting)
        scope = face.scope()
        require(scope, "transfer.view")
        with opened.database.read(scope) as work:
            rows = [
                {"number": t.number, "title": t.title, "state": STATES[t.state][0] if not as_json else t.state}
                for t in work.session.scalars(select(Transfer).order_by(Transfer.number))
            ]
        note_reading(opened, face, "transfer.listed", shown=len(rows))
    answer(rows, as_json=as_json, empty="Chưa có đợt nộp nào.")


@transfer.command()
@click.argument("number")
@account_option
@json_option
@coded_errors
def show(number: str, acting: str, *, as_json: bool) -> None:
    """Cho xem báo cáo kiểm tra của một đợt nộp."""
    from archive.accounts.permissions import require
    from archive.audit.events import AuditRecord
    from archive.messages.catalogue import catalogue
    from config.command_line.acting import acting_account, house
    from ingest.transfers.content import current_findings
    from ingest.transfers.states import STATES

    with house() as opened:
        scope = acting_account(opened, acting).scope()
        require(scope, "transfer.view")
        with opened.database.write(scope) as work:
            found = _by_number(work, number)
            findings = current_findings(work, found)
            work.record(AuditRecord("transfer.viewed", found.organization_id, "transfer", found.id))
    texts = catalogue()
    rows: list[dict[str, Any]] = [
        {
            "level": str(texts.get(f.code).level),
            "code": f.code,
            "where": " ".join(str(v) for v in f.to_plain()["where"].values()),
            "text": texts.text(f.code, "vi", f.parameters),
        }
        for f in findings
    ]
    if not as_json:
        click.echo(f"{found.number} {found.title}: {STATES[found.state][0]}")
    answer(rows, as_json=as_json, empty="Không có ý kiến nào.")


@transfer.command()
@click.argument("number")
@account_option
@coded_errors
def approve(number: str, acting: str) -> None:
    """Duyệt đợt nộp của đơn vị để gửi sang lưu trữ."""
    from ingest.review.services import approve as approve_

    _act(number, acting, approve_)
    click.echo(f"{number}: đã duyệt")


@transfer.command()
@click.argument("number")
@click.option("--unchecked-seen", is_flag=True, help="Đã xem và chấp nhận những chỗ chưa kiểm tra được.")
@account_option
@coded_errors
def accept(number: str, acting: str, *, unchecked_seen: bool) -> None:
    """Đồng ý tiếp nhận."""
    from ingest.review.services import accept as accept_

    _act(number, acting, lambda work, found: accept_(work, found, unchecked_seen=unchecked_seen))
    click.echo(f"{number}: đã đồng ý tiếp nhận")


@transfer.command("hand-over")
@click.argument("number")
@click.option("--side", type=click.Choice(["give", "receive"]), required=True, help="Bên giao hay bên nhận.")
@account_option
@coded_errors
def hand_over(number: str, side: str, acting: str) -> None:
    """Xác nhận bàn giao; đủ hai bên thì niêm phong."""
    from ingest.handover.services import confirm

    _act(number, acting, lambda work, found: confirm(work, found, side))
    click.echo(f"{number}: {'bên giao' if side == 'give' else 'bên nhận'} đã xác nhận")


@transfer.command("return")
@click.argument("number")
@click.option("--reason", default="", help="Lý do và nội dung cần bổ sung.")
@account_option
@coded_errors
def return_(number: str, reason: str, acting: str) -> None:
    """Trả lại kèm lý do."""
    from ingest.review.services import return_ as return_back

    _act(number, acting, lambda work, found: return_back(work, found, reason))
    click.echo(f"{number}: đã trả lại")


def _act(number: str, acting: str, act: Callable[[UnitOfWork, uuid.UUID], object]) -> None:
    from config.command_line.acting import acting_account, house

    with house() as opened, opened.database.write(acting_account(opened, acting).scope()) as work:
        act(work, _by_number(work, number).id)


def _by_number(work: UnitOfWork, number: str) -> Any:  # noqa: ANN401 - a Transfer, imported late
    from sqlalchemy import select

    from ingest.transfers.errors import TransferError
    from ingest.transfers.models import Transfer

    found = work.session.scalar(select(Transfer).where(Transfer.number == number))
    if found is None:
        raise TransferError("TRF-0016", number=number)
    return found
