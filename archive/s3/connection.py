"""The connection to a bucket on an S3 server: where it is, how long to wait, which answers are no answers."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import certifi
from minio import Minio
from minio.error import S3Error
from urllib3 import BaseHTTPResponse, PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError

from archive.certificates import expired, is_expiry
from archive.s3.errors import WrongAnswer
from archive.s3.rights import RIGHT, right_asked_for

_NO_ANSWER = re.compile(rb"\s*(<\?xml[^>]*\?>)?\s*(<!DOCTYPE[^>]*>)?\s*<(error|html)\b", re.IGNORECASE)
_CONNECTIONS = 32


@dataclass(frozen=True, slots=True)
class BucketAddress:
    """A bucket and who asks for it.

    Attributes:
        host: name or address of the server.
        port: its port.
        secure: speak TLS; certificates are checked against ``SSL_CERT_FILE``, or certifi's list.
        name: the bucket.
        region: its region; it is never asked for.
        access_key: name of the credentials.
        secret_key: their secret.
        connect_seconds: how long to wait for a connection.
        read_seconds: how long the server may be silent.
    """

    host: str
    port: int
    secure: bool
    name: str
    region: str
    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    connect_seconds: float = 5.0
    read_seconds: float = 60.0


def connect(address: BucketAddress, *, write_once: bool = False) -> Minio:
    """Return a client of the server; nothing is sent yet. Each process makes its own.

    Args:
        address: whom to talk to.
        write_once: let every write of an object say that nothing may be there yet. Servers that know the
            condition (``If-None-Match``) refuse the second of two writers; others do not notice it.
    """
    host = f"[{address.host}]" if ":" in address.host else address.host
    return Minio(
        f"{host}:{address.port}",
        access_key=address.access_key,
        secret_key=address.secret_key,
        secure=address.secure,
        region=address.region,
        http_client=_Wire(address, write_once=write_once),
    )


class _Wire(PoolManager):
    """Connections with limits, where an error is an error whatever the status says."""

    def __init__(self, address: BucketAddress, *, write_once: bool) -> None:
        self._address, self._write_once = address, write_once
        super().__init__(
            maxsize=_CONNECTIONS,
            timeout=Timeout(connect=address.connect_seconds, read=address.read_seconds),
            cert_reqs="CERT_REQUIRED",
            ca_certs=os.environ.get("SSL_CERT_FILE") or certifi.where(),
            # Only what changes nothing is asked twice: a write whose answer got lost may have happened.
            retries=Retry(
                total=2,
                redirect=0,
                allowed_methods={"GET", "HEAD"},
                status_forcelist={500, 502, 503, 504},
                backoff_factor=0.2,
                raise_on_status=False,
                respect_retry_after_header=False,
            ),
        )

    def urlopen(  # type: ignore[override] # the parent names each option
        self,
        method: str,
        url: str,
        *redirect: bool,
        **options: Any,  # noqa: ANN401 - the parent's
    ) -> BaseHTTPResponse:
        """Send one request; a document ``<Error>`` or ``<html>`` that says 200 is raised as the error it is."""
        query = urlsplit(url).query
        if self._write_once and (
            (method == "PUT" and not query) or (method == "POST" and query.startswith("uploadId="))
        ):
            options["headers"] = {**options["headers"], "If-None-Match": "*"}
        try:
            response = super().urlopen(method, url, *redirect, **options)
        except HTTPError as error:
            if is_expiry(error):
                raise expired(self._address.host, self._address.port) from error
            raise
        if response.status == HTTPStatus.FORBIDDEN and method != "HEAD":
            # What was asked stands in no answer; the error that is made of this one carries the headers along.
            # An answer to HEAD has no body: wrong keys and a wrong clock look like a missing right there.
            response.headers[RIGHT] = right_asked_for(method, url)
        if response.status == HTTPStatus.OK and options.get("preload_content", True):
            _refuse_error_page(response)
        return response


def _refuse_error_page(response: BaseHTTPResponse) -> None:
    found = _NO_ANSWER.match(response.data)
    if found and found[3].lower() == b"html":  # a gateway between, or a server that is none of S3
        raise WrongAnswer("HTML")
    if found:
        raise S3Error.fromxml(response)
