"""Uploads: straight into staging, resumable at any byte, by form without JavaScript too."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from archive.database.scope import SystemScope
from archive.description.models import Fonds
from config.application import create_application
from ingest.transfers import files, services
from ingest.transfers.errors import TransferError
from ingest.transfers.file_names import clean_path
from tests.conftest import Archive
from tests.province import PASSWORD
from tests.transfers import open_transfer, small


@pytest.fixture
def client(archive: Archive) -> Iterator[FlaskClient]:
    """The submitter's browser, as far as requests go."""
    with create_application(archive.house).test_client() as opened:
        page = opened.get("/dang-nhap").text
        opened.post("/dang-nhap", data={"username": "submitter", "password": PASSWORD, "csrf_token": token_of(page)})
        yield opened


def token_of(page: str) -> str:
    """Return the form token of a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found.group(1)


def headers(client: FlaskClient, **more: str) -> dict[str, str]:
    """Return headers with the token."""
    return {"X-CSRFToken": token_of(client.get("/giao-nop/moi").text), "Accept": "application/json", **more}


def announce(client: FlaskClient, transfer: Any, path: str, length: int) -> tuple[str, dict[str, Any]]:
    """Announce a file; return its address and the answer."""
    answer = client.post(f"/giao-nop/{transfer}/tep", json={"path": path, "length": length}, headers=headers(client))
    body = answer.get_json()
    return f"/giao-nop/{transfer}/tep/{body.get('ordinal')}", body


def test_an_upload_cut_anywhere_goes_on_from_there(archive: Archive, client: FlaskClient) -> None:
    """Whatever byte the connection breaks at, HEAD tells it, the rest completes the file, the digest is right."""
    body = bytes(range(256)) * 40
    for cut in (0, 1, 255, len(body) - 1):
        transfer = open_transfer(archive)
        address, _ = announce(client, transfer, "a.pdf", len(body))
        client.put(address, data=body[:cut], headers=headers(client))
        held = client.head(address).headers["Upload-Offset"]
        assert held == str(cut)
        done = client.put(address, data=body[cut:], headers=headers(client, **{"Upload-Offset": held}))
        assert done.headers["Upload-Complete"] == "?1"
        with archive.house.database.read(archive.person("submitter").scope()) as work:
            file = services.current_files(work, services.get(work, transfer))[0]
        assert file.sha256 == hashlib.sha256(body).hexdigest()
        assert b"".join(archive.house.staging.read(files.staging_key(file))) == body


def test_an_offset_beyond_what_is_held_is_refused(archive: Archive, client: FlaskClient) -> None:
    """A part that would leave a hole is refused with what is held, and nothing is written."""
    transfer = open_transfer(archive)
    address, _ = announce(client, transfer, "a.pdf", 10)
    answer = client.put(address, data=b"xyz", headers=headers(client, **{"Upload-Offset": "5"}))
    assert (answer.status_code, answer.get_json()["code"]) == (409, "STG-0001")
    assert client.head(address).headers["Upload-Offset"] == "0"


def test_two_connections_never_mix_in_one_file(archive: Archive, client: FlaskClient) -> None:
    """While one connection writes to a file another is refused; after its end nothing changes it any more."""
    transfer = open_transfer(archive)
    announce(client, transfer, "a.pdf", 6)
    with archive.house.database.read(archive.person("submitter").scope()) as work:
        key = files.staging_key(files.find(work, transfer, 1))
    scope, house = archive.person("submitter").scope(), archive.house

    def body() -> Iterator[bytes]:
        yield b"abc"
        refused = client.put(f"/giao-nop/{transfer}/tep/1", data=b"xyz", headers=headers(client))
        assert (refused.status_code, refused.get_json()["code"]) == (409, "STG-0005")
        yield b"def"

    assert files.receive(house.database, scope, house.staging, transfer, 1, body()) == (6, True)
    late = client.put(f"/giao-nop/{transfer}/tep/1", data=b"late", headers=headers(client))
    assert late.headers["Upload-Complete"] == "?1"
    assert b"".join(house.staging.read(key)) == b"abcdef"


def test_a_file_changed_at_the_sender_is_not_continued(archive: Archive, client: FlaskClient) -> None:
    """A half-sent file whose mark has changed begins anew, under a number of its own."""
    transfer = open_transfer(archive)
    ask = {"path": "a.pdf", "length": 6, "mark": "1"}
    first = client.post(f"/giao-nop/{transfer}/tep", json=ask, headers=headers(client)).get_json()
    client.put(f"/giao-nop/{transfer}/tep/{first['ordinal']}", data=b"abc", headers=headers(client))
    same = client.post(f"/giao-nop/{transfer}/tep", json=ask, headers=headers(client)).get_json()
    assert same == {"ordinal": first["ordinal"], "offset": 3}
    other = client.post(f"/giao-nop/{transfer}/tep", json=ask | {"mark": "2"}, headers=headers(client)).get_json()
    assert other == {"ordinal": first["ordinal"] + 1, "offset": 0}


def test_what_is_too_large_for_a_form_is_not_too_large_for_a_file(archive: Archive, client: FlaskClient) -> None:
    """A file may have more bytes than a form, by request and by the plain form; a form may not."""
    body = bytes(3_000_000)
    transfer = open_transfer(archive)
    address, _ = announce(client, transfer, "a.pdf", len(body))
    sent = client.put(address, data=body, headers=headers(client))
    assert (sent.status_code, sent.headers["Upload-Complete"]) == (204, "?1")
    page = client.get(f"/giao-nop/{transfer}").text
    form = (
        f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token_of(page)}\r\n'
        '--x\r\nContent-Disposition: form-data; name="file"; filename="b.zip"\r\n\r\n'
    ).encode()
    kind = "multipart/form-data; boundary=x"
    plain = client.post(f"/giao-nop/{transfer}/goi", data=form + body + b"\r\n--x--\r\n", content_type=kind)
    assert plain.status_code == 302
    with archive.house.database.read(archive.person("submitter").scope()) as work:
        held = services.current_files(work, services.get(work, transfer))
    assert [(f.path, f.length, f.received_at is not None) for f in held] == [
        ("a.pdf", len(body), True),
        ("b.zip", len(body), True),
    ]
    kind = "application/x-www-form-urlencoded"
    large = client.post("/giao-nop/moi", data=b"title=" + b"x" * 3_000_000, content_type=kind)
    assert large.status_code == 413


def test_a_digest_that_differs_makes_the_file_begin_anew(archive: Archive, client: FlaskClient) -> None:
    """A file whose digest is not the sender's does not count; sent again it does."""
    transfer = open_transfer(archive)
    address, _ = announce(client, transfer, "a.pdf", 3)
    wrong = client.put(address, data=b"abc", headers=headers(client, **{"X-Content-SHA256": "0" * 64}))
    assert (wrong.status_code, wrong.get_json()["code"]) == (409, "STG-0003")
    assert client.head(address).headers["Upload-Offset"] == "0"
    right = hashlib.sha256(b"abc").hexdigest()
    again = client.put(address, data=b"abc", headers=headers(client, **{"X-Content-SHA256": right}))
    assert again.headers["Upload-Complete"] == "?1"


def test_more_bytes_than_announced_are_refused(archive: Archive, client: FlaskClient) -> None:
    """A file longer than announced is refused with its code."""
    transfer = open_transfer(archive)
    address, _ = announce(client, transfer, "a.pdf", 3)
    answer = client.put(address, data=b"abcdef", headers=headers(client))
    assert (answer.status_code, answer.get_json()["code"]) == (409, "STG-0004")


def test_an_upload_without_the_token_is_refused(archive: Archive, client: FlaskClient) -> None:
    """A forged request changes nothing."""
    transfer = open_transfer(archive)
    assert client.post(f"/giao-nop/{transfer}/tep", json={"path": "a", "length": 1}).status_code == 400
    with archive.house.database.read(archive.person("submitter").scope()) as work:
        assert services.current_files(work, services.get(work, transfer)) == []


def test_somebody_elses_transfer_does_not_exist(archive: Archive, client: FlaskClient) -> None:
    """A transfer of another unit or body answers exactly like one that never was."""
    answers = []
    for transfer in (
        open_transfer(archive, "other.submitter"),
        open_transfer(archive, "xa.submitter"),
        "00000000-0000-0000-0000-000000000001",
    ):
        made = client.post(f"/giao-nop/{transfer}/tep", json={"path": "a.pdf", "length": 1}, headers=headers(client))
        answers.append((made.status_code, made.get_json()))
    assert answers[0] == answers[1] == answers[2]
    assert answers[0][0] == 404


def test_a_form_without_javascript_takes_one_zip(archive: Archive, client: FlaskClient) -> None:
    """A plain form's file goes into staging whole, under its own name, and the token is asked for first."""
    import io

    transfer = open_transfer(archive)
    body = b"PK\x05\x06" + b"\0" * 18
    page = client.get(f"/giao-nop/{transfer}").text
    sent = client.post(
        f"/giao-nop/{transfer}/goi",
        data={"csrf_token": token_of(page), "file": (io.BytesIO(body), "hồ sơ.zip")},
        content_type="multipart/form-data",
    )
    assert sent.status_code == 302
    with archive.house.database.read(archive.person("submitter").scope()) as work:
        file = services.current_files(work, services.get(work, transfer))[0]
    assert (file.path, file.length, file.received_at is not None) == ("hồ sơ.zip", len(body), True)
    assert b"".join(archive.house.staging.read(files.staging_key(file))) == body
    forged = client.post(
        f"/giao-nop/{transfer}/goi",
        data={"csrf_token": "x", "file": (io.BytesIO(body), "b.zip")},
        content_type="multipart/form-data",
    )
    assert forged.status_code == 400


def test_a_file_that_calls_itself_a_form_is_still_a_file(archive: Archive, client: FlaskClient) -> None:
    """A client that names every body a form, as many do by default, loses none of a file's bytes."""
    address, _ = announce(client, open_transfer(archive), "a.pdf", 8)
    form = headers(client) | {"Content-Type": "application/x-www-form-urlencoded"}
    answer = client.put(address, data=b"a=b&c=\0d", headers=form)
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, "8")


@pytest.mark.parametrize("body", ["[1]", '"a"', "7", "null", "{"])
def test_an_announcement_of_another_shape_is_refused_with_a_code(
    body: str, archive: Archive, client: FlaskClient
) -> None:
    """Whatever JSON a program sends in place of the three values, it hears what is wrong."""
    form = headers(client) | {"Content-Type": "application/json"}
    answer = client.post(f"/giao-nop/{open_transfer(archive)}/tep", data=body, headers=form)
    assert (answer.status_code, answer.get_json()["code"]) == (400, "TRF-0006")


def test_a_file_is_taken_out_by_a_button(archive: Archive, client: FlaskClient) -> None:
    """The page of an open transfer has a button for each file that takes it out, and says when it cannot."""
    transfer = open_transfer(archive)
    address, _ = announce(client, transfer, "thừa.pdf", 4)
    page = client.get(f"/giao-nop/{transfer}").text
    assert f'action="{address}/bo"' in page
    answer = client.post(f"{address}/bo", data={"csrf_token": token_of(page)}, follow_redirects=True)
    assert "Đã bỏ tệp" in answer.text
    assert f'action="{address}/bo"' not in answer.text
    again = client.post(f"{address}/bo", data={"csrf_token": token_of(page)}, follow_redirects=True)
    assert "GEN-0001" in again.text


def test_nothing_is_submitted_that_is_not_complete_and_declared(archive: Archive, client: FlaskClient) -> None:
    """Without both declarations, without files, or with a file half sent, the transfer stays open and says why."""
    transfer = open_transfer(archive)
    database, scope = archive.house.database, archive.person("submitter").scope()

    def refused(code: str, *, declared: bool) -> None:
        with pytest.raises(TransferError, match=code), database.write(scope) as work:
            services.submit(work, transfer, complete=declared, nothing_secret=True)

    refused("TRF-0003", declared=False)
    refused("TRF-0004", declared=True)
    address, _ = announce(client, transfer, "danh-muc.xlsx", 100)
    client.put(address, data=b"half", headers=headers(client))
    refused("TRF-0005", declared=True)
    for path in small():
        announce(client, transfer, path, 1)
    refused("TRF-0005", declared=True)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(min_size=0, max_size=60))
def test_a_senders_name_never_leads_out_of_the_transfer(name: str) -> None:
    """Whatever a sender calls a file, its path stays inside the transfer or is refused with a code."""
    with contextlib.suppress(TransferError):
        path = clean_path(name)
        assert path
        assert not path.startswith("/")
        assert ".." not in path.split("/")
        assert "\\" not in path
    turning = [f"{sign}gnp.fdp" for sign in "\u061c\u200e\u200f\u202a\u202e\u2066\u2069"]
    for bad in (f"../{name}", f"a/../{name}", "", "\x00", *turning):
        with pytest.raises(TransferError, match="TRF-0006"):
            clean_path(bad)


def test_where_there_is_no_fonds_the_page_says_so(archive: Archive, client: FlaskClient) -> None:
    """A form that comes although there is no fonds to hand in to opens nothing, and the page says what to do."""
    token = token_of(client.get("/giao-nop/moi").text)
    with archive.house.database.write(SystemScope("test")) as work:
        work.session.execute(delete(Fonds))
    answer = client.post("/giao-nop/moi", data={"title": "Đợt thử", "csrf_token": token})
    assert answer.status_code == 400
    assert "Cơ quan chưa có phông" in answer.text
