"""How commands answer: tables for people, `--json` for programs; errors on stderr with their code."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, TypeVar, cast

import click

from archive.description.states import DOSSIER_STATES
from archive.errors import KhoLuuTruError
from archive.messages.catalogue import catalogue

# What the extra `server` brings, by the names under which it is imported.
_SERVER = frozenset(
    {
        *("alembic", "apscheduler", "argon2", "babel", "flask", "flask_babel", "flask_login", "flask_wtf", "gunicorn"),
        *("huey", "markdown_it", "marshmallow", "minio", "opensearchpy", "psycopg", "sqlalchemy", "structlog"),
        *("tantivy", "weasyprint", "werkzeug", "wtforms"),
    }
)
# Heads of tables; in JSON the names stay as they are, for programs.
HEADS: dict[str, str] = {
    "action": "Việc cần làm",
    "agrees": "Khớp",
    "approved_on": "Ngày duyệt",
    "basis": "Căn cứ",
    "bytes": "Số byte",
    "chain": "Chuỗi",
    "dossiers": "Hồ sơ",
    "kind": "Loại",
    "closed_on": "Đóng từ",
    "code": "Mã",
    "decision": "Quyết định",
    "document": "Văn bản",
    "dossier": "Hồ sơ",
    "due_on": "Ngày xét",
    "extra": "Thừa",
    "first": "Lỗi đầu tiên",
    "first_fault": "Dòng sai đầu tiên",
    "level": "Mức",
    "lines": "Số dòng",
    "lock": "Khóa",
    "locked": "Bị khóa",
    "maker": "Người lập",
    "member": "Thành phần",
    "missing": "Thiếu",
    "name": "Tên",
    "number": "Số",
    "package": "Gói",
    "path": "Tệp",
    "period": "Thời hạn",
    "puid": "PUID",
    "roles": "Vai trò",
    "rows": "Số dòng",
    "stale": "Cũ",
    "state": "Trạng thái",
    "text": "Nội dung",
    "title": "Tên, tiêu đề",
    "username": "Tên đăng nhập",
    "verdict": "Kết luận",
    "version": "Phiên bản",
    "waiting": "Đang chờ",
    "what": "Phần",
    "where": "Chỗ",
    "year": "Năm",
}
# Verdicts and states under these heads.
WORDS: dict[str, dict[str, str]] = {
    "basis": {"signature": "chữ ký", "container": "cấu trúc bên trong", "extension": "đuôi tệp", "none": "không có"},
    "level": {"error": "lỗi", "warning": "cần kết luận", "info": "nên biết", "unknown": "chưa kiểm tra được"},
    "lock": {"lock_pending": "chờ khóa", "locked": "đã khóa"},
    "what": {
        "archive": "kho",
        "audit": "nhật ký",
        "backup": "sao lưu",
        "clock": "đồng hồ",
        "data": "thư mục dữ liệu",
        "database": "cơ sở dữ liệu",
        "disk": "đĩa",
        "environment": "biến môi trường",
        "fence": "hàng rào",
        "files": "tệp sao lưu",
        "floors": "các tầng mã",
        "index": "chỉ mục",
        "later": "gói niêm phong sau",
        "ledger": "sổ cái",
        "lock": "khóa của kho",
        "locks": "khóa của gói",
        "packages": "gói",
        "parts": "các phần",
        "rows": "số dòng",
        "scanner": "quét mã độc",
        "settings": "thiết lập",
        "staging": "vùng tạm",
        "store": "nơi chứa gói",
        "timezone": "múi giờ",
    },
    "state": {
        **{state: words[0] for state, words in DOSSIER_STATES.items()},
        "ok": "tốt",
        "good": "tốt",
        "warn": "cần xem",
        "bad": "xấu",
        "unknown": "chưa kiểm tra được",
        "changed": "đã thay đổi",
        "intact": "nguyên vẹn",
        "removed": "bị xóa dòng",
        "reordered": "bị đổi thứ tự",
        "payload_changed": "nội dung bị sửa",
        "payload_missing": "nội dung bị mất",
        "cut_off": "bị cắt cuối",
        "rewritten": "bị viết lại",
        "unanchored": "không có gì để so",
    },
    "verdict": {
        "intact": "nguyên vẹn",
        "altered": "bị thay đổi",
        "missing": "bị mất",
        "unreadable": "không đọc được",
        "unchecked": "chưa kiểm tra được",
        "valid": "hợp lệ",
        "invalid": "không hợp lệ",
        "incomplete": "thiếu, cần phiên bản khác",
    },
}
F = TypeVar("F", bound=Callable[..., Any])

json_option = click.option("--json", "as_json", is_flag=True, help="Trả lời bằng JSON.")
account_option = click.option(
    "--as", "acting", required=True, envvar="KHOLUUTRU_ACCOUNT", help="Tên đăng nhập của tài khoản thực hiện."
)


def answer(rows: Sequence[dict[str, Any]], *, as_json: bool, empty: str = "Không có gì.") -> None:
    """Print rows as a table or as JSON."""
    if as_json:
        click.echo(json.dumps(list(rows), ensure_ascii=False, indent=1, default=str))
        return
    if not rows:
        click.echo(empty)
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(show_edge=False, pad_edge=False)
    for name in rows[0]:
        table.add_column(HEADS[name], overflow="fold")
    for row in rows:
        table.add_row(*(_word(name, value) for name, value in row.items()))
    Console().print(table)


def _word(head: str, value: Any) -> str:  # noqa: ANN401 - whatever a row holds
    if value is None:
        return ""
    if isinstance(value, bool):
        return "có" if value else "không"
    return WORDS.get(head, {}).get(str(value), str(value))


def coded_errors(command: F) -> F:
    """Turn a coded error into its plain sentence and exit status 1; never a traceback for bad input."""

    @functools.wraps(command)
    def guarded(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - any command's
        try:
            return command(*arguments, **named)
        except KhoLuuTruError as error:
            _say(error)
        except OSError as error:
            texts = catalogue()
            parameters: dict[str, str | int] = {
                "path": str(error.filename or ""),
                "detail": error.strerror or str(error),
            }
            click.echo(f"SET-0007: {texts.text('SET-0007', 'vi', parameters)}", err=True)
            sys.exit(1)
        except ModuleNotFoundError as error:
            library = (error.name or "").partition(".")[0]
            if library not in _SERVER:
                raise
            _say(KhoLuuTruError("SET-0014", library=library))
        except Exception as error:
            if not _is_of_an_absent_database(error):
                raise
            from archive.database.errors import DatabaseAway

            _say(DatabaseAway.because_of(error))

    return cast("F", guarded)


def _say(error: KhoLuuTruError) -> NoReturn:
    action = catalogue().text(error.code, "vi", error.parameters, "action")
    click.echo(f"{error}\n{action}".strip(), err=True)
    sys.exit(1)


def _is_of_an_absent_database(error: Exception) -> bool:
    # Commands on local files never load the database's libraries, and need not for this question.
    loaded = [sys.modules[name] for name in ("sqlalchemy.exc", "psycopg") if name in sys.modules]
    return any(isinstance(error, library.OperationalError) for library in loaded)
