"""Judging a bag of BagIt 0.93 to 1.0 (RFC 8493), ours or anybody's.

No path that a bag writes is ever opened: the files are listed first, and what manifests write is looked up
in that list. So no ``..``, link, absolute path or sister folder can lead outside.
"""

from __future__ import annotations

import enum
import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from archive.errors import KhoLuuTruError
from archive.messages.catalogue import catalogue
from archive.messages.rules import Finding, Level
from archive.text.folding import nfc
from preservation.packages import rules, tag_files
from preservation.packages.bag_files import BagFiles, FolderFiles, ZipFiles, unreadable
from preservation.packages.bag_places import open_bag
from preservation.packages.errors import PackageError
from preservation.packages.file_table import ABSENT, Listed
from preservation.packages.findings import Findings
from preservation.packages.path_forms import PathForm, form_of, leads_out_on_windows
from preservation.packages.twins import twins
from preservation.packages.verification import finding_of
from preservation.packages.zip_reader import ZipObject, open_file, open_stored
from preservation.storage.errors import StorageError
from preservation.storage.ports import ObjectStore

LONGEST_TAG_FILE = 1 << 30
"""Longest tag file that is read, in bytes (a manifest of several million files)."""
LONGEST_DECLARATION = 1 << 12
"""Longest ``bagit.txt`` that is read, in bytes."""

_OLD_VERSIONS = {"0.93", "0.94", "0.95", "0.96", "0.97"}
_OLD_INFORMATION = {"0.93", "0.94", "0.95"}
_WEAK = {"md5", "sha1"}
_OXUM = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})")
_LONE_PERCENT = re.compile(r"%(?!25|0[AaDd])")
_TO_BE_JUDGED = re.compile(r"[%\\~:]")
_NOT_FETCHED = {"PKG-0129", "PKG-0130"}
_FORMS = {PathForm.ESCAPES: "PKG-0109", PathForm.WINDOWS: "PKG-0131", PathForm.HOME: "PKG-0132"}


class Verdict(enum.StrEnum):
    """What the findings come to."""

    VALID = "valid"
    INVALID = "invalid"
    INCOMPLETE = "incomplete"
    UNCHECKED = "unchecked"


def verdict(findings: Iterable[Finding]) -> Verdict:
    """Return what findings come to.

    One error makes a bag *invalid*, and *incomplete* when all errors are files that ``fetch.txt`` says lie
    elsewhere; without any, what could not be read leaves it *unchecked*; without that, an earlier version of
    our own that is needed leaves it *incomplete*; warnings leave it *valid*.
    """
    levels = {finding.code: catalogue().get(finding.code).level for finding in findings}
    errors = {code for code, level in levels.items() if level is Level.ERROR}
    unknown = {code for code, level in levels.items() if level is Level.UNKNOWN}
    if errors:
        return Verdict.INVALID if errors - _NOT_FETCHED else Verdict.INCOMPLETE
    if unknown - _NOT_FETCHED:
        return Verdict.UNCHECKED
    return Verdict.INCOMPLETE if unknown else Verdict.VALID


def validate_folder(root: Path) -> list[Finding]:
    """Judge an unpacked bag; an empty list says that it is complete and valid."""
    try:
        files = FolderFiles(root)
    except OSError as error:
        return [unreadable(root.name, error)]
    return _validate(files)


def validate_path(path: Path) -> list[Finding]:
    """Judge a bag on this machine: a folder, or a zip or tar of anybody's making."""
    try:
        with open_bag(path) as files:
            return _validate(files)
    except OSError as error:
        return [unreadable(path.name, error)]
    except PackageError as error:
        return [finding_of(error)]


def validate_stored(store: ObjectStore, key: str) -> list[Finding]:
    """Judge a bag in an object of our zip form; reads it once, and its tag files a second time."""
    try:
        opened = open_stored(store, key)
    except (StorageError, PackageError) as error:
        return [finding_of(error)]
    return _validate_zip(opened)


def validate_file(path: Path) -> list[Finding]:
    """Judge a bag in a local zip of our form; any other zip is told to be one."""
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
        judge.findings.take((finding_of(error),))
    except OSError as error:
        judge.findings.take((unreadable("", error),))
    return judge.findings.all()


class _Judge:
    """One judgement; each step adds to `findings`."""

    def __init__(self, files: BagFiles) -> None:
        self.findings = files.findings
        self._files = files
        self._table = files.table
        self._version = ""
        self._encoding = ""
        self._manifests: list[Listed] = []
        self._any_payload_manifest = False
        self._fetch: dict[int, int | None] = {}
        self._elsewhere: dict[tuple[str, str], int] = {}
        self._not_fetched = Findings()
        self._unread: set[str] = set()
        self._ours = False
        # Below a folder that cannot be listed, nothing is called missing.
        told = files.findings.all()
        self._hidden = tuple(f"{found.where.path}/" for found in told if found.code == "PKG-0125")
        self._empty = {found.where.path for found in told if found.code == "PKG-0122"}
        self._forms: dict[str, int] | None = None

    def judge(self) -> None:
        if not self._declaration():
            return
        self._check_twins()
        for path in sorted(path for path, _ in self._table.present() if "/" not in path):
            if named := tag_files.manifest_name(path):
                self._read_manifest(path, *named)
        self._read_fetch()
        oxums = self._read_information()
        self._check_manifests()
        self._check_each_file()
        for (package, key), count in self._elsewhere.items():
            self.findings.add("PKG-0129", "fetch.txt", package=package, key=key, count=count)
        self.findings.take_over(self._not_fetched)
        self._check_oxum(oxums)
        self._check_digests()

    @property
    def _old(self) -> bool:
        return self._version in _OLD_VERSIONS

    def _lines(self, path: str, encoding: str) -> Iterator[str]:
        """Yield the lines of a tag file; what stops the reading is told, and the file counts as unread."""
        longest = LONGEST_TAG_FILE
        if self._table.lengths[self._table.numbers[path]] > longest:
            self._unread.add(path)
            self.findings.add("PKG-0124", path, longest=longest)
            return
        first = True
        try:
            for line in tag_files.text_lines(self._files.read(path), encoding):
                if first and line.startswith(tag_files.BYTE_ORDER_MARK):
                    self.findings.add("PKG-0142" if path == "bagit.txt" else "PKG-0144", path)
                    yield line.removeprefix(tag_files.BYTE_ORDER_MARK)
                else:
                    yield line
                first = False
        except UnicodeError:
            self._unread.add(path)
            self.findings.add("PKG-0123", path, encoding=encoding)
        except tag_files.LineTooLongError:
            self._unread.add(path)
            self.findings.add("PKG-0149", path, longest=tag_files.LONGEST_LINE)
        except OSError as error:
            self._unread.add(path)
            self.findings.take((unreadable(path, error),))
        except PackageError as error:
            self._unread.add(path)
            self.findings.take((finding_of(error),))

    def _declaration(self) -> bool:
        name = "bagit.txt"
        if not self._table.has(name):
            self.findings.add("PKG-0101", name)
            return False
        short = self._table.lengths[self._table.numbers[name]] <= LONGEST_DECLARATION
        declared = tag_files.declared(list(self._lines(name, "utf-8"))) if short else None
        if declared is None or name in self._unread:
            if name not in self._unread:
                self.findings.add("PKG-0102", name)
            return False
        self._version, self._encoding, strict = declared
        if self._version != "1.0" and not self._old:
            self.findings.add("PKG-0103", name, version=self._version)
            return False
        if not strict:
            self.findings.add("PKG-0143" if self._old else "PKG-0102", name)
        if not tag_files.is_readable(self._encoding):
            self.findings.add("PKG-0104", name, encoding=self._encoding)
            return False
        return True

    def _read_manifest(self, name: str, written: str, of_tags: bool) -> None:  # noqa: FBT001 - as `manifest_name` gives it
        self._any_payload_manifest |= not of_tags
        algorithm = tag_files.algorithm_of(written)
        if not algorithm:
            self.findings.add("PKG-0106", name, algorithm=written)
            return
        if not (written.isalnum() and written.islower()):
            self.findings.add("PKG-0138", name, algorithm=written)
        size = hashlib.new(algorithm, usedforsecurity=False).digest_size
        manifest = Listed(name, algorithm, size, of_tags=of_tags)
        for row, line in enumerate(self._lines(name, self._encoding), 1):
            parsed = rules.parse_manifest_line(line)
            if parsed is None or len(parsed[0]) != 2 * size:
                self._malformed("PKG-0107", name, row, line)
                continue
            number = self._listed(name, row, parsed[1], of_tags=of_tags)
            if number != ABSENT and not manifest.add(number, bytes.fromhex(parsed[0])):
                self.findings.add("PKG-0108", name, row=row, listed=parsed[1])
        if name not in self._unread:
            self._manifests.append(manifest)

    def _malformed(self, code: str, name: str, row: int, line: str) -> None:
        self.findings.add("PKG-0146" if self._old and not line.strip() else code, name, row=row)

    def _listed(self, name: str, row: int, written: str, *, of_tags: bool) -> int:
        """Return the number of the file that a line means; `ABSENT` after saying why it means none."""
        if not of_tags and written.startswith("data/") and not _TO_BE_JUDGED.search(written):
            known = self._table.numbers.get(written, ABSENT)
            if known != ABSENT:
                return known
        plain = written.removeprefix("*") if self._old else written  # md5sum's mark of a binary file
        plain = plain.removeprefix("./")
        if plain != written:
            self.findings.add("PKG-0145", name, row=row, listed=written)
        path = self._found(name, row, plain)
        form = form_of(path)
        if form is not PathForm.PLAIN:
            if form is PathForm.ESCAPES or not self._table.has(path) or leads_out_on_windows(path):
                self.findings.add(_FORMS[form], name, row=row, listed=path)
                return ABSENT
            self.findings.add("PKG-0133", name, row=row, listed=path)
        if path.startswith("data/") == of_tags or (of_tags and path.startswith("tagmanifest-")):
            self.findings.add("PKG-0110", name, row=row, listed=path)
            return ABSENT
        return self._table.add(path)

    def _found(self, name: str, row: int, written: str) -> str:
        """Return the file that a written path means: as the version says, else the only one of its Unicode form."""
        path = self._decoded(name, row, written) if "%" in written else written
        if path.isascii() or self._table.has(path):
            return path
        same = self._by_form().get(nfc(path), ABSENT)
        if same == ABSENT:
            return path
        self.findings.add("PKG-0135", name, row=row, listed=written)
        return self._paths[same]

    def _decoded(self, name: str, row: int, written: str) -> str:
        if not self._old:
            if _LONE_PERCENT.search(written):
                self.findings.add("PKG-0161", name, row=row, listed=written)
            return rules.decode_path(written, percent=True)
        path = rules.decode_path(written, percent=False)
        if self._table.has(path) or self._table.has(written):
            return path if self._table.has(path) else written  # older tools encoded nothing
        newer = rules.decode_path(written, percent=True)
        if newer != path and self._table.has(newer):
            self.findings.add("PKG-0161", name, row=row, listed=written)
            return newer
        return path

    def _by_form(self) -> dict[str, int]:
        """Return the number of the only file of each composed form; `ABSENT` where there are several."""
        if self._forms is None:
            self._forms = {}
            self._paths: list[str] = []
            for path, _ in self._table.present():
                if not path.isascii():
                    form = nfc(path)
                    self._forms[form] = ABSENT if form in self._forms else len(self._paths)
                    self._paths.append(path)
        return self._forms

    def _read_fetch(self) -> None:
        name = "fetch.txt"
        if not self._table.has(name):
            return
        for row, line in enumerate(self._lines(name, self._encoding), 1):
            parsed = rules.parse_fetch_line(line)
            if parsed is None:
                self._malformed("PKG-0140", name, row, line)
                continue
            url, length, written = parsed
            number = self._listed(name, row, written, of_tags=False)
            if number == ABSENT:
                continue
            if number in self._fetch:
                self.findings.add("PKG-0108", name, row=row, listed=written)
                continue
            self._fetch[number] = length
            self._check_fetched(written, number, url, length)

    def _check_fetched(self, path: str, number: int, url: str, length: int | None) -> None:
        here = self._table.lengths[number]
        if here == ABSENT:
            reference = rules.Reference.from_url(url)
            if reference:
                place = (reference.path.partition("/")[0], reference.key)
                self._elsewhere[place] = self._elsewhere.get(place, 0) + 1
            else:
                self._not_fetched.add("PKG-0130", path, url=url)
        elif length not in {None, here}:
            self.findings.add("PKG-0126", path, expected=str(length), found=here)

    def _read_information(self) -> list[str]:
        """Return the values of Payload-Oxum."""
        name = "bag-info.txt"
        if not self._table.has(name) and self._version in _OLD_INFORMATION:
            name = "package-info.txt"
        oxums: list[str] = []
        if not self._table.has(name):
            return oxums
        for row, label, value in tag_files.information(self._lines(name, self._encoding)):
            if not label:
                self._malformed("PKG-0141", name, row, value)
            elif label.lower() == "payload-oxum":
                oxums = [*oxums[:1], value]
            elif (label, value) == ("BagIt-Profile-Identifier", rules.PROFILE):
                self._ours = True
        return oxums

    def _check_manifests(self) -> None:
        of_payload = [manifest for manifest in self._manifests if not manifest.of_tags]
        if not self._any_payload_manifest:
            self.findings.add("PKG-0105", "")
        elif of_payload and {manifest.algorithm for manifest in of_payload} <= _WEAK:
            self.findings.add("PKG-0120", of_payload[0].name, algorithm=of_payload[0].algorithm)
        fetched = bool(self._fetch)
        held = any(path.startswith("data/") for path in (*self._hidden, *self._empty)) or "data" in self._empty
        if not (held or fetched or any(path.startswith("data/") for path, _ in self._table.present())):
            self.findings.add("PKG-0114", "data")

    def _check_each_file(self) -> None:
        """Ask of each file whether it is here, or to be fetched, and listed by those that must list it."""
        of_payload = [manifest for manifest in self._manifests if not manifest.of_tags]
        of_tags = [manifest for manifest in self._manifests if manifest.of_tags]
        lengths = self._table.lengths
        for path, number in self._table.numbers.items():
            if lengths[number] == ABSENT and number not in self._fetch and not path.startswith(self._hidden):
                by = next((manifest.name for manifest in self._manifests if number in manifest), "")
                if by:
                    self.findings.add("PKG-0111", path, manifest=by)
        for path, number in self._table.numbers.items():
            if path.startswith("data/"):
                self._check_payload_file(path, number, of_payload)
            elif not path.startswith("tagmanifest-"):
                self._check_tag_file(path, number, of_tags)

    def _check_payload_file(self, path: str, number: int, of_payload: list[Listed]) -> None:
        lacking = [manifest.name for manifest in of_payload if number not in manifest]
        if not lacking:
            return
        if len(lacking) == len(of_payload):
            here = self._table.lengths[number] != ABSENT
            if here or number in self._fetch:
                self.findings.add("PKG-0113" if here else "PKG-0127", path, manifest=", ".join(lacking))
        elif not self._old:  # all manifests list it from 1.0 on; before, one was enough
            by = next(manifest.name for manifest in of_payload if number in manifest)
            self.findings.add("PKG-0136", path, manifest=", ".join(lacking), other=by)

    def _check_tag_file(self, path: str, number: int, of_tags: list[Listed]) -> None:
        if self._table.lengths[number] == ABSENT:
            return
        lacking = [manifest.name for manifest in of_tags if number not in manifest]
        if lacking and not self._old and tag_files.manifest_name(path):
            self.findings.add("PKG-0117", path, manifest=lacking[0])
        elif len(lacking) == len(of_tags):
            self.findings.add("PKG-0116" if self._ours else "PKG-0115", path)
        elif lacking:
            self.findings.add("PKG-0137", path, manifest=", ".join(lacking))

    def _check_twins(self) -> None:
        for path, other, code in twins(path for path, _ in self._table.present()):
            self.findings.add(code, path, other=other)

    def _check_oxum(self, values: list[str]) -> None:
        if not values or self._hidden:
            return
        match = _OXUM.fullmatch(values[0])
        if len(values) > 1 or not match:
            self.findings.add("PKG-0139", "bag-info.txt", found=", ".join(values))
            return
        count = octets = 0
        told = True  # a length that fetch.txt does not tell cannot be compared
        for path, number in self._table.numbers.items():
            if not path.startswith("data/"):
                continue
            length: int | None = self._table.lengths[number]
            if length == ABSENT:
                if number not in self._fetch:
                    continue
                length = self._fetch[number]
            count += 1
            told &= length is not None
            octets += length or 0
        if int(match[2]) != count or (told and int(match[1]) != octets):
            self.findings.add("PKG-0128", "bag-info.txt", expected=values[0], found=f"{octets}.{count}")

    def _check_digests(self) -> None:
        algorithms = tuple(sorted({manifest.algorithm for manifest in self._manifests}))
        places = [(manifest, algorithms.index(manifest.algorithm)) for manifest in self._manifests]
        for read in self._files.digests(algorithms):
            if read.path not in self._unread:
                self.findings.take(read.findings)
            if not read.digests:
                continue
            number = self._table.numbers.get(read.path)
            if number is None:
                continue
            for manifest, place in places:
                if number in manifest and read.digests[place] != manifest.digest(number):
                    self.findings.add("PKG-0112", read.path, manifest=manifest.name)
