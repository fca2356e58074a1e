"""The files of a bag, numbered: what a million files cost is a name, a length and a place in each manifest."""

from __future__ import annotations

from array import array
from collections.abc import Iterator

ABSENT = -1


class FileTable:
    """Paths in the order in which they were found, each with its length.

    A path may be known without a file, as one that only a manifest lists: its length is `ABSENT`.

    Attributes:
        numbers: number of each path, counted from 0.
        lengths: bytes of the file of each number, or `ABSENT`.
    """

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.lengths = array("q")

    def add(self, path: str, length: int = ABSENT) -> int:
        """Return the number of a path, which is new or known."""
        number = self.numbers.setdefault(path, len(self.lengths))
        if number == len(self.lengths):
            self.lengths.append(length)
        return number

    def has(self, path: str) -> bool:
        """Tell whether a file is here."""
        number = self.numbers.get(path)
        return number is not None and self.lengths[number] != ABSENT

    def present(self) -> Iterator[tuple[str, int]]:
        """Yield path and number of each file that is here."""
        for path, number in self.numbers.items():
            if self.lengths[number] != ABSENT:
                yield path, number


class Listed:
    """What one manifest says: a digest of the same length for each number of a table that it lists."""

    def __init__(self, name: str, algorithm: str, size: int, *, of_tags: bool) -> None:
        self.name = name
        self.algorithm = algorithm
        self.of_tags = of_tags
        self._size = size
        self._digests = bytearray()
        self._listed = bytearray()

    def add(self, number: int, digest: bytes) -> bool:
        """Keep the digest of a file; False when the file has one already."""
        if number in self:
            return False
        if number >= len(self._listed):
            grown = max(number + 1, len(self._listed) * 5 // 4)  # as lists do: amortized
            self._listed.extend(bytes(grown - len(self._listed)))
            self._digests.extend(bytes(grown * self._size - len(self._digests)))
        self._listed[number] = 1
        self._digests[number * self._size : (number + 1) * self._size] = digest
        return True

    def __contains__(self, number: int) -> bool:
        """Tell whether the manifest lists a file."""
        return number < len(self._listed) and self._listed[number] == 1

    def digest(self, number: int) -> bytes:
        """Return the digest of a file that is listed."""
        return bytes(self._digests[number * self._size : (number + 1) * self._size])
