"""How commands answer: tables for people, `--json` for programs; errors on stderr with their code."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, TypeVar, cast

import click

from archive.errors import KhoLuuTruError
from archive.messages.catalogue import catalogue

# What the extra `server` brings, by the names under which it is imported.
_SERVER = frozenset(
    {
        *("alembic", "apscheduler", "argon2", "flask", "flask_babel", "flask_login", "flask_wtf", "gunicorn", "huey"),
        *(
            "marshmallow",
            "minio",
            "opensearchpy",
            "psycopg",
            "sqlalchemy",
            "structlog",
            "tantivy",
            "werkzeug",
            "wtforms",
        ),
    }
)
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
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    Console().print(table)


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
