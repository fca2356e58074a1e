"""Rules of the checks weigh as a body has it: from a day on, with a reason, and never back in time."""

from __future__ import annotations

import datetime
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.accounts.errors import Forbidden
from archive.clock import vietnam_date
from archive.database.errors import NotFound
from archive.messages.catalogue import catalogue, level_of
from archive.messages.rules import Finding, Level
from config.application import create_application
from ingest.review import services as review
from ingest.rulebook.errors import RuleError
from ingest.rulebook.services import adjustable, change_rule, rules_on
from ingest.rulebook.weights import WEIGHTS, Rules, usual_weight
from ingest.transfers import services
from ingest.transfers.content import current_findings
from ingest.transfers.errors import TransferError
from tests.conftest import Archive
from tests.pages import client_of, page_of
from tests.transfers import list_file, open_transfer, pdf, row, submit, upload, work_off

CODE = "CHK-0407"


def today(archive: Archive) -> datetime.date:
    """Return the date in Vietnam."""
    return vietnam_date(archive.house.database.clock.now())


def change(archive: Archive, level: str, code: str = CODE, *, days: int = 0, reason: str = "Quy chế của tỉnh") -> None:
    """Change a rule of the department as its administrator."""
    with archive.house.database.write(archive.person("unitadmin").scope()) as work:
        day = today(archive) + datetime.timedelta(days)
        change_rule(work, archive.province.department, code, level=level, reason=reason, valid_from=day)


def handed_in(archive: Archive, who: str = "submitter") -> uuid.UUID:
    """Hand in a dossier whose total of documents is not stated, in a file with a long name."""
    path = f"HS/{'a' * 60}.pdf"
    values = {"dossier__fonds": "F2"} if who.startswith("xa.") else {}
    transfer = open_transfer(archive, who)
    upload(archive, transfer, {"danh-muc.xlsx": list_file([row("01.TH", path, **values)]), path: pdf("1")}, who)
    submit(archive, transfer, who)
    work_off(archive)
    return transfer


def levels(archive: Archive, transfer: uuid.UUID, who: str = "archivist") -> dict[str, Level]:
    """Return the levels of what was found, by code."""
    with archive.house.database.read(archive.person(who).scope()) as work:
        return {f.code: level_of(f) for f in current_findings(work, services.get(work, transfer))}


def test_a_rule_weighs_as_the_body_has_it(archive: Archive) -> None:
    """Raised it stops acceptance, lowered it does not, switched off it is not told; other bodies are not touched."""
    for level in ("error", "info"):
        change(archive, level)
        assert levels(archive, handed_in(archive))[CODE] == level
    change(archive, "error")
    transfer = handed_in(archive)
    with archive.house.database.write(archive.person("approver").scope()) as work:
        review.approve(work, transfer)
    with pytest.raises(TransferError), archive.house.database.write(archive.person("archivist").scope()) as work:
        review.accept(work, transfer, unchecked_seen=True)
    change(archive, "off")
    assert CODE not in levels(archive, handed_in(archive))
    assert levels(archive, handed_in(archive, "xa.submitter"), "xa.archivist")[CODE] == "warning"


def test_rules_on_names_are_silent_until_a_body_wants_them(archive: Archive) -> None:
    """The rule on the length of names is off by default, and a warning where it is switched on."""
    assert "CHK-1101" not in levels(archive, handed_in(archive))
    change(archive, "warning", "CHK-1101")
    assert levels(archive, handed_in(archive))["CHK-1101"] == "warning"


def test_a_change_is_in_force_from_its_day(archive: Archive) -> None:
    """What begins tomorrow judges nothing today; a later change of the same day wins; numbers count on."""
    change(archive, "error", days=1)
    with archive.house.database.read(archive.person("archivist").scope()) as work:
        body = archive.province.department
        assert rules_on(work, body, today(archive)) == Rules()
        assert rules_on(work, body, today(archive) + datetime.timedelta(1)) == Rules(1, {CODE: "error"})
    change(archive, "info")
    change(archive, "off")
    with archive.house.database.read(archive.person("archivist").scope()) as work:
        assert rules_on(work, body, today(archive)) == Rules(3, {CODE: "off"})
        # What was decided for tomorrow is in force then, although it was written first.
        assert rules_on(work, body, today(archive) + datetime.timedelta(1)) == Rules(3, {CODE: "error"})


def test_a_report_says_which_rules_judged_it(archive: Archive) -> None:
    """A transfer keeps the number of the rules that judged it; judged again, it has the newest."""
    app = create_application(archive.house)
    first = handed_in(archive)
    assert "xét theo quy tắc gốc" in page_of(archive, app, "archivist", f"/giao-nop/{first}")
    change(archive, "error")
    assert "xét theo quy tắc gốc" in page_of(archive, app, "archivist", f"/giao-nop/{first}")
    with archive.house.database.write(archive.person("submitter").scope()) as work:
        review.check_again(work, first)
    work_off(archive)
    assert "xét theo bộ quy tắc số 1" in page_of(archive, app, "archivist", f"/giao-nop/{first}")


def test_what_cannot_be_changed_so_is_refused(archive: Archive) -> None:
    """Rules that protect integrity are fixed; a change needs a reason and no day in the past; not everybody may."""
    for arguments, code in (
        ({"code": "CHK-0802", "level": "off"}, "RUL-0001"),
        ({"level": "nonsense"}, "RUL-0001"),
        ({"level": "off", "reason": " "}, "RUL-0002"),
        ({"level": "off", "days": -1}, "RUL-0003"),
    ):
        with pytest.raises(RuleError) as caught:
            change(archive, **arguments)  # type: ignore[arg-type] # a case each
        assert caught.value.code == code
    values = {"level": "off", "reason": "x", "valid_from": today(archive)}
    for who, error in (("archivist", Forbidden), ("quantri", Forbidden)):
        with pytest.raises(error), archive.house.database.write(archive.person(who).scope()) as work:
            change_rule(work, archive.province.department, CODE, **values)  # type: ignore[arg-type] # as above
    with pytest.raises(NotFound), archive.house.database.write(archive.person("unitadmin").scope()) as work:
        change_rule(work, archive.province.commune, CODE, **values)  # type: ignore[arg-type] # as above


def test_the_pages_change_a_rule(archive: Archive) -> None:
    """The list shows what weighs how; the form keeps what was typed, wants a reason, and tells what was changed."""
    app = create_application(archive.house)
    app.config["WTF_CSRF_ENABLED"] = False
    client = client_of(archive, app, "unitadmin")
    assert all(message.code in client.get("/quy-tac").text for message in adjustable())
    assert "CHK-1101" not in client.get("/quy-tac?q=chk-04").text
    day = f"{today(archive):%d/%m/%Y}"
    refused = client.post(f"/quy-tac/{CODE}", data={"level": "error", "valid_from": day, "reason": ""})
    assert refused.status_code == 400
    assert f'value="{day}"' in refused.text
    done = client.post(f"/quy-tac/{CODE}", data={"level": "error", "valid_from": day, "reason": "Quy chế 12"})
    assert done.status_code == 302
    assert "Quy chế 12" in client.get(f"/quy-tac/{CODE}").text
    assert client.get("/quy-tac/CHK-0802").status_code == 404
    reader = client_of(archive, app, "archivist")
    assert reader.get("/quy-tac").status_code == 200
    assert reader.get(f"/quy-tac/{CODE}").status_code == 403


@given(
    st.dictionaries(st.sampled_from([m.code for m in adjustable()]), st.sampled_from(sorted(WEIGHTS))),
    st.lists(st.sampled_from([m.code for m in catalogue()])),
)
def test_any_rules_keep_what_they_do_not_name(weights: dict[str, str], codes: list[str]) -> None:
    """Findings keep their order; each has the level that the rules give it, or the catalogue where they give none."""
    told = Rules(1, weights).applied(Finding(code) for code in codes)
    usual = {message.code: usual_weight(message) for message in catalogue()}
    expected = [(code, weights.get(code, usual[code])) for code in codes]
    assert [(f.code, str(level_of(f))) for f in told] == [pair for pair in expected if pair[1] != "off"]
    assert [Finding.from_plain(f.to_plain()) for f in told] == told
