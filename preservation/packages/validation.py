"""Judging a bag of BagIt 0.97 or 1.0 (RFC 8493), ours or anybody's.

No path that a bag writes is ever opened: the files are listed first, and what manifests write is looked up
in that list. So no ``..``, link, absolute path or sister folder can lead outside.
"""

from __future__ import annotations

import codecs
import enum
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from archive.errors import KhoLuuTruError
from archive.messages.catalogue import catalogue
from archive.messages.rules import Finding, Level, Where
from archive.text.folding import nfc
from preservation.packages import rules
from preservation.packages.bag_files import BagFiles, FolderFiles, ZipFiles, unreadable
from preservation.packages.errors import PackageError
from preservation.packages.verification import finding_of
from preservation.packages.zip_reader import ZipObject, open_file, open_stored
from preservation.storage.errors import StorageError
from preservation.storage.ports import ObjectStore

LONGEST_TAG_FILE = 1 << 28
"""Longest tag file that is read into memory, in bytes (a manifest of about a million files)."""

_VERSIONS = {"0.97", "1.0"}
_DECLARATION = (re.compile(r"BagIt-Version: ([0-9]+\.[0-9]+)"), re.compile(r"Tag-File-Character-Encoding: (\S+)"))
_MANIFEST = re.compile(r"(?P<tag>tag)?manifest-(?P<algorithm>[A-Za-z0-9]+)\.txt")
_ALGORITHMS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
_ENCODINGS = re.compile(r"utf-8|utf-16|utf-32|ascii|iso8859-[0-9]+|cp125[0-9]")
_WEAK = {"md5", "sha1"}
_INFO_LINE = re.compile(r"(?P<label>[^:\s][^:]*?)[ \t]*:[ \t]*(?P<value>.*)")
_OXUM = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})")
_INCOMPLETE = {"PKG-0129", "PKG-0130"}


class Verdict(enum.StrEnum):
    """What the findings come to."""

    VALID = "valid"
    INVALID = "invalid"
    INCOMPLETE = "incomplete"
    UNCHECKED = "unchecked"


def verdict(findings: Iterable[Finding]) -> Verdict:
    """Return what findings come to.

    One error makes a bag *invalid*; without any, what could not be read leaves it *unchecked*; without that,
    what lies elsewhere (``fetch.txt``) leaves it *incomplete*; warnings leave it *valid*.
    """
    messages = [(finding.code, catalogue().get(finding.code).level) for finding in findings]
    if any(level is Level.ERROR for _, level in messages):
        return Verdict.INVALID
    unknown = {code for code, level in messages if level is Level.UNKNOWN}
    if unknown - _INCOMPLETE:
        return Verdict.UNCHECKED
    return Verdict.INCOMPLETE if unknown else Verdict.VALID


def validate_folder(root: Path) -> list[Finding]:
    """Judge an unpacked bag; an empty list says that it is complete and valid."""
    try:
        files = FolderFiles(root)
    except OSError as error:
        return [unreadable(root.name, error)]
    return _validate(files)


def validate_stored(store: ObjectStore, key: str) -> list[Finding]:
    """Judge a bag in an object of our zip form; reads it once, and its tag files a second time."""
    try:
        opened = open_stored(store, key)
    except (StorageError, PackageError) as error:
        return [finding_of(error)]
    return _validate_zip(opened)


def validate_file(path: Path) -> list[Finding]:
    """Judge a bag in a local zip of our form."""
    try:
        return _validate_zip(open_file(path))
    except OSError as error:
        return [unreadable(path.name, error)]
    except PackageError as error:
        return [finding_of(error)]


def _validate_zip(opened: ZipObject) -> list[Finding]:
    return _validate(ZipFiles(opened))


def _validate(files: BagFiles) -> list[Finding]:
    judge = _Judge(files)
    try:
        judge.judge()
    except KhoLuuTruError as error:
        judge.findings.append(finding_of(error))
    return judge.findings


@dataclass(frozen=True, slots=True)
class _Manifest:
    """One manifest: the digest of each file by the path at which it was found, or would be."""

    name: str
    algorithm: str
    of_tags: bool
    entries: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Fetch:
    url: str
    length: int | None


class _Judge:
    """One judgement; each step adds to `findings`."""

    def __init__(self, files: BagFiles) -> None:
        self.findings = list(files.findings)
        self._files = files
        self._version = ""
        self._encoding = ""
        self._manifests: list[_Manifest] = []
        self._fetch: dict[str, _Fetch] = {}
        self._ours = False
        # Below a folder that cannot be listed, nothing is called missing.
        self._hidden = tuple(f"{found.where.path}/" for found in files.findings if found.code == "PKG-0125")
        self._forms: dict[str, list[str]] = {}
        for path in files.lengths:
            self._forms.setdefault(nfc(path), []).append(path)

    def judge(self) -> None:
        if not self._declaration():
            return
        for path in sorted(self._files.lengths):
            if match := _MANIFEST.fullmatch(path):
                self._read_manifest(path, match["algorithm"].lower(), of_tags=bool(match["tag"]))
        self._read_fetch()
        info = self._read_info()
        self._ours = ("BagIt-Profile-Identifier", rules.PROFILE) in info
        self._check_listed()
        self._check_present()
        self._check_twins()
        self._check_fetch()
        self._check_oxum([value for label, value in info if label.lower() == "payload-oxum"])
        self._check_digests()

    def _add(self, code: str, path: str, *, row: int = 0, **parameters: str | int) -> None:
        if row:
            parameters["row"] = row
        self.findings.append(Finding(code, Where(path=path, row=row), {"path": path, **parameters}))

    def _text(self, path: str, encoding: str) -> str | None:
        """Return the text of a tag file; None after saying why there is none."""
        if self._files.lengths[path] > LONGEST_TAG_FILE:
            self._add("PKG-0124", path, longest=LONGEST_TAG_FILE)
            return None
        try:
            return b"".join(self._files.read(path)).decode(encoding)
        except OSError as error:
            self.findings.append(unreadable(path, error))
        except UnicodeError:
            self._add("PKG-0123", path, encoding=encoding)
        return None

    def _declaration(self) -> bool:
        if "bagit.txt" not in self._files.lengths:
            self._add("PKG-0101", "bagit.txt")
            return False
        text = self._text("bagit.txt", "utf-8")
        if text is None:
            return False
        found = rules.lines(text)
        matches = [pattern.fullmatch(line) for pattern, line in zip(_DECLARATION, found, strict=False)]
        if len(found) != len(_DECLARATION) or not all(matches):
            self._add("PKG-0102", "bagit.txt")
            return False
        self._version, self._encoding = (match[1] for match in matches if match)
        if self._version not in _VERSIONS:
            self._add("PKG-0103", "bagit.txt", version=self._version)
            return False
        try:
            known = _ENCODINGS.fullmatch(codecs.lookup(self._encoding).name)
        except (LookupError, ValueError):
            known = None
        if not known:
            self._add("PKG-0104", "bagit.txt", encoding=self._encoding)
        return bool(known)

    def _read_manifest(self, name: str, algorithm: str, *, of_tags: bool) -> None:
        if algorithm not in _ALGORITHMS:
            self._add("PKG-0106", name, algorithm=algorithm)
            return
        text = self._text(name, self._encoding)
        if text is None:
            return
        length = 2 * hashlib.new(algorithm, usedforsecurity=False).digest_size
        entries: dict[str, str] = {}
        for row, line in enumerate(rules.lines(text), 1):
            parsed = rules.parse_manifest_line(line)
            if parsed is None or len(parsed[0]) != length:
                self._add("PKG-0107", name, row=row)
                continue
            path = self._listed(name, row, parsed[1], of_tags=of_tags)
            if path in entries:
                self._add("PKG-0108", name, row=row, listed=path)
            elif path:
                entries[path] = parsed[0]
        self._manifests.append(_Manifest(name, algorithm, of_tags, entries))

    def _listed(self, name: str, row: int, written: str, *, of_tags: bool) -> str:
        """Return the path of the file that a line means; empty after saying why it means none."""
        if self._version == "0.97":
            written = written.removeprefix("*")  # md5sum's mark of a binary file
        written = written.removeprefix("./")
        path = self._found(written)
        if not rules.is_safe(path):
            self._add("PKG-0109", name, row=row, listed=path)
            return ""
        if path.startswith("data/") == of_tags or (of_tags and path.startswith("tagmanifest-")):
            self._add("PKG-0110", name, row=row, listed=path)
            return ""
        return path

    def _found(self, written: str) -> str:
        """Return the file that a written path means: as written, else the only one of the same Unicode form."""
        path = rules.decode_path(written, percent=self._version != "0.97")
        if path in self._files.lengths:
            return path
        if self._version == "0.97" and written in self._files.lengths:
            return written  # older tools encoded nothing
        same = self._forms.get(nfc(path), [])
        return same[0] if len(same) == 1 else path

    def _read_fetch(self) -> None:
        name = "fetch.txt"
        text = self._text(name, self._encoding) if name in self._files.lengths else None
        for row, line in enumerate(rules.lines(text or ""), 1):
            parsed = rules.parse_fetch_line(line)
            if parsed is None:
                self._add("PKG-0107", name, row=row)
                continue
            url, length, written = parsed
            path = self._listed(name, row, written, of_tags=False)
            if path in self._fetch:
                self._add("PKG-0108", name, row=row, listed=path)
            elif path:
                self._fetch[path] = _Fetch(url, length)

    def _read_info(self) -> list[tuple[str, str]]:
        name = "bag-info.txt"
        text = self._text(name, self._encoding) if name in self._files.lengths else None
        info: list[tuple[str, str]] = []
        for row, line in enumerate(rules.lines(text or ""), 1):
            if line.startswith((" ", "\t")) and info:
                info[-1] = (info[-1][0], f"{info[-1][1]} {line.strip()}".strip())
            elif match := _INFO_LINE.fullmatch(line):
                info.append((match["label"], match["value"].strip()))
            else:
                self._add("PKG-0107", name, row=row)
        return info

    def _check_listed(self) -> None:
        """Look for what the manifests list."""
        of_payload = [manifest for manifest in self._manifests if not manifest.of_tags]
        if not of_payload:
            self._add("PKG-0105", "")
        elif {manifest.algorithm for manifest in of_payload} <= _WEAK:
            self._add("PKG-0120", of_payload[0].name, algorithm=of_payload[0].algorithm)
        known = {*self._files.lengths, *self._fetch, *self._hidden}
        if not any(path.startswith("data/") for path in known):
            self._add("PKG-0114", "data")
        for manifest in self._manifests:
            for path in manifest.entries:
                if path not in known and not path.startswith(self._hidden):
                    self._add("PKG-0111", path, manifest=manifest.name)

    def _check_present(self) -> None:
        """Ask of each file, here or to be fetched, whether it is listed."""
        of_payload = [manifest for manifest in self._manifests if not manifest.of_tags]
        of_tags = [manifest for manifest in self._manifests if manifest.of_tags]
        for path in sorted(self._fetch.keys() - self._files.lengths.keys()):
            self._check_payload_file(path, of_payload, "PKG-0127")
        for path in self._files.lengths:
            if path.startswith("data/"):
                self._check_payload_file(path, of_payload, "PKG-0113")
            elif not path.startswith("tagmanifest-"):
                self._check_tag_file(path, of_tags)

    def _check_payload_file(self, path: str, of_payload: list[_Manifest], code: str) -> None:
        # All manifests list it from 1.0 on; before, one was enough.
        lacking = [manifest.name for manifest in of_payload if path not in manifest.entries]
        if self._version != "0.97" or len(lacking) == len(of_payload):
            for name in lacking:
                self._add(code, path, manifest=name)

    def _check_tag_file(self, path: str, of_tags: list[_Manifest]) -> None:
        lacking = [manifest.name for manifest in of_tags if path not in manifest.entries]
        if _MANIFEST.fullmatch(path) and lacking and self._version != "0.97":
            self._add("PKG-0117", path, manifest=lacking[0])
        elif len(lacking) == len(of_tags):
            self._add("PKG-0116" if self._ours else "PKG-0115", path)

    def _check_twins(self) -> None:
        seen: dict[str, str] = {}
        for path in self._files.lengths:
            other = seen.setdefault(rules.twin_key(path), path)
            if other != path:
                self._add("PKG-0121", path, other=other)

    def _check_fetch(self) -> None:
        elsewhere: dict[tuple[str, str], int] = {}
        for path, fetch in self._fetch.items():
            length = self._files.lengths.get(path)
            if length is None:
                reference = rules.Reference.from_url(fetch.url)
                if reference:
                    place = (reference.path.partition("/")[0], reference.key)
                    elsewhere[place] = elsewhere.get(place, 0) + 1
                else:
                    self._add("PKG-0130", path, url=fetch.url)
            elif fetch.length not in {None, length}:
                self._add("PKG-0126", path, expected=str(fetch.length), found=length)
        for (package, key), count in elsewhere.items():
            self._add("PKG-0129", "fetch.txt", package=package, key=key, count=count)

    def _check_oxum(self, values: list[str]) -> None:
        if not values or self._hidden:
            return
        match = _OXUM.fullmatch(values[0])
        if len(values) > 1 or not match:
            self._add("PKG-0128", "bag-info.txt", expected=", ".join(values), found="")
            return
        lengths: dict[str, int | None] = {path: fetch.length for path, fetch in self._fetch.items()}
        lengths |= {path: length for path, length in self._files.lengths.items() if path.startswith("data/")}
        octets = sum(length or 0 for length in lengths.values())
        told = None not in lengths.values()  # a length that fetch.txt does not tell cannot be compared
        if int(match[2]) != len(lengths) or (told and int(match[1]) != octets):
            self._add("PKG-0128", "bag-info.txt", expected=values[0], found=f"{octets}.{len(lengths)}")

    def _check_digests(self) -> None:
        algorithms = tuple(sorted({manifest.algorithm for manifest in self._manifests}))
        for read in self._files.digests(algorithms):
            self.findings += read.findings
            found = dict(zip(algorithms, read.digests, strict=bool(read.digests)))
            for manifest, expected in self._expected(read.path):
                if found and found[manifest.algorithm] != expected:
                    self._add("PKG-0112", read.path, manifest=manifest.name)

    def _expected(self, path: str) -> Iterator[tuple[_Manifest, str]]:
        for manifest in self._manifests:
            if path in manifest.entries:
                yield manifest, manifest.entries[path]
