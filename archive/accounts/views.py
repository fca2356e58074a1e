"""Log-in, log-out, own password."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import login_user, logout_user
from werkzeug.wrappers import Response

from archive.accounts.errors import AccountError
from archive.accounts.services import authenticate, change_password, find_face
from archive.audit.events import AuditRecord
from archive.database.connection import Database
from archive.web.addresses import inside
from archive.web.forms import Form, Secret, Text
from archive.web.parts import part
from archive.web.session import SessionUser, face, permission_required, scope

blueprint = Blueprint("accounts", __name__, template_folder="templates")


class LoginForm(Form):
    """Name and password."""

    username = Text(lazy_gettext("Tên đăng nhập"), needed=False)
    password = Secret(lazy_gettext("Mật khẩu"), needed=False)


@blueprint.route("/dang-nhap", methods=["GET", "POST"])
def login() -> Response | str | tuple[str, int]:
    """Log in with name and password; what was typed stays after an error, the password apart."""
    form = LoginForm(request.form)
    if request.method == "GET" or not form.validate():
        return render_template("accounts/login.html", form=form)
    try:
        account = authenticate(part(Database), form.username.data, form.password.data)
    except AccountError as error:
        form.refuse(error)
        return render_template("accounts/login.html", form=form), 400
    login_user(SessionUser(account))
    return redirect(inside(request.args.get("next", "")))


@blueprint.post("/dang-xuat")
@permission_required()
def logout() -> Response:
    """Log out."""
    account = face()
    with part(Database).write(scope()) as work:
        work.record(AuditRecord("account.logged_out", account.organization_id, "account", account.id))
    logout_user()
    return redirect(url_for("accounts.login"))


class PasswordForm(Form):
    """The old password, and a new one."""

    old = Secret(lazy_gettext("Mật khẩu hiện tại"))
    new = Secret(
        lazy_gettext("Mật khẩu mới"),
        help=lazy_gettext("Ít nhất 8 ký tự, có chữ hoa, chữ thường, chữ số và ký tự khác."),
    )


@blueprint.route("/mat-khau", methods=["GET", "POST"])
@permission_required()
def password() -> Response | str | tuple[str, int]:
    """Change one's own password."""
    form = PasswordForm(request.form)
    if request.method == "GET":
        return render_template("accounts/password.html", form=form)
    if form.validate():
        database = part(Database)
        try:
            change_password(database, face(), form.old.data, form.new.data)
        except AccountError as error:
            form.refuse(error, "old" if error.code == "ACC-0008" else "new")
        else:
            changed = find_face(database, id=face().id)
            if changed is not None:
                login_user(SessionUser(changed))
            flash(_("Đã đổi mật khẩu."), "ok")
            return redirect(url_for("web.desk"))
    return render_template("accounts/password.html", form=form), 400
