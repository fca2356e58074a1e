"""`kholuutru move-to`: from the embedded defaults to servers."""

from __future__ import annotations

from pathlib import Path

import click

from config.command_line.output import coded_errors

_NEXT = """Đã chuyển xong. Kho nguồn không thay đổi gì. Việc tiếp theo:
  1. Đặt {file} làm tệp thiết lập (kholuutru.toml, hoặc KHOLUUTRU_SETTINGS).
  2. kholuutru doctor
  3. kholuutru run   (chỉ mục được lập; mọi người đăng nhập lại nếu khóa cookie đổi)
  4. kholuutru index verify, kholuutru audit verify, kholuutru package verify --as TÊN
  5. Cất thư mục dữ liệu cũ cho đến khi kho mới đã được sao lưu; không chạy lại kho cũ."""


@click.command("move-to")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@coded_errors
def move_to(file: Path) -> None:
    """Chuyển kho (đã dừng) sang máy chủ theo tệp thiết lập mới; đối chiếu, chạy lại được, không đổi gì ở kho nguồn."""
    from config.moving import move
    from config.settings import load

    move(load(), file, click.echo)
    click.echo(_NEXT.format(file=file))
