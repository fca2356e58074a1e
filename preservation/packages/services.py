"""Reading what is sealed: a document's bytes out of its package, checked on the way out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from archive.description.models import ContentFile
from preservation.packages.errors import PackageError
from preservation.packages.models import StoredContent
from preservation.storage.ports import ObjectStore


def read_content(store: ObjectStore, key: str, stored: StoredContent, file: ContentFile) -> Iterator[bytes]:
    """Yield a content file's bytes by one range of its package's object.

    The last chunk is given only after the digest of all has been compared with the one taken at receipt: a
    reader of altered bytes sees the stream break off, never a whole file.

    Raises:
        PackageError: PKG-0024 the bytes are not those that came in.
    """
    digest = hashlib.sha256()
    held = b""
    for chunk in store.read(key, offset=stored.offset, length=stored.length):
        if held:
            yield held
        digest.update(chunk)
        held = bytes(chunk)
    if digest.hexdigest() != file.sha256:
        raise PackageError("PKG-0024", path=stored.member, expected=file.sha256, found=digest.hexdigest())
    if held:
        yield held
