"""A sender as the running product sees one: a logged-in client over plain HTTP."""

from __future__ import annotations

import http.client
import json
import re
import urllib.parse

from tests.province import PASSWORD
from tests.server import Server


class Sender:
    """A logged-in client over plain HTTP."""

    def __init__(self, server: Server) -> None:
        self.server, self.cookie = server, ""
        token = self.token("/dang-nhap")
        self.request(
            "POST",
            "/dang-nhap",
            urllib.parse.urlencode({"username": "submitter", "password": PASSWORD, "csrf_token": token}),
            {"Content-Type": "application/x-www-form-urlencoded"},
        )
        self.csrf = self.token("/giao-nop/moi")

    def request(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> http.client.HTTPResponse:
        """Send a request and keep the cookie."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=600)
        connection.request(method, path, body, {"Cookie": self.cookie, **(headers or {})})  # type: ignore[arg-type] # text, bytes or iterable
        response = connection.getresponse()
        for value in response.headers.get_all("Set-Cookie", []):
            if value.startswith("session="):
                self.cookie = value.partition(";")[0]
        self.text = response.read().decode("utf-8", "replace")
        connection.close()
        return response

    def token(self, path: str) -> str:
        """Return the form token of a page."""
        self.request("GET", path)
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.text)
        assert found is not None, self.text[:500]
        return found.group(1)

    def open_transfer(self) -> str:
        """Open a transfer and return its address."""
        self.request("GET", "/giao-nop/moi")
        fonds = re.findall(r'<option[^>]* value="([0-9a-f-]{36})"', self.text)[0]
        values = {"title": "Đợt lớn", "fonds": fonds, "dossier_class": "office", "source": "unit"}
        body = urllib.parse.urlencode({**values, "csrf_token": self.csrf})
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return str(self.request("POST", "/giao-nop/moi", body, form).headers["Location"])

    def announce(self, transfer: str, path: str, length: int) -> str:
        """Announce a file and return its address."""
        headers = {"Content-Type": "application/json", "X-CSRFToken": self.csrf}
        self.request("POST", f"{transfer}/tep", json.dumps({"path": path, "length": length}), headers)
        return f"{transfer}/tep/{json.loads(self.text)['ordinal']}"
