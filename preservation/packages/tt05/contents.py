"""Sizes and checksums that METS files state, against the files: each file is read once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from archive.errors import KhoLuuTruError
from preservation.packages.bag_files import unreadable
from preservation.packages.tt05.references import Listed
from preservation.packages.tt05.tree import Notes, PackageTree
from preservation.packages.verification import finding_of

# What METS calls SHA-256 (CHECKSUMTYPE), hashlib calls sha256.
_ALGORITHMS = {"md5", "sha1", "sha256", "sha384", "sha512"}


def algorithm_of(stated: str) -> str:
    """Return the name that `hashlib` has for an algorithm; empty if it is not one that can be computed."""
    name = stated.strip().lower().replace("-", "")
    return name if name in _ALGORITHMS else ""


def check_contents(tree: PackageTree, listed: list[Listed], notes: Notes) -> None:
    """Compare every listed file with what is stated of it."""
    by_path: dict[str, list[Listed]] = {}
    for one in listed:
        if _check_stated(tree, one, notes):
            by_path.setdefault(one.path, []).append(one)
    for path, stated in by_path.items():
        digests = _digests(tree, path, {algorithm_of(one.algorithm) for one in stated}, notes)
        for one in stated:
            found = digests.get(algorithm_of(one.algorithm), one.checksum)
            if found != one.checksum:
                notes.add(
                    *("PKG-0545", path, "files"),
                    mets=one.mets,
                    algorithm=one.algorithm,
                    expected=one.checksum[:200],
                    found=found,
                )


def _check_stated(tree: PackageTree, one: Listed, notes: Notes) -> bool:
    """Judge the size; return whether there is a checksum to compare."""
    length = tree.lengths[one.path]
    if one.size and one.size != str(length):
        notes.add("PKG-0544", one.path, "files", mets=one.mets, expected=one.size[:40], found=length)
        return False
    if not one.checksum or not one.algorithm:
        return False
    if not algorithm_of(one.algorithm):
        notes.add("PKG-0546", one.path, "files", mets=one.mets, algorithm=one.algorithm[:40])
        return False
    return True


def _digests(tree: PackageTree, path: str, algorithms: set[str], notes: Notes) -> dict[str, str]:
    """Return the digests of a file by algorithm; none after saying why it cannot be read."""
    hashes = {name: hashlib.new(name, usedforsecurity=False) for name in sorted(algorithms)}
    try:
        for chunk in _bounded(tree, path):
            for digest in hashes.values():
                digest.update(chunk)
    except OSError as error:
        notes.findings.append(unreadable(path, error))
        return {}
    except KhoLuuTruError as error:
        notes.findings.append(finding_of(error))
        return {}
    return {name: digest.hexdigest() for name, digest in hashes.items()}


def _bounded(tree: PackageTree, path: str) -> Iterator[bytes]:
    """Yield a file that may be written to meanwhile, and never read on without end."""
    left = tree.lengths[path]
    for chunk in tree.read(path):
        left -= len(chunk)
        if left < 0:
            raise OSError("tệp đang thay đổi / file is growing")
        yield chunk
