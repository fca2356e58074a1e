"""Whole numbers in Vietnamese words, as papers of office write totals beside the figures."""

from __future__ import annotations

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_GROUPS = ("", "nghìn", "triệu", "tỷ")
_BILLION = 10**9


def number_words(number: int) -> str:
    """Return a number from 0 in words: ``21`` is ``hai mươi mốt``, ``1005`` is ``một nghìn không trăm linh năm``."""
    if number >= _BILLION:
        billions, rest = divmod(number, _BILLION)
        return f"{number_words(billions)} tỷ" + (f" {_below_a_billion(rest, whole=False)}" if rest else "")
    return _below_a_billion(number, whole=True)


def _below_a_billion(number: int, *, whole: bool) -> str:
    if number == 0:
        return _DIGITS[0]
    words: list[str] = []
    for place in (2, 1, 0):
        group = number // 1000**place % 1000
        if group:
            words.append(_group(group, first=whole and not words))
            words.append(_GROUPS[place])
    return " ".join(filter(None, words))


def _group(number: int, *, first: bool) -> str:
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    words = [] if first and not hundreds else [_DIGITS[hundreds], "trăm"]
    if tens > 1:
        words += [_DIGITS[tens], "mươi"]
    elif tens == 1:
        words.append("mười")
    elif ones and words:
        words.append("linh")
    if ones:
        words.append(_ones(ones, tens))
    return " ".join(words)


def _ones(ones: int, tens: int) -> str:
    if ones == 1 and tens > 1:
        return "mốt"
    if ones == 4 and tens > 1:  # noqa: PLR2004 - four
        return "tư"
    if ones == 5 and tens:  # noqa: PLR2004 - five
        return "lăm"
    return _DIGITS[ones]
