"""The words of pages in English: one `english.po` beside the pages of each subject, read when the application starts.

Vietnamese is written in the pages themselves and is the key. Names that the law or the code fixes (states, roles,
kinds) are pairs (vi, en) in the code of their subject.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import has_request_context, session
from flask_babel import Babel, Domain, get_locale

LANGUAGES: dict[str, str] = {"vi": "Tiếng Việt", "en": "English"}
FILE_NAME = "english.po"


def language() -> str:
    """Return the reader's language, ``vi`` or ``en``; Vietnamese until he chooses the other."""
    chosen = session.get("language") if has_request_context() else None
    return chosen if chosen in LANGUAGES else "vi"


def said(words: Sequence[str]) -> str:
    """Return a pair (vi, en) in the reader's language; what stands behind the pair is left alone."""
    return words[1] if language() == "en" else words[0]


class Words(Babel):  # type: ignore[misc] # Flask-Babel has no types
    """Flask-Babel that takes its words from a catalogue instead of compiled files."""

    def __init__(self, catalog: Catalog) -> None:
        super().__init__()
        # Flask-Babel asks this attribute, which it otherwise computes, for every word.
        self.__dict__["domain_instance"] = _English(catalog)


class _English(Domain):  # type: ignore[misc] # Flask-Babel has no types
    def __init__(self, catalog: Catalog) -> None:
        super().__init__()
        compiled = io.BytesIO()
        write_mo(compiled, catalog)
        compiled.seek(0)
        self._english = Translations(compiled)

    def get_translations(self) -> NullTranslations:
        """Return the words of the reader's language; Vietnamese needs none."""
        locale = get_locale()
        return self._english if locale is not None and locale.language == "en" else NullTranslations()


def read_english(folders: Iterable[Path]) -> Catalog:
    """Return the catalogue of all these folders' `english.po`.

    Raises:
        ValueError: two subjects say different things for the same Vietnamese words.
    """
    catalog = Catalog(locale="en")
    for folder in sorted(set(folders)):
        path = folder / FILE_NAME
        if not path.exists():
            continue
        with path.open("rb") as file:
            for entry in read_po(file, locale="en"):
                if not entry.id or not entry.string:
                    continue
                known = catalog.get(entry.id)
                if known is not None and known.string != entry.string:
                    raise ValueError(f"{path}: {entry.id!r} is {known.string!r} elsewhere")
                catalog.add(entry.id, entry.string)
    return catalog
