"""`kholuutru backup`: make one, compare it with what it is of, put it back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from config.command_line.output import answer, coded_errors, json_option

if TYPE_CHECKING:
    from preservation.backup.manifest import Manifest
    from preservation.backup.verification import Comparison

_NEXT = """Đã khôi phục. Việc tiếp theo:
  1. kholuutru doctor
  2. kholuutru run   (chỉ mục được lập lại; mọi người đăng nhập lại)
  3. kholuutru package verify --as TÊN, rồi kholuutru audit verify
  4. Báo các đơn vị nộp lại những gì đã làm sau lúc sao lưu."""


@click.group()
def backup() -> None:
    """Sao lưu và khôi phục."""


@backup.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--keys", type=click.Path(path_type=Path, dir_okay=False), help="Tệp mới để cất khóa, ở nơi khác bản sao lưu."
)
@json_option
@coded_errors
def create(folder: Path, keys: Path | None, *, as_json: bool) -> None:
    """Sao lưu vào một thư mục mới, khi kho đang chạy cũng được; các gói trong kho được chép riêng."""
    from config.backups import create as create_
    from config.command_line.acting import house

    with house() as opened:
        made = create_(opened, folder, keys)
    if as_json:
        answer([_row(folder, made)], as_json=True)
    else:
        click.echo(f"{folder}: {made.kind}, {sum(made.tables.values())} dòng; {made.objects} đối tượng trong kho,")
        click.echo(f"trong đó {made.packages} gói đã niêm phong ({made.package_bytes} byte).")
        if made.later:
            click.echo(f"{made.later} gói trong kho là của những gì xảy ra sau bản sao này, hoặc chưa xong.")
        store = opened.settings.store or opened.settings.data.absolute() / "store"
        click.echo(f"Gói không nằm trong bản sao này: hãy chép cả {store} sang nơi khác, ngoài máy này.")
        click.echo(f"Rồi chạy: kholuutru backup verify {folder}")
    if made.missing:
        click.echo(f"Kho thiếu {len(made.missing)} gói, gói đầu tiên: {made.missing[0]}", err=True)
        sys.exit(1)


def _row(folder: Path, made: Manifest) -> dict[str, Any]:
    return {
        "folder": str(folder),
        "made_at": made.made_at.isoformat(timespec="seconds"),
        "database": made.kind,
        "rows": sum(made.tables.values()),
        "packages": made.packages,
        "package_bytes": made.package_bytes,
        "objects": made.objects,
        "later": made.later,
        "missing": list(made.missing),
    }


@backup.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--deep", is_flag=True, help="Đọc lại từng gói trong kho và đối chiếu mã băm.")
@json_option
@coded_errors
def verify(folder: Path, *, deep: bool, as_json: bool) -> None:
    """Đối chiếu bản sao lưu với chính nó, với kho và cơ sở dữ liệu; 0 tốt, 1 không tốt, 2 chưa kiểm tra được."""
    from config.backups import check
    from config.settings import load

    _show(check(load(), folder, deep=deep), as_json=as_json)


@backup.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--keys", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Tệp khóa đã cất; thiếu thì tạo mới."
)
@json_option
@coded_errors
def restore(folder: Path, keys: Path | None, *, as_json: bool) -> None:
    """Khôi phục vào máy trống, sau khi đã chép kho về chỗ của nó; bị tắt giữa chừng thì chạy lại."""
    from config.restoring import restore as restore_
    from config.settings import load

    results = restore_(load(), folder, keys)
    if not as_json:
        click.echo(_NEXT)
    _show(results, as_json=as_json)


def _show(results: list[Comparison], *, as_json: bool) -> None:
    """Print the results, and end with the status that they deserve."""
    answer([result.to_plain() for result in results], as_json=as_json)
    states = {result.state for result in results}
    if "bad" in states:
        sys.exit(1)
    if "unknown" in states:
        sys.exit(2)
