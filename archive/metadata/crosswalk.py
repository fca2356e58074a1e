"""One record in the terms of another standard: NĐ 30/2020, TT 02/2019, TT 05/2025, both ways.

What has no counterpart, cannot be mapped or does not fit is a finding with a proposed value where there is one. Nothing
is cut, guessed or dropped silently: what is not carried over is handed back beside the record.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from archive.messages.rules import Finding, Where
from archive.metadata.code_lists import code_lists
from archive.metadata.crosswalk_codes import convert_codes
from archive.metadata.dates import PartialDate, read_date
from archive.metadata.profiles import FieldType, MetadataProfile, ProfileField
from archive.metadata.record_schema import MISSING, Record, check_record, is_empty
from archive.metadata.values import is_date

NO_PLACE = "MTD-0301"
NOT_MAPPED = "MTD-0302"
DATE_FORM = "MTD-0303"
_ENDS = {"endDate", "EndDate"}


@dataclass(frozen=True, slots=True)
class Concept:
    """What is the same in the standards.

    Attributes:
        level: what a record describes.
        kind: ``code`` for what is composed or taken apart; empty otherwise.
        tags: path of tags by standard.
        into: by standard, the field that takes the value as a sentence, and under ``label`` what it begins with.
    """

    level: str
    kind: str
    tags: Mapping[str, str]
    into: Mapping[str, Any]


@dataclass(slots=True)
class Conversion:
    """What became of a record.

    Attributes:
        record: in the terms of the target.
        left: values of the source that have no place there, by path of tags: kept beside the record.
        findings: what a person should look at.
    """

    record: Record = field(default_factory=dict)
    left: Record = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


@functools.cache
def concepts() -> tuple[Concept, ...]:
    """Return the whole crosswalk, read once."""
    text = resources.files("archive.metadata").joinpath("crosswalk.toml").read_text("utf-8")
    return tuple(
        Concept(
            entry["level"],
            entry.get("kind", ""),
            {standard: entry[standard] for standard in ("nd30", "tt02", "sip", "aip", "dip") if standard in entry},
            entry.get("into", {}),
        )
        for entry in tomllib.loads(text)["concept"]
    )


def convert(
    record: Mapping[str, Any], source: MetadataProfile, target: MetadataProfile, *, archive: str = ""
) -> Conversion:
    """Return a record in the terms of another profile.

    Args:
        record: as the source's schema loads it.
        source: profile of the record.
        target: profile of the same level.
        archive: code of the archive: what an archive code of TT 05/2025 begins with.

    Raises:
        ValueError: the profiles describe different things.
    """
    if source.level != target.level:
        raise ValueError(f"{source.name} and {target.name} describe different things")
    done = Conversion()
    held = {tag: value for tag, value in record.items() if not is_empty(value)}
    of_level = [concept for concept in concepts() if concept.level == source.level]
    for concept in of_level:
        path = concept.tags.get(source.standard, "")
        if concept.kind != "code" and path in held:
            _carry(done, concept, held[path], source.at(path), target)
    known = {concept.tags[source.standard].partition(".")[0] for concept in of_level if source.standard in concept.tags}
    for tag in held.keys() - known:
        done.left[tag] = held[tag]
        done.findings.append(_no_place(tag, (tag, tag), held[tag], target, None))
    _carry_codes(done, held, source, target, archive)
    done.findings += [found for found in check_record(target, done.record) if found.code not in MISSING.values()]
    done.record = {part.tag: done.record[part.tag] for part in target.parts(None) if part.tag in done.record}
    return done


def _carry_codes(
    done: Conversion, held: Record, source: MetadataProfile, target: MetadataProfile, archive: str
) -> None:
    of_level = [concept for concept in concepts() if concept.kind == "code" and concept.level == source.level]
    tags = {concept.tags[source.standard] for concept in of_level if source.standard in concept.tags}
    given = {tag: value for tag, value in held.items() if tag in tags}
    if not any(target.standard in concept.tags for concept in of_level):
        return
    codes = convert_codes(given, source, target, archive)
    done.record.update(codes.record)
    done.findings += codes.findings
    for tag in codes.lost:
        field = source.at(tag)
        done.left[tag] = given[tag]
        if not codes.findings:
            done.findings.append(_no_place(tag, (field.label["vi"], field.label["en"]), given[tag], target, None))


def _carry(done: Conversion, concept: Concept, value: Any, source: ProfileField, target: MetadataProfile) -> None:  # noqa: ANN401 - text, list or group
    field = next((f for f in target.parts(None) if f.tag == concept.tags.get(target.standard)), None)
    if field is None:
        proposed = None
        if concept.into:
            said = f"{concept.into['label']['vi']}: {value}"
            before = done.record.get(concept.into.get(target.standard, ""))
            proposed = f"{before}. {said}" if before else said
        done.left[source.tag] = value
        label = (source.label["vi"], source.label["en"])
        done.findings.append(_no_place(source.tag, label, value, target, proposed))
    elif field.type is FieldType.GROUP:
        done.record[field.tag] = value
    else:
        mapped = list(_mapped(done, value if isinstance(value, list) else [value], source, field))
        if mapped:
            done.record[field.tag] = mapped if field.repeatable else ", ".join(mapped)


def _mapped(done: Conversion, texts: list[str], source: ProfileField, target: ProfileField) -> Iterator[str]:
    for text in texts:
        if target.type is FieldType.DATE and not is_date(text, target.forms):
            done.findings.append(_said(DATE_FORM, target, text, _whole_date(target, text)))
        elif target.code_list == source.code_list:
            yield text
        elif target.code_list:
            yield from _codes(done, text, target)
        else:
            entry = code_lists()[source.code_list].entry(text)
            yield entry.name["vi"] if entry else text


def _codes(done: Conversion, text: str, target: ProfileField) -> Iterator[str]:
    codes = code_lists()[target.code_list]
    for part, code in codes.codes_of(text) if target.repeatable else ((text, codes.code_of(text)),):
        if code is None:
            done.findings.append(_said(NOT_MAPPED, target, part, codes.fallback or None))
        else:
            yield code


def _whole_date(target: ProfileField, text: str) -> str | None:
    """Return the first day that a date may be, of an end the last one; whether to write it is for a person to say."""
    date = read_date(text).date
    if date is None or "DD/MM/YYYY" not in target.forms:
        return None
    day = date.latest if target.tag in _ENDS else date.earliest
    return str(PartialDate(day.year, day.month, day.day))


def _said(code: str, target: ProfileField, found: str, proposed: str | None) -> Finding:
    parameters: dict[str, str | int] = {
        "field": target.label["vi"],
        "field_en": target.label["en"],
        "forms": ", ".join(target.forms),
        "citation": target.citation,
    }
    return Finding(code, Where(field=target.tag), parameters, found=found, proposed=proposed)


def _no_place(
    tag: str, label: tuple[str, str], value: object, target: MetadataProfile, proposed: str | None
) -> Finding:
    parameters: dict[str, str | int] = {"field": label[0], "field_en": label[1], "profile": target.name}
    return Finding(NO_PLACE, Where(field=tag), parameters, found=str(value), proposed=proposed)
