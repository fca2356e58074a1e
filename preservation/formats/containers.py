"""Formats that are a ZIP or OLE2 package: PRONOM's container signatures.

fido 1.6.1 looks at the first file and the first sequence of a container signature only, anywhere in it; hence
ODF 1.2 came out as 1.1, and a workbook as a template too. Here every file and every sequence of a signature has
to be there, at its place, within the first megabytes of a member.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from xml.etree.ElementTree import Element

import olefile  # type: ignore[import-untyped] # ships no type information
from defusedxml import ElementTree

_MEMBER_BYTES = 4 << 20
_TOKEN = re.compile(r"\s+|'([^']*)'|([0-9A-Fa-f]{2})|\[([^\]]*)\]")
_RANGE = re.compile(r"(?<=[0-9A-Fa-f'])[-:](?=[0-9A-Fa-f'])")


class ContainerError(Exception):
    """The package is damaged; says how."""


class Package(Protocol):
    """A package whose members can be asked for; None when there is no such member."""

    def head(self, name: str) -> bytes | None:
        """Return the first megabytes of a member."""
        ...


@dataclass(frozen=True, slots=True)
class ContainerSignature:
    """One signature: `kind` is ``ZIP`` or ``OLE2``; (member, patterns that must all occur in it)."""

    puid: str
    kind: str
    members: tuple[tuple[str, tuple[re.Pattern[bytes], ...]], ...]

    @property
    def generic(self) -> bool:
        """Return whether only the members' names are asked for."""
        return not any(patterns for _, patterns in self.members)

    def fits(self, package: Package) -> bool:
        """Return whether the package has all members with all patterns."""
        for name, patterns in self.members:
            content = package.head(name)
            if content is None or not all(pattern.match(content) for pattern in patterns):
                return False
        return True


def load_signatures(path: Path) -> tuple[ContainerSignature, ...]:
    """Return the signatures of PRONOM's container file."""
    root = ElementTree.fromstring(path.read_bytes())
    puids = {mapping.get("signatureId"): mapping.get("Puid") for mapping in root.iter("FileFormatMapping")}
    return tuple(
        ContainerSignature(
            str(puids[signature.get("Id")]),
            str(signature.get("ContainerType")),
            tuple(
                (file.findtext("Path") or "", tuple(map(_pattern, file.iter("ByteSequence"))))
                for file in signature.iter("File")
            ),
        )
        for signature in root.iter("ContainerSignature")
    )


def _pattern(sequence: Element) -> re.Pattern[bytes]:
    """Return the expression of one ByteSequence, to be matched from the member's first byte on."""
    # Offsets from the end, or from nowhere in particular, are searched for: none of them is decisive.
    anchored = sequence.get("Reference") == "BOFoffset"
    expression = b"(?s)" if anchored else b"(?s).*?"
    for number, part in enumerate(sequence.iter("SubSequence")):
        low, high = int(part.get("SubSeqMinOffset", 0)), part.get("SubSeqMaxOffset")
        if anchored or number:
            expression += b".{%d,%s}?" % (low, b"" if high is None else b"%d" % max(low, int(high)))
        expression += _expression(part.findtext("Sequence") or "")
    return re.compile(expression)


def _expression(sequence: str) -> bytes:
    """Return a sequence of PRONOM (``10 00 'Word' ['6'-'7']``, ``[&01]``) as an expression."""
    expression, end = b"", 0
    for token in _TOKEN.finditer(sequence):
        if token.start() != end:
            break
        end = token.end()
        text, byte, choice = token.groups()
        if choice is not None:
            expression += _choice(choice)
        elif byte is not None or text is not None:
            expression += re.escape(_literal(text, byte))
    if end != len(sequence):
        raise ValueError(f"not understood: {sequence[end:]}")
    return expression


def _choice(choice: str) -> bytes:
    values = [_literal(*found.groups()[:2]) for found in _TOKEN.finditer(choice.lstrip("&")) if found.group().strip()]
    if choice.startswith("&"):
        values = [bytes([byte]) for byte in range(256) if byte & values[0][0] == values[0][0]]
    elif len(values) == 2 and _RANGE.search(choice):  # noqa: PLR2004 - from, to
        return b"[" + re.escape(values[0]) + b"-" + re.escape(values[1]) + b"]"
    return b"(?:" + b"|".join(map(re.escape, values)) + b")"


def _literal(text: str | None, byte: str | None) -> bytes:
    return text.encode() if text is not None else bytes.fromhex(byte or "")


class _Zip:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = frozenset(archive.namelist())
        self._read: dict[str, bytes] = {}

    def head(self, name: str) -> bytes | None:
        if name not in self._names:
            return None
        if name not in self._read:
            with self._archive.open(name) as member:
                self._read[name] = member.read(_MEMBER_BYTES)
        return self._read[name]


class _Ole:
    def __init__(self, ole: olefile.OleFileIO) -> None:
        self._ole = ole
        streams = ("/".join(parts) for parts in ole.listdir())
        # PRONOM leaves out the control character that begins some names: \x01CompObj.
        self._streams = {name[1:] if name[:1] < " " else name: name for name in streams}

    def head(self, name: str) -> bytes | None:
        if name not in self._streams:
            return None
        with self._ole.openstream(self._streams[name]) as stream:
            content: bytes = stream.read(_MEMBER_BYTES)
            return content


@contextmanager
def opened(path: Path, kind: str) -> Iterator[Package]:
    """Open a package of a kind (``ZIP``, ``OLE2``) for matching.

    Raises:
        ContainerError: it is damaged or locked.
    """
    try:
        if kind == "ZIP":
            with zipfile.ZipFile(path) as archive:
                yield _Zip(archive)
        else:
            with olefile.OleFileIO(str(path)) as ole:
                yield _Ole(ole)
    except Exception as error:  # whatever a parser of hostile bytes raises is one answer
        raise ContainerError(f"{type(error).__name__}: {error}"[:200]) from error
