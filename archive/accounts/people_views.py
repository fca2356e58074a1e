"""The pages of people: accounts of a body, their roles, and why somebody may do what he may."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from flask import flash as say
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import ColumnElement, or_, select
from werkzeug.wrappers import Response

from archive.accounts.errors import AccountError, Forbidden
from archive.accounts.models import Account, AccountRole
from archive.accounts.permissions import administering
from archive.accounts.roles import CONTENT_ROLES, NAMES, ROLES, scope_of
from archive.accounts.services import (
    change_account,
    create_account,
    generate_password,
    hash_password,
    reset_password,
    set_lock,
    set_roles,
)
from archive.accounts.words import PERMISSIONS, SENSITIVITIES
from archive.audit.events import AuditRecord
from archive.clock import vietnam_date
from archive.database.connection import Database
from archive.database.errors import NotFound
from archive.database.scope import Scope
from archive.organizations.kinds import KINDS
from archive.organizations.services import Body, tree_on
from archive.text.folding import fold
from archive.web.addresses import known_uuid
from archive.web.exports import export
from archive.web.forms import Choice, Choices, Form, Text, offered
from archive.web.listing import Column, Listing
from archive.web.parts import part
from archive.web.session import face, may, permission_required, scope
from archive.web.translation import said

blueprint = Blueprint("people", __name__, template_folder="templates")

# A state of an account, as lists and filters name it.
STATES: dict[str, tuple[str, str]] = {
    "active": ("Đang dùng", "In use"),
    "fresh": ("Chờ đổi mật khẩu", "Password to be changed"),
    "locked": ("Đã khóa", "Locked"),
}
# The field that a refusal is about.
_FIELDS = {"ACC-0004": "username", "ACC-0005": "username", "ACC-0012": "unit"}
_HAVING: dict[str, ColumnElement[bool]] = {
    "active": Account.locked_at.is_(None) & Account.must_change_password.is_(False),
    "fresh": Account.locked_at.is_(None) & Account.must_change_password.is_(True),
    "locked": Account.locked_at.is_not(None),
}


def state_of(account: Account) -> str:
    """Return an account's state, a key of `STATES`."""
    return "locked" if account.locked_at else "fresh" if account.must_change_password else "active"


def _listing(units: Mapping[uuid.UUID, str], roles: Mapping[uuid.UUID, Sequence[str]]) -> Listing[Account]:
    """Return the list of a body's accounts, with the names of its units and the roles of each account."""
    return Listing(
        "accounts",
        Account.id,
        (
            Column("name", lazy_gettext("Họ và tên"), lambda a: a.name, order=Account.name_sort),
            Column("username", lazy_gettext("Tên đăng nhập"), lambda a: a.username, order=Account.username),
            Column("unit", lazy_gettext("Đơn vị"), lambda a: units.get(a.unit_id, "") if a.unit_id else ""),
            Column("position", lazy_gettext("Chức vụ"), lambda a: a.position),
            Column("roles", lazy_gettext("Vai trò"), lambda a: ", ".join(said(NAMES[r]) for r in roles.get(a.id, ()))),
            Column("state", lazy_gettext("Trạng thái"), lambda a: said(STATES[state_of(a)])),
        ),
    )


class PersonForm(Form):
    """An account."""

    username = Text(
        lazy_gettext("Tên đăng nhập"), most=64, help=lazy_gettext("Chữ thường không dấu, chữ số, dấu chấm, gạch nối.")
    )
    name = Text(lazy_gettext("Họ và tên"), most=200)
    position = Text(lazy_gettext("Chức vụ"), most=200, needed=False)
    unit = Choice(lazy_gettext("Đơn vị"), needed=False)
    roles = Choices(lazy_gettext("Vai trò"), needed=False)


def _bodies() -> list[Body]:
    with part(Database).read(scope()) as work:
        own = None if may("organization.manage") else face().organization_id
        return tree_on(work.session, vietnam_date(work.now), own)


def _chosen(tree: Sequence[Body]) -> tuple[uuid.UUID, Scope]:
    """Return the body whose people are managed, and the scope for it."""
    asked = known_uuid(request.values.get("body", ""))
    known = {body.id for body in tree if body.kind != "unit"} | {face().organization_id}
    body_id = asked if asked in known else _usual(tree)
    return body_id, administering(scope(), body_id)


def _nameable(tree: Sequence[Body]) -> dict[uuid.UUID, str]:
    """Return what the bodies are called whose people the reader may manage, the operator among them."""
    own = {face().organization_id: said(KINDS["operator"])} if may("organization.manage") else {}
    return {**{body.id: body.term.name for body in tree if body.kind != "unit"}, **own}


def _usual(tree: Sequence[Body]) -> uuid.UUID:
    """Return the body that is meant where none is named: the only one for who manages bodies, or one's own."""
    bodies = [body.id for body in tree if body.kind != "unit"]
    return bodies[0] if may("organization.manage") and len(bodies) == 1 else face().organization_id


@blueprint.get("/tai-khoan")
@permission_required("account.manage")
def index() -> str | Response:
    """Show the accounts of a body."""
    tree = _bodies()
    body_id, within = _chosen(tree)
    statement = select(Account).where(Account.organization_id == body_id)
    for word in fold(request.args.get("q", "")).split():
        statement = statement.where(
            or_(Account.name_folded.contains(word, autoescape=True), Account.username.contains(word, autoescape=True))
        )
    if request.args.get("role") in ROLES:
        holding = select(AccountRole.account_id).where(AccountRole.role == request.args["role"])
        statement = statement.where(Account.id.in_(holding))
    if request.args.get("state") in _HAVING:
        statement = statement.where(_HAVING[request.args["state"]])
    units = {body.id: body.term.name for body in tree}
    roles: dict[uuid.UUID, list[str]] = {}
    with part(Database).read(within) as work:
        for row in work.session.scalars(select(AccountRole).where(AccountRole.organization_id == body_id)):
            roles.setdefault(row.account_id, []).append(row.role)
        listing = _listing(units, roles)
        listed = listing.open(work, statement, request.args)
    if "xuat" in request.args and body_id == face().organization_id:
        return export(listing, _("Tài khoản"), statement, request.args, request.args["xuat"])
    with part(Database).write(within) as work:
        work.record(AuditRecord("account.listed", body_id, payload={"shown": len(listed.rows)}))
    return render_template(
        "accounts/people.html",
        listed=listed,
        roles=roles,
        role_names=NAMES,
        body_id=body_id,
        bodies=_nameable(tree),
        units=units,
        states=STATES,
        state_of=state_of,
    )


def _form(tree: Sequence[Body], body_id: uuid.UUID, *, new: bool, **values: object) -> PersonForm:
    form = PersonForm(request.form, data=values)
    units = [(str(b.id), b.term.name) for b in tree if b.kind == "unit" and b.body_id == body_id and not b.closed_on]
    form.unit.choices = offered([("", _("cả cơ quan, không thuộc đơn vị nào")), *units])
    grantable = [role for role in ROLES if role != "system_administrator" or may("organization.manage")]
    if body_id not in {body.id for body in tree}:
        # The operator has no records, so a right to content would be one to nothing, and never what was meant.
        grantable = [role for role in grantable if role not in CONTENT_ROLES]
    form.roles.choices = offered((role, said(NAMES[role])) for role in grantable)
    if not new:
        del form.username
    return form


@blueprint.route("/tai-khoan/moi", methods=["GET", "POST"])
@permission_required("account.manage")
def new() -> Response | str | tuple[str, int]:
    """Make an account; its first password is shown on the answer, and nowhere else."""
    tree = _bodies()
    body_id, within = _chosen(tree)
    form = _form(tree, body_id, new=True)
    names = _nameable(tree)
    if request.method == "GET":
        return render_template("accounts/person_form.html", form=form, body_id=body_id, names=names, account=None)
    if form.validate():
        password = generate_password()
        hashed = hash_password(password)
        try:
            with part(Database).write(within) as work:
                create_account(
                    work,
                    organization_id=body_id,
                    username=form.username.data,
                    name=form.name.data,
                    roles=tuple(form.roles.data or ()),
                    password_hash=hashed,
                    unit_id=known_uuid(form.unit.data or ""),
                    position=form.position.data,
                )
            return _password_page(form.username.data, password, body_id)
        except (AccountError, Forbidden) as error:
            form.refuse(error, _FIELDS.get(error.code, "roles"))
    page = render_template("accounts/person_form.html", form=form, body_id=body_id, names=names, account=None)
    return page, 400


def _password_page(username: str, password: str, body_id: uuid.UUID) -> Response:
    page = render_template("accounts/new_password.html", username=username, password=password, body_id=body_id)
    answer = make_response(page)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _account(within: Scope, account_id: uuid.UUID) -> tuple[Account, list[str]]:
    with part(Database).read(within) as work:
        account = work.session.scalar(select(Account).where(Account.id == account_id))
        if account is None:
            raise NotFound
        statement = select(AccountRole.role).where(AccountRole.account_id == account_id).order_by(AccountRole.role)
        return account, list(work.session.scalars(statement))


@blueprint.route("/tai-khoan/<uuid:account_id>", methods=["GET", "POST"])
@permission_required("account.manage")
def edit(account_id: uuid.UUID) -> Response | str | tuple[str, int]:
    """Change an account's person, unit and roles."""
    tree = _bodies()
    body_id, within = _chosen(tree)
    account, held = _account(within, account_id)
    form = _form(
        tree,
        body_id,
        new=False,
        name=account.name,
        position=account.position,
        unit=str(account.unit_id or ""),
        roles=held,
    )
    names = _nameable(tree)
    status = 200
    if request.method == "POST":
        status = 400
        if form.validate():
            try:
                with part(Database).write(within) as work:
                    change_account(
                        work,
                        account.username,
                        name=form.name.data,
                        position=form.position.data,
                        unit_id=known_uuid(form.unit.data or ""),
                    )
                    if sorted(form.roles.data or ()) != sorted(held):
                        set_roles(work, account.username, tuple(form.roles.data or ()))
                say(_("Đã ghi."), "ok")
                return redirect(url_for("people.edit", account_id=account_id, body=body_id))
            except (AccountError, Forbidden) as error:
                form.refuse(error, _FIELDS.get(error.code, "roles"))
    page = render_template("accounts/person_form.html", form=form, body_id=body_id, names=names, account=account)
    return page, status


@blueprint.post("/tai-khoan/<uuid:account_id>/khoa")
@permission_required("account.manage")
def lock(account_id: uuid.UUID) -> Response:
    """Lock an account, or unlock it."""
    body_id, within = _chosen(_bodies())
    account, _held = _account(within, account_id)
    with part(Database).write(within) as work:
        set_lock(work, account.username, locked=account.locked_at is None)
    say(_("Đã khóa tài khoản.") if account.locked_at is None else _("Đã mở khóa tài khoản."), "ok")
    return redirect(url_for("people.edit", account_id=account_id, body=body_id))


@blueprint.post("/tai-khoan/<uuid:account_id>/mat-khau-moi")
@permission_required("account.manage")
def new_password(account_id: uuid.UUID) -> Response:
    """Give an account a new password, shown on the answer and nowhere else."""
    body_id, within = _chosen(_bodies())
    account, _held = _account(within, account_id)
    if account.id == face().id:
        abort(403)
    password = generate_password()
    hashed = hash_password(password)
    with part(Database).write(within) as work:
        reset_password(work, account.username, hashed)
    return _password_page(account.username, password, body_id)


@blueprint.get("/tai-khoan/<uuid:account_id>/vi-sao")
@permission_required("account.manage")
def why(account_id: uuid.UUID) -> str:
    """Show what an account may do, by which role, on which rows; and what it may not, and who could."""
    tree = _bodies()
    body_id, within = _chosen(tree)
    account, held = _account(within, account_id)
    theirs = scope_of(account.id, account.organization_id, account.unit_id, held)
    rows = [
        (
            words,
            [NAMES[role] for role in held if permission in ROLES[role]],
            [NAMES[role] for role in ROLES if permission in ROLES[role]],
            permission in theirs.own_unit_only or (theirs.units is not None and permission in theirs.permissions),
        )
        for permission, words in PERMISSIONS.items()
    ]
    names = {body.id: body.term.name for body in tree}
    return render_template(
        "accounts/why.html",
        account=account,
        rows=rows,
        held=[NAMES[role] for role in held],
        technical="system_administrator" in held,
        sensitivity=SENSITIVITIES[theirs.sensitivity],
        names=names,
        body_id=body_id,
    )


@blueprint.get("/vai-tro")
@permission_required("account.manage")
def roles() -> str:
    """Show what each role may do."""
    return render_template("accounts/roles.html", permissions=PERMISSIONS, roles=ROLES, names=NAMES)
