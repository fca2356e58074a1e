"""Addresses of servers are taken apart, or refused by name."""

from __future__ import annotations

import pytest

from config.addresses import ServerAddress, scanner_address, server_address
from config.settings import SettingsError


def test_a_server_is_taken_apart() -> None:
    """Scheme, host, port and name are read; a port that is not said is that of the scheme."""
    assert server_address("store", "http://127.0.0.1:9000/kho") == ServerAddress(
        "127.0.0.1", 9000, secure=False, name="kho"
    )
    assert server_address("store", "https://kho.example/kho-1/") == ServerAddress(
        "kho.example", 443, secure=True, name="kho-1"
    )


@pytest.mark.parametrize(
    "value",
    [
        "kho",
        "s3://host/kho",
        "http:///kho",
        "http://host",
        "http://host/a/b",
        "http://host:x/kho",
        "http://u:p@host/kho",
    ],
)
def test_what_is_no_server_is_refused(value: str) -> None:
    """The setting, its value and the form that is wanted are said."""
    with pytest.raises(SettingsError) as caught:
        server_address("store", value)
    assert caught.value.code == "SET-0010"
    assert (caught.value.parameters["name"], caught.value.parameters["value"]) == ("store", value)


def test_a_scanner_listens_at_a_port_or_a_socket() -> None:
    """Both ways of reaching clamd are read."""
    assert scanner_address("tcp://127.0.0.1:3310") == ("127.0.0.1", 3310)
    assert scanner_address("unix:///run/clamd.ctl") == "/run/clamd.ctl"


@pytest.mark.parametrize("value", ["127.0.0.1:3310", "tcp://host", "unix://host/path", "tcp://host:0", "tcp://h:99999"])
def test_what_is_no_scanner_is_refused(value: str) -> None:
    """An address that reaches no scanner is said, not tried."""
    with pytest.raises(SettingsError) as caught:
        scanner_address(value)
    assert caught.value.code == "SET-0010"


def test_an_address_is_written_as_a_url() -> None:
    """Host and port are put together again, an IPv6 host in brackets."""
    assert server_address("index", "http://may/kho").url == "http://may:80"
    assert server_address("index", "https://[::1]:9200/kho").url == "https://[::1]:9200"
