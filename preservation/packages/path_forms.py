"""Paths that lead somewhere else, on this system or on another."""

from __future__ import annotations

import enum
import re

from preservation.packages import rules

_ODD = re.compile(r"[\\~:]")


class PathForm(enum.Enum):
    """How a path can be understood."""

    PLAIN = enum.auto()
    ESCAPES = enum.auto()
    """``..``, ``.``, an empty part, a beginning ``/`` or NUL."""
    WINDOWS = enum.auto()
    """A backslash or a drive's letter."""
    HOME = enum.auto()
    """A beginning ``~``, which shells replace."""


def form_of(path: str) -> PathForm:
    """Return how a path with ``/`` between its parts can be understood."""
    if not rules.is_safe(path):
        return PathForm.ESCAPES
    if not _ODD.search(path):
        return PathForm.PLAIN
    if "\\" in path or rules.DRIVE.search(path):
        return PathForm.WINDOWS
    return PathForm.HOME if path.startswith("~") else PathForm.PLAIN


def leads_out_on_windows(path: str) -> bool:
    """Tell whether a path of this form leaves its folder where a backslash separates and drives have letters."""
    return rules.DRIVE.search(path) is not None or not rules.is_safe(path.replace("\\", "/"))
