"""The rights that requests to an S3 server need, by the names that policies call them."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

RIGHT = "X-Kho-Right-Asked-For"
"""The header under which our own side notes the right that a refused request needed."""

_ON_OBJECTS = {
    "retention": ("s3:GetObjectRetention", "s3:PutObjectRetention"),
    "legal-hold": ("s3:GetObjectLegalHold", "s3:PutObjectLegalHold"),
}
_ON_BUCKETS = {
    "versioning": ("s3:GetBucketVersioning", "s3:PutBucketVersioning"),
    "object-lock": ("s3:GetBucketObjectLockConfiguration", "s3:PutBucketObjectLockConfiguration"),
    "versions": ("s3:ListBucketVersions", ""),
    "uploads": ("s3:ListBucketMultipartUploads", ""),
    "delete": ("", "s3:DeleteObject"),
}


def right_asked_for(method: str, url: str) -> str:
    """Return the right that this request of a bucket (``/bucket…``) or of an object (``/bucket/key…``) needs."""
    parts = urlsplit(url)
    asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    on_object = bool(parts.path.strip("/").partition("/")[2])
    writes = method not in {"GET", "HEAD"}
    for name, rights in (_ON_OBJECTS if on_object else _ON_BUCKETS).items():
        if name in asked and rights[writes]:
            return rights[writes]
    if not on_object:
        return "s3:CreateBucket" if method == "PUT" else "s3:DeleteBucket" if method == "DELETE" else "s3:ListBucket"
    if method == "DELETE":
        if "uploadId" in asked:
            return "s3:AbortMultipartUpload"
        return "s3:DeleteObjectVersion" if "versionId" in asked else "s3:DeleteObject"
    if writes:
        return "s3:PutObject"
    return "s3:GetObjectVersion" if "versionId" in asked else "s3:GetObject"
