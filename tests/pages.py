"""Pages as a person of the test province gets them."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from archive.web.session import SessionUser
from tests.conftest import Archive


def client_of(archive: Archive, app: Flask, who: str) -> FlaskClient:
    """Return a browser in which the person is logged in."""
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = SessionUser(archive.person(who)).get_id()
    return client


def page_of(archive: Archive, app: Flask, who: str, address: str) -> str:
    """Return a page's text."""
    answer = client_of(archive, app, who).get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.text
