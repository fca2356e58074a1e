"""The lines of BagIt's tag files, read as a stream: no file, however long, is in memory at once."""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Iterable, Iterator

LONGEST_LINE = 1 << 20
"""Longest line of a tag file in characters."""
BYTE_ORDER_MARK = "\ufeff"

_LINE = re.compile(r"\r\n|\r|\n")
_ENCODINGS = re.compile(r"utf-8|utf-16(-[bl]e)?|utf-32(-[bl]e)?|ascii|iso8859-[0-9]+|cp125[0-9]|cp1258")
_STRICT = (re.compile(r"BagIt-Version: ([0-9]+\.[0-9]+)"), re.compile(r"Tag-File-Character-Encoding: (\S+)"))
_LOOSE = (
    re.compile(r"\s*BagIt-Version\s*:\s*([0-9]+\.[0-9]+)\s*", re.IGNORECASE),
    re.compile(r"\s*Tag-File-Character-Encoding\s*:\s*(\S+)\s*", re.IGNORECASE),
)
_INFO_LINE = re.compile(r"(?P<label>[^:\s][^:]*?)[ \t]*:[ \t]*(?P<value>.*)")
_MANIFEST = re.compile(r"(?P<tag>tag)?manifest-(?P<algorithm>[^/\s]+)\.txt")
_NO_LETTER = re.compile(r"[^a-z0-9]")
ALGORITHMS = {
    _NO_LETTER.sub("", name): name
    for name in sorted(hashlib.algorithms_guaranteed)
    if hashlib.new(name, usedforsecurity=False).digest_size
}
"""Names for `hashlib` by the way in which manifests write them: lower case, letters and digits."""


class LineTooLongError(Exception):
    """A line is longer than `LONGEST_LINE`; nothing behind it was read."""


def text_lines(chunks: Iterable[bytes], encoding: str) -> Iterator[str]:
    """Yield the lines of a tag file, which end with CR, LF or both, and with nothing else.

    Raises:
        UnicodeError: the content is not in this encoding.
        LineTooLongError: a line is too long.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    rest = ""
    for chunk in chunks:
        text = rest + decoder.decode(chunk)
        # A CR at the end may be the first half of a CRLF.
        end = len(text) - text.endswith("\r")
        found = _LINE.split(text[:end]) if "\r" in text else text.split("\n")
        rest = found.pop() + text[end:]
        if len(rest) > LONGEST_LINE or any(len(line) > LONGEST_LINE for line in found):
            raise LineTooLongError
        yield from found
    rest += decoder.decode(b"", True)
    if rest:
        yield rest.removesuffix("\r")


def is_readable(encoding: str) -> bool:
    """Tell whether this product reads tag files in an encoding."""
    try:
        return _ENCODINGS.fullmatch(codecs.lookup(encoding).name) is not None
    except (LookupError, ValueError):
        return False


def declared(lines: list[str]) -> tuple[str, str, bool] | None:
    """Return version, encoding and whether ``bagit.txt`` has exactly the form required; None when it tells neither."""
    if len(lines) == len(_STRICT):
        strict = [pattern.fullmatch(line) for pattern, line in zip(_STRICT, lines, strict=True)]
        if strict[0] and strict[1]:
            return strict[0][1], strict[1][1], True
    loose = [[match[1] for line in lines if (match := pattern.fullmatch(line))] for pattern in _LOOSE]
    if any(len(values) != 1 for values in loose):
        return None
    return loose[0][0], loose[1][0], False


def information(lines: Iterable[str]) -> Iterator[tuple[int, str, str]]:
    """Yield row, label and value of ``bag-info.txt``, folded lines joined; an empty label for a line without form."""
    row, label, value = 0, "", ""
    for number, line in enumerate(lines, 1):
        if line.startswith((" ", "\t")) and label:
            value = f"{value} {line.strip()}".strip()[:LONGEST_LINE]
            continue
        if label:
            yield row, label, value
        match = _INFO_LINE.fullmatch(line)
        row, label, value = (number, match["label"], match["value"].strip()) if match else (0, "", "")
        if not match:
            yield number, "", line
    if label:
        yield row, label, value


def manifest_name(path: str) -> tuple[str, bool] | None:
    """Return the algorithm, as written, and whether it is of tag files; None when a path is no manifest's."""
    match = _MANIFEST.fullmatch(path)
    return match and (match["algorithm"], bool(match["tag"]))


def algorithm_of(written: str) -> str:
    """Return hashlib's name of an algorithm as a manifest's name writes it; empty for an unknown one."""
    return ALGORITHMS.get(_NO_LETTER.sub("", written.lower()), "")
