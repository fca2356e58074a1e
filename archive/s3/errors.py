"""What goes wrong between us and an S3 server, in whatever layer it is noticed."""

from __future__ import annotations

from xml.etree.ElementTree import ParseError

from minio.error import InvalidResponseError, MinioException, S3Error, ServerError
from urllib3.exceptions import HTTPError, MaxRetryError

from archive.certificates import CertificateExpired
from archive.s3.rights import RIGHT


class WrongAnswer(ConnectionError):  # noqa: N818 - says what is the case
    """What came is no answer to what was asked: other bytes, fewer bytes, another version."""


FAILURES = (MinioException, HTTPError, OSError, ValueError, ParseError)
"""Everything that a call of the client can raise when the server or the network fails."""

MISSING = frozenset({"NoSuchKey", "NoSuchVersion"})
"""Codes of S3: there is no such object, or no such version of it."""
FULL = frozenset({"XMinioStorageFull", "InsufficientStorage", "QuotaExceeded", "XMinioAdminBucketQuotaExceeded"})
"""Codes of S3 servers that have no room left."""


def code_of(error: BaseException) -> str:
    """Return the code that S3 gave, or an empty text."""
    return str(error.code or "") if isinstance(error, S3Error) else ""


def right_missing(error: BaseException) -> str:
    """Return the right of S3 for want of which the server refused, or an empty text when it was not that."""
    if not isinstance(error, S3Error) or error.code != "AccessDenied":
        return ""
    return error.response.headers.get(RIGHT, "")


def reason(error: BaseException) -> str:
    """Return the failure in one line, for the message of a coded error; never a body, keys or signatures."""
    if isinstance(error, CertificateExpired):
        return str(error)
    if isinstance(error, S3Error):
        return f"{error.code}: {error.message or ''}".rstrip(": ")
    if isinstance(error, ServerError):
        return f"HTTP {error.status_code}"
    if isinstance(error, MaxRetryError) and error.reason is not None:
        error = error.reason
    plain = isinstance(error, InvalidResponseError | HTTPError)
    return type(error).__name__ if plain else f"{type(error).__name__}: {error}"
