"""A dossier's description under the names that the decree on clerical work gives its fields."""

from __future__ import annotations

from dataclasses import dataclass

from archive.description.models import Dossier
from archive.metadata.profiles import profiles

PROFILE = "ND30_FILE"
# What the usual list tells beyond the decree's fields, by the name of its value (vi, en).
_BEYOND: dict[str, tuple[str, str]] = {
    "keywords": ("Từ khóa", "Keywords"),
    "annotation": ("Chú giải", "Annotation"),
    "information_sign": ("Ký hiệu thông tin", "Information sign"),
    "sheet_total": ("Số tờ", "Sheets"),
    "physical_state": ("Tình trạng vật lý", "Physical state"),
    "confidence": ("Mức độ tin cậy", "Level of trust"),
    "paper_code": ("Mã bản giấy", "Code of the paper"),
}


@dataclass(frozen=True, slots=True)
class Described:
    """One field: its number in the annex (empty beyond it), name and tag; `value` is empty when there is none."""

    number: str
    label: tuple[str, str]
    tag: str
    value: str


def described(dossier: Dossier) -> list[Described]:
    """Return all fields of the annex in its order, then what the list told beyond them."""
    values = dossier.values
    known: dict[str, object] = {
        "FileCode": dossier.code,
        "OrganId": dossier.agency_code,
        "FileCatalog": dossier.year,
        "FileNotation": dossier.notation,
        "Title": dossier.title,
        "Maintenance": dossier.period,
        "Rights": values.get("access"),
        "Creator": values.get("creator"),
        "Language": values.get("language"),
        "StartDate": dossier.start_date,
        "EndDate": dossier.end_date,
        "DocTotal": dossier.document_total,
        "PageTotal": dossier.page_total,
        "Description": values.get("note"),
    }
    fields = [
        Described(field.number, (field.label["vi"], field.label["en"]), field.tag, _text(known.get(field.tag)))
        for field in profiles()[PROFILE].fields
    ]
    return fields + [Described("", label, "", _text(values[key])) for key, label in _BEYOND.items() if values.get(key)]


def citation() -> str:
    """Return where the law prints these fields."""
    return profiles()[PROFILE].citation


def _text(value: object) -> str:
    return "" if value is None else str(value)
