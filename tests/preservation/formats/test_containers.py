from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from preservation.formats.containers import ContainerSignature, _pattern


def _sequence(parts: str, reference: str = "BOFoffset") -> re.Pattern[bytes]:
    return _pattern(ElementTree.fromstring(f'<ByteSequence Reference="{reference}">{parts}</ByteSequence>'))  # noqa: S314 - our own text


def _part(text: str, low: int = 0, high: int | None = 0) -> str:
    most = "" if high is None else f' SubSeqMaxOffset="{high}"'
    return f'<SubSequence SubSeqMinOffset="{low}"{most}><Sequence>{text}</Sequence></SubSequence>'


@pytest.mark.parametrize(
    ("sequence", "content", "fits"),
    [
        (_part("10 00 'Word.' 00"), b"\x10\x00Word.\x00", True),
        (_part("1000'Word.'00"), b"\x10\x00Word.\x00", True),
        (_part("'a.c'"), b"abc", False),
        (_part("['6'-'7'] 00"), b"7\x00", True),
        (_part("['6'-'7'] 00"), b"8\x00", False),
        (_part("[00:1F]"), b"\x1f", True),
        (_part("[00:1F]"), b"\x20", False),
        (_part("[22 27]"), b"'", True),
        (_part("[22 27]"), b"#", False),
        (_part("[&amp;01]"), b"\x03", True),
        (_part("[&amp;01]"), b"\x02", False),
        (_part("'a'", 2, 4), b"xxa", True),
        (_part("'a'", 2, 4), b"xxxxa", True),
        (_part("'a'", 2, 4), b"xa", False),
        (_part("'a'", 2, 4), b"xxxxxa", False),
        (_part("'a'", 4, 0), b"xxxxa", True),
        (_part("'a'") + _part("'b'", 1, 2), b"a.b", True),
        (_part("'a'") + _part("'b'", 1, 2), b"ab", False),
        (_part("'a'") + _part("'b'", 0, None), b"a" + b"." * 5000 + b"b", True),
    ],
)
def test_a_sequence_matches_at_its_place(sequence: str, content: bytes, fits: bool) -> None:  # noqa: FBT001 - expected
    """Bytes, texts, ranges, choices, masks and offsets mean what PRONOM means by them."""
    assert bool(_sequence(sequence).match(content)) is fits


def test_a_sequence_without_a_place_is_searched_for() -> None:
    """Where no reference is given, the sequence may stand anywhere."""
    assert _sequence(_part("'a'", 0, 10), "").match(b"x" * 5000 + b"a")


@pytest.mark.parametrize("text", ["'a' ?", "1", "{4}"])
def test_a_sequence_that_is_not_understood_is_an_error(text: str) -> None:
    """No part of a signature is left out in silence."""
    with pytest.raises(ValueError, match="not understood"):
        _sequence(_part(text))


class _Package:
    def __init__(self, members: dict[str, bytes]) -> None:
        self._members = members

    def head(self, name: str) -> bytes | None:
        return self._members.get(name)


def test_every_member_and_every_pattern_has_to_be_there() -> None:
    """A signature fits only a package that has all of it."""
    signature = ContainerSignature("x", "ZIP", (("one", (re.compile(b"a"), re.compile(b".b"))), ("two", ())))
    assert signature.fits(_Package({"one": b"ab", "two": b""}))
    assert not signature.fits(_Package({"one": b"ab"}))
    assert not signature.fits(_Package({"one": b"a", "two": b""}))
