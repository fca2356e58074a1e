"""Bring every subject's `english.po` up to date with the words of its pages; run from the project's folder.

The words stand in `_("…")` and `lazy_gettext("…")`. What is no longer said is taken out; what is new stands there
with an empty translation, which a test refuses. What an earlier subject has translated is not repeated.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

FLOORS = ("archive", "preservation", "search", "retention", "ingest", "config")
KEYWORDS: dict[str, None] = {"_": None, "lazy_gettext": None}


def subjects(root: Path) -> list[Path]:
    """Return the folders of code that say something on a page, the shared ones first."""
    folders = {path.parent for floor in FLOORS for path in (root / floor).rglob("__init__.py")}
    return sorted((f for f in folders if said_in(root, f)), key=lambda path: (path != root / "archive/web", path))


def said_in(root: Path, folder: Path) -> dict[str, list[str]]:
    """Return the words that a subject's templates and code say, with the places (path from `root`)."""
    found: dict[str, list[str]] = {}
    for path in sorted([*folder.glob("*.py"), *(folder / "templates").rglob("*.html")]):
        method = "python" if path.suffix == ".py" else "jinja2.ext:babel_extract"
        for _line, words, _comments, _context in extract(method, io.BytesIO(path.read_bytes()), keywords=KEYWORDS):
            if isinstance(words, str) and words:
                places = found.setdefault(words, [])
                place = path.relative_to(root).as_posix()
                if place not in places:
                    places.append(place)
    return found


def renew(root: Path) -> list[str]:
    """Write every `english.po` anew; return what has no translation yet."""
    missing: list[str] = []
    known: dict[str, str] = {}
    held: dict[Path, dict[str, str]] = {}
    for folder in subjects(root):
        path = folder / "english.po"
        entries = read_po(io.BytesIO(path.read_bytes())) if path.exists() else []
        held[folder] = {str(e.id): str(e.string) for e in entries if e.id and e.string}
        for key, value in held[folder].items():
            known.setdefault(key, value)
    told: set[str] = set()
    for folder in subjects(root):
        catalog = Catalog(locale="en", header_comment="# The pages in English.", fuzzy=False)
        for words, places in sorted(said_in(root, folder).items()):
            if words in told:
                continue
            told.add(words)
            english = held[folder].get(words) or known.get(words, "")
            catalog.add(words, english, locations=[(place, None) for place in places])
            if not english:
                missing.append(f"{folder.relative_to(root)}: {words}")
        written = io.BytesIO()
        write_po(written, catalog, width=120, sort_output=True, omit_header=True, include_lineno=False)
        text = written.getvalue()
        path = folder / "english.po"
        if text.strip():
            path.write_bytes(text)
        elif path.exists():
            path.unlink()
    return missing


if __name__ == "__main__":
    left = renew(Path.cwd())
    print("\n".join(left) or "Everything is translated.")
    sys.exit(1 if left else 0)
