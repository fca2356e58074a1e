"""Addresses of servers as they stand in the settings, taken apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from config.settings import SettingsError

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """A server over HTTP, and the name of what is meant on it: a bucket, an index."""

    host: str
    port: int
    secure: bool
    name: str

    @property
    def url(self) -> str:
        """Return ``http[s]://host:port``."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http{'s' if self.secure else ''}://{host}:{self.port}"


def server_address(setting: str, value: str) -> ServerAddress:
    """Take ``http[s]://host[:port]/name`` apart.

    Raises:
        SettingsError: SET-0010 the text is no such address.
    """
    expected = "http[s]://máy[:cổng]/tên"
    parts = _split(setting, value, expected)
    name = parts.path.strip("/")
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or not _NAME.fullmatch(name):
        raise SettingsError("SET-0010", name=setting, value=value, expected=expected)
    secure = parts.scheme == "https"
    return ServerAddress(parts.hostname, parts.port or (443 if secure else 80), secure, name)


def scanner_address(value: str) -> tuple[str, int] | str:
    """Return host and port of ``tcp://host:port``, or the path of ``unix:///path``.

    Raises:
        SettingsError: SET-0010 the text is no such address.
    """
    expected = "tcp://máy:cổng | unix:///đường/dẫn"
    parts = _split("scanner", value, expected)
    if parts.scheme == "tcp" and parts.hostname and parts.port and parts.path in {"", "/"}:
        return parts.hostname, parts.port
    if parts.scheme == "unix" and not parts.netloc and parts.path.startswith("/"):
        return parts.path
    raise SettingsError("SET-0010", name="scanner", value=value, expected=expected)


def _split(setting: str, value: str, expected: str) -> SplitResult:
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 - reading it checks it
    except ValueError as error:
        raise SettingsError("SET-0010", name=setting, value=value, expected=expected) from error
    return parts
