"""A database that is away: pages and commands say so, and none of them shows a traceback."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from sqlalchemy.exc import OperationalError

from archive.database.connection import Database
from config.application import create_application
from config.command_line import main
from tests.conftest import Archive


def away(*_: object, **__: object) -> None:
    """Fail as a driver does when its server is gone."""
    raise OperationalError("SELECT 1", {}, Exception("connection refused"))


@pytest.mark.parametrize("address", ["/", "/giao-nop", "/tra-cuu?q=luat"])
def test_a_page_says_that_the_database_is_away(address: str, archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page answers 503 with the code and what to do, also for somebody who is logged in."""
    app = create_application(archive.house)
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    face = archive.person("archivist")
    with client.session_transaction() as session:
        session["_user_id"] = f"{face.id}/{face.session_mark}"
    monkeypatch.setattr(Database, "read", away)
    answer = client.get(address)
    assert answer.status_code == 503
    assert "GEN-0007" in answer.text
    assert "Cơ sở dữ liệu tạm thời không trả lời" in answer.text
    assert "Traceback" not in answer.text


def test_a_command_says_that_the_database_is_away(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command ends with status 1, the code and what to do."""
    monkeypatch.setattr(Database, "read", away)
    answer = CliRunner().invoke(
        main, ["transfer", "list", "--as", "archivist"], env={"KHOLUUTRU_DATA": str(archive.settings.data)}
    )
    assert answer.exit_code == 1
    assert answer.stderr.startswith("GEN-0007: Cơ sở dữ liệu không trả lời.")


@pytest.mark.network
def test_a_command_says_that_nobody_answers_there(archive: Archive) -> None:
    """A database server that is not there ends with the code too, and without a traceback."""
    settings = {
        "KHOLUUTRU_DATA": str(archive.settings.data),
        "KHOLUUTRU_DATABASE": "postgresql+psycopg://someone:hush@127.0.0.1:9/kho",
    }
    answer = CliRunner().invoke(main, ["transfer", "list", "--as", "archivist"], env=settings)
    assert answer.exit_code == 1
    assert answer.stderr.startswith("GEN-0007: ")
    assert "hush" not in answer.output


@pytest.mark.parametrize("address", ["/dang-nhap?next=%00", "/giao-nop/%00", "/tra-cuu?q=a%00b"])
def test_a_sign_that_no_word_has_is_refused(address: str, archive: Archive) -> None:
    """An address with a NUL in it is a bad request, not a fault."""
    assert create_application(archive.house).test_client().get(address).status_code == 400


def test_a_form_with_such_a_sign_is_refused(archive: Archive) -> None:
    """So is what was typed into a form."""
    app = create_application(archive.house)
    app.config["WTF_CSRF_ENABLED"] = False
    answer = app.test_client().post("/dang-nhap", data={"username": "a\0b", "password": "x"})
    assert answer.status_code == 400
