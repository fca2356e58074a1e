"""The page of settings: every one with its meaning, value and source; no secret, no other reader."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

from sqlalchemy import select

from archive.accounts.models import Account
from archive.accounts.services import face_of
from archive.database.scope import SystemScope
from archive.web.settings_views import SOURCES
from config.application import create_application
from config.settings import Secret, Settings, load
from config.shown_settings import setting_rows
from tests.conftest import Archive
from tests.pages import client_of


def test_each_setting_says_where_it_stands(tmp_path: Path) -> None:
    """Default, file, environment and secret file are told apart; of a secret nothing is shown but that there is one."""
    file, secret = tmp_path / "kholuutru.toml", tmp_path / "secret"
    file.write_text("workers = 3\nport = 9000\nsecure_cookies = true\n", "utf-8")
    secret.write_text("rat-bi-mat", "utf-8")
    environment = {"KHOLUUTRU_PORT": "9001", "KHOLUUTRU_STORE_SECRET_KEY_FILE": str(secret)}
    shown = setting_rows(load(environment, file), environment, file)
    rows = {row.name: (row.value, row.source) for row in shown}
    assert list(rows) == [setting.name for setting in fields(Settings)]
    assert rows["workers"] == ("3", "file")
    assert rows["port"] == ("9001", "environment")
    assert rows["secure_cookies"] == ("true", "file")
    assert rows["store_secret_key"] == ("***", "secret_file")
    assert rows["session_key"] == ("", "default")
    assert rows["host"] == ("127.0.0.1", "default")
    assert {source for _, source in rows.values()} <= set(SOURCES)
    assert "rat-bi-mat" not in repr(shown)


def test_what_was_changed_since_the_start_is_told(tmp_path: Path) -> None:
    """The value in force stays the one of the start, whatever the file says by now, readable or not."""
    file = tmp_path / "kholuutru.toml"
    file.write_text("workers = 3\n", "utf-8")
    settings = load({}, file)
    for spoilt in ("workers = 4\n", "workers = \n"):
        file.write_text(spoilt, "utf-8")
        rows = {row.name: (row.value, row.source) for row in setting_rows(settings, {}, file)}
        assert rows["workers"] == ("3", "start")
        assert rows["worker_threads"][1] == "default"


def test_the_page_shows_meanings_and_no_secret(archive: Archive) -> None:
    """A system administrator reads every setting with its meaning; a secret stands there as asterisks."""
    archive.house.settings = replace(archive.house.settings, index_password=Secret("rat-bi-mat"))
    app = create_application(archive.house)
    with archive.house.database.write(SystemScope("test")) as work:
        first = work.session.scalars(select(Account).where(Account.username == "quantri")).one()
        first.must_change_password = False
        archive.province.people["quantri"] = face_of(work, first)
    page = client_of(archive, app, "quantri").get("/cai-dat")
    assert page.status_code == 200
    for setting in fields(Settings):
        assert setting.name in page.text
    assert "Thư mục dữ liệu" in page.text
    assert "***" in page.text
    assert "rat-bi-mat" not in page.text
