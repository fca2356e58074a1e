"""Log-in, log-out, own password."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import login_user, logout_user
from werkzeug.wrappers import Response

from archive.accounts.errors import AccountError
from archive.accounts.services import authenticate, change_password, find_face
from archive.audit.events import AuditRecord
from archive.database.connection import Database
from archive.web.messages import face_of_error
from archive.web.parts import part
from archive.web.session import SessionUser, face, permission_required, scope

blueprint = Blueprint("accounts", __name__, template_folder="templates")


@blueprint.route("/dang-nhap", methods=["GET", "POST"])
def login() -> Response | str | tuple[str, int]:
    """Log in with name and password; what was typed stays after an error, the password apart."""
    username = request.form.get("username", "")
    if request.method == "POST":
        try:
            account = authenticate(part(Database), username, request.form.get("password", ""))
        except AccountError as error:
            page = render_template("accounts/login.html", error=face_of_error(error), username=username)
            return page, 400
        login_user(SessionUser(account))
        return redirect(_inside(request.args.get("next", "")))
    return render_template("accounts/login.html", error=None, username=username)


def _inside(address: str) -> str:
    """Return the address if it is one of ours, the desk otherwise: no open redirect."""
    plain = all(char > " " and char != "\\" for char in address)
    # With one stroke at its beginning an address can name neither scheme nor host.
    return address if plain and address.startswith("/") and address[:2] != "//" else url_for("web.desk")


@blueprint.post("/dang-xuat")
@permission_required()
def logout() -> Response:
    """Log out."""
    account = face()
    with part(Database).write(scope()) as work:
        work.record(AuditRecord("account.logged_out", account.organization_id, "account", account.id))
    logout_user()
    return redirect(url_for("accounts.login"))


@blueprint.route("/mat-khau", methods=["GET", "POST"])
@permission_required()
def password() -> Response | str | tuple[str, int]:
    """Change one's own password."""
    if request.method == "POST":
        database = part(Database)
        try:
            change_password(database, face(), request.form.get("old", ""), request.form.get("new", ""))
        except AccountError as error:
            return render_template("accounts/password.html", error=face_of_error(error)), 400
        changed = find_face(database, id=face().id)
        if changed is not None:
            login_user(SessionUser(changed))
        flash(_("Đã đổi mật khẩu."), "ok")
        return redirect(url_for("web.desk"))
    return render_template("accounts/password.html", error=None)
