"""Folding and ordering of Vietnamese text.

Nothing else in the product folds, compares or sorts text: the database stores what these functions
return beside the text itself, and search uses the same functions for what it indexes and is asked.
"""

from __future__ import annotations

import re
import unicodedata

#: Signs that turn the order in which a text is shown, as a part of a character class: a name with one of them shows
#: another name than it is (`pdf.png` for `‹turn›gnp.fdp`).
TURNING = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_RUNS = re.compile(r"[0-9]+|\s+|.", re.DOTALL)
_D = str.maketrans({"đ": "d"})
# Code points that only a decomposed Vietnamese letter carries; tone marks in alphabetical order.
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
_KEY_LETTERS = 300
_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
# Two ASCII characters a letter: blank < digit < other sign < letter < letter of another script.
_RANK = {letter: "ab"[index // 26] + chr(ord("a") + index % 26) for index, letter in enumerate(_LETTERS)}


def nfc(text: str) -> str:
    """Return the canonical composed form (Unicode NFC)."""
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """Return the text without Vietnamese marks, lower case, ``đ`` as ``d``, single spaces.

    The form in which people look for things: ``fold("Quyết  định ĐẤT") == "quyet dinh dat"``.
    Idempotent; the same for composed and decomposed input.
    """
    # Decomposed before and after: letters of other alphabets' styles have no lower case of their own.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_D)
    return " ".join(bare.split())


def sort_key(text: str) -> str:
    """Return an ASCII key whose byte order is the order of a Vietnamese dictionary.

    Letters a ă â b … d đ e ê … o ô ơ … u ư … decide first, over the whole text; numbers stand before
    letters and are ordered by value; tones (ngang, huyền, hỏi, ngã, sắc, nặng) decide between equal letters.
    Texts that are alike in their first 300 letters may have one key: at most 901 characters, as an index takes them.
    """
    letters: list[str] = []
    tones: list[str] = []
    for run in _RUNS.findall(unicodedata.normalize("NFC", text.strip().casefold())):
        if run.isspace():
            letters.append("!")
        elif run[0] in "0123456789":
            value = run.lstrip("0")
            letters.append(f"0{min(len(value), 99):02d}{value}")
        else:
            base, tone = _split(run)
            letters.append(_RANK.get(base) or (f"z{ord(run):06x}" if run.isalnum() else f"9{ord(run):06x}"))
            tones.append(tone)
    return "".join(letters)[: 2 * _KEY_LETTERS] + " " + "".join(tones)[:_KEY_LETTERS]


def _split(char: str) -> tuple[str, str]:
    decomposed = unicodedata.normalize("NFD", char)
    tone = next((rank for mark, rank in _TONES.items() if mark in decomposed), "0")
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if c not in _TONES)), tone
