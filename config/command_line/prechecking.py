"""`kholuutru precheck`: the checks of a transfer before it is sent; needs no archive and no server."""

from __future__ import annotations

from pathlib import Path

import click

from config.command_line.judged_paths import JudgedPath, tell
from config.command_line.output import coded_errors, json_option


@click.command()
@click.argument("paths", type=click.Path(path_type=Path), nargs=-1, required=True, metavar="PATH…")
@click.option("--agency", default="", help="Mã cơ quan nộp; không ghi thì mã hồ sơ không được so với mã cơ quan.")
@click.option("--fonds", default="", help="Mã phông; không ghi thì theo danh mục.")
@json_option
@coded_errors
def precheck(paths: tuple[Path, ...], agency: str, fonds: str, *, as_json: bool) -> None:
    """Kiểm tra một đợt nộp trên máy này trước khi gửi; không cần kho, chỉ đọc.

    PATH là thư mục gồm danh mục .xlsx và các tệp, hoặc một tệp .zip. Nêu những gì kho sẽ nêu, trừ điều chỉ kho mới
    biết. Mã thoát: 0 không có lỗi, 1 có lỗi, 2 có chỗ chưa kiểm tra được; nhiều PATH thì lấy mã lớn nhất.
    """
    tell((_judged(path, agency, fonds) for path in paths), as_json=as_json)


def _judged(path: Path, agency: str, fonds: str) -> JudgedPath:
    from archive.clock import SystemClock, vietnam_date
    from ingest.checks.context import CheckSettings
    from ingest.precheck.local import not_judged, precheck
    from preservation.packages.bag_files import unreadable
    from preservation.packages.validation import verdict

    settings = CheckSettings(agency_code=agency, fonds_code=fonds)
    try:
        path.stat()
        findings = precheck(path, vietnam_date(SystemClock().now()), settings)
    except OSError as error:
        findings = [unreadable(path.name, error)]
    return JudgedPath(path, "", str(verdict(findings)), findings, tuple(words for words, _ in not_judged(settings)))
