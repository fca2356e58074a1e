"""Re-reading an object that was written, byte by byte, against what was meant to be in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archive.errors import KhoLuuTruError
from archive.messages.rules import Finding, Where
from preservation.packages.errors import PackageError
from preservation.packages.zip_reader import MemberRead, open_stored
from preservation.packages.zip_writer import ZipPlan
from preservation.storage.errors import StorageError
from preservation.storage.ports import ObjectStore


def verify_object(
    store: ObjectStore, key: str, expected: Mapping[str, tuple[int, str]], plan: ZipPlan | None = None
) -> list[Finding]:
    """Read the whole object once and return what is not as expected; empty when all of it is.

    Nothing that the store says is believed: every byte of headers, directory and end is compared, every
    member's SHA-256 is computed from what was read. An error of the store becomes a finding.

    Args:
        store: where the object lies.
        key: its key.
        expected: length and SHA-256 (hexadecimal, lower case) of each member, by its path in the zip.
        plan: the plan that it was just written by, whose headers and directory must be there byte by byte;
            without it (fixity, years later) the object's own directory is read first.
    """
    findings: list[Finding] = []
    try:
        opened = open_stored(store, key, plan)
        present = {member.path for member in opened.plan.members}
        findings += [_finding("PKG-0021", path) for path in expected if path not in present]
        for read in opened.digests(("sha256",)):
            findings += _compare(read, expected)
    except (StorageError, PackageError) as error:
        findings.append(finding_of(error))
    return findings


def finding_of(error: KhoLuuTruError) -> Finding:
    """Return an error as a finding with the same code."""
    return Finding(error.code, Where(path=str(error.parameters.get("path", ""))), dict(error.parameters))


def _compare(read: MemberRead, expected: Mapping[str, tuple[int, str]]) -> Iterator[Finding]:
    path = read.member.path
    if not read.sound:
        yield _finding("PKG-0012", path)
    if path not in expected:
        yield _finding("PKG-0022", path)
        return
    length, sha256 = expected[path]
    if read.member.length != length:
        yield _finding("PKG-0023", path, expected=length, found=read.member.length)
    elif read.digests[0] != sha256:
        yield _finding("PKG-0024", path, expected=sha256, found=read.digests[0])


def _finding(code: str, path: str, **parameters: str | int) -> Finding:
    return Finding(code, Where(path=path), {"path": path, **parameters})
