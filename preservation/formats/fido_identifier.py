"""PRONOM identification by fido's signatures.

fido's own way of identifying a file prints its errors, answers by a callback that may never come, and can wait
for ever on a file that was cut off while being read; its defaults name a signature file that it does not ship,
and 128 KiB of head and tail take PDF/A scans for plain PDF. So only its signatures and their priorities are
used here, compiled once. One instance a process: fido is not made for threads. Meant to run behind the fence.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fido
from fido.fido import Fido
from fido.versions import get_local_versions

from preservation.formats.containers import ContainerError, ContainerSignature, load_signatures, opened
from preservation.formats.ports import Basis, Identification

_BUFFER = 4 << 20
_AT_END = 256 << 10  # the longest gap before the end that a signature allows is a quarter of it
_KINDS = {b"PK\x03\x04": "ZIP", bytes.fromhex("d0cf11e0"): "OLE2"}
_REGEX_TOKEN = re.compile(rb"(?s)\\.|\[(?:\\.|[^\]\\])*\]|\.(?:\*\??|\{[0-9]+,\}\??)|.")
_GAP = re.compile(rb"\.(?:\*|\{([0-9]+),\})\??")
#: PRONOM v109 knows OpenDocument 1.3, the container signatures of 2020 do not: those of 1.2 are made over.
_ODF_1_3 = {"fmt/291": "fmt/1756", "fmt/295": "fmt/1755", "fmt/293": "fmt/1754", "fmt/424": "fmt/1752"}
_Match = Callable[[bytes, bytes], object]


@dataclass(frozen=True, slots=True)
class _Format:
    puid: str
    name: str
    version: str
    mime: str
    extensions: tuple[str, ...]
    superior_to: frozenset[str]
    signatures: tuple[tuple[_Match, ...], ...]


class FidoIdentifier:
    """Recognises formats by the PRONOM signatures that fido ships (a `FormatIdentifier`)."""

    def __init__(self) -> None:
        versions = get_local_versions(fido.CONFIG_DIR)
        # The constructor's own defaults name files that are not there.
        engine = Fido(
            quiet=True, format_files=[versions.pronom_signature, versions.fido_extension_signature], nocontainer=True
        )
        self._formats = {found.puid: found for found in map(_compiled, engine.formats)}
        signatures = Path(fido.CONFIG_DIR) / versions.pronom_container_signature
        known = load_signatures(signatures)
        self._containers = (*known, *(_for_odf_1_3(s) for s in known if s.puid in _ODF_1_3))
        release = signatures.stem.rpartition("-")[2]
        self.registry_version = f"v{versions.pronom_version}, containers {release} with ODF 1.3"

    def identify(self, path: Path) -> tuple[Identification, ...]:
        """Return every format that the content fits equally well; see `FormatIdentifier`."""
        head, tail = _ends(path)
        if not head:
            return (self._nothing("empty file"),)
        found = self._matching(head, tail)
        kind = _KINDS.get(head[:4], "")
        basis, warning = Basis.SIGNATURE, ""
        if kind:
            try:
                inner = self._inside(path, kind)
            except ContainerError as error:
                warning = f"container not readable: {error}"
            else:
                if inner:
                    found, basis = inner, Basis.CONTAINER
        return tuple(self._identification(f, basis, warning) for f in found) or (self._nothing(""),)

    def _matching(self, head: bytes, tail: bytes) -> list[_Format]:
        return _best(
            found
            for found in self._formats.values()
            if any(all(match(head, tail) for match in signature) for signature in found.signatures)
        )

    def _inside(self, path: Path, kind: str) -> list[_Format]:
        with opened(path, kind) as package:
            fitting = [s for s in self._containers if s.kind == kind and s.fits(package)]
        # "Some kind of Word" says nothing where "Word 97" fits, though PRONOM's priorities do not say so.
        puids = {s.puid for s in fitting if not s.generic} or {s.puid for s in fitting}
        return _best(found for puid, found in self._formats.items() if puid in puids)

    def _identification(self, found: _Format, basis: Basis, warning: str) -> Identification:
        return Identification(
            puid=found.puid,
            name=found.name,
            version=found.version,
            mime=found.mime,
            basis=basis,
            registry="PRONOM",
            registry_version=self.registry_version,
            engine="fido",
            engine_version=fido.__version__,
            warning=warning,
            extensions=found.extensions,
        )

    def _nothing(self, warning: str) -> Identification:
        nothing = _Format("", "", "", "", (), frozenset(), ())
        return self._identification(nothing, Basis.NONE, warning)


def _for_odf_1_3(signature: ContainerSignature) -> ContainerSignature:
    members = tuple(
        (name, tuple(re.compile(p.pattern.replace(rb"1\.2", rb"1\.3")) for p in patterns))
        for name, patterns in signature.members
    )
    return ContainerSignature(_ODF_1_3[signature.puid], signature.kind, members)


def _ends(path: Path) -> tuple[bytes, bytes]:
    with path.open("rb") as file:
        head = file.read(_BUFFER)
        size = file.seek(0, io.SEEK_END)
        if size <= _BUFFER:
            return head, head
        file.seek(size - _BUFFER)
        return head, file.read(_BUFFER)


def _best(found: Iterable[_Format]) -> list[_Format]:
    matches = list(found)
    return [f for f in matches if not any(f.puid in other.superior_to for other in matches)]


def _compiled(element: Any) -> _Format:  # noqa: ANN401 - an element of fido's own tree
    puid: str = element.findtext("puid")
    return _Format(
        puid=puid,
        name=element.findtext("name") or "",
        version=element.findtext("version") or "",
        mime=(element.findtext("mime") or "").partition(",")[0].strip(),
        extensions=tuple(extension.text.lower() for extension in element.findall("extension") if extension.text),
        superior_to=frozenset(inferior.text for inferior in element.findall("has_priority_over")),
        signatures=tuple(
            tuple(_pattern(pattern) for pattern in signature.findall("pattern"))
            for signature in element.findall("signature")
        ),
    )


def _pattern(element: Any) -> _Match:  # noqa: ANN401 - as above
    pieces = [re.compile(piece) for piece in pieces_of(element.findtext("regex").encode())]
    position = element.findtext("position")
    if position == "BOF":
        return lambda head, _: _in_order(pieces, head, anchored=True)
    if position == "EOF":
        return lambda _, tail: _in_order(pieces, tail[-_AT_END:], anchored=False)
    # The metadata that make a large scan PDF/A stand before its pages or behind them.
    return lambda head, tail: (
        _in_order(pieces, head, anchored=False) or (tail is not head and _in_order(pieces, tail, anchored=False))
    )


def _in_order(pieces: list[re.Pattern[bytes]], content: bytes, *, anchored: bool) -> bool:
    place = 0
    for number, piece in enumerate(pieces):
        found = piece.match(content) if anchored and not number else piece.search(content, place)
        if found is None:
            return False
        place = found.end()
    return True


def pieces_of(expression: bytes) -> list[bytes]:
    """Return an expression cut at every unbounded gap (``.*``, ``.{3,}``) that is not inside a group.

    Searching the pieces one behind the other finds what the whole would find, in one pass; the whole goes back
    and forth over a hostile file for hours (thousands of DXF section heads without the version behind them).
    """
    flags = b"(?s)"
    if not expression.startswith(flags):
        return [expression]  # its dots stop at line ends
    pieces, depth = [flags], 0
    for token in _REGEX_TOKEN.finditer(expression, len(flags)):
        text = token.group()
        depth += (text == b"(") - (text == b")")
        if depth == 0 and (gap := _GAP.fullmatch(text)):
            pieces[-1] += b".{%s}" % (gap[1] or b"0")
            pieces.append(flags)
        else:
            pieces[-1] += text
    return pieces
