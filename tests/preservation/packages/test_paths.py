"""Paths inside a package, at the edges of what a file system takes."""

from __future__ import annotations

import pytest

from preservation.packages.errors import PackageError
from preservation.packages.rules import check_path


def test_a_long_path_of_short_parts_is_taken() -> None:
    """What counts is the length of each part: Vietnamese letters take two or three bytes."""
    path = "/".join(["ế" * 60] * 3)
    assert len(path.encode()) > 500
    assert check_path(path) == path.encode()


def test_a_part_that_no_file_system_takes_is_refused() -> None:
    """A part of more than 255 bytes is refused although the path is short enough."""
    with pytest.raises(PackageError, match="PKG-0003"):
        check_path("ế" * 100)
