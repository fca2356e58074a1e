"""`kholuutru bag`: bags of anybody's making on this machine; needs no archive."""

from __future__ import annotations

from pathlib import Path

import click

from config.command_line.judged_paths import JudgedPath, tell
from config.command_line.output import coded_errors, json_option


@click.group()
def bag() -> None:
    """Gói BagIt trên máy này; không cần kho."""


@bag.command("validate")
@click.argument("paths", type=click.Path(path_type=Path), nargs=-1, required=True, metavar="PATH…")
@json_option
@coded_errors
def validate(paths: tuple[Path, ...], *, as_json: bool) -> None:
    """Kiểm tra gói BagIt 0.93 đến 1.0 (thư mục, .zip, .tar, .tar.gz) theo RFC 8493.

    Không tải gì về, không giải nén ra đĩa. Mã thoát: 0 hợp lệ, 1 không hợp lệ hoặc thiếu tệp, 2 chưa kiểm tra
    được; nhiều gói thì lấy mã lớn nhất. Cảnh báo ghi ra stderr.
    """
    tell(map(_judged, paths), as_json=as_json)


def _judged(path: Path) -> JudgedPath:
    from preservation.packages.validation import validate_path, verdict

    findings = validate_path(path)
    return JudgedPath(path, "BagIt", str(verdict(findings)), findings)
