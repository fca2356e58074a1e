"""Files that another system cannot keep apart."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator

from archive.text.folding import nfc
from preservation.packages.rules import twin_key


def twins(paths: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Yield two paths and the code of what makes them twins.

    ``PKG-0121`` letter case, ``PKG-0134`` Unicode form alone, ``PKG-0159`` one is a folder of the other.
    """
    found = list(paths)
    # Whole keys are kept only for the few whose short hashes meet: memory stays at eight bytes a path.
    keys = array("q", (hash(twin_key(path)) for path in found))
    folders = _folders(found)
    seen: set[int] = set()
    suspects = {key for key in keys if key in seen or seen.add(key)}  # type: ignore[func-returns-value] # set.add
    suspects |= {key for key in keys if key in folders}
    if not suspects:
        return
    first: dict[str, str] = {}
    for path, key in zip(found, keys, strict=True):
        if key in suspects:
            other = first.setdefault(twin_key(path), path)
            if other != path:
                yield path, other, "PKG-0134" if nfc(other) == nfc(path) else "PKG-0121"
    told: set[str] = set()
    for path in found:
        for folder in _parents(path):
            key_text = twin_key(folder)
            if key_text in first and key_text not in told:
                told.add(key_text)
                yield path, first[key_text], "PKG-0159"


def _folders(paths: list[str]) -> set[int]:
    spoken: set[str] = set()
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in spoken:
            spoken.add(folder)
            folder = folder.rpartition("/")[0]
    return {hash(twin_key(folder)) for folder in spoken}


def _parents(path: str) -> Iterator[str]:
    folder = path.rpartition("/")[0]
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]
