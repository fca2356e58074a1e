"""Passwords: strong enough, changed by their owner, made without letters that look alike."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from archive.accounts.errors import AccountError, Forbidden
from archive.accounts.models import Account
from archive.accounts.services import (
    authenticate,
    change_password,
    check_strength,
    create_account,
    find_face,
    generate_password,
    hash_password,
)
from archive.audit.models import AuditEvent, AuditPayload
from archive.database.connection import Database
from archive.database.scope import SystemScope
from tests.province import PASSWORD, Province

NEW = "Moi-67890"


@pytest.mark.parametrize("password", ["Abcdef1!", "Mật-khẩu9", "ĐẤT đai 1", "aA1 aA1 "])
def test_a_strong_password_is_accepted(password: str) -> None:
    """Eight signs with upper, lower, digit and another sign are enough; Vietnamese letters count."""
    check_strength(password)


@pytest.mark.parametrize(
    "password",
    ["", "Abcde1!", "abcdefg1!", "ABCDEFG1!", "Abcdefgh!", "Abcdefgh1", "123456789!", "        ", "Mậtkhẩu99"],
)
def test_a_weak_password_is_refused(password: str) -> None:
    """Too short, or one of the four kinds of signs missing."""
    with pytest.raises(AccountError) as caught:
        check_strength(password)
    assert caught.value.code == "ACC-0003"


@given(
    st.tuples(
        st.sampled_from(string.ascii_uppercase),
        st.sampled_from(string.ascii_lowercase),
        st.sampled_from(string.digits),
        st.sampled_from(string.punctuation),
        st.text(string.printable, min_size=4),
    ).flatmap(lambda parts: st.permutations("".join(parts)))
)
def test_any_mixture_of_four_kinds_is_accepted(signs: list[str]) -> None:
    """Where in the password the kinds stand does not matter."""
    check_strength("".join(signs))


def test_a_generated_password_is_strong_and_readable() -> None:
    """Made passwords are accepted, differ from each other and have no letters that look alike."""
    made = {generate_password() for _ in range(200)}
    assert len(made) == 200
    for password in made:
        check_strength(password)
        assert not set(password) & set("lIoO")


def test_a_hash_is_argon2id_and_salted() -> None:
    """The same password has another hash each time, and the hash does not hold it."""
    one, two = hash_password(PASSWORD), hash_password(PASSWORD)
    assert one != two
    assert one.startswith("$argon2id$")
    assert PASSWORD not in one


def test_the_owner_changes_the_password(database: Database, province: Province) -> None:
    """Afterwards the new one lets in, the old one does not; the event says nothing of either."""
    face = province.people["submitter"]
    change_password(database, face, PASSWORD, NEW)
    assert authenticate(database, "submitter", NEW).must_change_password is False
    with pytest.raises(AccountError, match="ACC-0001"):
        authenticate(database, "submitter", PASSWORD)
    with database.read(SystemScope("test")) as work:
        event = work.session.scalars(select(AuditEvent).where(AuditEvent.act == "account.password_changed")).one()
        payload = work.session.scalars(
            select(AuditPayload).where(AuditPayload.chain_id == event.chain_id, AuditPayload.seq == event.seq)
        ).one()
    assert (event.actor_id, event.object_id, payload.body) == (face.id, face.id, "{}")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [("wrong", NEW, "ACC-0008"), (PASSWORD, PASSWORD, "ACC-0009"), (PASSWORD, "weak", "ACC-0003")],
)
def test_a_change_that_is_refused_changes_nothing(
    old: str, new: str, code: str, database: Database, province: Province
) -> None:
    """A wrong old password, the same one again or a weak one leave the old one in force."""
    with pytest.raises(AccountError) as caught:
        change_password(database, province.people["submitter"], old, new)
    assert caught.value.code == code
    assert authenticate(database, "submitter", PASSWORD).username == "submitter"


def test_a_new_account_must_change_its_password(database: Database, province: Province) -> None:
    """The first password, known to the administrator, is good for changing it; the change ends the duty."""
    hashed = hash_password(PASSWORD)
    with database.write(province.people["unitadmin"].scope()) as work:
        create_account(
            work,
            organization_id=province.department,
            username="moi.01",
            name="Người mới",
            roles=("searcher", "clerk", "searcher"),
            password_hash=hashed,
        )
    face = find_face(database, username="moi.01")
    assert face is not None
    assert (face.must_change_password, face.roles, face.locked) == (True, ("clerk", "searcher"), False)
    change_password(database, face, PASSWORD, NEW)
    assert authenticate(database, "moi.01", NEW).must_change_password is False


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"username": "submitter"}, "ACC-0004"),
        ({"username": "xa.submitter"}, "ACC-0004"),
        ({"username": "Moi"}, "ACC-0005"),
        ({"username": "m"}, "ACC-0005"),
        ({"username": "mới"}, "ACC-0005"),
        ({"username": "a b"}, "ACC-0005"),
        ({"username": "a/../b"}, "ACC-0005"),
        ({"username": "x" * 65}, "ACC-0005"),
        ({"roles": ("searcher", "king")}, "ACC-0006"),
    ],
)
def test_an_account_that_cannot_be_is_not_made(
    values: dict[str, object], code: str, database: Database, province: Province
) -> None:
    """A taken or unusable name and an unknown role are refused by name, and nothing is written."""
    given_values = {"username": "moi", "roles": ("searcher",)} | values

    def try_it() -> None:
        with database.write(province.people["unitadmin"].scope()) as work:
            create_account(work, organization_id=province.department, name="Mới", password_hash="x", **given_values)  # type: ignore[arg-type] # as named

    with pytest.raises(AccountError) as caught:
        try_it()
    assert caught.value.code == code
    with database.read(SystemScope("test")) as work:
        assert len(work.session.scalars(select(Account.id)).all()) == len(province.people)


def test_nobody_gives_a_right_over_all_bodies_who_does_not_hold_it(database: Database, province: Province) -> None:
    """A unit's administrator cannot make a system administrator; a system administrator can."""

    def make(who: str, username: str) -> None:
        face = province.people[who]
        with database.write(face.scope()) as work:
            create_account(
                work,
                organization_id=face.organization_id,
                username=username,
                name="Mới",
                roles=("system_administrator",),
                password_hash="x",
            )

    with pytest.raises(Forbidden):
        make("unitadmin", "moi.01")
    make("quantri", "moi.02")
    assert find_face(database, username="moi.01") is None
    assert find_face(database, username="moi.02") is not None
