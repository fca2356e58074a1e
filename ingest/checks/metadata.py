"""Check 2: the fields that the metadata profiles want, and how long their values may be.

NĐ 30/2020 for dossiers of today; TT 02/2019 for those closed before 2025-07-01: what they lack is never an
error, because data of that time go on being kept as they are (TT 05/2025/TT-BNV, Điều 51).
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from archive.messages.rules import Finding, Where
from archive.metadata.periods import FEWEST_YEARS, MOST_YEARS, parse_period
from archive.metadata.profiles import FieldType, ProfileField, profiles
from archive.text.folding import nfc
from ingest.checks.context import CheckContext, cell, document_place, dossier_place, of_former_time
from ingest.readers.fields import list_fields
from ingest.readers.submission import SubmittedDossier


@dataclass(frozen=True, slots=True)
class _Rules:
    """What applies to a dossier; (internal name, field) of the fields that a list has a column for."""

    dossier: tuple[tuple[str, ProfileField], ...]
    document: tuple[tuple[str, ProfileField], ...]
    too_long: str


@functools.cache
def _rules(standard: str) -> _Rules:
    if standard == "tt02":
        return _Rules(_held("dossier", "tt02", "TT02_FILE"), _held("document", "tt02", "TT02_DOC"), "CHK-0204")
    # What a list holds of a document is the same in the profiles of documents going out and coming in.
    return _Rules(_held("dossier", "nd30", "ND30_FILE"), _held("document", "nd30", "ND30_DOC_OUT"), "CHK-0203")


def _held(level: str, standard: str, profile: str) -> tuple[tuple[str, ProfileField], ...]:
    return tuple(
        (field.name, profiles()[profile].field(field.tags[standard]))
        for field in list_fields()
        if field.level == level and standard in field.tags
    )


def check_metadata(context: CheckContext) -> Iterator[Finding]:
    """Yield findings about missing, too long and unreadable values of dossiers and documents."""
    for dossier in context.submission.dossiers:
        former = of_former_time(dossier)
        rules = _rules("tt02" if former else "nd30")
        yield from _missing_of_former_time(dossier) if former else _missing(dossier, "CHK-0201")
        for name, field in rules.dossier:
            yield from _value(dossier.values, name, field, dossier_place(dossier, name), rules)
        yield from _retention(dossier)
        for document in dossier.documents:
            for name, field in rules.document:
                yield from _value(document.values, name, field, document_place(dossier, document, name), rules)


def _missing(dossier: SubmittedDossier, code: str) -> Iterator[Finding]:
    rules = _rules("nd30")
    for name, field in rules.dossier:
        if code == "CHK-0202" and name == "notation":
            continue  # without it there is no code: check 5 says so
        if field.required and name not in dossier.values:
            where = dossier_place(dossier, name)
            yield Finding(code, where, {**cell(where), **_label(field)})
    for document in dossier.documents:
        for name, field in rules.document:
            if field.required and name not in document.values:
                where = document_place(dossier, document, name)
                yield Finding(code, where, {**cell(where), **_label(field)})


def _missing_of_former_time(dossier: SubmittedDossier) -> Iterator[Finding]:
    """What every dossier needs is named one by one, what only TT 02/2019 had, once a dossier."""
    yield from _missing(dossier, "CHK-0202")
    rules = _rules("tt02")
    spoken_of = {field.tag for _, field in (*_rules("nd30").dossier, *_rules("nd30").document) if field.required}
    lacking = Counter(
        (field.label["vi"], field.label["en"])
        for values, fields in [
            (dossier.values, rules.dossier),
            *((document.values, rules.document) for document in dossier.documents),
        ]
        for name, field in fields
        if field.required and field.tag not in spoken_of and name not in values
        # An inventory number, or the year.
        if field.tag != "FileCatalog" or "start_date" not in values
    )
    if lacking:
        where = dossier_place(dossier)
        fields = {
            "fields": ", ".join(f"{vi} ({count})" for (vi, _), count in lacking.items()),
            "fields_en": ", ".join(f"{en} ({count})" for (_, en), count in lacking.items()),
        }
        yield Finding("CHK-0208", where, {**cell(where), **fields})


def _value(values: Mapping[str, str], name: str, field: ProfileField, where: Where, rules: _Rules) -> Iterator[Finding]:
    text = nfc(values.get(name, ""))
    if not text or field.type is FieldType.DATE:
        return  # check 3 reads dates
    parameters = {**cell(where), **_label(field), "length": len(text)}
    if field.accepted_length and len(text) > field.accepted_length:
        yield Finding(rules.too_long, where, {**parameters, "limit": field.accepted_length}, found=text)
    elif field.warn_above and len(text) > field.warn_above:
        yield Finding("CHK-0204", where, {**parameters, "limit": field.warn_above}, found=text)
    elif field.type is FieldType.NUMBER and not text.isdecimal():
        yield Finding("CHK-0205", where, parameters, found=text)


def _label(field: ProfileField) -> dict[str, str | int]:
    return {"field": field.label["vi"], "field_en": field.label["en"]}


def _retention(dossier: SubmittedDossier) -> Iterator[Finding]:
    text = dossier.values.get("retention")
    if not text:
        return
    where, period = dossier_place(dossier, "retention"), parse_period(text)
    if period is None:
        yield Finding("CHK-0206", where, cell(where), found=text)
    elif not period.lawful:
        limits = {"fewest": FEWEST_YEARS, "most": MOST_YEARS, "years": period.years}
        yield Finding("CHK-0207", where, {**cell(where), **limits}, found=text)
