"""Logging in: counted, slowed down, the same for names that exist and names that do not."""

from __future__ import annotations

import threading
import uuid

import pytest
from sqlalchemy import select

from archive.accounts.errors import AccountError
from archive.accounts.models import Account, LoginThrottle
from archive.accounts.services import BLOCK, MAX_FAILURES, AccountFace, authenticate, find_face, set_lock
from archive.audit.models import AuditEvent
from archive.database.connection import Database
from archive.database.scope import SystemScope
from tests.archive.clocks import FixedClock
from tests.province import PASSWORD, Province


def answer(database: Database, username: str, password: str) -> str:
    """Return the name of who is let in, or the code of the refusal."""
    try:
        return authenticate(database, username, password).username
    except AccountError as error:
        return error.code


def seal(database: Database, username: str, failures: int = MAX_FAILURES) -> None:
    """Put the counter of a name where it would be after so many failures now."""
    with database.write(SystemScope("test")) as work:
        work.add(LoginThrottle(username=username, failures=failures, last_failure_at=work.now))


def events(database: Database, account: AccountFace) -> list[tuple[str, str, uuid.UUID]]:
    """Return act, outcome and actor of the events about an account since its creation."""
    with database.read(SystemScope("test")) as work:
        rows = work.session.scalars(
            select(AuditEvent).where(AuditEvent.object_id == account.id).order_by(AuditEvent.seq)
        ).all()
    return [(row.act, row.outcome, row.actor_id) for row in rows if row.act != "account.created"]


def test_the_right_password_lets_in(database: Database, province: Province) -> None:
    """Name and password give the account; capitals and blanks around the name do not matter; it is an event."""
    account = authenticate(database, " Submitter ", PASSWORD)
    assert account == province.people["submitter"]
    assert events(database, account) == [("account.logged_in", "done", account.id)]


def test_a_wrong_password_is_an_event(database: Database, province: Province) -> None:
    """A refused try stands in the chain of the account's organization, under the system's number."""
    assert answer(database, "submitter", "wrong") == "ACC-0001"
    account = province.people["submitter"]
    assert [event[:2] for event in events(database, account)] == [("account.login_failed", "refused")]


def test_five_failures_close_the_name_for_twelve_hours(
    database: Database, clock: FixedClock, province: Province
) -> None:
    """After the fifth wrong password even the right one is refused, until twelve hours are over."""
    assert [answer(database, "submitter", f"wrong {n}") for n in range(5)] == ["ACC-0001"] * 5
    assert answer(database, "submitter", PASSWORD) == "ACC-0002"
    clock.forward(hours=11, minutes=59, seconds=59)
    assert answer(database, "submitter", PASSWORD) == "ACC-0002"
    clock.forward(seconds=1)
    assert answer(database, "submitter", PASSWORD) == "submitter"


def test_trying_while_closed_does_not_lengthen_the_pause(database: Database, clock: FixedClock) -> None:
    """Whoever hammers at a closed name cannot keep its owner out for longer than twelve hours."""
    seal(database, "submitter")
    clock.forward(hours=11)
    assert answer(database, "submitter", "wrong") == "ACC-0002"
    clock.forward(hours=1)
    assert answer(database, "submitter", PASSWORD) == "submitter"


def test_after_the_pause_counting_begins_anew(database: Database, clock: FixedClock) -> None:
    """The first failure after the pause is the first of five again."""
    seal(database, "submitter")
    clock.forward(hours=12)
    assert answer(database, "submitter", "wrong") == "ACC-0001"
    with database.read(SystemScope("test")) as work:
        assert work.session.scalars(select(LoginThrottle.failures)).one() == 1


def test_a_success_forgets_the_failures(database: Database) -> None:
    """Four failures and a success leave no counter behind."""
    seal(database, "submitter", failures=4)
    assert answer(database, "submitter", PASSWORD) == "submitter"
    with database.read(SystemScope("test")) as work:
        assert work.session.scalars(select(LoginThrottle)).all() == []


def test_a_name_nobody_has_answers_the_same(database: Database) -> None:
    """Wrong five times and closed after that: nobody learns from the answers which names exist."""
    for name in ("submitter", "nobody.at.all"):
        assert answer(database, name, "wrong") == "ACC-0001"
        with database.write(SystemScope("test")) as work:
            work.session.get_one(LoginThrottle, name).failures = 4
    answers = [[answer(database, name, "wrong") for _ in range(2)] for name in ("submitter", "nobody.at.all")]
    assert answers[0] == answers[1] == ["ACC-0001", "ACC-0002"]


def test_a_name_nobody_has_takes_as_long(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A password is verified against a hash also when no account has the name."""
    import argon2

    checked: list[str] = []
    verify = argon2.PasswordHasher.verify

    def watch(self: argon2.PasswordHasher, hashed: str, password: str) -> bool:
        checked.append(hashed.split("$")[3])
        return bool(verify(self, hashed, password))

    monkeypatch.setattr(argon2.PasswordHasher, "verify", watch)
    assert answer(database, "nobody.at.all", "wrong") == "ACC-0001"
    assert answer(database, "submitter", "wrong") == "ACC-0001"
    assert len(checked) == 2
    assert checked[0] == checked[1], "the same cost for both"


def test_one_name_does_not_close_another(database: Database) -> None:
    """Failures are counted by name."""
    seal(database, "submitter")
    assert answer(database, "other.submitter", PASSWORD) == "other.submitter"


def test_a_locked_account_is_not_let_in(database: Database, province: Province) -> None:
    """A locked account gets the answer of a wrong password, also for the right one."""
    with database.write(province.people["unitadmin"].scope()) as work:
        set_lock(work, "submitter", locked=True)
    assert answer(database, "submitter", PASSWORD) == "ACC-0001"
    found = find_face(database, username="submitter")
    assert found is not None
    assert found.locked


def test_locking_ends_open_sessions(database: Database, province: Province) -> None:
    """Locking and unlocking each change the mark that every session cookie carries."""
    marks = [province.people["submitter"].session_mark]
    for locked in (True, False):
        with database.write(province.people["unitadmin"].scope()) as work:
            set_lock(work, "submitter", locked=locked)
        with database.read(SystemScope("test")) as work:
            marks.append(
                work.session.scalars(select(Account.session_mark).where(Account.username == "submitter")).one()
            )
    assert len(set(marks)) == 3
    assert [act for act, _, _ in events(database, province.people["submitter"])] == [
        "account.locked",
        "account.unlocked",
    ]


def test_an_administrator_opens_a_closed_name_sooner(database: Database, province: Province) -> None:
    """Unlocking takes the counter away, so that the owner need not wait twelve hours."""
    seal(database, "submitter")
    with database.write(province.people["unitadmin"].scope()) as work:
        set_lock(work, "submitter", locked=False)
    assert answer(database, "submitter", PASSWORD) == "submitter"


@pytest.mark.parametrize("username", ["xa.submitter", "nobody.at.all"])
def test_an_account_of_another_organization_is_not_there(username: str, database: Database, province: Province) -> None:
    """Locking an account out of scope is answered like locking one that does not exist."""

    def try_it() -> None:
        with database.write(province.people["unitadmin"].scope()) as work:
            set_lock(work, username, locked=True)

    with pytest.raises(AccountError) as caught:
        try_it()
    assert (caught.value.code, caught.value.parameters) == ("ACC-0007", {"username": username})
    assert answer(database, "xa.submitter", PASSWORD) == "xa.submitter"


def test_the_pause_is_the_one_of_the_regulation() -> None:
    """QCVN 12:2026/BCA 3.6.2.1.9: five wrong passwords, twelve hours."""
    assert (MAX_FAILURES, BLOCK.total_seconds()) == (5, 43_200)


def test_guessing_in_parallel_finds_the_door_shut_as_soon(database: Database) -> None:
    """Of twelve guesses made at once five are tried, the others are refused."""
    codes: list[str] = []

    def guess() -> None:
        try:
            authenticate(database, "archivist", "Wrong-word-1")
        except AccountError as error:
            codes.append(error.code)

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == ["ACC-0001"] * MAX_FAILURES + ["ACC-0002"] * (12 - MAX_FAILURES)
