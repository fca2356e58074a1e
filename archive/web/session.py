"""Who is asking: the logged-in account and its scope, looked up anew with every request."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import abort, g, redirect, request, url_for
from flask_login import LoginManager, UserMixin, current_user

from archive.accounts.permissions import allows, record_refusal
from archive.accounts.services import AccountFace, find_face
from archive.database.connection import Database
from archive.database.scope import Scope
from archive.web.parts import part

F = TypeVar("F", bound=Callable[..., Any])


class SessionUser(UserMixin):  # type: ignore[misc] # Flask-Login has no types
    """An account as Flask-Login wants it; the session mark ends sessions when it changes."""

    def __init__(self, face: AccountFace) -> None:
        self.face = face

    def get_id(self) -> str:
        """Return what the cookie carries."""
        return f"{self.face.id}/{self.face.session_mark}"


def login_manager() -> LoginManager:
    """Return the manager that turns a cookie into an account, and forgets locked ones."""
    manager = LoginManager()
    manager.login_view = "accounts.login"
    manager.login_message = None
    manager.session_protection = "basic"

    @manager.user_loader  # type: ignore[untyped-decorator] # Flask-Login has no types
    def load(cookie: str) -> SessionUser | None:
        account, _, mark = cookie.partition("/")
        try:
            account_id = uuid.UUID(account)
        except ValueError:
            # Signed by us, and of a form that is no longer ours.
            return None
        face = find_face(part(Database), id=account_id)
        if face is None or face.locked or str(face.session_mark) != mark:
            return None
        return SessionUser(face)

    return manager


def face() -> AccountFace:
    """Return the logged-in account."""
    return cast("AccountFace", current_user.face)


def scope() -> Scope:
    """Return the scope of the logged-in account; computed once a request."""
    if "scope" not in g:
        g.scope = face().scope()
    return cast("Scope", g.scope)


def may(permission: str) -> bool:
    """Return whether the logged-in account holds the permission; for templates."""
    return bool(current_user.is_authenticated) and allows(scope(), permission)


def permission_required(*permissions: str) -> Callable[[F], F]:
    """Let only accounts through that hold one of the permissions; a refusal is an event.

    Without permissions: everybody who is logged in. Sets ``route_permissions`` for the access-table test.
    """

    def decorate(view: F) -> F:
        @functools.wraps(view)
        def guarded(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - any view's
            if not current_user.is_authenticated:
                if request.method != "GET":
                    abort(401)
                return redirect(url_for("accounts.login", next=request.full_path.rstrip("?")))
            changing = request.endpoint in {"accounts.password", "accounts.logout", "static"}
            if face().must_change_password and not changing:
                return redirect(url_for("accounts.password"))
            if permissions and not any(may(permission) for permission in permissions):
                record_refusal(part(Database), scope(), permissions[0], None)
                abort(403)
            return view(*arguments, **named)

        guarded.route_permissions = permissions  # type: ignore[attr-defined] # read by a test
        return cast("F", guarded)

    return decorate
