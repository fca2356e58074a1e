"""Check 5: the dossiers' codes can be built, and no two are the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archive.messages.rules import Finding
from archive.metadata.agency_code import LONGEST, PRINTED_LENGTH, agency_code_form
from archive.metadata.dates import read_date
from archive.metadata.dossier_code import DossierCode
from ingest.checks.context import CheckContext, cell, dossier_place, of_former_time
from ingest.readers.submission import SubmittedDossier


def check_codes(context: CheckContext) -> Iterator[Finding]:
    """Yield findings about the agency's code and about dossiers of one code."""
    settings = context.settings
    first: dict[str, SubmittedDossier] = {}
    by_year = False
    for dossier in context.submission.dossiers:
        by_year = by_year or "inventory" not in dossier.values
        code = code_of(dossier.values, agency=settings.agency_code, fonds=settings.fonds_code)
        if code is None:
            yield from _unbuilt(dossier)
            continue
        earlier = first.setdefault(str(code).casefold(), dossier)
        if earlier is not dossier:
            where = dossier_place(dossier, "notation")
            parameters = {**cell(where), "first": earlier.row, "code": str(code)}
            yield Finding("CHK-0501", where, parameters, found=str(code))
    if by_year:
        yield from _agency(settings.agency_code)


def _unbuilt(dossier: SubmittedDossier) -> Iterator[Finding]:
    """Say which part is missing of a dossier of former time, whose gaps are no errors of check 2."""
    if of_former_time(dossier):
        missing = "start_date" if dossier.values.get("notation") else "notation"
        where = dossier_place(dossier, missing)
        yield Finding("CHK-0505", where, cell(where))


def code_of(values: Mapping[str, str], *, agency: str, fonds: str) -> DossierCode | None:
    """Return the code that a dossier's values give, or None while a part is missing or unreadable.

    A dossier with an inventory number comes from a backlog and is told apart by it; any other by the year in
    which it was begun. An empty `fonds` leaves what the list says.
    """
    notation, inventory = values.get("notation", ""), values.get("inventory", "")
    if notation and inventory:
        return DossierCode(
            notation, fonds=fonds or values.get("fonds", ""), inventory=inventory, box=values.get("box", "")
        )
    start = read_date(values.get("start_date", "")).date
    return DossierCode(notation, agency=agency, year=start.year) if notation and start else None


def _agency(agency: str) -> Iterator[Finding]:
    if not agency:
        yield Finding("CHK-0504")
    elif agency_code_form(agency) is None:
        yield Finding("CHK-0502", parameters={"code": agency, "limit": LONGEST}, found=agency)
    elif len(agency) > PRINTED_LENGTH:
        limits: dict[str, str | int] = {"length": len(agency), "limit": PRINTED_LENGTH}
        yield Finding("CHK-0503", parameters={"code": agency, **limits}, found=agency)
