"""What every answer of the web has: headers, error pages that say what to do, sessions that end."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from archive import faults
from archive.accounts.services import set_lock
from archive.web.session import SessionUser
from config.application import create_application
from config.session_key import session_key
from tests.conftest import Archive
from tests.province import PASSWORD


@pytest.fixture
def app(archive: Archive) -> Flask:
    """The application over a small province."""
    return create_application(archive.house)


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    """A browser in which nobody is logged in."""
    with app.test_client() as made:
        yield made


def token(client: FlaskClient, address: str = "/dang-nhap") -> str:
    """Return the token of a page's form."""
    return re.findall(r'name="csrf_token" value="([^"]*)"', client.get(address).text)[0]


def log_in(
    client: FlaskClient, username: str = "submitter", password: str = PASSWORD, after: str = ""
) -> tuple[int, str]:
    """Log in by the form; return the status and where it leads."""
    form = {"username": username, "password": password, "csrf_token": token(client)}
    answer = client.post("/dang-nhap", query_string={"next": after} if after else None, data=form)
    return answer.status_code, answer.location or answer.text


@pytest.mark.parametrize("address", ["/dang-nhap", "/khong-co", "/static/web/app.css", "/giao-nop"])
def test_every_answer_has_its_headers(address: str, client: FlaskClient) -> None:
    """Nothing may be framed, guessed at or loaded from elsewhere: pages, files, errors, ways on."""
    with client.get(address) as answer:
        headers = answer.headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    if headers["Content-Type"].startswith("text/html"):
        assert headers["Cache-Control"] == "no-store"


def test_the_way_in_leads_to_where_one_wanted(client: FlaskClient) -> None:
    """Whoever opens a page without a session comes to it after the log-in."""
    sent = client.get("/giao-nop?q=a")
    assert (sent.status_code, sent.location) == (302, "/dang-nhap?next=/giao-nop?q%3Da")
    assert log_in(client, after="/giao-nop?q=a") == (302, "/giao-nop?q=a")
    assert client.get("/giao-nop").status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "\\\\evil",
        "/\t/evil",
        "///evil",
        "http://[",
        "//[",
    ],
)
def test_the_log_in_leads_nowhere_else(address: str, client: FlaskClient) -> None:
    """An address of somebody else after the log-in is not followed."""
    assert log_in(client, after=address) == (302, "/")


def test_a_wrong_password_keeps_what_was_typed(client: FlaskClient) -> None:
    """The page says what is wrong with its code; the name stays in its field, the password does not."""
    status, page = log_in(client, password="Sai-12345")
    assert status == 400
    assert "ACC-0001" in page
    assert 'value="submitter"' in page
    assert "Sai-12345" not in page


def test_a_form_without_its_token_is_not_taken(client: FlaskClient) -> None:
    """A form sent from elsewhere changes nothing and says what to do."""
    answer = client.post("/dang-nhap", data={"username": "submitter", "password": PASSWORD})
    assert (answer.status_code, "Trang mở quá lâu" in answer.text) == (400, True)
    assert client.get("/").status_code == 302


def test_logging_out_ends_the_session(client: FlaskClient) -> None:
    """After the log-out the pages are closed again."""
    log_in(client)
    form = {"csrf_token": token(client, "/")}
    assert client.post("/dang-xuat", data=form).location == "/dang-nhap"
    assert client.get("/").status_code == 302


def test_a_locked_account_is_out_at_once(archive: Archive, client: FlaskClient) -> None:
    """Locking an account ends its open sessions with their next request, and unlocking does not bring them back."""
    log_in(client)
    for locked in (True, False):
        with archive.house.database.write(archive.person("unitadmin").scope()) as work:
            set_lock(work, "submitter", locked=locked)
        assert client.get("/").status_code == 302


@pytest.mark.parametrize("cookie", ["", "x", "x/y", f"{uuid.UUID(int=1)}/{uuid.UUID(int=2)}", "/", "00000000/1"])
def test_a_session_of_nobody_is_no_session(cookie: str, client: FlaskClient) -> None:
    """Whatever stands in a signed cookie, only an account with the right mark is let in."""
    with client.session_transaction() as session:
        session["_user_id"] = cookie
    assert client.get("/").status_code == 302


def test_a_cookie_signed_by_another_is_no_session(archive: Archive, client: FlaskClient) -> None:
    """A cookie that another key has signed opens nothing."""
    from flask.sessions import SecureCookieSessionInterface

    stranger = Flask("stranger")
    stranger.secret_key = "guessed"
    signer = SecureCookieSessionInterface().get_signing_serializer(stranger)
    assert signer is not None
    forged = signer.dumps({"_user_id": SessionUser(archive.person("submitter")).get_id()})
    client.set_cookie("session", str(forged))
    assert client.get("/").status_code == 302


def test_cookies_are_out_of_reach_of_scripts(client: FlaskClient) -> None:
    """The session's cookie is not for scripts nor for other sites."""
    form = {"username": "submitter", "password": PASSWORD, "csrf_token": token(client)}
    cookie = client.post("/dang-nhap", data=form).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_the_key_of_sessions_is_made_once(archive: Archive) -> None:
    """The key is random, readable by its owner alone, and the same after a restart."""
    data = archive.settings.data
    assert session_key(data) == session_key(data)
    assert len(session_key(data)) == 64
    assert (data / "keys" / "session").stat().st_mode & 0o777 == 0o600


def test_a_key_that_a_kill_left_empty_is_made_anew(archive: Archive) -> None:
    """An empty key signs nothing: another is made, as closed as the first."""
    data = archive.settings.data
    (data / "keys" / "session").unlink(missing_ok=True)
    (data / "keys" / "session").touch(mode=0o644)
    made = session_key(data)
    assert (len(made), session_key(data)) == (64, made)
    assert (data / "keys" / "session").stat().st_mode & 0o777 == 0o600


def test_a_kill_while_the_key_is_made_leaves_none(archive: Archive) -> None:
    """What dies before the key has its name leaves no key, never half of one, and the next start makes it."""
    keys = archive.settings.data / "keys"
    (keys / "session").unlink(missing_ok=True)
    here: list[bool] = []

    def die(name: str) -> None:
        here.append((keys / "session").exists())
        raise InterruptedError(name)

    faults.install(die)
    try:
        with pytest.raises(InterruptedError, match=r"key\.written"):
            session_key(archive.settings.data)
    finally:
        faults.install(None)
    assert here == [False]
    assert [path.name for path in keys.iterdir() if "session" in path.name] == []
    assert len(session_key(archive.settings.data)) == 64


def test_the_first_password_must_be_changed(archive: Archive, client: FlaskClient) -> None:
    """With a password that somebody else has made, every page leads to changing it."""
    from sqlalchemy import select

    from archive.accounts.models import Account
    from archive.database.scope import SystemScope

    with archive.house.database.write(SystemScope("test")) as work:
        work.session.scalars(select(Account).where(Account.username == "submitter")).one().must_change_password = True
    log_in(client)
    for address in ("/", "/giao-nop", "/tra-cuu"):
        assert client.get(address).location == "/mat-khau"
    form = {"old": PASSWORD, "new": "Moi-67890", "csrf_token": token(client, "/mat-khau")}
    assert client.post("/mat-khau", data=form).location == "/"
    assert client.get("/giao-nop").status_code == 200


@pytest.mark.parametrize(
    ("address", "method", "status", "words"),
    [
        ("/khong-co", "GET", 404, "Không tìm thấy"),
        (f"/ho-so/{uuid.UUID(int=5)}", "GET", 404, "Không tìm thấy"),
        ("/nhat-ky", "GET", 403, "Bạn không có quyền xem trang này"),
        ("/dang-xuat", "GET", 405, "Không làm được theo cách này"),
    ],
)
def test_an_error_page_says_what_and_what_to_do(
    address: str, method: str, status: int, words: str, client: FlaskClient
) -> None:
    """Each error has a page in Vietnamese with a code and a way back; programs get it as JSON."""
    log_in(client)
    page = client.open(address, method=method)
    assert page.status_code == status
    assert words in page.text
    assert 'href="/"' in page.text
    plain = client.open(address, method=method, headers={"Accept": "application/json"}).get_json()
    assert set(plain) == {"code", "title", "text"}
    assert plain["title"] == words


def test_a_fault_of_ours_shows_a_number_and_nothing_else(archive: Archive) -> None:
    """An unexpected error gives a page with a number to tell, without a word of what went wrong inside."""
    app = create_application(archive.house)

    @app.get("/broken")
    def broken() -> str:
        raise ZeroDivisionError("inside: secret")

    page = app.test_client().get("/broken")
    assert page.status_code == 500
    assert re.search(r"GEN-0004 [0-9a-f]{8}", page.text)
    assert "secret" not in page.text
    assert "Traceback" not in page.text


def test_the_menu_shows_what_one_may_do(client: FlaskClient) -> None:
    """Entries of the menu are those whose pages open."""
    log_in(client, "auditor")
    page = client.get("/").text
    assert ('href="/nhat-ky"' in page, 'href="/giao-nop"' in page, 'href="/tra-cuu"' in page) == (True, False, False)


def test_the_owner_reads_who_reset_his_password(archive: Archive) -> None:
    """After a reset the next log-in ends on a page that says by whom and when, until a new password is chosen."""
    from archive.accounts.services import hash_password, reset_password

    app = create_application(archive.house)
    app.config["WTF_CSRF_ENABLED"] = False
    with archive.house.database.write(archive.person("unitadmin").scope()) as work:
        reset_password(work, "archivist", hash_password("Moi-67890"))
    client = app.test_client()
    page = client.post(
        "/dang-nhap", data={"username": "archivist", "password": "Moi-67890"}, follow_redirects=True
    ).text
    assert f"Mật khẩu của bạn được {archive.person('unitadmin').name} đặt lại lúc" in page
    client.post("/mat-khau", data={"old": "Moi-67890", "new": "Khac-67890"})
    assert "đặt lại lúc" not in client.get("/mat-khau").text
