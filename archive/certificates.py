"""Certificates of servers that are not to be trusted: which fault it is, and until when one that expired was valid."""

from __future__ import annotations

import datetime
import os
import socket
import ssl
from collections.abc import Iterator

import certifi

from archive.clock import VIETNAM

_HAS_EXPIRED = 10  # X509_V_ERR_CERT_HAS_EXPIRED
_NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME
_POSTGRESQL_ASKS_FOR_TLS = bytes.fromhex("0000000804d2162f")
_SECONDS = 5.0


class CertificateExpired(ConnectionError):  # noqa: N818 - says what is the case
    """A server's certificate has expired; the text says so as people read it, with the date when it is known."""


def is_expiry(error: BaseException) -> bool:
    """Return whether an error of a connection comes from a certificate that has expired."""
    return any(isinstance(e, ssl.SSLCertVerificationError) and e.verify_code == _HAS_EXPIRED for e in _causes(error))


def expired(host: str, port: int, *, authorities: str | None = None, postgresql: bool = False) -> CertificateExpired:
    """Return the error about a server whose certificate has expired, with the date, for which it is asked again.

    Args:
        host: name or address of the server.
        port: its port.
        authorities: file of the certificates that are trusted; None is ``SSL_CERT_FILE``, or certifi's list.
        postgresql: begin as PostgreSQL's clients do.
    """
    end = valid_until(host, port, authorities=authorities, postgresql=postgresql)
    when = "" if end is None else f" từ {end.astimezone(VIETNAM):%d/%m/%Y %H:%M}"
    return CertificateExpired(f"chứng thư của {host}:{port} đã hết hạn{when}")


def valid_until(
    host: str, port: int, *, authorities: str | None = None, postgresql: bool = False
) -> datetime.datetime | None:
    """Return when the certificate of a server ends or ended, if nothing else is wrong with it; else None."""
    context = ssl.create_default_context(cafile=authorities or os.environ.get("SSL_CERT_FILE") or certifi.where())
    # All is checked but the time; of a certificate that was not checked, the library tells nothing.
    context.verify_flags = ssl.VerifyFlags(context.verify_flags | _NO_CHECK_TIME)
    try:
        with socket.create_connection((host, port), _SECONDS) as plain:
            if postgresql:
                plain.sendall(_POSTGRESQL_ASKS_FOR_TLS)
                if plain.recv(1) != b"S":
                    return None
            with context.wrap_socket(plain, server_hostname=host) as secured:
                told = secured.getpeercert() or {}
        return datetime.datetime.fromtimestamp(ssl.cert_time_to_seconds(str(told["notAfter"])), datetime.UTC)
    except (OSError, KeyError, ValueError):
        return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what it wraps: libraries keep that as reason, argument, information or cause."""
    seen: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        one = waiting.pop()
        if isinstance(one, BaseException) and not any(one is known for known in seen):
            seen.append(one)
            yield one
            waiting += [getattr(one, "reason", None), getattr(one, "info", None), one.__cause__, one.__context__]
            waiting += one.args
